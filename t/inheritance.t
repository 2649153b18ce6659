# What a level sets replaces what it inherits; what it doesn't set it inherits.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

jwks('es.jwks', 'ES256');

run_tests();

__DATA__

=== off is the default, whatever is configured
--- config
location = /t {
    empty_gif;
}
--- granted



=== a resolver of the http level
--- http_config
oauth2_resolver stateless;
--- config
location = /t {
    empty_gif;
}
location = /off {
    oauth2_resolver off;
    empty_gif;
}
location = /restored {
    oauth2_resolver "";
    empty_gif;
}
--- request eval
['GET /t', 'GET /t', 'GET /off', 'GET /restored']
--- token
-
RS256
-
-
--- refused
no_token
-
-
-



=== a resolver of the server
--- config
oauth2_resolver stateless;
location = /t {
    empty_gif;
}
location = /off {
    oauth2_resolver off;
    empty_gif;
}
location = /off/on {
    oauth2_resolver stateless;
    empty_gif;
}
location = /restored {
    oauth2_resolver "";
    empty_gif;
}
--- request eval
['GET /t', 'GET /t', 'GET /off', 'GET /off/on', 'GET /restored']
--- token
-
RS256
-
-
-
--- refused
no_token
-
-
no_token
-



=== nested locations
--- config
location /outer {
    oauth2_resolver stateless;
    oauth2_realm outer;
    location /outer/inner {
        oauth2_realm inner;
        location = /outer/inner/off {
            oauth2_resolver off;
            empty_gif;
        }
        location = /outer/inner/on {
            empty_gif;
        }
    }
    location = /outer/on {
        empty_gif;
    }
}
--- request eval
['GET /outer/on', 'GET /outer/inner/on', 'GET /outer/inner/off']
--- refused
no_token
no_token
-
--- response_headers eval
['WWW-Authenticate: Bearer realm="outer"', 'WWW-Authenticate: Bearer realm="inner"', '! WWW-Authenticate']



=== if in a location
--- config
location = /t {
    oauth2_resolver stateless;
    if ($arg_branch) {
        set $branch taken;
    }
    empty_gif;
}
--- request eval
['GET /t', 'GET /t?branch=1', 'GET /t?branch=1']
--- token
-
-
RS256
--- refused
no_token
no_token
-



=== the issuer of each level
--- config
oauth2_resolver stateless;
location = /http {
    empty_gif;
}
location /location {
    oauth2_issuer https://location.example.com;
    location = /location/kept {
        empty_gif;
    }
    location = /location/replaced {
        oauth2_issuer https://inner.example.com;
        empty_gif;
    }
}
--- request eval
['GET /http', 'GET /location/kept', 'GET /location/replaced', 'GET /location/replaced']
--- token
RS256
RS256 --claim iss=https://location.example.com
RS256 --claim iss=https://inner.example.com
RS256
--- refused
-
-
-
issuer_mismatch



=== secret stores are replaced whole
--- config
oauth2_resolver stateless;
location = /kept {
    empty_gif;
}
location = /replaced {
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/es.jwks;
    empty_gif;
}
--- request eval
[map { "GET /$_" } qw(kept kept replaced replaced)]
--- token
RS256
ES256
RS256
ES256
--- refused
-
unknown_key
unknown_key
-



=== audiences are replaced whole
--- config
oauth2_resolver stateless;
oauth2_audience https://one.example.com https://two.example.com;
location = /kept {
    empty_gif;
}
location = /replaced {
    oauth2_audience https://three.example.com;
    empty_gif;
}
--- request eval
[map { "GET /$_" } qw(kept replaced replaced)]
--- token
RS256 --claim aud=https://two.example.com
RS256 --claim aud=https://two.example.com
RS256 --claim aud=https://three.example.com
--- refused
-
audience_mismatch
-



=== https is required by default, and where "" restores that
--- config
oauth2_resolver stateless;
location = /off {
    empty_gif;
}
location = /on {
    oauth2_require_https on;
    empty_gif;
}
location = /restored {
    oauth2_require_https "";
    empty_gif;
}
--- request eval
[map { "GET /$_" } qw(off on restored)]
--- token: RS256
--- refused
-
https_required
https_required



=== the verification secret is inherited and replaced
--- config
oauth2_resolver stateless;
oauth2_secret_store base64 one=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=;
oauth2_verification_secret one;
location = /kept {
    empty_gif;
}
location = /replaced {
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/es.jwks;
    oauth2_verification_secret any.other.id;
    empty_gif;
}
--- request eval
[map { "GET /$_" } qw(kept replaced)]
--- token: ES256
--- refused
unknown_key
-



=== levels of equal settings share what they resolve with, and keep their own realm and scopes
--- config
location = /a {
    oauth2_resolver stateless;
    oauth2_realm a;
    empty_gif;
}
location = /b {
    oauth2_resolver stateless;
    oauth2_realm b;
    oauth2_scope admin;
    empty_gif;
}
--- request eval
['GET /a', 'GET /a', 'GET /b', 'GET /b', 'GET /b']
--- token
-
RS256
-
RS256
RS256 --claim scope=admin
--- refused
no_token
-
no_token
insufficient_scope
-
--- error_code eval
[401, 200, 401, 403, 200]
--- response_headers eval
[
    'WWW-Authenticate: Bearer realm="a"',
    '! WWW-Authenticate',
    'WWW-Authenticate: Bearer realm="b"',
    'WWW-Authenticate: Bearer realm="b", scope="admin", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."',
    '! WWW-Authenticate',
]
