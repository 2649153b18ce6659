# oauth2_verification_secret: secret ids, and null.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

# Files named after ids of every allowed form, each with a key of its own.
our @ids = qw(a A1 one.two one_two one-two a.b-c_d.1 0);
secret("secrets/$_", 'HS256:kid=' . s/\./-/gr, 'base64') for @ids;

our $config = "oauth2_secret_store directory path=\$TEST_NGINX_RUN/secrets;\n" . join '',
  map { "location = /$_ {\n    oauth2_resolver stateless;\n    oauth2_verification_secret $_;\n    empty_gif;\n}\n" } @ids;

our $null = <<'CONFIG';
oauth2_resolver stateless;
oauth2_secret_store "";
oauth2_verification_secret null;
location = /t {
    oauth2_scope read;
    add_header X-Subject "[$oauth2_claim_sub]" always;
    empty_gif;
}
location = /checked {
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/default.jwks;
    oauth2_verification_secret any.id;
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== ids of every form find their secret
--- config eval: $::config
--- request eval
[map { "GET /$_" } @::ids]
--- token eval
::lines map { 'HS256:kid=' . s/\./-/gr } @::ids
--- refused eval
::lines(('-') x @::ids)



=== ids of every form find no other secret
--- config eval: $::config
--- request eval
[map { "GET /$_" } @::ids]
--- token eval
::lines map { 'HS256:kid=other' } @::ids
--- refused eval
::lines(('bad_signature') x @::ids)



=== null: no signature is looked at
--- config eval: $::null
--- token
RS256
RS256 --bad wrong-key
RS256 --bad tampered-signature
RS256 --bad tampered-payload
RS256 --bad truncated
HS256
ES256
RS256 --bad alg-none
RS256 --bad empty-signature
--- refused: - x 9
--- response_headers eval
['X-Subject: [alice]', 'X-Subject: [alice]', 'X-Subject: [alice]', 'X-Subject: [tampered]',
    ('X-Subject: [alice]') x 5]



=== null: alg none with a signature
--- config eval: $::null
--- token: RS256 --bad alg-none-signed
--- refused: malformed_token



=== null: the claims are
--- config eval: $::null
--- token
RS256 --bad alg-none --claim iss=https://other.example.com
RS256 --bad alg-none --no-claim exp
RS256 --bad alg-none --claim exp=@-60
RS256 --bad alg-none --claim nbf=@+60
RS256 --bad alg-none --claim aud=x
RS256 --bad alg-none --claim tokenName=id_token
RS256 --bad alg-none --claim scope=1
--- refused
issuer_mismatch
expiry_missing
expired
not_yet_valid
audience_mismatch
wrong_token_type
malformed_claims



=== null: what is refused whatever the configuration
--- config eval: $::null
--- token
RS256 --bad crit
RS256 --bad zip-def
RS256 --bad no-signature-part
RS256 --bad four-parts
RS256 --bad padded
RS256 --bad whitespace
RS256 --bad duplicate-claim
RS256 --bad duplicate-header-member
RS256 --bad not-json
RS256 --bad nul-in-claim
--- refused
unsupported_header
unsupported_header
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token
malformed_token



=== null: no token is none
--- config eval: $::null
--- refused: no_token



=== null at one location doesn't change another
--- config eval: $::null
--- request eval
['GET /t', 'GET /checked', 'GET /t', 'GET /checked', 'GET /checked']
--- token
RS256 --bad alg-none
RS256 --bad alg-none
RS256 --bad wrong-key
RS256 --bad wrong-key
RS256
--- refused
-
unsupported_algorithm
-
bad_signature
-
