# oauth2_bypass: requests that aren't checked.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

default_http_config(<<'CONFIG');
map $request_method $preflight {
    OPTIONS 1;
    default 0;
}
map $arg_bypass $asked {
    default $arg_bypass;
}
map $arg_more $asked_too {
    default $arg_more;
}
CONFIG

default_config(<<'CONFIG');
oauth2_resolver stateless;
location = /t {
    oauth2_bypass $asked;
    oauth2_scope admin;
    oauth2_require_https on;
    add_header X-Subject "<$oauth2_claim_sub$oauth2_token$oauth2_error_reason>" always;
    empty_gif;
}
location = /two {
    oauth2_bypass $asked $asked_too;
    empty_gif;
}
location = /two-lines {
    oauth2_bypass $asked;
    oauth2_bypass $asked_too;
    empty_gif;
}
location = /cors {
    oauth2_bypass $preflight;
    proxy_pass http://echo/;
}
location /inherits {
    oauth2_bypass 1;
    location = /inherits/kept {
        empty_gif;
    }
    location = /inherits/restored {
        oauth2_bypass "";
        empty_gif;
    }
    location = /inherits/replaced {
        oauth2_bypass 0;
        empty_gif;
    }
}
CONFIG

run_tests();

__DATA__

=== a condition that is empty or 0
--- request eval
['GET /two', 'GET /two?bypass=', 'GET /two?bypass=0', 'GET /two?bypass=0&more=0']
--- refused: no_token x 4



=== a condition that is anything else
--- request eval
[map { "GET /two?bypass=$_" } qw(1 00 no x)]
--- refused: - x 4



=== one of several conditions is enough
--- request eval
[
    'GET /two?more=1', 'GET /two?bypass=0&more=1', 'GET /two?bypass=1&more=0',
    'GET /two-lines?more=1', 'GET /two-lines?bypass=1', 'GET /two-lines?bypass=0&more=0',
]
--- refused
-
-
-
-
-
no_token



=== nothing is checked, whatever comes, and nothing of a token is visible
--- request eval
[('GET /t?bypass=1') x 3]
--- token
-
RS256
RS256 --bad expired
--- refused: - x 3
--- response_headers eval
[("X-Subject: <>\n! WWW-Authenticate") x 3]



=== CORS preflight
--- request eval
['OPTIONS /cors', 'GET /cors', "POST /cors\nx"]
--- refused
-
no_token
no_token



=== a bypass is inherited, restored and replaced
--- request eval
[map { "GET /inherits/$_" } qw(kept restored replaced)]
--- refused
-
no_token
no_token



=== what isn't bypassed is granted with a token
--- request eval
['GET /two', 'OPTIONS /cors', 'GET /inherits/restored']
--- token: RS256
--- refused: - x 3
