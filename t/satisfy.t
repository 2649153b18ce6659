# satisfy any and all, together with allow and deny, auth_basic and auth_request.

use lib 't/lib';
use MIME::Base64 qw(encode_base64);
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

write_file(run_file('htpasswd'), "bob:{PLAIN}secret\n");
our $basic = 'Authorization: Basic ' . encode_base64('bob:secret', '');

default_config(<<'CONFIG');
location /any {
    satisfy any;
    oauth2_resolver stateless;
    add_header X-Subject "[$oauth2_claim_sub]" always;
    location = /any/allowed {
        allow 127.0.0.1;
        deny all;
        empty_gif;
    }
    location = /any/denied {
        deny all;
        empty_gif;
    }
    location = /any/scope {
        deny all;
        oauth2_scope admin;
        empty_gif;
    }
    location = /any/https {
        deny all;
        oauth2_require_https on;
        empty_gif;
    }
    location = /any/undefined {
        deny all;
        oauth2_scope $arg_scope;
        auth_basic basic;
        auth_basic_user_file $TEST_NGINX_RUN/htpasswd;
        empty_gif;
    }
    location = /any/basic {
        auth_basic basic;
        auth_basic_user_file $TEST_NGINX_RUN/htpasswd;
        empty_gif;
    }
    location = /any/policy-yes {
        auth_request /yes;
        empty_gif;
    }
    location = /any/policy-no {
        auth_request /no;
        empty_gif;
    }
    location = /any/basic-and-policy {
        auth_basic basic;
        auth_basic_user_file $TEST_NGINX_RUN/htpasswd;
        auth_request /yes;
        empty_gif;
    }
}
location /all {
    oauth2_resolver stateless;
    location = /all/allowed {
        allow 127.0.0.1;
        deny all;
        empty_gif;
    }
    location = /all/denied {
        deny all;
        empty_gif;
    }
}
location = /yes {
    internal;
    return 204;
}
location = /no {
    internal;
    return 403;
}
CONFIG

run_tests();

__DATA__

=== any: an allowed address needs no token
--- request eval
[('GET /any/allowed') x 3]
--- token
-
RS256 --bad expired
RS256
--- refused: - x 3
--- response_headers eval
[("X-Subject: []\n! WWW-Authenticate") x 3]



=== any: a denied address with a good token
--- request
GET /any/denied
--- token: RS256
--- granted
--- response_headers
X-Subject: [alice]
! WWW-Authenticate



=== any: a denied address without a good token
--- request eval
[('GET /any/denied') x 3]
--- token
-
RS256 --bad expired
RS256 --bad wrong-key
--- refused
no_token
expired
bad_signature
--- no_error_log
[alert]
[crit]
[emerg]



=== any: a denied address and a missing scope
--- request
GET /any/scope
--- token: RS256
--- refused: insufficient_scope
--- error_code: 403
--- response_headers
WWW-Authenticate: Bearer scope="admin", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."
--- no_error_log
[alert]
[crit]
[emerg]



=== any: a denied address and plain http
--- request
GET /any/https
--- token: RS256
--- refused: https_required
--- no_error_log
[alert]
[crit]
[emerg]



=== any: 500 ends the request at once, whatever would follow
--- request
GET /any/undefined
--- token: RS256
--- refused: scope_undefined



=== any: the same request with a scope that is defined
--- request
GET /any/undefined?scope=read
--- token: RS256
--- granted



=== any: good basic credentials instead of a token
--- request
GET /any/basic
--- more_headers eval: $::basic
--- refused: no_token
--- error_code: 200
--- response_headers
X-Subject: []
! WWW-Authenticate



=== any: a good token instead of basic credentials
--- request
GET /any/basic
--- token: RS256
--- granted
--- response_headers
X-Subject: [alice]
! WWW-Authenticate



=== any: neither a token nor basic credentials
--- request
GET /any/basic
--- refused: no_token
--- raw_response_headers_like: WWW-Authenticate: Bearer\r\n
--- raw_response_headers_unlike: (?i)www-authenticate: bearer.*www-authenticate: bearer
--- response_headers_like
WWW-Authenticate: .*Basic realm="basic"



=== any: a bad token and no basic credentials
--- request
GET /any/basic
--- token: RS256 --bad expired
--- refused: expired
--- raw_response_headers_like: WWW-Authenticate: Bearer error="invalid_token", .*\r\n
--- raw_response_headers_unlike: (?i)www-authenticate: bearer.*www-authenticate: bearer
--- response_headers_like
WWW-Authenticate: .*Basic realm="basic"



=== any: bad basic credentials
--- request
GET /any/basic
--- more_headers
Authorization: Basic Ym9iOndyb25n
--- refused: no_token
--- response_headers_like
WWW-Authenticate: .*Basic realm="basic"
--- raw_response_headers_unlike: (?i)www-authenticate: bearer.*www-authenticate: bearer
--- no_error_log
[alert]
[crit]
[emerg]



=== any: a policy service that says yes instead of a token
--- request
GET /any/policy-yes
--- refused: no_token
--- error_code: 200
--- response_headers
X-Subject: []
! WWW-Authenticate



=== any: a policy service that says yes, behind a token and basic credentials that are missing
--- request
GET /any/basic-and-policy
--- refused: no_token
--- error_code: 200
--- response_headers
! WWW-Authenticate



=== any: 400 ends the request at once
--- request
GET /any/allowed
--- more_headers
Authorization: Bearer a
Authorization: Bearer b
--- error_code: 400



=== any: a policy service that says no, and no token
--- request
GET /any/policy-no
--- refused: no_token
--- no_error_log
[alert]
[crit]
[emerg]



=== any: a policy service that says no, and a good token
--- request
GET /any/policy-no
--- token: RS256
--- granted



=== all: an allowed address needs a good token
--- request eval
[('GET /all/allowed') x 3]
--- token
-
RS256 --bad expired
RS256
--- refused
no_token
expired
-



=== all: a denied address with a good token
--- request
GET /all/denied
--- token: RS256
--- error_code: 403
--- response_headers
! WWW-Authenticate
--- no_error_log
[alert]
[crit]
[emerg]
