# $oauth2_confirmation and $oauth2_client_thumbprint.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;
use OAuth2Test::Clients;

jwks('hs.jwks', 'HS256');

our $certificate = 'Client-Cert: ' . structured_field('alice') . "\n";
our $thumbprint = thumbprint('alice');
our $bound = 'RS256 ' . confirmed_by(bound_to('alice'));
our $of_mallory = 'RS256 ' . confirmed_by(bound_to('mallory'));

$ENV{TEST_NGINX_SEEN_PORT} = $ENV{TEST_NGINX_SERVER_PORT} + 4;

default_http_config(<<'CONFIG');
log_format bound "[$oauth2_confirmation] [$oauth2_client_thumbprint] [$oauth2_error_reason]";
map "" $client_certificate {
    default $http_client_cert;
}
map "" $no_certificate {
    default "";
}
oauth2_client_certificate $client_certificate;

# Tells the policy's request to whoever asks it.
server {
    listen 127.0.0.1:$TEST_NGINX_SEEN_PORT;
    location / {
        add_header X-Seen $http_x_value;
        return 204;
    }
}
CONFIG

default_config(<<'CONFIG');
access_log logs/access.log bound;
oauth2_resolver stateless;
location = /t {
    add_header X-Values "[$oauth2_confirmation][$oauth2_client_thumbprint]" always;
    empty_gif;
}
location = /off {
    oauth2_confirmation_key off;
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/hs.jwks;
    proxy_set_header X-Value "[$oauth2_confirmation]";
    proxy_pass http://echo/;
}
location = /required {
    oauth2_confirmation_key required;
    add_header X-Values "[$oauth2_confirmation][$oauth2_client_thumbprint]" always;
    empty_gif;
}
location = /scope {
    oauth2_scope admin;
    add_header X-Values "[$oauth2_confirmation][$oauth2_client_thumbprint]" always;
    empty_gif;
}
location = /resolver-off {
    oauth2_resolver off;
    add_header X-Values "[$oauth2_confirmation][$oauth2_client_thumbprint]" always;
    empty_gif;
}
location = /bypass {
    oauth2_bypass 1;
    add_header X-Values "[$oauth2_confirmation][$oauth2_client_thumbprint]" always;
    empty_gif;
}
location = /early {
    set $early "$oauth2_confirmation$oauth2_client_thumbprint";
    if ($oauth2_client_thumbprint) {
        return 500;
    }
    add_header X-Values "[$early][$oauth2_confirmation][$oauth2_client_thumbprint]" always;
    empty_gif;
}
location = /upstream {
    proxy_set_header X-Value "[$oauth2_confirmation][$oauth2_client_thumbprint]";
    proxy_pass http://echo/;
}
location = /asks {
    auth_request /policy;
    auth_request_set $seen $upstream_http_x_seen;
    add_header X-Values $seen always;
    empty_gif;
}
location = /policy {
    internal;
    oauth2_confirmation_key off;
    oauth2_client_certificate $no_certificate;
    proxy_set_header X-Value "[$oauth2_confirmation][$oauth2_client_thumbprint]";
    proxy_pass http://127.0.0.1:$TEST_NGINX_SEEN_PORT;
}
location = /page {
    error_page 401 /refused;
    empty_gif;
}
location = /refused {
    internal;
    oauth2_resolver off;
    add_header X-Values "[$oauth2_confirmation][$oauth2_client_thumbprint]" always;
    return 200;
}
CONFIG

run_tests();

__DATA__

=== a token that is bound
--- more_headers eval: $::certificate
--- token eval: $::bound
--- granted
--- response_headers eval: "X-Values: [x5t#S256][$::thumbprint]"



=== a token that isn't bound
--- more_headers eval: $::certificate
--- token: RS256
--- granted
--- response_headers eval: "X-Values: [][$::thumbprint]"



=== neither a binding nor a certificate
--- token: RS256
--- granted
--- response_headers
X-Values: [][]



=== a certificate that can't be decoded
--- more_headers
Client-Cert: alice
--- token: RS256
--- granted
--- response_headers
X-Values: [][]



