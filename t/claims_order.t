# The order of the checks: of two faults the first one in that order is the reason.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

default_config(<<'CONFIG');
oauth2_resolver stateless;
oauth2_scope read;
location = /t {
    empty_gif;
}
location = /https {
    oauth2_require_https on;
    empty_gif;
}
location = /undefined {
    oauth2_scope $arg_scope;
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== no fault
--- token: RS256
--- granted



=== https before the token
--- request eval
['GET /https', 'GET /https', 'GET /https']
--- token
-
= a.b
RS256
--- refused: https_required x 3



=== the token's shape before its header
--- token eval
'= ' . ::token('RS256', '--bad', 'crit') . '.x'
--- refused: malformed_token



=== the header before the key
--- token
ES256 --header 'crit=["x"]'
ES256 --header zip=DEF
ES256 --header alg=none
--- refused
unsupported_header
unsupported_header
unsupported_algorithm



=== the key before the signature
--- token
ES256 --bad wrong-key
ES256 --bad truncated
--- refused: unknown_key x 2



=== the signature before the claims
--- token
RS256 --bad wrong-key --claim iss=https://other.example.com
RS256 --bad wrong-key --claim exp=@-60
--- refused: bad_signature x 2



=== iss before exp
--- token
RS256 --claim iss=https://other.example.com --claim exp=@-60
RS256 --claim iss=1 --no-claim exp
RS256 --no-claim iss --claim exp=x
--- refused
issuer_mismatch
malformed_claims
issuer_mismatch



=== exp before iat
--- token
RS256 --claim exp=@-60 --claim iat=@+60
RS256 --no-claim exp --claim iat=x
RS256 --claim exp=x --claim iat=@+60
--- refused
expired
expiry_missing
malformed_claims



=== iat before nbf
--- token
RS256 --claim iat=@+60 --claim nbf=x
RS256 --claim iat=x --claim nbf=@+60
--- refused
not_yet_valid
malformed_claims



=== nbf before aud
--- token
RS256 --claim nbf=@+60 --claim aud=https://other.example.com
RS256 --claim nbf=x --claim aud=https://other.example.com
--- refused
not_yet_valid
malformed_claims



=== aud before the profile
--- token
RS256 --claim aud=https://other.example.com --claim tokenName=id_token
RS256 --claim aud=1 --claim tokenName=id_token
--- refused
audience_mismatch
malformed_claims



=== the profile before the scope
--- token
RS256 --claim tokenName=id_token --claim scope=none
RS256 --header typ=dpop+jwt --no-claim scope
--- refused: wrong_token_type x 2



=== the token before the scope, an undefined scope included
--- request eval
[('GET /undefined') x 3]
--- token
-
RS256 --claim exp=@-60
RS256
--- refused
no_token
expired
scope_undefined
