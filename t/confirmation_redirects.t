# Where a request moves on to another location, that one's oauth2_confirmation_key and
# oauth2_client_certificate count, though the token is the same.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;
use OAuth2Test::Clients;

our $certificate = 'Client-Cert: ' . structured_field('alice') . "\n";
our $both = $certificate . 'Other-Cert: ' . structured_field('mallory') . "\n";
our $unbound = 'RS256';
our $of_alice = 'RS256 ' . confirmed_by(bound_to('alice'));
our $of_mallory = 'RS256 ' . confirmed_by(bound_to('mallory'));
our $invalid_token = 'WWW-Authenticate: Bearer error="invalid_token", error_description="The access token '
  . 'provided is expired, revoked, malformed, or invalid for other reasons."';

default_http_config(<<'CONFIG');
map "" $client_certificate {
    default $http_client_cert;
}
map "" $other_certificate {
    default $http_other_cert;
}
oauth2_client_certificate $client_certificate;
CONFIG

default_config(<<'CONFIG');
oauth2_resolver stateless;
proxy_set_header X-Value "[$oauth2_claim_sub][$oauth2_confirmation]";
root $TEST_NGINX_SERVER_ROOT/html;

location = /on {
    proxy_pass http://echo/;
}
location = /off {
    oauth2_confirmation_key off;
    proxy_pass http://echo/;
}
location = /required {
    oauth2_confirmation_key required;
    proxy_pass http://echo/;
}
location = /other {
    oauth2_client_certificate $other_certificate;
    proxy_pass http://echo/;
}
location = /tls {
    oauth2_client_certificate tls;
    proxy_pass http://echo/;
}
location @required {
    oauth2_confirmation_key required;
    proxy_pass http://echo;
}
location /from-off/ {
    oauth2_confirmation_key off;
    location = /from-off/on { try_files /none /on; }
    location = /from-off/off { try_files /none /off; }
    location = /from-off/required { error_page 404 = /required; }
    location = /from-off/named { error_page 404 = @required; }
    location = /from-off/other { try_files /none /other; }
    location = /from-off/tls { try_files /none /tls; }
}
location /from-on/ {
    location = /from-on/off { try_files /none /off; }
    location = /from-on/required { try_files /none /required; }
    location = /from-on/other { try_files /none /other; }
    location = /from-on/chain { try_files /none /from-off/required; }
}
location /from-required/ {
    oauth2_confirmation_key required;
    location = /from-required/on { try_files /none /on; }
    location = /from-required/other { try_files /none /other; }
}

location /page/ {
    error_page 401 /page/inherits;
    location = /page/required {
        oauth2_confirmation_key required;
        empty_gif;
    }
    location = /page/same {
        oauth2_confirmation_key required;
        error_page 401 /page/stricter;
        empty_gif;
    }
    location = /page/mismatch {
        error_page 401 /page/laxer;
        empty_gif;
    }
}
location = /page/inherits {
    add_header X-Page "[$oauth2_error_reason][$oauth2_claim_sub][$oauth2_confirmation]" always;
    empty_gif;
}
location = /page/stricter {
    oauth2_confirmation_key required;
    add_header X-Page "[$oauth2_error_reason][$oauth2_claim_sub][$oauth2_confirmation]" always;
    empty_gif;
}
location = /page/laxer {
    oauth2_confirmation_key off;
    add_header X-Page "[$oauth2_error_reason][$oauth2_claim_sub][$oauth2_confirmation]" always;
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== from off
--- request eval: [map { "GET /from-off/$_" } qw(off on required named)]
--- more_headers eval: $::certificate
--- token eval: ::lines(($::of_mallory) x 4)
--- refused
-
confirmation_mismatch
confirmation_mismatch
confirmation_mismatch
--- no_error_log
[alert]
[crit]
[emerg]



=== from off, with the right certificate
--- request eval: [map { "GET /from-off/$_" } qw(off on required named)]
--- more_headers eval: $::certificate
--- token eval: ::lines(($::of_alice) x 4)
--- refused: - x 4
--- response_body eval: [("[alice][x5t#S256]\n") x 4]
--- no_error_log
[alert]
[crit]
[emerg]



=== from off, with a token that isn't bound
--- request eval: [map { "GET /from-off/$_" } qw(off on required named)]
--- more_headers eval: $::certificate
--- token eval: ::lines(($::unbound) x 4)
--- refused
-
-
confirmation_missing
confirmation_missing
--- no_error_log
[alert]
[crit]
[emerg]



=== to another place of the certificate
--- request eval: [map { "GET /from-off/$_" } qw(on other tls on other tls)]
--- more_headers eval: $::both
--- token eval: ::lines((($::of_alice) x 3), ($::of_mallory) x 3)
--- refused
-
confirmation_mismatch
certificate_missing
confirmation_mismatch
-
certificate_missing



=== from on
--- request eval: [map { "GET /from-on/$_" } qw(off required other chain)]
--- more_headers eval: $::both
--- token eval: ::lines(($::of_alice) x 4)
--- refused
-
-
confirmation_mismatch
-
--- no_error_log
[alert]
[crit]
[emerg]



=== from on, with a token that isn't bound
--- request eval: [map { "GET /from-on/$_" } qw(off required other chain)]
--- token eval: ::lines(($::unbound) x 4)
--- refused
-
confirmation_missing
-
confirmation_missing
--- no_error_log
[alert]
[crit]
[emerg]



=== what the first location refuses stays refused
--- request eval: [map { "GET $_" } qw(/from-on/off /from-on/required /from-required/on /from-required/other)]
--- more_headers eval: $::certificate
--- token eval: ::lines $::of_mallory, $::of_mallory, $::unbound, $::of_mallory
--- refused
confirmation_mismatch
confirmation_mismatch
confirmation_missing
confirmation_mismatch



=== the page of a refusal is judged by its own location, and knows no claim
--- request eval: [map { "GET /page/$_" } qw(required same mismatch)]
--- more_headers eval: $::certificate
--- token eval: ::lines $::unbound, $::unbound, $::of_mallory
--- refused
confirmation_missing
confirmation_missing
confirmation_mismatch
--- response_headers eval
["$::invalid_token\nX-Page: [confirmation_missing][][]", "$::invalid_token\nX-Page: [confirmation_missing][][]",
    "$::invalid_token\nX-Page: [confirmation_mismatch][][]"]