=== the methods of a token that isn't looked at
--- request eval: [('GET /off') x 8]
--- token eval
::lines map {
    qq(signed '{"alg":"HS256"}' '{"iss":"https://as.example.com","aud":"https://api.example.com","exp":\@now+9$_}')
} '', map { ",\"cnf\":$_" } '{"x5t#S256":"x"}', '{"jkt":"x"}', '{"x5t#S256":"x","jkt":"x"}', '{"jwk":{"kty":"oct"}}',
    '{}', '"x5t#S256"', '["x5t#S256"]'
--- refused: - x 8
--- response_body eval
["[]\n", "[x5t#S256]\n", "[jkt]\n", "[x5t#S256 jkt]\n", "[jwk]\n", ("[]\n") x 3]



=== a method whose name would end a header
--- request
GET /off
--- token
signed '{"alg":"HS256"}' '{"iss":"https://as.example.com","aud":"https://api.example.com","exp":@now+9,"cnf":{"a\r\nX-Injected: 1":1}}'
--- granted
--- response_body
[a\r\nX-Injected: 1]



=== a token that is bound to another certificate
--- more_headers eval: $::certificate
--- token eval: $::of_mallory
--- refused: confirmation_mismatch
--- response_headers eval: "X-Values: [][$::thumbprint]"



=== no certificate
--- token eval: $::bound
--- refused: certificate_missing
--- response_headers
X-Values: [][]



=== a binding is demanded
--- request
GET /required
--- more_headers eval: $::certificate
--- token: RS256
--- refused: confirmation_missing
--- response_headers eval: "X-Values: [][$::thumbprint]"



=== another method
--- more_headers eval: $::certificate
--- token: RS256 --claim 'cnf={"jkt":"x"}'
--- refused: confirmation_unsupported
--- response_headers eval: "X-Values: [][$::thumbprint]"



=== a refusal for another reason
--- more_headers eval: $::certificate
--- token eval: ::lines '-', "$::bound --bad expired", "$::bound --bad wrong-key"
--- refused
no_token
expired
bad_signature
--- response_headers eval: [("X-Values: [][$::thumbprint]") x 3]



=== a scope is missing
--- request
GET /scope
--- more_headers eval: $::certificate
--- token eval: $::bound
--- refused: insufficient_scope
--- error_code: 403
--- response_headers eval: "X-Values: [][$::thumbprint]"



=== no resolver was asked
--- request eval: ['GET /resolver-off', 'GET /bypass']
--- more_headers eval: $::certificate
--- token eval: ::lines $::bound, $::bound
--- refused: - x 2
--- response_headers eval: [('X-Values: [][]') x 2]



=== before the access phase, and not cached from then
--- request
GET /early
--- more_headers eval: $::certificate
--- token eval: $::bound
--- granted
--- response_headers eval: "X-Values: [][x5t#S256][$::thumbprint]"



=== in a request upstream
--- request
GET /upstream
--- more_headers eval: $::certificate
--- token eval: $::bound
--- granted
--- response_body eval: "[x5t#S256][$::thumbprint]\n"



=== in a subrequest, whose own location has other settings
--- request
GET /asks
--- more_headers eval: $::certificate
--- token eval: $::bound
--- granted
--- response_headers eval: "X-Values: [x5t#S256][$::thumbprint]"



=== in the page of a refusal
--- request
GET /page
--- more_headers eval: $::certificate
--- token eval: $::of_mallory
--- refused: confirmation_mismatch
--- response_headers eval: "X-Values: [][$::thumbprint]"



=== in an access log: granted
--- more_headers eval: $::certificate
--- token eval: $::bound
--- granted
--- access_log eval: "[x5t#S256] [$::thumbprint] [-]"



=== in an access log: refused
--- more_headers eval: $::certificate
--- token eval: $::of_mallory
--- refused: confirmation_mismatch
--- access_log eval: "[-] [$::thumbprint] [confirmation_mismatch]"



=== in an access log: no certificate
--- token eval: $::bound
--- refused: certificate_missing
--- access_log
[-] [-] [certificate_missing]
