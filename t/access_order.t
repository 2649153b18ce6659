# The order in the access phase: allow and deny, ours, auth_basic, auth_request.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

write_file(run_file('htpasswd'), "bob:{PLAIN}secret\n");

default_http_config(<<'CONFIG');
log_format policy "policy asked: sub=[$http_x_subject] authorization=[$http_authorization]";
server {
    listen 127.0.0.1:$TEST_NGINX_ECHO_PORT;
    server_name policy;
    location / {
        access_log logs/access.log policy;
        if ($http_x_subject = alice) {
            return 204;
        }
        return 403;
    }
}
CONFIG

default_config(<<'CONFIG');
access_log off;
location = /deny {
    deny all;
    oauth2_resolver stateless;
    empty_gif;
}
location = /allow {
    allow 127.0.0.1;
    deny all;
    oauth2_resolver stateless;
    empty_gif;
}
location = /basic {
    oauth2_resolver stateless;
    auth_basic basic;
    auth_basic_user_file $TEST_NGINX_RUN/htpasswd;
    empty_gif;
}
location = /policy {
    oauth2_resolver stateless;
    auth_request /ask;
    add_header X-Subject "[$oauth2_claim_sub]" always;
    empty_gif;
}
location = /ask {
    internal;
    proxy_set_header X-Subject $oauth2_claim_sub;
    proxy_set_header Authorization "";
    proxy_set_header Host policy;
    proxy_pass http://echo/;
}
CONFIG

run_tests();

__DATA__

=== a denied address costs no verification
--- request eval
[('GET /deny') x 3]
--- token
-
RS256 --bad wrong-key
RS256
--- error_code eval
[403, 403, 403]
--- response_headers eval
[('! WWW-Authenticate') x 3]
--- no_error_log
[alert]
[crit]
[emerg]
oauth2:



=== an allowed address is checked
--- request eval
['GET /allow', 'GET /allow']
--- token
-
RS256
--- refused
no_token
-



=== basic credentials don't make up for a token: the challenge is ours
--- request
GET /basic
--- more_headers
Authorization: Basic Ym9iOnNlY3JldA==
--- refused: no_token



=== basic credentials are asked for behind the token
--- request
GET /basic
--- token: RS256
--- error_code: 401
--- response_headers
WWW-Authenticate: Basic realm="basic"



=== a policy service asked by auth_request sees the claims
--- request
GET /policy
--- token: RS256
--- granted
--- response_headers
X-Subject: [alice]
--- access_log
policy asked: sub=[alice] authorization=[-]



=== and may refuse
--- request
GET /policy
--- token: RS256 --claim sub=mallory
--- error_code: 403
--- response_headers
X-Subject: [mallory]
! WWW-Authenticate
--- access_log
policy asked: sub=[mallory] authorization=[-]
--- no_error_log
[alert]
[crit]
[emerg]



=== a policy service isn't asked about a bad token
--- request
GET /policy
--- token: RS256 --bad wrong-key
--- refused: bad_signature
--- no_access_log
policy asked
