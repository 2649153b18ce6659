# "zip" of encrypted tokens: DEF up to 64 KiB, and nothing else.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our @encryptions = qw(A128CBC-HS256 A192CBC-HS384 A256CBC-HS512 A128GCM A192GCM A256GCM);

jwks('keys.jwks', '--private', 'A256KW', 'RSA-OAEP');
jwks('shared.jwks', '--private', 'A256KW');

default_config(<<'CONFIG');
location = /t {
    oauth2_resolver stateless;
    oauth2_decryption_secret any;
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/default.jwks;
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/keys.jwks;
    proxy_set_header X-Value "$oauth2_claim_sub";
    proxy_pass http://echo/;
}
location = /claims {
    oauth2_resolver stateless;
    oauth2_decryption_secret any;
    oauth2_verification_secret "";
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/shared.jwks;
    proxy_set_header X-Value "$oauth2_claim_sub";
    proxy_pass http://echo/;
}
CONFIG
run_tests();

__DATA__

=== a compressed token is inflated, whatever encrypts it
--- token eval
::lines map { ("RS256 --encrypt A256KW --zip --enc $_", "RS256 --encrypt RSA-OAEP --zip --enc $_") }
  @::encryptions
--- granted
--- response_body eval
[("alice\n") x 12]



=== compressed claims are inflated
--- request: GET /claims
--- token eval
::lines map { "encrypted A256KW --zip --claim sub=bob --enc $_" } @::encryptions
--- granted
--- response_body eval
[("bob\n") x 6]



=== what is inflated has 64 KiB at the most (CVE-2024-28180, CVE-2024-33664)
--- request eval
['GET /claims', 'GET /claims', 'GET /t', 'GET /t']
--- token eval
::lines map { "$_->[0] --zip --claim a=" . 'x' x 30_000 . ' --claim b=' . 'x' x ($_->[1] - 30_000) }
    ['encrypted A256KW', 65_000], ['encrypted A256KW', 65_536], ['RS256 --encrypt A256KW', 48_000],
    ['RS256 --encrypt A256KW', 50_000]
--- refused
-
malformed_token
-
malformed_token



=== a zip bomb
--- token
RS256 --encrypt A256KW --bad jwe-zip-bomb
RS256 --encrypt RSA-OAEP --bad jwe-zip-bomb
RS256
--- refused: malformed_token x 3



=== content that is not compressed though the header says so
--- request eval
['GET /t', 'GET /claims', 'GET /t']
--- token
RS256 --encrypt A256KW --encrypt-header zip=DEF
encrypted A256KW --encrypt-header zip=DEF
RS256 --encrypt A256KW --encrypt-header zip=DEF --payload ''
--- refused: decryption_failed x 3



=== other compressions
--- token
RS256 --encrypt A256KW --bad jwe-zip-unknown
RS256 --encrypt A256KW --encrypt-header zip=NONE
RS256 --encrypt A256KW --encrypt-header zip=def
RS256 --encrypt A256KW --encrypt-header zip=
RS256 --encrypt A256KW --encrypt-header zip=null
RS256 --encrypt A256KW --encrypt-header zip=7
--- refused: unsupported_header x 6



=== compressed and changed
--- token
RS256 --encrypt A256KW --zip --bad jwe-tampered-ciphertext
RS256 --encrypt RSA-OAEP --zip --bad jwe-tampered-tag
RS256 --encrypt RSA-OAEP --zip --bad jwe-wrong-key
--- refused: decryption_failed x 3
