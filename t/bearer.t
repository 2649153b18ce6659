# How the token is found in the Authorization header.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our $token = token('RS256');

# Every byte that can stand in a header, sixteen at a time.
our @bytes = map {
    my $row = $_;
    join '', map { chr } grep { $_ && $_ != 10 && $_ != 13 } $row * 16 .. $row * 16 + 15
} 0 .. 15;

# A whole request, so that no byte of the header's value is touched on the way.
sub request_with {
    my ($value) = @_;
    return "GET /t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization:$value\r\n\r\n";
}

run_tests();

__DATA__

=== the scheme in any case
--- request eval
[('GET /t') x 4]
--- more_headers eval
[map { "Authorization: $_ $::token" } qw(Bearer bearer BEARER bEaReR)]
--- refused: - x 4



=== the header's name in any case
--- more_headers eval
"aUTHORIZATION: Bearer $::token"
--- granted



=== spaces and tabs around the value are trimmed
--- raw_request eval
::request_with(" \t Bearer $::token \t ")
--- granted



=== no space behind the colon
--- raw_request eval
::request_with("Bearer $::token")
--- granted



=== no header
--- refused: no_token



=== an empty header
--- raw_request eval
::request_with('')
--- refused: no_token



=== a header of spaces and a tab
--- raw_request eval
::request_with(" \t ")
--- refused: no_token



=== Bearer with nothing behind
--- raw_request eval
::request_with(' Bearer')
--- refused: no_token



=== Bearer with a space behind
--- raw_request eval
::request_with(' Bearer ')
--- refused: no_token



=== another scheme
--- request eval
[('GET /t') x 4]
--- more_headers eval
[
    'Authorization: Basic YWxpY2U6c2VjcmV0',
    "Authorization: DPoP $::token",
    "Authorization: Token $::token",
    "Authorization: Bearers $::token",
]
--- refused: no_token x 4



=== the word Bearer anywhere else in the value
--- request eval
[('GET /t') x 3]
--- more_headers eval
[
    "Authorization: Basic Bearer $::token",
    "Authorization: x Bearer $::token",
    "Authorization: XBearer $::token",
]
--- refused: no_token x 3



=== the token without a scheme
--- more_headers eval
"Authorization: $::token"
--- refused: no_token



=== the scheme without a space
--- more_headers eval
"Authorization: Bearer$::token"
--- refused: no_token



=== a tab is no separator
--- raw_request eval
::request_with(" Bearer\t$::token")
--- refused: no_token



=== with two spaces the token begins with one
--- raw_request eval
::request_with(" Bearer  $::token")
--- refused: malformed_token



=== text behind the token belongs to it
--- request eval
[('GET /t') x 3]
--- more_headers eval
[
    "Authorization: Bearer $::token x",
    "Authorization: Bearer $::token,",
    "Authorization: Bearer $::token, Bearer $::token",
]
--- refused: malformed_token x 3



=== short and odd values are refused
--- request eval
[('GET /t') x 8]
--- more_headers eval
[map { "Authorization: Bearer $_" } 'x', '.', '..', '...', '"', '%', '=', ',']
--- refused: malformed_token x 8



=== every byte that may stand in a header is refused
--- pipelined_requests eval
[('GET /t') x @::bytes]
--- more_headers eval
[map { "Authorization: Bearer x${_}x" } @::bytes]
--- refused: malformed_token x 16



=== a token in the query or the body is not looked at
--- request
POST /t?access_token=a.b.c
access_token=a.b.c
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- refused: no_token



=== a proxy's credentials are none of ours
--- more_headers eval
"Proxy-Authorization: Bearer $::token"
--- refused: no_token



=== the header goes on to the upstream unchanged
--- config
location = /t {
    oauth2_resolver stateless;
    proxy_pass http://echo/authorization;
}
--- more_headers eval
"Authorization: bEaReR $::token"
--- granted
--- response_body eval
"bEaReR $::token\n"



=== one header of two lines is refused by NGINX, one line is not
--- request eval
['GET /t', 'GET /t']
--- more_headers eval
["Authorization: Bearer a\nAuthorization: Bearer a", "Authorization: Bearer $::token"]
--- error_code eval
[400, 200]
