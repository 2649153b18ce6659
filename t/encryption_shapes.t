# Which of a token's shapes is accepted: the two secrets alone decide, and never a header.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

jwks('keys.jwks', '--private', 'A256KW', 'RSA-OAEP', 'ECDH-ES:curve=X25519');
jwks('shared.jwks', '--private', 'A256KW');

# One token of each shape, in this order.
our @shapes = (
    'RS256',
    'RS256 --encrypt A256KW',
    'RS256 --encrypt RSA-OAEP',
    'RS256 --encrypt ECDH-ES:curve=X25519',
    'encrypted A256KW',
    'encrypted RSA-OAEP',
    'encrypted ECDH-ES:curve=X25519',
    'RS256 --encrypt A256KW --bad jwe-nested-twice',
    'RS256 --encrypt A256KW --bad jwe-inner-unsigned',
    'RS256 --encrypt A256KW --bad jwe-inner-json',
    'RS256 --encrypt A256KW --bad jwe-four-parts',
    'RS256 --encrypt A256KW --bad jwe-six-parts',
    'RS256 --bad alg-none',
);

sub location {
    my ($path, @settings) = @_;
    return join "\n    ", "location = $path {", 'oauth2_resolver stateless;', @settings,
      "empty_gif;\n}\n";
}

sub stores { return map { "oauth2_secret_store jwks file=\$TEST_NGINX_RUN/$_.jwks;" } @_ }

default_config(join '',
    location('/verify',  stores('default')),
    location('/both',    stores('default', 'keys'), 'oauth2_decryption_secret any;'),
    location('/decrypt', stores('shared'), 'oauth2_verification_secret "";', 'oauth2_decryption_secret any;'),
    location('/null',    'oauth2_secret_store "";', 'oauth2_verification_secret null;'),
);
run_tests();

__DATA__

=== with a verification secret alone only signed tokens pass
--- request: GET /verify
--- token eval
::lines @::shapes
--- refused
-
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
unsupported_algorithm



=== with both secrets only encrypted tokens that hold a signed one pass
--- request: GET /both
--- token eval
::lines @::shapes
--- refused
malformed_token
-
-
-
malformed_token
malformed_token
malformed_token
malformed_token
unsupported_algorithm
malformed_token
malformed_token
malformed_token
malformed_token



=== with a shared decryption secret alone only encrypted claims pass
--- request: GET /decrypt
--- token eval
::lines @::shapes
--- refused
malformed_token
malformed_token
unknown_key
unknown_key
-
unknown_key
unknown_key
malformed_token
malformed_token
-
malformed_token
malformed_token
malformed_token



=== with null no encrypted token passes
--- request: GET /null
--- token eval
::lines @::shapes
--- refused
-
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
-



=== a header that calls itself signed, encrypted or nested changes nothing
--- request eval
['GET /both', 'GET /both', 'GET /both', 'GET /decrypt', 'GET /decrypt', 'GET /verify']
--- token
RS256 --encrypt A256KW --no-encrypt-header cty
RS256 --encrypt A256KW --encrypt-header cty=at+jwt --encrypt-header typ=JOSE
RS256 --encrypt A256KW --bad jwe-inner-json --encrypt-header cty=JWT
encrypted A256KW --encrypt-header cty=JWT
RS256 --encrypt A256KW --encrypt-header cty=application/json
RS256 --header enc=A256GCM --header cty=JWT
--- refused
-
-
malformed_token
-
malformed_token
-



=== claims that are encrypted to a public key prove nothing (CVE-2026-29000)
--- request: GET /both
--- token
encrypted RSA-OAEP
encrypted ECDH-ES:curve=X25519
RS256 --encrypt RSA-OAEP --bad jwe-inner-json
RS256 --encrypt RSA-OAEP --bad jwe-inner-unsigned
RS256 --encrypt ECDH-ES:curve=X25519 --bad jwe-inner-unsigned
--- refused
malformed_token
malformed_token
malformed_token
unsupported_algorithm
unsupported_algorithm



=== the location decides, on one connection too
--- pipelined_requests eval
['GET /verify', 'GET /both', 'GET /decrypt', 'GET /verify']
--- token
RS256
RS256 --encrypt A256KW
encrypted A256KW
RS256
--- refused: - x 4



=== a level takes a decryption secret back with ""
--- config eval
::lines 'oauth2_decryption_secret any;', ::stores('default', 'keys'),
    ::location('/t'), ::location('/none', 'oauth2_decryption_secret "";')
--- request eval
['GET /t', 'GET /t', 'GET /none', 'GET /none']
--- token
RS256 --encrypt A256KW
RS256
RS256 --encrypt A256KW
RS256
--- refused
-
malformed_token
malformed_token
-
