# Several requests on one connection, bodies, HTTP/1.0: every request is judged by its own token.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

default_config(<<'CONFIG');
oauth2_resolver stateless;
proxy_set_header X-Value "[$oauth2_claim_sub][$oauth2_scope]";
location = /t {
    proxy_pass http://echo/;
}
location = /scope {
    oauth2_scope $oauth2_claim_wanted;
    proxy_pass http://echo/;
}
location = /off {
    oauth2_resolver off;
    proxy_pass http://echo/;
}
CONFIG

run_tests();

__DATA__

=== one connection, a token for each request
--- pipelined_requests eval
[('GET /t') x 6]
--- token
RS256 --claim sub=alice --claim scope=a
RS256 --claim sub=bob --claim scope=b
RS256 --bad wrong-key
-
RS256 --claim sub=carol --no-claim scope
RS256 --claim exp=@-60
--- refused
-
-
bad_signature
no_token
-
expired
--- response_body_like eval
[qr/^\[alice\]\[a\]$/, qr/^\[bob\]\[b\]$/, (qr/401 Authorization Required/) x 2, qr/^\[carol\]\[\]$/,
    qr/401 Authorization Required/]



=== one connection, from a granted request to a location that is off
--- pipelined_requests eval
['GET /t', 'GET /off', 'GET /t']
--- token
RS256
RS256
-
--- refused
-
-
no_token
--- response_body_like eval
[qr/^\[alice\]/, qr/^\[\]\[\]$/, qr/401 Authorization Required/]



=== one connection, a scope that a claim of each token names
--- pipelined_requests eval
[('GET /scope') x 3]
--- token
RS256 --claim wanted=a --claim scope=a
RS256 --claim wanted=b --claim scope=a
RS256 --claim wanted=b --claim scope=b
--- refused
-
insufficient_scope
-
--- error_code eval
[200, 403, 200]
--- response_headers eval
['! WWW-Authenticate', 'WWW-Authenticate: Bearer scope="b", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."', '! WWW-Authenticate']
--- response_body_like eval
[qr/^\[alice\]\[a\]$/, qr/403 Forbidden/, qr/^\[alice\]\[b\]$/]



=== a refused request with a body leaves the connection usable
--- pipelined_requests eval
["POST /t\n" . 'x' x 20000, 'GET /t']
--- token
-
RS256
--- refused
no_token
-
--- response_body_like eval
[qr/401 Authorization Required/, qr/^\[alice\]/]



=== a granted request with a body
--- request eval
"POST /t\n" . 'x' x 20000
--- token: RS256
--- granted
--- response_body
[alice][read write]



=== a chunked body
--- raw_request eval
"POST /t HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
--- refused: no_token



=== HTTP/1.0
--- request eval
['GET /t HTTP/1.0', 'GET /t HTTP/1.0', 'GET /t HTTP/1.0']
--- token
-
RS256
RS256 --bad expired
--- refused
no_token
-
expired



=== HTTP/0.9 has no headers, hence no token
--- raw_request eval
"GET /t\r\n"
--- http09
--- refused: no_token
--- error_code: 200
--- response_headers
! WWW-Authenticate
--- response_body_like: 401 Authorization Required



=== a request of every method is protected
--- request eval
[map { "$_ /t" } qw(GET HEAD POST PUT DELETE OPTIONS PATCH PROPFIND)]
--- refused: no_token x 8



=== a token in pieces
--- raw_request eval
my $token = ::token('RS256');
["GET /t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ", substr($token, 0, 100),
    substr($token, 100) . "\r\n\r\n"]
--- granted
--- response_body
[alice][read write]
