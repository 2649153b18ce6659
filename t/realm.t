# oauth2_realm in the challenge.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

my $http_config = <<'CONFIG';
map $arg_case $realm {
    plain plain;
    quote 'a"b"';
    backslash 'a\\b';
    line "a\r\nX-Injected: 1";
    tab "a\tb";
    bytes "caf\xc3\xa9 \x01\x1b\x7f\x80\xff";
    comma 'a", error="none';
}
CONFIG
default_http_config($http_config =~ s/\\x(..)/chr hex $1/ger);

default_config(<<'CONFIG');
oauth2_resolver stateless;
oauth2_realm "the server";
location = /t {
    empty_gif;
}
location = /replaced {
    oauth2_realm "another one";
    empty_gif;
}
location = /restored {
    oauth2_realm "";
    empty_gif;
}
location = /variable {
    oauth2_realm $realm;
    empty_gif;
}
location = /header {
    oauth2_realm "<$http_x_realm>";
    oauth2_scope admin;
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== a realm is inherited, replaced and restored
--- request eval
['GET /t', 'GET /replaced', 'GET /restored']
--- refused: no_token x 3
--- response_headers eval
[
    'WWW-Authenticate: Bearer realm="the server"',
    'WWW-Authenticate: Bearer realm="another one"',
    'WWW-Authenticate: Bearer',
]



=== a good token is told no realm
--- token: RS256
--- granted
--- response_headers
! WWW-Authenticate



=== a variable
--- request
GET /variable?case=plain
--- refused: no_token
--- response_headers
WWW-Authenticate: Bearer realm="plain"



=== a variable that is empty
--- request
GET /variable
--- refused: no_token
--- response_headers
WWW-Authenticate: Bearer



=== quotes and backslashes are escaped
--- request eval
[map { "GET /variable?case=$_" } qw(quote backslash comma)]
--- refused: no_token x 3
--- response_headers eval
[
    'WWW-Authenticate: Bearer realm="a\"b\""',
    'WWW-Authenticate: Bearer realm="a\\\\b"',
    'WWW-Authenticate: Bearer realm="a\", error=\"none"',
]



=== response splitting through a realm
--- request
GET /variable?case=line
--- refused: no_token
--- response_headers
WWW-Authenticate: Bearer realm="a??X-Injected: 1"
! X-Injected



=== bytes outside printable ASCII
--- request eval
['GET /variable?case=tab', 'GET /variable?case=bytes']
--- refused: no_token x 2
--- response_headers eval
[
    'WWW-Authenticate: Bearer realm="a?b"',
    'WWW-Authenticate: Bearer realm="caf?? ?????"',
]



=== a realm that a client has a part in, in every challenge
--- request eval
[('GET /header') x 3]
--- more_headers eval
[
    "X-Realm: \"\\\xff",
    "X-Realm: \"\\\xff\nAuthorization: Bearer a.b",
    "X-Realm: \"\\\xff\nAuthorization: Bearer " . ::token('RS256'),
]
--- refused
no_token
malformed_token
insufficient_scope
--- error_code eval
[401, 401, 403]
--- response_headers eval
[
    'WWW-Authenticate: Bearer realm="<\"\\\\?>"',
    'WWW-Authenticate: Bearer realm="<\"\\\\?>", error="invalid_token", error_description="The access token provided is expired, revoked, malformed, or invalid for other reasons."',
    'WWW-Authenticate: Bearer realm="<\"\\\\?>", scope="admin", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."',
]
