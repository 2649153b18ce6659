# error_page for what the module answers, and for what comes behind it.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our $invalid_token = 'WWW-Authenticate: Bearer realm="R", error="invalid_token", '
  . 'error_description="The access token provided is expired, revoked, malformed, or invalid for other reasons."';
our $insufficient_scope = 'WWW-Authenticate: Bearer realm="R", scope="read", error="insufficient_scope", '
  . 'error_description="The request requires higher privileges than provided by the access token."';

default_config(<<'CONFIG');
oauth2_resolver stateless;
oauth2_realm R;
oauth2_scope read;

location = /off {
    error_page 401 403 /page/off;
    empty_gif;
}
location = /upstream {
    error_page 401 403 /page/upstream;
    empty_gif;
}
location = /named {
    error_page 401 403 @named;
    empty_gif;
}
location = /status {
    error_page 401 403 =200 /page/off;
    empty_gif;
}
location = /inherits {
    error_page 401 403 /page/inherits;
    empty_gif;
}
location = /less {
    error_page 401 403 /page/less;
    empty_gif;
}
location = /other-realm {
    error_page 401 403 /page/other-realm;
    empty_gif;
}
location = /undefined {
    oauth2_scope $arg_scope;
    error_page 500 /page/off;
    empty_gif;
}
location = /external {
    error_page 401 https://login.example.com/;
    empty_gif;
}
location /missing {
    error_page 404 /page/found;
    root $TEST_NGINX_RUN;
}
location = /page/off {
    oauth2_resolver off;
    add_header X-Reason "[$oauth2_error_reason][$oauth2_claim_sub]" always;
    return 200 "please log in\n";
}
location = /page/upstream {
    oauth2_resolver off;
    proxy_set_header X-Value "[$oauth2_claim_sub][$oauth2_token][$oauth2_claims]";
    proxy_pass http://echo/;
}
location @named {
    oauth2_resolver off;
    return 200 "please log in\n";
}
location = /page/inherits {
    add_header X-Page inherits always;
    empty_gif;
}
location = /page/less {
    oauth2_scope "";
    add_header X-Reason "[$oauth2_error_reason][$oauth2_claim_sub]" always;
    proxy_set_header X-Value "[$oauth2_claim_sub][$oauth2_token][$oauth2_claims]";
    proxy_pass http://echo/;
}
location = /page/other-realm {
    oauth2_realm other;
    add_header X-Page other-realm always;
    empty_gif;
}
location = /page/found {
    proxy_set_header X-Value "[$oauth2_claim_sub]";
    proxy_pass http://echo/;
}
CONFIG

run_tests();

__DATA__

=== a page of a location that is off, and the challenge once
--- request eval
['GET /off', 'GET /off', 'GET /off']
--- token
-
RS256 --bad expired
RS256 --claim scope=write
--- refused
no_token
expired
insufficient_scope
--- error_code eval
[401, 401, 403]
--- response_headers eval
['WWW-Authenticate: Bearer realm="R"', $::invalid_token, $::insufficient_scope]
--- response_body eval
[("please log in\n") x 3]



=== a good token never sees such a page
--- request eval
[map { "GET /$_" } qw(off upstream named status inherits other-realm)]
--- token: RS256
--- refused: - x 6
--- response_headers eval
[("Content-Type: image/gif\n! WWW-Authenticate") x 6]



=== the page knows the reason and no claim
--- request
GET /off
--- token: RS256 --bad expired
--- refused: expired
--- response_headers
X-Reason: [expired][]



=== a page of an upstream gets nothing of the token
--- request eval
['GET /upstream', 'GET /upstream']
--- token
RS256 --bad wrong-key
RS256 --claim scope=write
--- refused
bad_signature
insufficient_scope
--- error_code eval
[401, 403]
--- response_headers eval
[$::invalid_token, $::insufficient_scope]
--- response_body eval
["[][][]\n", "[][][]\n"]



=== a named location
--- request
GET /named
--- token: RS256 --bad expired
--- refused: expired
--- response_headers eval: $::invalid_token
--- response_body
please log in



=== a status of the page's own
--- request
GET /status
--- token: RS256 --bad expired
--- refused: expired
--- error_code: 200
--- response_headers_like
X-Reason: \[expired\]\[\]
--- response_body
please log in



=== a page of a location that inherits the resolver is refused again, with one challenge
--- request eval
['GET /inherits', 'GET /inherits', 'GET /inherits']
--- token
-
RS256 --bad expired
RS256 --claim scope=write
--- refused
no_token
expired
insufficient_scope
--- error_code eval
[401, 401, 403]
--- response_headers eval
["WWW-Authenticate: Bearer realm=\"R\"\nX-Page: inherits", "$::invalid_token\nX-Page: inherits", "$::insufficient_scope\nX-Page: inherits"]
--- response_body_like eval
[qr/401 Authorization Required/, qr/401 Authorization Required/, qr/403 Forbidden/]



=== a page of a location that demands less: the request was refused all the same
--- request
GET /less
--- token: RS256 --claim scope=write
--- refused: insufficient_scope
--- response_headers eval
"$::insufficient_scope\nX-Reason: [insufficient_scope][]"
--- response_body
[][][]



=== a page of another realm has one challenge too
--- request
GET /other-realm
--- refused: no_token
--- response_headers_like
WWW-Authenticate: Bearer realm="\w+"
--- raw_response_headers_unlike: (?i)www-authenticate:.*www-authenticate:



=== the page for 500
--- request
GET /undefined
--- token: RS256
--- refused: scope_undefined
--- response_headers
! WWW-Authenticate
X-Reason: [scope_undefined][]
--- response_body
please log in



=== a redirect to another site
--- request
GET /external
--- refused: no_token
--- error_code: 302
--- response_headers
Location: https://login.example.com/



=== an error behind the token: the page that inherits the resolver sees the claims
--- request
GET /missing/file
--- token: RS256
--- error_code: 404
--- response_headers
! WWW-Authenticate
--- response_body
[alice]
--- no_error_log
[alert]
[crit]
[emerg]



=== an error behind the token: without a token there is none
--- request
GET /missing/file
--- refused: no_token
--- response_headers
WWW-Authenticate: Bearer realm="R"
