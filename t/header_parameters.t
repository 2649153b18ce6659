# The header's parameters: what is refused, what is tolerated, what is never used.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our $claims = '{"iss":"https://as.example.com","aud":"https://api.example.com","exp":@now+600}';

# Tokens of these headers, all signed with the key of /hs.
sub with_headers {
    return join "\n", map { "signed '$_' '$claims'" } @_;
}

jwks('hs.jwks', 'HS256');
default_config(<<'CONFIG');
location = /t {
    oauth2_resolver stateless;
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

=== alg is missing or not text
--- request eval
[('GET /hs') x 6]
--- token eval
::with_headers('{}', '{"typ":"JWT"}', '{"alg":null}', '{"alg":256}', '{"alg":["HS256"]}',
    '{"alg":{"HS256":1}}')
--- refused: unsupported_algorithm x 6



=== alg is one of no signature algorithm
--- request eval
[('GET /hs') x 9]
--- token eval
::with_headers(map { qq({"alg":"$_"}) } '', 'hs256', 'HS256 ', 'HS1', 'HS255', 'RSA1_5', 'dir',
    'PBES2-HS256+A128KW', 'A128GCM')
--- refused: unsupported_algorithm x 9



=== alg is right
--- request
GET /hs
--- token eval
::with_headers('{"alg":"HS256"}')
--- granted



=== any crit
--- token: RS256 --bad crit
--- refused: unsupported_header



=== crit of every kind
--- request eval
[('GET /hs') x 9]
--- token eval
::with_headers(map { qq({"alg":"HS256","crit":$_}) } '[]', '["exp"]', '["b64"]', '["alg"]', '""',
    'null', 'true', '{}', '[1]')
--- refused: unsupported_header x 9



=== crit with b64
--- request
GET /hs
--- token eval
::with_headers('{"alg":"HS256","b64":false,"crit":["b64"]}')
--- refused: unsupported_header



=== a parameter whose name is like crit
--- request
GET /hs
--- token eval
::with_headers('{"alg":"HS256","Crit":["exp"],"critical":true}')
--- granted



=== zip NONE is tolerated
--- token: RS256 --header zip=NONE
--- granted



=== zip DEF in a signed token
--- token: RS256 --bad zip-def
--- refused: unsupported_header



=== zip of every other kind
--- request eval
[('GET /hs') x 6]
--- token eval
::with_headers(map { qq({"alg":"HS256","zip":$_}) } '"GZIP"', '""', 'null', '1', '"none"', '["NONE"]')
--- refused: unsupported_header x 6



=== typ in any case
--- request eval
[('GET /hs') x 6]
--- token eval
::with_headers(map { qq({"alg":"HS256","typ":"$_"}) } 'JWT', 'jwt', 'at+jwt', 'AT+JWT',
    'application/at+jwt', 'Application/AT+JWT')
--- refused: - x 6



=== typ that isn't text
--- request eval
[('GET /hs') x 5]
--- token eval
::with_headers(map { qq({"alg":"HS256","typ":$_}) } 'null', '1', 'true', '["JWT"]', '{}')
--- refused: wrong_token_type x 5



=== kid that isn't text
--- request eval
[('GET /hs') x 5]
--- token eval
::with_headers(map { qq({"alg":"HS256","kid":$_}) } 'null', '1', 'true', '["hs256"]', '{}')
--- refused: malformed_token x 5



=== kid that is text
--- request eval
[('GET /hs') x 3]
--- token eval
::with_headers(map { qq({"alg":"HS256","kid":$_}) } '"hs256"', '""', '"another"')
--- refused: - x 3



=== unknown parameters are tolerated
--- request
GET /hs
--- token eval
::with_headers('{"alg":"HS256","x":1,"http://example.com/y":{"z":[true,null]},"cty":"x","enc":"A128GCM"}')
--- granted



=== keys in the header are not used: the set's key verifies all the same
--- token eval
::lines map { "RS256 --header '$_'" }
    'jwk={"kty":"oct","k":"AAAA"}', 'jku=https://mallory.example.com/jwks',
    'x5u=https://mallory.example.com/cert', 'x5c=["MIIB"]', 'x5t=AAAA', 'jwk=1'
--- refused: - x 6



=== keys in the header are not used: the signature of such a key isn't looked at
--- token
RS256 --bad jwk-header
RS256 --bad wrong-key --header jku=http://127.0.0.1:1/jwks
RS256 --bad wrong-key --header x5u=http://127.0.0.1:1/cert
--- refused: bad_signature x 3



=== the header is judged before the signature
--- token
RS256 --bad wrong-key --header 'crit=["x"]'
RS256 --bad wrong-key --header zip=DEF
RS256 --bad wrong-key --header alg=none
RS256 --bad wrong-key
--- refused
unsupported_header
unsupported_header
unsupported_algorithm
bad_signature
