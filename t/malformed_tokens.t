# Tokens that aren't what a signed token looks like: parts, base64url, JSON, size.

use lib 't/lib';
use MIME::Base64 qw(encode_base64url);
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our $claims = '{"iss":"https://as.example.com","aud":"https://api.example.com","exp":@now+600}';

# Members beside the ones that make good claims.
sub claims_with {
    my ($more) = @_;
    return $claims =~ s/\}$/,$more}/r;
}

# The same token but for the lowest bit of its last digit, which is one of two or four spare bits.
sub with_spare_bits {
    my ($token) = @_;
    my @digits = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_');
    my ($last) = grep { $digits[$_] eq substr $token, -1 } 0 .. $#digits;
    return substr($token, 0, -1) . $digits[$last + 1];
}

# A good token with a claim that makes it this long.
sub token_of_length {
    my ($length) = @_;
    # Three bytes of claims are four of the token; the header's spaces make up the difference.
    for my $spaces (0 .. 3) {
        my $header = '{"alg":"HS256"' . ' ' x $spaces . '}';
        my $padding = $length * 3 / 4 - 300;
        for my $size ($padding .. $padding + 300) {
            my $long = claims_with('"x":"' . 'x' x $size . '"');
            my $claims_length = length($long =~ s/\@now\+600/1234567890/r);
            my $total =
              length(encode_base64url($header)) + int(($claims_length * 4 + 2) / 3) + 43 + 2;
            return signed($header, $long) if $total == $length;
        }
    }
    die "no token has $length bytes";
}

jwks('hs.jwks', 'HS256');
default_config(<<'CONFIG');
large_client_header_buffers 4 256k;
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

=== the good tokens
--- request eval
['GET /t', 'GET /hs']
--- token eval
"RS256\nsigned '{\"alg\":\"HS256\"}' '$::claims'"
--- refused: - x 2



=== one, two, four and six parts
--- token
= eyJhbGciOiJSUzI1NiJ9
RS256 --bad no-signature-part
RS256 --bad four-parts
RS256 --bad six-parts
--- refused: malformed_token x 4



=== five parts where nothing is to be decrypted
--- token eval
'= ' . ::token('RS256') . '.eyJhbGciOiJSUzI1NiJ9.eyJhbGciOiJSUzI1NiJ9'
--- refused: malformed_token



=== empty parts
--- token
= ..
= .eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUuY29tIn0.c2lnbmF0dXJl
signed '' '{"iss":"https://as.example.com"}'
signed '{"alg":"HS256"}' ''
--- request eval
[('GET /hs') x 4]
--- refused: malformed_token x 4



=== a token that was cut
--- token: RS256 --bad truncated
--- refused: bad_signature



=== padding
--- token: RS256 --bad padded
--- refused: malformed_token



=== white space
--- token: RS256 --bad whitespace
--- refused: malformed_token



=== characters foreign to base64url
--- token: RS256 --bad foreign-character
--- refused: malformed_token



=== base64 instead of base64url
--- token: RS256 --bad standard-base64
--- refused: malformed_token



=== base64url that isn't canonical: spare bits that aren't zero
--- request eval
['GET /hs', 'GET /t']
--- token eval
::lines map { '= ' . ::with_spare_bits($_) } ::signed('{"alg":"HS256"}', $::claims), ::token('RS256')
--- refused: malformed_token x 2



=== base64url of an impossible length
--- token eval
my ($header, $claims, $signature) = split /\./, ::token('RS256');
$header .= 'A' while length($header) % 4 != 1;
"= $header.$claims.$signature"
--- refused: malformed_token



=== a header that isn't a JSON object
--- request eval
[('GET /hs') x 10]
--- token eval
::lines map { "signed '$_' '$::claims'" } '[]', '[{"alg":"HS256"}]', '"HS256"', '1', 'null',
    'x', '{', '{"alg":"HS256"', '{"alg":"HS256"}x', '{"alg":"HS256"}{}'
--- refused: malformed_token x 10



=== claims that aren't a JSON object
--- request eval
[('GET /hs') x 10]
--- token eval
::lines map { "signed '{\"alg\":\"HS256\"}' '$_'" } '[]', "[$::claims]", '"x"', '1', 'null',
    'x', '{', substr($::claims, 0, -1), "${main::claims}x", "$::claims$::claims"
--- refused: malformed_token x 10



=== JSON in other clothes
--- request eval
[('GET /hs') x 6]
--- token eval
::lines map { "signed '{\"alg\":\"HS256\"}' '$_'" }
    ::claims_with('"x":1,'), ::claims_with('"x":01'), ::claims_with('"x":.5'),
    ::claims_with('"x":NaN'), ::claims_with('x:1'), ::claims_with('"x":1/**/')
