# What is left of an answer when NGINX serves something else in its place.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

default_http_config(<<'CONFIG');
map $uri $is_error_page {
    volatile;
    default        "";
    /bypassed/page 1;
}
map $uri $needed {
    volatile;
    default     admin;
    /scope/page read;
}
CONFIG

default_config(<<'CONFIG');
oauth2_resolver stateless;
location /bypassed/ {
    oauth2_bypass $is_error_page;
    error_page 401 403 /bypassed/page;
    try_files $uri /bypassed/page;
}
location /scope/ {
    oauth2_scope $needed;
    error_page 403 /scope/page;
    try_files $uri /scope/page;
}
location = /fallback {
    oauth2_scope admin;
    error_page 403 = /granted;
    empty_gif;
}
location = /granted {
    empty_gif;
}
location = /again {
    error_page 401 = @again;
    empty_gif;
}
location @again {
    empty_gif;
}
location = /moved {
    oauth2_audience "";
    try_files /none /late;
}
location = /late {
    oauth2_audience https://late.example.com;
    set $early "$oauth2_claim_sub";
    add_header X-Early "[$early]" always;
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== an error page in the location that refused, bypassed there
--- user_files
>>> bypassed/page
the page
--- request: GET /bypassed/x
--- refused: no_token
--- response_body
the page



=== an error page in the location that refused, open to less
--- user_files
>>> scope/page
the page
--- request: GET /scope/x
--- token: RS256 --claim scope=read
--- refused: insufficient_scope
--- response_headers
WWW-Authenticate: Bearer scope="admin", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."
--- response_body
the page



=== a refusal that another location takes back leaves no challenge
--- request: GET /fallback
--- token: RS256 --claim scope=read
--- refused: insufficient_scope
--- error_code: 200
--- response_headers
! WWW-Authenticate



=== a request that is refused twice for one reason is logged once
--- request: GET /again
--- refused: no_token



=== claims of an earlier location don't show before the access phase of the next
--- request: GET /moved
--- token: RS256 --claim aud=https://other.example.com
--- refused: audience_mismatch
--- response_headers
X-Early: []



=== nor where that location refuses by other rules
--- request: GET /moved
--- token: RS256 --claim 'aud=["https://late.example.com"]'
--- granted
--- response_headers
X-Early: []
