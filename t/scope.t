# oauth2_scope: every required scope must have been granted.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

default_config(<<'CONFIG');
oauth2_resolver stateless;
location = /t {
    oauth2_scope read write;
    empty_gif;
}
location = /none {
    empty_gif;
}
location = /joined {
    oauth2_scope "read write" admin;
    empty_gif;
}
location = /variable {
    oauth2_scope read $scope;
    empty_gif;
}
location = /method {
    oauth2_scope $method_scope;
    empty_gif;
}
location = /text {
    oauth2_scope pre:$arg_name;
    empty_gif;
}
location /inherits {
    oauth2_scope read write;
    location = /inherits/kept {
        empty_gif;
    }
    location = /inherits/replaced {
        oauth2_scope admin;
        empty_gif;
    }
    location = /inherits/restored {
        oauth2_scope "";
        empty_gif;
    }
}
CONFIG

my $http_config = <<'CONFIG';
map $arg_case $scope {
    one write;
    two "write admin";
    spaces "  write   admin ";
    only-spaces "  ";
    quote 'wri"te';
    backslash 'wri\\te';
    control "wri\tte";
    line "wri\r\nX-Injected: 1";
    byte "wri\xc3\xa9";
    delete "wri\x7fte";
    all-allowed "!#%&'()*+,-./:;<=>?@[]^_`{|}~";
}
map $request_method $method_scope {
    GET read;
    POST write;
}
CONFIG
default_http_config($http_config =~ s/\\x(..)/chr hex $1/ger);

our $denied = 'error="insufficient_scope", '
  . 'error_description="The request requires higher privileges than provided by the access token."';

# What a client is told where these are required.
sub challenge { return "WWW-Authenticate: Bearer scope=\"$_[0]\", $denied" }

run_tests();

__DATA__

=== every scope is there, in any order
--- token
RS256 --claim 'scope=read write'
RS256 --claim 'scope=write read'
RS256 --claim 'scope=a read b write c'
RS256 --claim 'scope=["read","write"]'
RS256 --claim 'scope=["write","c","read"]'
--- refused: - x 5



=== one of them is missing
--- token
RS256 --claim scope=read
RS256 --claim scope=write
RS256 --claim 'scope=["read"]'
RS256 --claim 'scope=[]'
RS256 --claim 'scope=""'
RS256 --no-claim scope
--- refused: insufficient_scope x 6
--- error_code eval
[(403) x 6]
--- response_headers eval
[(::challenge('read write')) x 6]



=== part of a scope is none
--- token
RS256 --claim 'scope=rea writes'
RS256 --claim 'scope=READ WRITE'
RS256 --claim 'scope=read:all write:all'
RS256 --claim 'scope=read,write'
RS256 --claim 'scope="read\twrite"'
RS256 --claim 'scope="read\u00a0write"'
RS256 --claim 'scope=["re","ad","write"]'
--- refused: insufficient_scope x 7
--- error_code eval
[(403) x 7]
--- response_headers eval
[(::challenge('read write')) x 7]



=== spaces around and between scopes
--- token: RS256 --claim 'scope=  read   write '
--- granted



=== nothing is required
--- request eval
[('GET /none') x 3]
--- token
RS256
RS256 --no-claim scope
RS256 --claim 'scope=[]'
--- refused: - x 3



=== scp where there is no scope
--- token
RS256 --no-claim scope --claim 'scp=read write'
RS256 --no-claim scope --claim 'scp=["read","write"]'
--- refused: - x 2



=== scope wins over scp
--- token
RS256 --claim scope=other --claim 'scp=read write'
RS256 --claim 'scope=read write' --claim scp=other
RS256 --claim 'scope=""' --claim 'scp=read write'
--- refused
insufficient_scope
-
insufficient_scope
--- error_code eval
[403, 200, 403]
--- response_headers eval
[::challenge('read write'), '! WWW-Authenticate', ::challenge('read write')]