--- refused: malformed_token x 6



=== white space inside JSON is JSON
--- request
GET /hs
--- token eval
"signed ' { \"alg\" : \"HS256\" } ' ' $::claims '"
--- granted



=== the mint's claims that aren't JSON, or an array
--- token
RS256 --bad not-json
RS256 --bad array-claims
--- refused: malformed_token x 2



=== a claim twice
--- token: RS256 --bad duplicate-claim
--- refused: malformed_token



=== a claim twice with the same value
--- request
GET /hs
--- token eval
"signed '{\"alg\":\"HS256\"}' '" . ::claims_with('"iss":"https://as.example.com"') . "'"
--- refused: malformed_token



=== a claim twice, once with an escape in its name
--- request
GET /hs
--- token eval
"signed '{\"alg\":\"HS256\"}' '" . ::claims_with('"i\u0073s":"https://as.example.com"') . "'"
--- refused: malformed_token



=== a member twice deep inside a claim
--- request
GET /hs
--- token eval
"signed '{\"alg\":\"HS256\"}' '" . ::claims_with('"x":[{"y":{"a":1,"a":1}}]') . "'"
--- refused: malformed_token



=== a header parameter twice
--- token: RS256 --bad duplicate-header-member
--- refused: malformed_token



=== alg twice
--- request
GET /hs
--- token eval
"signed '{\"alg\":\"none\",\"alg\":\"HS256\"}' '$::claims'"
--- refused: malformed_token



=== NUL in a claim
--- token: RS256 --bad nul-in-claim
--- refused: malformed_token



=== NUL in a claim's name
--- request
GET /hs
--- token eval
"signed '{\"alg\":\"HS256\"}' '" . ::claims_with('"x\u0000":1') . "'"
--- refused: malformed_token



=== a NUL byte behind the header and behind the claims
--- request eval
['GET /hs', 'GET /hs']
--- token eval
'= ' . ::signed("{\"alg\":\"HS256\"}\0", $::claims) . "\n= "
    . ::signed('{"alg":"HS256"}', "$::claims\0")
--- refused: malformed_token x 2



=== deep nesting
--- token: RS256 --bad deep-json
--- refused: malformed_token



=== nesting of ten levels is no attack
--- request
GET /hs
--- token eval
"signed '{\"alg\":\"HS256\"}' '" . ::claims_with('"x":' . '[' x 10 . ']' x 10) . "'"
--- granted



=== invalid UTF-8
--- token: RS256 --bad invalid-utf8
--- refused: malformed_token



=== UTF-8 of surrogates and overlong UTF-8
--- request eval
[('GET /hs') x 4]
--- token eval
::lines map { '= ' . ::signed('{"alg":"HS256"}', ::claims_with("\"x\":\"$_\"")) }
    "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80", '\ud800'
--- refused: malformed_token x 4



=== UTF-8 that is valid
--- request
GET /hs
--- token eval
'= ' . ::signed('{"alg":"HS256"}', ::claims_with("\"x\":\"\xc3\xa9\xf0\x9f\x92\xa9\\u00e9\\ud83d\\ude00\""))
--- granted



=== a byte order mark
--- request
GET /hs
--- token eval
'= ' . ::signed("\xef\xbb\xbf{\"alg\":\"HS256\"}", $::claims)
--- refused: malformed_token



=== a huge number
--- token: RS256 --bad huge-number
--- refused: malformed_token



=== numbers beyond int64 and double, in any claim
--- request eval
[('GET /hs') x 4]
--- token eval
::lines map { "signed '{\"alg\":\"HS256\"}' '" . ::claims_with("\"x\":$_") . "'" }
    '9223372036854775808', '-9223372036854775809', '1e400', '-1e400'
--- refused: malformed_token x 4



=== numbers at the ends of int64 and double
--- request eval
[('GET /hs') x 4]
--- token eval
::lines map { "signed '{\"alg\":\"HS256\"}' '" . ::claims_with("\"x\":$_") . "'" }
    '9223372036854775807', '-9223372036854775808', '1.7e308', '-1.7e308'
--- refused: - x 4



=== a token over 64 KiB
--- token: RS256 --bad oversized
--- refused: malformed_token



=== a token of exactly 64 KiB, and one of a byte more
--- request eval
['GET /hs', 'GET /hs']
--- token eval
'= ' . ::token_of_length(65536) . "\n= " . ::token_of_length(65537)
--- refused
-
malformed_token
