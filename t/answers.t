# The table of answers, to the letter.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

default_config(<<'CONFIG');
oauth2_realm R;
oauth2_resolver stateless;
oauth2_scope A B;

location = /t {
    empty_gif;
}
location = /no-realm {
    oauth2_realm "";
    empty_gif;
}
location = /https {
    oauth2_require_https on;
    empty_gif;
}
location = /scope {
    oauth2_scope A $arg_scope;
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== every check passed
--- token: RS256 --claim 'scope=A B'
--- error_code: 200
--- response_headers
! WWW-Authenticate
Content-Type: image/gif



=== plain http where https is required
--- request
GET /https
--- token: RS256 --claim 'scope=A B'
--- refused: https_required
--- error_code: 403
--- response_headers
! WWW-Authenticate
--- response_body_like: 403 Forbidden



=== no token
--- refused: no_token
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="R"
--- response_body_like: 401 Authorization Required



=== no token and no realm
--- request
GET /no-realm
--- refused: no_token
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer



=== two Authorization headers are refused by NGINX itself
--- more_headers
Authorization: Bearer a
Authorization: Bearer b
--- error_code: 400
--- response_headers
! WWW-Authenticate



=== a token that is malformed
--- token: = a.b
--- refused: malformed_token
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="R", error="invalid_token", error_description="The access token provided is expired, revoked, malformed, or invalid for other reasons."
--- response_body_like: 401 Authorization Required



=== a token that has expired
--- token: RS256 --bad expired
--- refused: expired
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="R", error="invalid_token", error_description="The access token provided is expired, revoked, malformed, or invalid for other reasons."



=== a token of another issuer
--- token: RS256 --bad wrong-issuer
--- refused: issuer_mismatch
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="R", error="invalid_token", error_description="The access token provided is expired, revoked, malformed, or invalid for other reasons."



=== a bad token and no realm
--- request
GET /no-realm
--- token: RS256 --bad tampered-payload
--- refused: bad_signature
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer error="invalid_token", error_description="The access token provided is expired, revoked, malformed, or invalid for other reasons."



=== a scope is missing
--- token: RS256 --claim scope=B
--- refused: insufficient_scope
--- error_code: 403
--- response_headers
WWW-Authenticate: Bearer realm="R", scope="A B", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."
--- response_body_like: 403 Forbidden



=== a scope is missing and no realm
--- request
GET /no-realm
--- token: RS256 --claim scope=A
--- refused: insufficient_scope
--- error_code: 403
--- response_headers
WWW-Authenticate: Bearer scope="A B", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."



=== a configured scope evaluates to nothing
--- request
GET /scope
--- token: RS256 --claim 'scope=A B'
--- refused: scope_undefined
--- error_code: 500
--- response_headers
! WWW-Authenticate
--- response_body_like: 500 Internal Server Error



=== a configured scope evaluates to something
--- request
GET /scope?scope=B
--- token: RS256 --claim 'scope=A B'
--- granted



=== to the client all failures of a token look the same
--- token
RS256 --bad expired
RS256 --bad not-yet-valid
RS256 --bad wrong-issuer
RS256 --bad tampered-signature
RS256 --bad alg-none
RS256 --bad not-json
--- refused
expired
not_yet_valid
issuer_mismatch
bad_signature
unsupported_algorithm
malformed_token
--- response_headers eval
[('WWW-Authenticate: Bearer realm="R", error="invalid_token", error_description="The access token provided is expired, revoked, malformed, or invalid for other reasons."') x 6]
--- error_code eval
[(401) x 6]



=== HEAD gets the same answer without a body
--- request
HEAD /t
--- refused: no_token
--- error_code: 401
--- response_headers
WWW-Authenticate: Bearer realm="R"
--- response_body:
