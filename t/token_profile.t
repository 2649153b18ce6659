# oauth2_token_profile: which of an issuer's tokens are access tokens.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

default_config(<<'CONFIG');
oauth2_resolver stateless;
location = /t {
    empty_gif;
}
location = /any {
    oauth2_token_profile any;
    empty_gif;
}
location /am {
    oauth2_token_profile am;
    location = /am {
        empty_gif;
    }
    location = /am/restored {
        oauth2_token_profile "";
        empty_gif;
    }
    location = /am/replaced {
        oauth2_token_profile rfc9068;
        empty_gif;
    }
}
location = /rfc9068 {
    oauth2_token_profile rfc9068;
    empty_gif;
}
location = /rfc9068/no-audience {
    oauth2_token_profile rfc9068;
    oauth2_audience "";
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== any is the default
--- request eval
['GET /t', 'GET /any']
--- token
RS256 --no-header typ
RS256 --no-header typ
--- refused: - x 2



=== any: typ may be missing, or that of a JWT or an access token
--- token
RS256 --no-header typ
RS256 --header typ=JWT
RS256 --header typ=jwt
RS256 --header typ=at+jwt
RS256 --header typ=AT+JWT
RS256 --header typ=application/at+jwt
RS256 --header typ=APPLICATION/at+jwt
--- refused: - x 7



=== any: the typ of another kind of token
--- token
RS256 --header typ=dpop+jwt
RS256 --header typ=logout+jwt
RS256 --header typ=secevent+jwt
RS256 --header typ=token-introspection+jwt
RS256 --header typ=oauth-authz-req+jwt
RS256 --header typ=JOSE
RS256 --header 'typ=""'
RS256 --header typ=at+jwtx
RS256 --header typ=1
--- refused: wrong_token_type x 9



=== any: tokenName
--- token
RS256 --claim tokenName=access_token
RS256 --claim tokenName=refresh_token
RS256 --claim tokenName=id_token
RS256 --claim tokenName=ACCESS_TOKEN
RS256 --claim 'tokenName=""'
RS256 --claim tokenName=1
RS256 --claim tokenName=null
RS256 --claim 'tokenName=["access_token"]'
--- refused
-
wrong_token_type
wrong_token_type
wrong_token_type
wrong_token_type
wrong_token_type
wrong_token_type
wrong_token_type



=== any: the claims of an ID token
--- token
RS256 --claim at_hash=x
RS256 --claim c_hash=x
RS256 --claim s_hash=x
RS256 --claim nonce=x --claim auth_time=@-60
--- refused
wrong_token_type
wrong_token_type
wrong_token_type
-



=== any: the claims of a logout token
--- token: RS256 --claim 'events={"http://schemas.openid.net/event/backchannel-logout":{}}'
--- refused: wrong_token_type



=== any: such claims with no value are there all the same
--- token
RS256 --claim at_hash=null
RS256 --claim events=null
--- refused: wrong_token_type x 2



=== am: tokenName is access_token
--- request eval
[('GET /am') x 5]
--- token
RS256 --claim tokenName=access_token
RS256
RS256 --claim tokenName=refresh_token
RS256 --claim tokenName=id_token
RS256 --claim tokenName=Access_Token
--- refused
-
wrong_token_type
wrong_token_type
wrong_token_type
wrong_token_type



=== am: nothing else is asked of it
--- request eval
[('GET /am') x 2]
--- token
RS256 --claim tokenName=access_token --no-header typ
RS256 --claim tokenName=access_token --header typ=JWT
--- refused: - x 2



=== "" restores any, and another value replaces it
--- request eval
['GET /am/restored', 'GET /am/replaced', 'GET /am/replaced']
--- token
RS256
RS256
RS256 --header typ=JWT --claim tokenName=access_token
--- refused
-
-
wrong_token_type



=== rfc9068: the typ of an access token
--- request eval
[('GET /rfc9068') x 4]
--- token
RS256 --header typ=at+jwt
RS256 --header typ=AT+JWT
RS256 --header typ=application/at+jwt
RS256 --header typ=Application/At+Jwt
--- refused: - x 4



=== rfc9068: another typ or none
--- request eval
[('GET /rfc9068') x 5]
--- token
RS256 --header typ=JWT
RS256 --no-header typ
RS256 --header typ=jwt
RS256 --header 'typ=""'
RS256 --header typ=null
--- refused: wrong_token_type x 5



=== rfc9068: every claim it requires
--- request eval
[('GET /rfc9068') x 7]
--- token
RS256 --no-claim iss
RS256 --no-claim exp
RS256 --no-claim aud
RS256 --no-claim sub
RS256 --no-claim client_id
RS256 --no-claim iat
RS256 --no-claim jti
--- refused
issuer_mismatch
expiry_missing
audience_mismatch
malformed_claims
malformed_claims
malformed_claims
malformed_claims



=== rfc9068: claims of the wrong JSON type
--- request eval
[('GET /rfc9068') x 4]
--- token
RS256 --claim sub=1
RS256 --claim client_id=null
RS256 --claim 'jti=["x"]'
RS256 --claim iat=x
--- refused: malformed_claims x 4



=== rfc9068: aud is required where no audience is
--- request eval
[('GET /rfc9068/no-audience') x 3]
--- token
RS256 --claim aud=https://other.example.com
RS256 --no-claim aud
RS256 --claim aud=1
--- refused
-
malformed_claims
malformed_claims



=== rfc9068: claims it doesn't require
--- request eval
['GET /rfc9068', 'GET /rfc9068']
--- token
RS256 --no-claim nbf --no-claim scope
RS256 --claim auth_time=@-60 --claim acr=1 --claim 'roles=["a"]'
--- refused: - x 2
