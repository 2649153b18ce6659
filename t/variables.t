# The variables, but for single claims: see claim_variables.t and claim_set.t.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our $token = token('RS256');

jwks('hs.jwks', 'HS256');
default_http_config(<<'CONFIG');
log_format oauth2 "[$oauth2_claim_sub] [$oauth2_scope] [$oauth2_error] [$oauth2_error_reason]";
CONFIG

default_config(<<'CONFIG');
access_log logs/access.log oauth2;
oauth2_scope read;
location = /t {
    oauth2_resolver stateless;
    add_header X-Values "[$oauth2_scope][$oauth2_error][$oauth2_error_reason][$oauth2_claim_sub]" always;
    empty_gif;
}
location = /https {
    oauth2_resolver stateless;
    oauth2_require_https on;
    add_header X-Values "[$oauth2_scope][$oauth2_error][$oauth2_error_reason][$oauth2_claim_sub]" always;
    empty_gif;
}
location = /undefined {
    oauth2_resolver stateless;
    oauth2_scope $arg_scope;
    add_header X-Values "[$oauth2_scope][$oauth2_error][$oauth2_error_reason][$oauth2_claim_sub]" always;
    empty_gif;
}
location = /off {
    add_header X-Values "[$oauth2_token$oauth2_claims$oauth2_scope$oauth2_expires_at$oauth2_error$oauth2_error_reason$oauth2_claim_sub]" always;
    empty_gif;
}
location = /refused {
    oauth2_resolver stateless;
    add_header X-Values "[$oauth2_token$oauth2_claims$oauth2_scope$oauth2_expires_at$oauth2_claim_sub]" always;
    empty_gif;
}
location = /early {
    oauth2_resolver stateless;
    set $early "$oauth2_token$oauth2_claims$oauth2_scope$oauth2_expires_at$oauth2_error$oauth2_error_reason$oauth2_claim_sub";
    if ($oauth2_claim_sub) {
        return 500;
    }
    add_header X-Values "[$early][$oauth2_claim_sub]" always;
    empty_gif;
}
location = /token {
    oauth2_resolver stateless;
    proxy_set_header X-Value $oauth2_token;
    proxy_pass http://echo/;
}
location = /claims {
    oauth2_resolver stateless;
    oauth2_scope "";
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/hs.jwks;
    proxy_set_header X-Value $oauth2_claims;
    proxy_pass http://echo/;
}
location = /scope {
    oauth2_resolver stateless;
    oauth2_scope "";
    proxy_set_header X-Value "[$oauth2_scope]";
    proxy_pass http://echo/;
}
location = /expires {
    oauth2_resolver stateless;
    oauth2_scope "";
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/hs.jwks;
    proxy_set_header X-Value "[$oauth2_expires_at]";
    proxy_pass http://echo/;
}
CONFIG

# A token whose only claims are the necessary ones and these.
sub with_claims {
    return qq(signed '{"alg":"HS256"}' '{"iss":"https://as.example.com","aud":"https://api.example.com",$_[0]}');
}

run_tests();

__DATA__

=== a granted request has no error
--- token: RS256
--- granted
--- response_headers
X-Values: [read write][][][alice]



=== $oauth2_error and $oauth2_error_reason: no token
--- refused: no_token
--- response_headers
X-Values: [][][no_token][]



=== $oauth2_error and $oauth2_error_reason: an invalid token
--- token
= a.b
RS256 --bad alg-none
RS256 --bad crit
ES256
RS256 --bad wrong-key
RS256 --bad wrong-issuer
RS256 --bad no-exp
RS256 --bad expired
RS256 --bad not-yet-valid
RS256 --claim aud=x
RS256 --claim tokenName=id_token
RS256 --claim aud=1
--- refused
malformed_token
unsupported_algorithm
unsupported_header
unknown_key
bad_signature
issuer_mismatch
expiry_missing
expired
not_yet_valid
audience_mismatch
wrong_token_type
malformed_claims
--- response_headers eval
[map { "X-Values: [][invalid_token][$_][]" } qw(malformed_token unsupported_algorithm
    unsupported_header unknown_key bad_signature issuer_mismatch expiry_missing expired
    not_yet_valid audience_mismatch wrong_token_type malformed_claims)]



