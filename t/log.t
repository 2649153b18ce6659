# What the module writes to logs: one info line a refusal, and nothing of a token. Every other test
# file checks that too, at level info.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our $token = token('RS256', '--claim', 'sub=alice-the-subject', '--claim', 'exp=@-60');
our $line = qr/ \[info\] \d+#\d+: \*\d+ oauth2: request refused: expired \([^()]+\), client: 127\.0\.0\.1, server: localhost, request: "GET \/t HTTP\/1\.1", host: "localhost"$/;

default_http_config(<<'CONFIG');
log_format combined_with_reason '$status $oauth2_error_reason';
CONFIG

default_config(<<'CONFIG');
location = /t {
    oauth2_resolver stateless;
    oauth2_scope read;
    empty_gif;
}
location = /debug {
    error_log logs/error.log debug;
    oauth2_resolver stateless;
    proxy_set_header X-Subject $oauth2_claim_sub;
    proxy_pass http://echo/;
}
location = /notice {
    error_log logs/error.log notice;
    access_log logs/access.log combined_with_reason;
    oauth2_resolver stateless;
    empty_gif;
}
CONFIG

# The module's own lines at debug, whatever NGINX itself writes.
sub own_lines { return qr/^.*oauth2:.*\Q$_[0]\E/ }

run_tests();

__DATA__

=== one line a refusal, at level info, in NGINX's form
--- more_headers eval
"Authorization: Bearer $::token"
--- refused: expired
--- grep_error_log eval: $::line
--- grep_error_log_out eval
qr/\A(?:[^\n]*oauth2: request refused: expired \([^\n]*\n)\z/



=== nothing of a granted request
--- token: RS256
--- granted
--- no_error_log
oauth2:
[alert]
[crit]
[emerg]
[error]



=== nothing of the token, its header, its claims
--- token: RS256 --bad expired --claim sub=alice-the-subject --claim scope=a-rare-scope --header kid=a-rare-kid --header 'x=a-rare-parameter'
--- refused: expired
--- no_error_log
alice-the-subject
a-rare-scope
a-rare-kid
a-rare-parameter
[error]



=== nothing of a kid or an alg that isn't known
--- token
ES256 --header kid=a-rare-kid
RS256 --header alg=a-rare-alg
RS256 --header 'crit=["a-rare-extension"]'
RS256 --header typ=a-rare-type
--- refused
unknown_key
unsupported_algorithm
unsupported_header
wrong_token_type
--- no_error_log
a-rare
[error]



=== nothing of claims that are refused
--- token
RS256 --claim iss=https://a-rare-issuer
RS256 --claim aud=a-rare-audience
RS256 --claim tokenName=a-rare-name
RS256 --claim 'iss=["a-rare-issuer"]'
--- refused
issuer_mismatch
audience_mismatch
wrong_token_type
malformed_claims
--- no_error_log
a-rare
[error]



=== nothing of a scope that isn't enough
--- token: RS256 --claim scope=a-rare-scope
--- refused: insufficient_scope
--- response_headers_like
WWW-Authenticate: Bearer scope="read", error="insufficient_scope", .*
--- no_error_log
a-rare
[error]



=== at debug the module's lines hold nothing of the token either
--- request
GET /debug
--- more_headers eval
"Authorization: Bearer " . ($::good = ::token('RS256', '--claim', 'sub=alice-the-subject'))
--- error_code: 200
--- logged_by_nginx
--- error_log
[debug]
--- no_error_log eval
[::own_lines('alice-the-subject'), map { ::own_lines($_) } split /\./, $::good]



=== at debug a refusal is one line
--- request
GET /debug
--- more_headers eval
"Authorization: Bearer $::token"
--- refused: expired
--- logged_by_nginx
--- error_log
[debug]
--- no_error_log eval
[::own_lines('alice-the-subject'), map { ::own_lines($_) } split /\./, $::token]



=== at notice there is no line; the reason is in the access log
--- request
GET /notice
--- token: RS256 --bad expired
--- error_code: 401
--- access_log
401 expired
--- no_error_log
oauth2:
[error]



=== a warning, an error: none for whatever a client sends
--- token
= a.b.c
= eyJhbGciOiJSUzI1NiJ9.e30.AA
RS256 --bad deep-json
RS256 --bad invalid-utf8
--- refused
malformed_token
bad_signature
malformed_token
malformed_token
--- no_error_log
[warn]
[error]
[crit]
[alert]
