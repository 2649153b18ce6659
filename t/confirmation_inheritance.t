# oauth2_confirmation_key and oauth2_client_certificate over the levels of the configuration.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;
use OAuth2Test::Clients;

our $alice = 'Client-Cert: ' . structured_field('alice') . "\n";
our $mallory = 'Other-Cert: ' . structured_field('mallory') . "\n";

our $unbound = 'RS256';
our $of_alice = 'RS256 ' . confirmed_by(bound_to('alice'));
our $of_mallory = 'RS256 ' . confirmed_by(bound_to('mallory'));

# Where this file's blocks say nothing, http level demands a binding.
default_http_config(<<'CONFIG');
map "" $client_certificate {
    default $http_client_cert;
}
map "" $other_certificate {
    default $http_other_cert;
}
oauth2_client_certificate $client_certificate;
oauth2_confirmation_key required;
CONFIG

default_config(<<'CONFIG');
oauth2_resolver stateless;
location = /inherits {
    empty_gif;
}
location /on {
    oauth2_confirmation_key on;
    location = /on/inherits {
        empty_gif;
    }
    location = /on/required {
        oauth2_confirmation_key required;
        empty_gif;
    }
    location = /on/off {
        oauth2_confirmation_key off;
        empty_gif;
    }
}
location /off {
    oauth2_confirmation_key OFF;
    location = /off/inherits {
        empty_gif;
    }
    location = /off/restored {
        oauth2_confirmation_key "";
        empty_gif;
    }
    location = /off/methods {
        limit_except GET {
            oauth2_confirmation_key required;
        }
        proxy_pass http://echo/;
    }
}
location /other {
    oauth2_client_certificate $other_certificate;
    location = /other/inherits {
        empty_gif;
    }
}
location /tls {
    oauth2_confirmation_key on;
    location = /tls/tls {
        oauth2_client_certificate tls;
        empty_gif;
    }
    location = /tls/restored {
        oauth2_client_certificate "";
        empty_gif;
    }
}
location = /both {
    oauth2_client_certificate "$client_certificate$other_certificate";
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== required at http level
--- request eval: [('GET /inherits') x 3]
--- more_headers eval: $::alice
--- token eval: ::lines $::unbound, $::of_alice, $::of_mallory
--- refused
confirmation_missing
-
confirmation_mismatch



=== on in a location, inherited by one in it
--- request eval: [('GET /on/inherits') x 3]
--- more_headers eval: $::alice
--- token eval: ::lines $::unbound, $::of_alice, $::of_mallory
--- refused
-
-
confirmation_mismatch



=== a location in it demands more
--- request eval: [('GET /on/required') x 3]
--- more_headers eval: $::alice
--- token eval: ::lines $::unbound, $::of_alice, $::of_mallory
--- refused
confirmation_missing
-
confirmation_mismatch



=== a location in it doesn't look
--- request eval: [('GET /on/off') x 3]
--- more_headers eval: $::alice
--- token eval: ::lines $::unbound, $::of_alice, $::of_mallory
--- refused: - x 3



=== off in a location, inherited by one in it; the words are taken in any case
--- request eval: [('GET /off/inherits') x 3]
--- more_headers eval: $::alice
--- token eval: ::lines $::unbound, $::of_alice, $::of_mallory
--- refused: - x 3



=== "" restores the default, not what is inherited
--- request eval: [('GET /off/restored') x 3]
--- more_headers eval: $::alice
--- token eval: ::lines $::unbound, $::of_alice, $::of_mallory
--- refused
-
-
confirmation_mismatch



=== limit_except demands more of some methods
--- request eval: ['GET /off/methods', "POST /off/methods\nx", "POST /off/methods\nx"]
--- more_headers eval: $::alice
--- token eval: ::lines $::unbound, $::unbound, $::of_alice
--- refused
-
confirmation_missing
-



=== another text replaces what is inherited
--- request eval: [('GET /other/inherits') x 3]
--- more_headers eval: $::alice . $::mallory
--- token eval: ::lines $::unbound, $::of_alice, $::of_mallory
--- refused
confirmation_missing
confirmation_mismatch
-



=== another text doesn't fall back
--- request eval: [('GET /other/inherits') x 2]
--- more_headers eval: $::alice
--- token eval: ::lines $::of_alice, $::of_mallory
--- refused: certificate_missing x 2



=== tls and "" replace the text
--- request eval: [map { "GET /tls/$_" } qw(tls restored tls restored)]
--- more_headers eval: $::alice
--- token eval: ::lines $::unbound, $::unbound, $::of_alice, $::of_alice
--- refused
-
-
certificate_missing
certificate_missing



=== a text of two variables, one of which is empty
--- request eval: [('GET /both') x 3]
--- more_headers eval
my $authorization = 'Authorization: Bearer ' . ::token('RS256', '--claim', 'cnf=' . ::bound_to('alice'));
[map { "$authorization\n$_" } $::alice, $::mallory, $::alice . $::mallory]
--- refused
-
confirmation_mismatch
certificate_missing
