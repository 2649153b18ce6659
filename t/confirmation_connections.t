# The certificate of the TLS connection, over HTTP/1.1 and HTTP/2, TLS 1.2 and 1.3: it belongs to the
# connection, while each request on it brings a token of its own.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Clients;
use OAuth2Test::Mint qw(jwks token);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $tls_port = OAuth2Test::Nginx::tls_port();
my $ca_port = $port + 4;
my $jwks = jwks('good.jwks', 'RS256');
my $server = client('server');
my $authority = client('authority');
client('partner', issuer => 'authority');

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_secret_store jwks file=$jwks;
    oauth2_verification_secret any.id;
    oauth2_resolver stateless;
    add_header X-Outcome "[\$oauth2_error_reason][\$oauth2_client_thumbprint]" always;

    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate $server->{certificate};
    ssl_certificate_key $server->{key};

    server {
        listen 127.0.0.1:$port;
        listen 127.0.0.1:$tls_port ssl http2;
        ssl_verify_client optional_no_ca;
        location = /on {
            empty_gif;
        }
        location = /required {
            oauth2_confirmation_key required;
            empty_gif;
        }
        location = /plain {
            oauth2_require_https off;
            empty_gif;
        }
    }
    server {
        listen 127.0.0.1:$ca_port ssl http2;
        ssl_client_certificate $authority->{certificate};
        ssl_verify_client optional;
        location = /on {
            empty_gif;
        }
    }
CONFIG

my %token = (
    alice   => token('RS256', '--claim', 'cnf=' . bound_to('alice')),
    mallory => token('RS256', '--claim', 'cnf=' . bound_to('mallory')),
    partner => token('RS256', '--claim', 'cnf=' . bound_to('partner')),
    unbound => token('RS256'),
    dpop    => token('RS256', '--claim', 'cnf={"jkt":"' . thumbprint('alice') . '"}'),
);

# What curl shows of each answer.
my $shown = '%{http_version} %{num_connects} %{http_code} %header{x-outcome}\n';

# curl's arguments for a client with that certificate, or without one.
sub of_client {
    my ($name) = @_;
    return '-k' if $name eq 'nobody';
    my $client = client($name);
    return ('-k', '--cert', $client->{certificate}, '--key', $client->{key});
}