=== $oauth2_error and $oauth2_error_reason: a scope is missing
--- token: RS256 --claim scope=write
--- refused: insufficient_scope
--- error_code: 403
--- response_headers
X-Values: [][insufficient_scope][insufficient_scope][]



=== $oauth2_error and $oauth2_error_reason: plain http
--- request
GET /https
--- token: RS256
--- refused: https_required
--- response_headers
X-Values: [][][https_required][]



=== $oauth2_error and $oauth2_error_reason: an undefined scope
--- request
GET /undefined
--- token: RS256
--- refused: scope_undefined
--- response_headers
X-Values: [][][scope_undefined][]



=== all variables are empty where the resolver is off
--- request
GET /off
--- token: RS256
--- granted
--- response_headers
X-Values: []



=== a refused request has no token, claims, scope or expiry
--- request eval
[('GET /refused') x 3]
--- token
RS256 --bad expired
RS256 --bad wrong-key
RS256 --claim scope=write
--- refused
expired
bad_signature
insufficient_scope
--- error_code eval
[401, 401, 403]
--- response_headers eval
[('X-Values: []') x 3]



=== variables are empty before the access phase, and not cached from then
--- request
GET /early
--- token: RS256
--- granted
--- response_headers
X-Values: [][alice]



=== $oauth2_token is the token
--- request
GET /token
--- more_headers eval
"Authorization: Bearer $::token"
--- granted
--- response_body eval
"$::token\n"



=== $oauth2_claims are all claims
--- request
GET /claims
--- token eval
::with_claims('"exp":9000000000,"sub":"alice","x":{"a":[1,2.5,true,null,"t"]},"e":""')
--- granted
--- response_body_json_sort
--- response_body
{"aud":"https://api.example.com","e":"","exp":9000000000,"iss":"https://as.example.com","sub":"alice","x":{"a":[1,2.5,true,null,"t"]}}



=== $oauth2_claims is compact, on one line and without bytes that end a header
--- request
GET /claims
--- token eval
::with_claims('"exp" : 9000000000, "x" : "a\r\nX-Injected: 1\u0001"')
--- granted
--- response_body_like eval
qr/^\{"\S+"x":"a\\r\\nX-Injected: 1\\u0001"\S*\}\n$/



=== $oauth2_scope: granted scopes, separated by spaces
--- request eval
[('GET /scope') x 8]
--- token
RS256 --claim scope=read
RS256 --claim 'scope=read write'
RS256 --claim 'scope=["read","write"]'
RS256 --no-claim scope --claim 'scp=["a","b"]'
RS256 --no-claim scope --claim 'scp=a b'
RS256 --claim scope=a --claim scp=b
RS256 --no-claim scope
RS256 --claim 'scope=[]'
--- refused: - x 8
--- response_body eval
["[read]\n", "[read write]\n", "[read write]\n", "[a b]\n", "[a b]\n", "[a]\n", "[]\n", "[]\n"]



=== $oauth2_expires_at: seconds, whatever the skew
--- request
GET /expires
--- token eval
::with_claims('"exp":9000000000')
--- granted
--- response_body
[9000000000]



=== $oauth2_expires_at: a fraction, an exponent and the end of int64
--- request eval
[('GET /expires') x 3]
--- token eval
::lines map { ::with_claims("\"exp\":$_") } '9000000000.75', '9e9', '9223372036854775807'
--- refused: - x 3
--- response_body eval
["[9000000000]\n", "[9000000000]\n", "[9223372036854775807]\n"]



=== in an access log: granted
--- token: RS256
--- granted
--- access_log
[alice] [read write] [-] [-]



=== in an access log: an invalid token
--- token: RS256 --bad expired
--- refused: expired
--- access_log
[-] [-] [invalid_token] [expired]



=== in an access log: no token
--- refused: no_token
--- access_log
[-] [-] [-] [no_token]
