# oauth2_audience: aud must hold at least one of them.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

default_config(<<'CONFIG');
oauth2_resolver stateless;
location = /t {
    empty_gif;
}
location = /two {
    oauth2_audience https://one.example.com https://two.example.com;
    empty_gif;
}
location = /unchecked {
    oauth2_audience "";
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== the audience as text and in an array
--- token
RS256 --claim aud=https://api.example.com
RS256 --claim 'aud=["https://api.example.com"]'
RS256 --claim 'aud=["https://other.example.com","https://api.example.com"]'
--- refused: - x 3



=== another audience
--- token
RS256 --claim aud=https://other.example.com
RS256 --claim 'aud=["https://other.example.com","https://third.example.com"]'
RS256 --claim 'aud=[]'
RS256 --claim 'aud=""'
--- refused: audience_mismatch x 4



=== almost the audience
--- token
RS256 --claim aud=https://api.example.com/
RS256 --claim aud=https://api.example.co
RS256 --claim aud=https://API.example.com
RS256 --claim 'aud=https://api.example.com https://other.example.com'
--- refused: audience_mismatch x 4



=== no audience
--- token: RS256 --no-claim aud
--- refused: audience_mismatch



=== an audience of the wrong JSON type
--- token
RS256 --claim aud=1
RS256 --claim aud=null
RS256 --claim aud=true
RS256 --claim 'aud={"https://api.example.com":true}'
--- refused: malformed_claims x 4



=== an array with something else than text
--- token
RS256 --claim 'aud=[1]'
RS256 --claim 'aud=[["https://api.example.com"]]'
--- refused: malformed_claims x 2



=== any of several audiences
--- request eval
[('GET /two') x 5]
--- token
RS256 --claim aud=https://one.example.com
RS256 --claim aud=https://two.example.com
RS256 --claim 'aud=["https://two.example.com","https://three.example.com"]'
RS256 --claim aud=https://three.example.com
RS256
--- refused
-
-
-
audience_mismatch
audience_mismatch



=== "" restores the default: not checked
--- request eval
['GET /unchecked', 'GET /unchecked']
--- token
RS256 --claim aud=https://other.example.com
RS256 --no-claim aud
--- refused: - x 2
--- no_error_log
[alert]
[crit]
[emerg]
[error]