# Sends the requests [PATH, TOKEN] from that client, on one connection: for each its version, whether
# that made a connection, the status, and the outcome.
sub answers {
    my ($options, $client, $url, @requests) = @_;
    my @arguments = map {
        ('--next', @$options, of_client($client), '-o', '/dev/null', '-w', $shown,
            '-H', "Authorization: Bearer $token{$_->[1]}", "$url$_->[0]")
    } @requests;
    open my $out, '-|', 'curl', '-s', '--max-time', 20, @arguments[1 .. $#arguments]
      or die "can't run curl: $!";
    my @lines = map { [split] } <$out>;
    close $out;
    return @lines;
}

sub outcome {
    my ($client, $reason) = @_;
    my $seen = $client eq 'nobody' ? '' : thumbprint($client);
    return (($reason eq '' ? 200 : 401), "[$reason][$seen]");
}

# Client, requests and their reasons.
my @sequences = (
    ['alice', ['/on', 'alice', ''], ['/required', 'alice', ''], ['/on', 'mallory', 'confirmation_mismatch'],
        ['/required', 'unbound', 'confirmation_missing'], ['/on', 'unbound', ''],
        ['/on', 'dpop', 'confirmation_unsupported'], ['/on', 'alice', '']],
    ['mallory', ['/on', 'alice', 'confirmation_mismatch'], ['/on', 'mallory', ''],
        ['/on', 'alice', 'confirmation_mismatch']],
    ['nobody', ['/on', 'alice', 'certificate_missing'], ['/on', 'unbound', ''],
        ['/required', 'unbound', 'confirmation_missing'], ['/required', 'mallory', 'certificate_missing']],
);
my @versions = (
    ['HTTP/1.1, TLS 1.2', '1.1', '--http1.1', '--tls-max', '1.2'],
    ['HTTP/1.1, TLS 1.3', '1.1', '--http1.1', '--tlsv1.3'],
    ['HTTP/2, TLS 1.2', '2', '--http2', '--tls-max', '1.2'],
    ['HTTP/2, TLS 1.3', '2', '--http2', '--tlsv1.3'],
);

for my $version (@versions) {
    my ($name, $http, @options) = @$version;
    for my $sequence (@sequences) {
        my ($client, @requests) = @$sequence;
        my @answers = answers(\@options, $client, "https://127.0.0.1:$tls_port", @requests);
        my $connections = 1;
        my @expected = map { [$http, $connections-- > 0 ? 1 : 0, outcome($client, $_->[2])] } @requests;
        is_deeply(\@answers, \@expected, "$name: $client on one connection");
    }
}

# At once on one connection: whose answer is whose is told by the path's argument.
for my $client (qw(alice nobody)) {
    my @tokens = (qw(alice mallory unbound)) x 10;
    my @arguments = map {
        ('--next', '--http2', of_client($client), '-o', '/dev/null', '-w', '%{url} %{http_code} %header{x-outcome}\n',
            '-H', "Authorization: Bearer $token{$tokens[$_]}", "https://127.0.0.1:$tls_port/on?$_")
    } 0 .. $#tokens;
    open my $out, '-|', 'curl', '-s', '--no-progress-meter', '-Z', '--parallel-max', 30, '--max-time', 20, @arguments[1 .. $#arguments]
      or die "can't run curl: $!";
    my %seen = map { /\?(\d+) (.*)$/ ? ($1 => $2) : () } <$out>;
    close $out;
    my %reason = $client eq 'alice'
      ? (alice => '', mallory => 'confirmation_mismatch', unbound => '')
      : (alice => 'certificate_missing', mallory => 'certificate_missing', unbound => '');
    is_deeply(\%seen, {map { $_ => join ' ', outcome($client, $reason{$tokens[$_]}) } 0 .. $#tokens},
        "HTTP/2: $client, thirty requests at once");
}

# One request over HTTPS: the reason.
sub reason {
    my ($client, $token, $on_port, @options) = @_;
    my $answer = $nginx->curl(@options, of_client($client), '-H', "Authorization: Bearer $token",
        "https://127.0.0.1:$on_port/on");
    my ($outcome) = OAuth2Test::Nginx::header($answer, 'x-outcome');
    return join ' ', $answer->{status}, ($outcome // '') =~ /^\[(\w*)\]/;
}

# Certificates of other kinds. Under optional_no_ca nobody asks who issued them.
client('rsa', key => 'RS256:kid=rsa');
client('p384', key => 'ES384:kid=p384');
client('ed25519', key => 'Ed25519');
for my $name (qw(rsa p384 ed25519 partner)) {
    $token{$name} = token('RS256', '--claim', 'cnf=' . bound_to($name));
    is(reason($name, $token{$name}, $tls_port), '200 ', "$name: its own token");
    is(reason($name, $token{alice}, $tls_port), '401 confirmation_mismatch', "$name: the token of another");
    is(reason('alice', $token{$name}, $tls_port), '401 confirmation_mismatch', "$name: its token elsewhere");
}

# Even then NGINX itself refuses what has expired.
client('expired', days => -1);
$token{expired} = token('RS256', '--claim', 'cnf=' . bound_to('expired'));
is(reason('expired', $token{expired}, $tls_port), '400 ', 'an expired certificate');

# A certificate that the server's CA issued, and one that it didn't: NGINX refuses that by itself.
is(reason('partner', $token{partner}, $ca_port), '200 ', 'PKI: its own token');
is(reason('partner', $token{alice}, $ca_port), '401 confirmation_mismatch', 'PKI: the token of another');
is(reason('nobody', $token{partner}, $ca_port), '401 certificate_missing', 'PKI: no certificate');
is(reason('alice', $token{alice}, $ca_port), '400 ', 'PKI: a certificate of nobody that is trusted');

# Plain HTTP has no certificate.
my $answer = $nginx->curl('-H', "Authorization: Bearer $token{alice}", "http://127.0.0.1:$port/plain");
is_deeply([OAuth2Test::Nginx::header($answer, 'x-outcome')], ['[certificate_missing][]'], 'plain HTTP');

$nginx->stop;
unlike($nginx->log, qr/\[(?:error|crit|alert|emerg)\]/, 'nothing is logged as an error');
done_testing();
