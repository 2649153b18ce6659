# oauth2_require_https over TLS, and HTTP/2 with and without TLS.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(certificate jwks pem run_file token);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $tls_port = OAuth2Test::Nginx::tls_port();
my $denied = 'error="invalid_token", error_description="The access token provided is expired, revoked, '
  . 'malformed, or invalid for other reasons."';
my $insufficient = 'scope="admin", error="insufficient_scope", '
  . 'error_description="The request requires higher privileges than provided by the access token."';

my $jwks = jwks('jwks.json', 'RS256', 'ES256', 'HS256');
my $certificate = certificate('tls.crt', 'ES256:kid=tls', '--san', 'DNS:localhost,IP:127.0.0.1');
my $key = pem('tls.key', 'ES256:kid=tls', '--private');

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_resolver stateless;
    oauth2_realm R;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_secret_store jwks file=$jwks;
    oauth2_verification_secret any.id;

    server {
        listen 127.0.0.1:$port http2;
        listen 127.0.0.1:$tls_port ssl http2;
        ssl_certificate $certificate;
        ssl_certificate_key $key;

        location = /t {
            add_header X-Subject "[\$oauth2_claim_sub]" always;
            empty_gif;
        }
        location = /off {
            oauth2_require_https off;
            empty_gif;
        }
        location = /on {
            oauth2_require_https on;
            empty_gif;
        }
        location = /scope {
            oauth2_scope admin;
            empty_gif;
        }
    }
    server {
        listen 127.0.0.1:@{[ $port + 2 ]};
        location = /t {
            empty_gif;
        }
    }
CONFIG

my $good = token('RS256');

# The status and the challenges of one request.
sub is_answer {
    my ($arguments, $status, $challenges, $name) = @_;
    my $answer = $nginx->curl('--cacert', $certificate, @$arguments);
    is($answer->{status}, $status, "$name: status");
    is_deeply([OAuth2Test::Nginx::header($answer, 'www-authenticate')], $challenges,
        "$name: challenges");
    return $answer;
}

sub with { return ('-H', "Authorization: Bearer $_[0]") }

my $https = "https://localhost:$tls_port";
my $http = "http://localhost:@{[ $port + 2 ]}";

for my $version ('--http1.1', '--http2') {
    my $name = "TLS, $version";
    my $expected = $version eq '--http2' ? '2' : '1.1';

    my $answer = is_answer([$version, with($good), "$https/t"], 200, [], "$name, good token");
    is($answer->{version}, $expected, "$name: the version");
    is_deeply([OAuth2Test::Nginx::header($answer, 'x-subject')], ['[alice]'], "$name: the claims");

    is_answer([$version, "$https/t"], 401, ['Bearer realm="R"'], "$name, no token");
    is_answer([$version, with(token('RS256', '--bad', 'expired')), "$https/t"], 401,
        ["Bearer realm=\"R\", $denied"], "$name, expired");
    is_answer([$version, with($good), "$https/scope"], 403, ["Bearer realm=\"R\", $insufficient"],
        "$name, a scope is missing");
    is_answer([$version, with(token('RS256', '--claim', 'scope=admin')), "$https/scope"], 200, [],
        "$name, the scope is there");
    is_answer([$version, with($good), "$https/$_"], 200, [], "$name, oauth2_require_https $_")
      for qw(on off);
}

my $clear = "http://localhost:$port";
is_answer(['--http2-prior-knowledge', with($good), "$clear/off"], 200, [], 'HTTP/2 without TLS');
is_answer(['--http2-prior-knowledge', "$clear/off"], 401, ['Bearer realm="R"'],
    'HTTP/2 without TLS, no token');
is_answer(['--http2-prior-knowledge', with($good), "$clear/$_"], 403, [],
    "HTTP/2 without TLS, https is required: $_")
  for qw(t on);
is_answer(['--http2-prior-knowledge', with('a.b'), with('a.b'), "$clear/off"], 400, [],
    'HTTP/2 without TLS, two Authorization headers');
is_answer(['--http2', with('a.b'), with('a.b'), "$https/t"], 400, [],
    'HTTP/2 over TLS, two Authorization headers');

is_answer(["$http/t"], 403, [], 'https is required by default');
is_answer([with($good), "$http/t"], 403, [], 'https is required by default, whatever the token');
is_answer([with($good), '-H', 'X-Forwarded-Proto: https', '-H', 'Forwarded: proto=https', "$http/t"],
    403, [], 'a header is no TLS');

# What OpenSSL queues while a token is judged must not reach the connection's TLS.
my @bad = map { token(@$_) } ['RS256', '--bad', 'wrong-key'], ['RS256', '--bad', 'truncated'],
  ['ES256', '--bad', 'der-signature'], ['ES256', '--bad', 'tampered-signature'],
  ['HS256', '--bad', 'tampered-signature'], ['RS256', '--bad', 'jwk-header'];
my @requests = map { ('--next', '-s', '-o', '/dev/null', '-w', "%{http_code} %{num_connects}\n",
    '--http1.1', '--cacert', $certificate, with($_), "$https/t") } @bad, $good;
shift @requests;
open my $out, '-|', 'curl', @requests or die "can't run curl: $!";
my @lines = <$out>;
chomp @lines;
is_deeply(\@lines, ['401 1', ('401 0') x $#bad, '200 0'],
    'bad tokens and a good one on one TLS connection');

$nginx->stop;
my $log = $nginx->log;
unlike($log, qr/\[(?:error|crit|alert|emerg)\]|stale global SSL error/, 'nothing bad is logged');
is(() = $log =~ /oauth2: request refused: https_required \(/g, 5, 'https_required is logged');
is(() = $log =~ /oauth2: request refused: expired \(/g, 2, 'expired is logged');

done_testing();
