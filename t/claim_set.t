# oauth2_claim_set: a variable for the claim at a path.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

default_http_config(<<'CONFIG');
oauth2_claim_set $upper TENANT;
oauth2_claim_set $roles realm_access roles;
oauth2_claim_set $deep a b c d;
oauth2_claim_set $url https://example.com/tenant;
oauth2_claim_set $dotted a.b;
oauth2_claim_set $spaced "with space";
oauth2_claim_set $again realm_access roles;
CONFIG

default_config(<<'CONFIG');
oauth2_resolver stateless;
proxy_set_header X-Value "[$upper][$roles][$deep][$url][$dotted][$spaced][$again]";
location = /t {
    proxy_pass http://echo/;
}
location = /off {
    oauth2_resolver off;
    proxy_pass http://echo/;
}
location = /early {
    set $early "$upper";
    proxy_set_header X-Value "[$early][$upper]";
    proxy_pass http://echo/;
}
location = /refused {
    add_header X-Value "[$upper]" always;
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== claims at paths
--- token
RS256 --claim TENANT=t --claim 'realm_access={"roles":["a","b"]}' --claim 'a={"b":{"c":{"d":1}}}' --claim https://example.com/tenant=u --claim a.b=d --claim 'with space=s'
--- granted
--- response_body
[t][["a","b"]][1][u][d][s][["a","b"]]



=== paths that lead nowhere
--- token
RS256
RS256 --claim tenant=t --claim 'realm_access={}' --claim 'a={"b":{"c":1}}'
RS256 --claim realm_access=roles --claim 'a={"b":[{"c":{"d":1}}]}'
RS256 --claim realm_access=null --claim 'a=["b"]'
--- refused: - x 4
--- response_body eval
[("[][][][][][][]\n") x 4]



=== a path that ends in the middle
--- http_config
oauth2_claim_set $whole a;
--- config
location = /t {
    oauth2_resolver stateless;
    proxy_set_header X-Value "[$whole]";
    proxy_pass http://echo/;
}
--- token: RS256 --claim 'a={"b":{"c":1}}'
--- granted
--- response_body
[{"b":{"c":1}}]



=== control characters come out as JSON escapes
--- token: RS256 --claim 'TENANT="a\r\nX-Injected: 1"'
--- granted
--- response_body
[a\r\nX-Injected: 1][][][][][][]



=== empty where the resolver is off
--- request
GET /off
--- token: RS256 --claim TENANT=t
--- granted
--- response_body
[][][][][][][]



=== empty before the access phase, and not cached from then
--- request
GET /early
--- token: RS256 --claim TENANT=t
--- granted
--- response_body
[][t]



=== empty when the request is refused
--- request
GET /refused
--- token: RS256 --claim TENANT=t --claim exp=@-60
--- refused: expired
--- response_headers
X-Value: []
