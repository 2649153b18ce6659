# Protected locations with limit_except.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

default_config(<<'CONFIG');
location = /deny {
    oauth2_resolver stateless;
    limit_except GET {
        deny all;
    }
    proxy_pass http://echo/;
}
location = /allow {
    oauth2_resolver stateless;
    oauth2_realm R;
    oauth2_scope read;
    limit_except GET {
        allow all;
    }
    proxy_set_header X-Value $oauth2_claim_sub;
    proxy_pass http://echo/;
}
CONFIG

run_tests();

__DATA__

=== the methods that aren't limited
--- request eval
['GET /deny', 'GET /deny', 'HEAD /deny']
--- token
-
RS256
RS256
--- refused
no_token
-
-



=== a limited method is denied before the token is looked at
--- request
POST /deny
x
--- token: RS256 --bad expired
--- error_code: 403
--- response_headers
! WWW-Authenticate
--- no_error_log
[alert]
[crit]
[emerg]



=== a limited method that is allowed is protected all the same
--- request eval
["POST /allow\nx", "POST /allow\nx", "DELETE /allow", "POST /allow\nx"]
--- token
-
RS256 --bad expired
RS256 --claim scope=write
RS256
--- refused
no_token
expired
insufficient_scope
-
--- error_code eval
[401, 401, 403, 200]
--- response_headers eval
[
    'WWW-Authenticate: Bearer realm="R"',
    'WWW-Authenticate: Bearer realm="R", error="invalid_token", error_description="The access token provided is expired, revoked, malformed, or invalid for other reasons."',
    'WWW-Authenticate: Bearer realm="R", scope="read", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."',
    '! WWW-Authenticate',
]



=== claims under limit_except
--- request eval
["POST /allow\nx", 'GET /allow']
--- token: RS256
--- refused: - x 2
--- response_body eval
["alice\n", "alice\n"]
