# oauth2_issuer: iss must equal it, to the byte.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

jwks('hs.jwks', 'HS256');
default_config(<<'CONFIG');
location = /t {
    oauth2_resolver stateless;
    empty_gif;
}
location = /port {
    oauth2_resolver stateless;
    oauth2_issuer https://as.example.com:443/realms/a;
    empty_gif;
}
location = /hs {
    oauth2_resolver stateless;
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/hs.jwks;
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== the issuer
--- request eval
['GET /t', 'GET /port']
--- token
RS256 --claim iss=https://as.example.com
RS256 --claim iss=https://as.example.com:443/realms/a
--- refused: - x 2



=== another issuer
--- token: RS256 --bad wrong-issuer
--- refused: issuer_mismatch



=== almost the issuer
--- token
RS256 --claim iss=https://as.example.com/
RS256 --claim iss=https://as.example.co
RS256 --claim iss=https://as.example.com:443
RS256 --claim iss=https://AS.example.com
RS256 --claim iss=http://as.example.com
RS256 --claim iss=xhttps://as.example.com
RS256 --claim 'iss=https://as.example.com '
RS256 --claim 'iss=""'
--- refused: issuer_mismatch x 8



=== a port that was configured counts
--- request eval
['GET /port', 'GET /port']
--- token
RS256 --claim iss=https://as.example.com/realms/a
RS256 --claim iss=https://as.example.com:443/realms/a/
--- refused: issuer_mismatch x 2



=== no issuer
--- token: RS256 --no-claim iss
--- refused: issuer_mismatch



=== an issuer of the wrong JSON type
--- token
RS256 --claim iss=1
RS256 --claim iss=null
RS256 --claim iss=true
RS256 --claim 'iss=["https://as.example.com"]'
RS256 --claim 'iss={"https://as.example.com":1}'
--- refused: malformed_claims x 5



=== the issuer written with JSON escapes is the same text
--- request
GET /hs
--- token
signed '{"alg":"HS256"}' '{"iss":"https:\/\/as.ex\u0061mple.com","aud":"https://api.example.com","exp":@now+600}'
--- granted



=== a token of one location's issuer isn't good at another's
--- request eval
['GET /port', 'GET /t']
--- token
RS256
RS256 --claim iss=https://as.example.com:443/realms/a
--- refused: issuer_mismatch x 2



=== claims beside the known ones are tolerated
--- token: RS256 --claim 'x={"a":[1,null,true]}' --claim issuer=nobody --claim ISS=nobody
--- granted