=== a scope of the wrong JSON type
--- token
RS256 --claim scope=1
RS256 --claim scope=true
RS256 --claim scope=null
RS256 --claim 'scope={"read":true,"write":true}'
RS256 --claim 'scope=["read","write",1]'
RS256 --claim 'scope=[["read","write"]]'
RS256 --claim 'scope=["read write"]'
RS256 --claim 'scope=["read","write",""," "]'
RS256 --no-claim scope --claim scp=1
RS256 --claim scope=1 --claim 'scp=read write'
--- refused: malformed_claims x 10



=== a scope of the wrong JSON type where none is required
--- request
GET /none
--- token: RS256 --claim scope=1
--- refused: malformed_claims



=== a value of several scopes
--- request eval
[('GET /joined') x 4]
--- token
RS256 --claim 'scope=admin write read'
RS256 --claim 'scope=read write'
RS256 --claim 'scope=admin read'
RS256 --claim 'scope=admin "read write"'
--- refused
-
insufficient_scope
insufficient_scope
insufficient_scope
--- error_code eval
[200, 403, 403, 403]
--- response_headers eval
['! WWW-Authenticate', (::challenge('read write admin')) x 3]



=== a variable of one and of several scopes
--- request eval
['GET /variable?case=one', 'GET /variable?case=two', 'GET /variable?case=two', 'GET /variable?case=spaces']
--- token
RS256 --claim 'scope=read write'
RS256 --claim 'scope=read write admin'
RS256 --claim 'scope=read write'
RS256 --claim 'scope=read write'
--- refused
-
-
insufficient_scope
insufficient_scope
--- error_code eval
[200, 200, 403, 403]
--- response_headers eval
['! WWW-Authenticate', '! WWW-Authenticate', (::challenge('read write admin')) x 2]



=== a variable that depends on the method
--- request eval
['GET /method', "POST /method\nx", 'HEAD /method']
--- token: RS256 --claim scope=read
--- refused
-
insufficient_scope
scope_undefined
--- error_code eval
[200, 403, 500]
--- response_headers eval
['! WWW-Authenticate', ::challenge('write'), '! WWW-Authenticate']



=== a variable beside text
--- request eval
['GET /text?name=a', 'GET /text?name=b']
--- token
RS256 --claim 'scope=pre:a'
RS256 --claim 'scope=pre:a'
--- refused
-
insufficient_scope
--- error_code eval
[200, 403]
--- response_headers eval
['! WWW-Authenticate', ::challenge('pre:b')]



=== a scope that evaluates to nothing
--- request eval
['GET /variable', 'GET /variable?case=unknown', 'GET /variable?case=only-spaces']
--- token: RS256
--- refused: scope_undefined x 3



=== a scope that evaluates to nothing, without a good token
--- request eval
['GET /variable', 'GET /variable', 'GET /variable']
--- token
-
RS256 --bad expired
RS256 --bad wrong-key
--- refused
no_token
expired
bad_signature



=== a scope with a character that RFC 6749 doesn't allow
--- request eval
[map { "GET /variable?case=$_" } qw(quote backslash control line byte delete)]
--- token: RS256
--- refused: scope_undefined x 6



=== a scope of all characters that RFC 6749 allows
--- request
GET /variable?case=all-allowed
--- token
RS256 --claim "scope=read !#%&'()*+,-./:;<=>?@[]^_`{|}~"
--- granted



=== scopes are inherited, replaced whole and restored
--- request eval
[map { "GET /inherits/$_" } qw(kept kept replaced replaced restored)]
--- token
RS256
RS256 --claim scope=admin
RS256
RS256 --claim scope=admin
RS256 --no-claim scope
--- refused
-
insufficient_scope
insufficient_scope
-
-
--- error_code eval
[200, 403, 403, 200, 200]
--- response_headers eval
['! WWW-Authenticate', ::challenge('read write'), ::challenge('admin'), ('! WWW-Authenticate') x 2]
