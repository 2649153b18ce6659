# Where a request moves to another location, that location's demands count.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

jwks('es.jwks', 'ES256');

# RS256 is the resolver of the server, ES256 another one.
default_config(<<'CONFIG');
oauth2_resolver stateless;
proxy_set_header X-Value "[$oauth2_claim_sub][$oauth2_scope]";
root $TEST_NGINX_SERVER_ROOT/html;
rewrite ^/old$ /same last;

location = /same {
    proxy_pass http://echo/;
}
location = /scope {
    oauth2_scope admin;
    proxy_pass http://echo/;
}
location = /https {
    oauth2_require_https on;
    proxy_pass http://echo/;
}
location = /other {
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/es.jwks;
    proxy_pass http://echo/;
}
location = /off {
    oauth2_resolver off;
    proxy_pass http://echo/;
}
location @named {
    proxy_pass http://echo;
}
location @named-other {
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/es.jwks;
    proxy_pass http://echo;
}
location @named-off {
    oauth2_resolver off;
    proxy_pass http://echo;
}
location /try/ {
    location = /try/same { try_files /none /same; }
    location = /try/scope { try_files /none /scope; }
    location = /try/https { try_files /none /https; }
    location = /try/other { try_files /none /other; }
    location = /try/off { try_files /none /off; }
    location = /try/named { try_files /none @named; }
    location = /try/named-other { try_files /none @named-other; }
    location = /try/named-off { try_files /none @named-off; }
}
location /open/ {
    oauth2_resolver off;
    location = /open/same { try_files /none /same; }
    location = /open/named { try_files /none @named; }
    location = /open/rewrite { rewrite ^ /same last; }
    location = /open/bypass { oauth2_resolver stateless; oauth2_bypass 1; try_files /none /same; }
}
location /missing/ {
    location = /missing/same { error_page 404 = /same; }
    location = /missing/other { error_page 404 = /other; }
    location = /missing/off { error_page 404 = /off; }
}
location = /rewritten {
    rewrite ^ /other last;
}
location /dir/ {
    oauth2_resolver off;
    index page.html;
}
location = /dir/page.html {
    oauth2_resolver stateless;
}
location /accel/ {
    proxy_pass http://127.0.0.1:$TEST_NGINX_ECHO_PORT;
    proxy_set_header Host accel;
}
CONFIG

default_http_config(<<'CONFIG');
server {
    listen 127.0.0.1:$TEST_NGINX_ECHO_PORT;
    server_name accel;
    location ~ ^/accel(/.*)$ {
        add_header X-Accel-Redirect $1;
        return 200;
    }
}
CONFIG

our $files = ">>> dir/page.html\nthe page\n";

run_tests();

__DATA__

=== to a location of the same resolver
--- request eval
[map { "GET /$_" } qw(try/same try/named old missing/same accel/same)]
--- token: RS256
--- refused: - x 5
--- response_body eval
[("[alice][read write]\n") x 5]
--- no_error_log
[alert]
[crit]
[emerg]



=== to a location of the same resolver without a token
--- request eval
[map { "GET /$_" } qw(try/same try/named old missing/same accel/same)]
--- refused: no_token x 5



=== from a location that is off
--- request eval
[map { "GET /$_" } qw(open/same open/named open/rewrite open/bypass)]
--- refused: no_token x 4



=== from a location that is off, with a token
--- request eval
[map { "GET /$_" } qw(open/same open/named open/rewrite open/bypass)]
--- token: RS256
--- refused: - x 4
--- response_body eval
[("[alice][read write]\n") x 4]



=== to a location that wants a scope
--- request eval
['GET /try/scope', 'GET /try/scope']
--- token
RS256
RS256 --claim scope=admin
--- refused
insufficient_scope
-
--- error_code eval
[403, 200]
--- response_headers eval
['WWW-Authenticate: Bearer scope="admin", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."', '! WWW-Authenticate']



=== to a location that wants https
--- request
GET /try/https
--- token: RS256
--- refused: https_required



=== to a location of another resolver: the first one's token isn't good there
--- request eval
[map { "GET /$_" } qw(try/other try/named-other missing/other accel/other)]
--- token: RS256
--- refused: unknown_key x 4
--- no_error_log
[alert]
[crit]
[emerg]



=== to a location of another resolver: the other one's token doesn't get that far
--- request eval
[map { "GET /$_" } qw(try/other try/named-other missing/other accel/other)]
--- token: ES256
--- refused: unknown_key x 4



=== a rewrite before the access phase: only the second resolver is asked
--- request eval
['GET /rewritten', 'GET /rewritten']
--- token
ES256
RS256
--- refused
-
unknown_key



=== to a location that is off: it shows the claims of the resolver that granted
--- request eval
[map { "GET /$_" } qw(try/off try/named-off missing/off accel/off)]
--- token: RS256
--- refused: - x 4
--- response_body eval
[("[alice][read write]\n") x 4]
--- no_error_log
[alert]
[crit]
[emerg]



=== to a location that is off, without a token
--- request eval
[map { "GET /$_" } qw(try/off try/named-off missing/off accel/off)]
--- refused: no_token x 4



=== an index that is protected
--- user_files eval: $::files
--- request eval
['GET /dir/', 'GET /dir/']
--- token
-
RS256
--- refused
no_token
-
--- response_body_like eval
[qr/401 Authorization Required/, qr/^the page$/]
