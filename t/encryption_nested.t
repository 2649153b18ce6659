# What is inside an encrypted token is judged like any other: the signature, its key, the claims.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

jwks('keys.jwks', '--private', 'A256KW', 'RSA-OAEP');
jwks('shared.jwks', '--private', 'dir');
jwks('signing.jwks', 'RS256', 'ES256', 'Ed25519', 'HS256:kid=h');

# Both secrets at /t; the shared one alone, around claims, at /claims.
sub configuration {
    my (@settings) = @_;
    return join "\n    ", 'location = /t {', 'oauth2_resolver stateless;',
      'oauth2_secret_store jwks file=$TEST_NGINX_RUN/signing.jwks;',
      'oauth2_secret_store jwks file=$TEST_NGINX_RUN/keys.jwks;', 'oauth2_decryption_secret any;',
      @settings, "empty_gif;\n}\nlocation = /claims {", 'oauth2_resolver stateless;',
      'oauth2_secret_store jwks file=$TEST_NGINX_RUN/shared.jwks;', 'oauth2_verification_secret "";',
      'oauth2_decryption_secret any;', @settings, "empty_gif;\n}\n";
}

sub nested { return map { "RS256 --encrypt A256KW $_" } @_ }

# Tokens whose text a block speaks of.
our $sent = token('RS256', '--encrypt', 'A256KW');
our $inner = token('RS256', '--claim', 'sub=hidden-subject');
our $bad = token('RS256', '--bad', 'wrong-key');

default_config(configuration());
run_tests();

__DATA__

=== the signature inside: tampered, of another key, empty, none
--- token eval
::lines ::nested map { "--bad $_" } qw(
    jwe-inner-bad-signature tampered-payload tampered-header tampered-signature wrong-key
    empty-signature truncated no-signature-part alg-none alg-none-signed alg-unknown)
--- refused
bad_signature
bad_signature
bad_signature
bad_signature
bad_signature
bad_signature
bad_signature
malformed_token
unsupported_algorithm
unsupported_algorithm
unsupported_algorithm



=== nothing signed inside (CVE-2026-29000, CVE-2024-33531, GHSA-8g9c-28fc-mcx2)
--- token eval
::lines map { "RS256 --encrypt $_ --bad jwe-inner-unsigned" } qw(A256KW RSA-OAEP)
--- refused: unsupported_algorithm x 2



=== the public key's PEM as the secret of the signature inside
--- token eval
::lines ::nested('--bad hs-with-public-key', '--bad hs-with-public-key --no-header kid')
--- refused
unknown_key
bad_signature



=== a key in the header of the signature inside, or of the encryption
--- token
RS256 --encrypt A256KW --bad jwk-header
RS256 --bad wrong-key --encrypt A256KW --encrypt-header 'jwk={"kty":"oct","k":"AAAA"}'
RS256 --encrypt A256KW --encrypt-header jku=https://example.net/ --encrypt-header x5u=https://example.net/
--- refused
bad_signature
bad_signature
-



=== any crit, outside and inside (CVE-2026-32597, CVE-2025-59420)
--- token eval
::lines ::nested('--bad jwe-crit', '--bad crit', q{--encrypt-header 'crit=["exp"]'},
    q{--encrypt-header 'crit=[]'}, q{--header 'crit=["cty"]'})
--- refused: unsupported_header x 5



=== zip inside is for signed tokens "NONE" and nothing else
--- token eval
::lines ::nested('--header zip=NONE', '--bad zip-def', '--header zip=DEF')
--- refused
-
unsupported_header
unsupported_header



=== malformed tokens inside
--- token eval
::lines ::nested map { "--bad $_" } qw(
    four-parts six-parts padded whitespace foreign-character standard-base64 duplicate-claim
    duplicate-header-member not-json array-claims nul-in-claim invalid-utf8 huge-number)
--- refused: malformed_token x 13



