# $oauth2_claim_NAME: one claim as text.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

jwks('hs.jwks', 'HS256');
default_config(<<'CONFIG');
oauth2_resolver stateless;
oauth2_secret_store jwks file=$TEST_NGINX_RUN/hs.jwks;
proxy_set_header X-Value "[$oauth2_claim_x]";
location = /t {
    proxy_pass http://echo/;
}
location = /injected {
    proxy_set_header X-Value $oauth2_claim_x;
    proxy_pass http://echo/injected;
}
location = /response {
    add_header X-Value "[$oauth2_claim_x]";
    empty_gif;
}
location = /names {
    proxy_set_header X-Value "[$oauth2_claim_tenant_id][$oauth2_claim_TENANT_ID][$oauth2_claim_a1]";
    proxy_pass http://echo/;
}
CONFIG

# One token for each text of the claim x.
sub claims {
    return join "\n", map {
        '= ' . signed('{"alg":"HS256"}', with_claim("\"x\":$_"))
    } @_;
}

sub with_claim {
    return qq({"iss":"https://as.example.com","aud":"https://api.example.com","exp":\@now+600,$_[0]});
}

run_tests();

__DATA__

=== text as it is
--- token eval
::claims('"alice"', '""', '" a  b "', '"a\"b"', '"{\"a\":1}"', '"a\/b"')
--- refused: - x 6
--- response_body eval
["[alice]\n", "[]\n", "[ a  b ]\n", "[a\"b]\n", "[{\"a\":1}]\n", "[a/b]\n"]



=== text of UTF-8
--- token eval
::claims("\"\xc3\xa9\"", '"\u00e9\ud83d\ude00"')
--- refused: - x 2
--- response_body eval
["[\xc3\xa9]\n", "[\xc3\xa9\xf0\x9f\x98\x80]\n"]



=== a backslash alone
--- token eval
::claims('"a\\\\b"', '"DOMAIN\\\\alice"')
--- refused: - x 2
--- response_body eval
["[a\\b]\n", "[DOMAIN\\alice]\n"]



=== control characters, and with them backslashes, come out as JSON escapes
--- token eval
::claims('"a\nb"', '"a\r\nb"', '"a\tb"', '"\u0001\u001f"', '"\b\f"', '"a\\\\b\n\"c"')
--- refused: - x 6
--- response_body eval
['[a\nb]' . "\n", '[a\r\nb]' . "\n", '[a\tb]' . "\n", qr/^\[\\u0001\\u001[fF]\]\n$/,
    qr/^\[\\(?:b|u0008)\\(?:f|u000[cC])\]\n$/, '[a\\\\b\n"c]' . "\n"]



=== DEL is a control character
--- token eval
::claims('"a\u007fb"')
--- granted
--- response_body_like
^\[a\\u007[fF]b\]$



=== a claim can't inject a header line into the request to the upstream
--- request
GET /injected
--- token eval
::claims('"alice\r\nX-Injected: 1"')
--- granted
--- response_body
[alice\r\nX-Injected: 1][]



=== a header line that isn't injected is seen
--- request
GET /injected
--- more_headers
X-Injected: 1
--- token eval
::claims('"alice"')
--- granted
--- response_body
[alice][1]



=== a claim can't inject a header line into the response
--- request
GET /response
--- token eval
::claims('"alice\r\nX-Injected: 1"')
--- granted
--- response_headers
X-Value: [alice\r\nX-Injected: 1]
! X-Injected



=== numbers
--- token eval
::claims('0', '42', '-1', '9223372036854775807', '-9223372036854775808', '2.5', '-0.25')
--- refused: - x 7
--- response_body eval
["[0]\n", "[42]\n", "[-1]\n", "[9223372036854775807]\n", "[-9223372036854775808]\n", "[2.5]\n",
    "[-0.25]\n"]



=== booleans and null
--- token eval
::claims('true', 'false', 'null')
--- refused: - x 3
--- response_body eval
["[true]\n", "[false]\n", "[null]\n"]



=== arrays and objects as compact JSON
--- token eval
::claims('[ ]', '[ 1, "a", true, null, 2.5 ]', '{ }', '{ "a" : { "b" : [ ] } }')
--- refused: - x 4
--- response_body eval
["[[]]\n", "[[1,\"a\",true,null,2.5]]\n", "[{}]\n", "[{\"a\":{\"b\":[]}}]\n"]



=== control characters inside arrays and objects stay JSON escapes
--- token eval
::claims('["a\r\nX-Injected: 1"]', '{"a\nb":"\\\\"}')
--- refused: - x 2
--- response_body eval
['[["a\r\nX-Injected: 1"]]' . "\n", '[{"a\nb":"\\\\"}]' . "\n"]



=== a missing claim
--- token eval
'signed \'{"alg":"HS256"}\' \'' . ::with_claim('"y":1') . "'"
--- granted
--- response_body
[]



=== names in lower case only, and to the letter
--- request
GET /names
--- token eval
"signed '{\"alg\":\"HS256\"}' '" . ::with_claim('"tenant_id":"t","TENANT_ID":"T","a1":"1","a":"2"') . "'"
--- granted
--- response_body
[t][t][1]



=== a claim whose name is in upper case isn't found
--- token eval
"signed '{\"alg\":\"HS256\"}' '" . ::with_claim('"X":"upper"') . "'"
--- granted
--- response_body
[]