=== the key of the signature inside is found by its own kid
--- token eval
::lines 'ES256 --encrypt A256KW', 'Ed25519 --encrypt RSA-OAEP', 'HS256:kid=h --encrypt A256KW',
    'ES256 --header kid=rs256 --encrypt A256KW', 'ES256:kid=other --encrypt A256KW',
    'ES256 --no-header kid --encrypt A256KW'
--- refused
-
-
-
unknown_key
bad_signature
-



=== the claims inside are judged
--- token eval
::lines ::nested('--bad expired', '--bad not-yet-valid', '--bad no-exp', '--bad wrong-issuer',
    '--claim aud=https://other.example.com', '--claim events={}', '--claim scope=7')
--- refused
expired
not_yet_valid
expiry_missing
issuer_mismatch
audience_mismatch
wrong_token_type
malformed_claims



=== encrypted claims are judged in the same way
--- request: GET /claims
--- token eval
::lines map { "encrypted dir $_" } '--bad expired', '--bad not-yet-valid', '--bad no-exp',
    '--bad wrong-issuer', '--claim aud=https://other.example.com', '--claim events={}',
    '--claim scope=7', '--bad array-claims', '--bad not-json', '--bad duplicate-claim'
--- refused
expired
not_yet_valid
expiry_missing
issuer_mismatch
audience_mismatch
wrong_token_type
malformed_claims
malformed_token
malformed_token
malformed_token



=== typ is that of the header that stands by the claims
--- config eval
::configuration('oauth2_token_profile rfc9068;')
--- request eval
[('GET /t') x 3, ('GET /claims') x 3]
--- token
RS256 --encrypt A256KW
RS256 --encrypt A256KW --encrypt-header typ=other
RS256 --header typ=JWT --encrypt A256KW --encrypt-header typ=at+jwt
encrypted dir
encrypted dir --encrypt-header typ=JWT
encrypted dir --no-encrypt-header typ
--- refused
-
-
wrong_token_type
-
wrong_token_type
wrong_token_type



=== scopes count inside
--- config eval
::configuration('oauth2_scope read;')
--- request eval
['GET /t', 'GET /claims']
--- token
RS256 --claim 'scope=read write' --encrypt A256KW
encrypted dir --claim 'scope=["read"]'
--- granted



=== oauth2_algorithms counts inside
--- config eval
::configuration('oauth2_algorithms ES256;') =~ s/(\/claims.*?)oauth2_algorithms ES256;/$1/sr
--- token
ES256 --encrypt A256KW
RS256 --encrypt A256KW
--- refused
-
unsupported_algorithm



=== a token in a token is too long where what was sent is
--- http_config
large_client_header_buffers 4 256k;
--- token
RS256 --encrypt A256KW --bad oversized
--- refused: malformed_token



=== claims become variables
--- http_config
map $oauth2_claim_sub$oauth2_scope $unused { default ''; }
--- config
location = /t {
    oauth2_resolver stateless;
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/signing.jwks;
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/keys.jwks;
    oauth2_decryption_secret any;
    proxy_set_header X-Value "$oauth2_claim_sub|$oauth2_scope|$oauth2_claim_iss|$oauth2_error_reason";
    proxy_pass http://echo/;
}
--- token
RS256 --encrypt A256KW --claim sub=bob --claim 'scope=["a","b"]'
--- granted
--- response_body
bob|a b|https://as.example.com|



=== the header goes on to the upstream as it came
--- config
location = /t {
    oauth2_resolver stateless;
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/signing.jwks;
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/keys.jwks;
    oauth2_decryption_secret any;
    proxy_pass http://echo/authorization;
}
--- token eval
"= $::sent"
--- granted
--- response_body eval
"Bearer $::sent\n"



=== nothing of a token inside is logged
--- request eval
['GET /t', 'GET /t']
--- token eval
::lines "encrypted A256KW --payload $::inner", "encrypted A256KW --payload $::bad"
--- refused
-
bad_signature
--- no_error_log eval
['[alert]', '[crit]', '[error]', 'hidden-subject', map { split /\./ } $::inner, $::bad]
