# Introspection when the authorization server misbehaves: nobody is let in, nobody waits longer than
# the location allows, and the next request is judged as if nothing had been.

use lib 't/lib';
use v5.20;
use warnings;

use Compress::Zlib ();
use Test::More;
use OAuth2Test::Mint qw(certificate pem run_file write_file);
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

my $port = OAuth2Test::Nginx::port();
my $peer_port = $port + 10;
my $tls_port = $port + 11;
my $nobody = $port + 12;
my $good = '{"active":true}';

# Sends text in pieces, so many seconds apart, as long as somebody listens.
sub drip {
    my ($client, $pause, @pieces) = @_;
    for my $piece (@pieces) {
        syswrite $client, $piece or return;
        select undef, undef, undef, $pause;
    }
    return;
}

my $head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
my %faults = (
    good => sub { OAuth2Test::Peer::answer(200, 'application/json', $good) },
    # Keeps the connection, and hangs up when another question comes on it.
    once => sub {
        state $questions = 0;
        return $questions++ ? undef : OAuth2Test::Peer::answer(200, 'application/json', $good);
    },
    charset => sub { OAuth2Test::Peer::answer(200, 'application/json; charset=utf-8', $good) },
    upper => sub { OAuth2Test::Peer::answer(200, 'Application/JSON;charset=utf-8', $good) },
    chunked => sub { "${head}Transfer-Encoding: chunked\r\n\r\nf\r\n$good\r\n0\r\n\r\n" },
    pieces => sub { drip($_[0], 0.05, "${head}Content-Length: 15\r\n\r\n", split //, $good) },
    large => sub { OAuth2Test::Peer::answer(200, 'application/json', $good . ' ' x (64 * 1024 - 15)) },
    status201 => sub { OAuth2Test::Peer::answer(201, 'application/json', $good) },
    status204 => sub { "HTTP/1.1 204 No Content\r\n\r\n" },
    status302 => sub { OAuth2Test::Peer::answer(302, 'application/json', $good, 'Location: /good') },
    status401 => sub { OAuth2Test::Peer::answer(401, 'application/json', $good) },
    status404 => sub { OAuth2Test::Peer::answer(404, 'application/json', $good) },
    status500 => sub { OAuth2Test::Peer::answer(500, 'application/json', $good) },
    html => sub { OAuth2Test::Peer::answer(200, 'text/html', $good) },
    jwt => sub { OAuth2Test::Peer::answer(200, 'application/token-introspection+jwt', $good) },
    prefix => sub { OAuth2Test::Peer::answer(200, 'application/jsonp', $good) },
    untyped => sub { "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n$good" },
    empty => sub { OAuth2Test::Peer::answer(200, 'application/json', '') },
    gzip => sub {
        OAuth2Test::Peer::answer(200, 'application/json', Compress::Zlib::memGzip($good),
            'Content-Encoding: gzip');
    },
    claimed_gzip => sub {
        OAuth2Test::Peer::answer(200, 'application/json', $good, 'Content-Encoding: gzip');
    },
    cut => sub { syswrite $_[0], "${head}Content-Length: 100\r\n\r\n$good"; return },
    cut_chunk => sub { syswrite $_[0], "${head}Transfer-Encoding: chunked\r\n\r\nf\r\n$good\r\n"; return },
    too_long => sub { OAuth2Test::Peer::answer(200, 'application/json', $good . ' ' x (64 * 1024 - 14)) },
    ten_mib => sub { OAuth2Test::Peer::answer(200, 'application/json', $good . ' ' x 10485760) },
    endless => sub {
        my ($client) = @_;
        syswrite $client, "${head}Transfer-Encoding: chunked\r\n\r\n";
        # As long as somebody listens.
        while (syswrite $client, "4000\r\n" . ' ' x 16384 . "\r\n") { }
        return;
    },
    dripping => sub { drip($_[0], 0.3, "${head}Content-Length: 100\r\n\r\n", split //, $good . ' ' x 85) },
    dripping_head => sub { drip($_[0], 0.3, split //, $head . "X: y\r\n" x 50) },
    silent => sub { drip($_[0], 30, '') ; sleep 30; return },
    silent_body => sub { drip($_[0], 30, "${head}Content-Length: 15\r\n\r\n") },
    hung_up => sub { return },
    no_http => sub { "SSH-2.0-OpenSSH\r\n" },
    endless_head => sub { drip($_[0], 0, $head, ("X: " . 'y' x 1000 . "\r\n") x 100) },
);

my $handler = sub {
    my ($client, $request) = @_;
    my ($name) = $request->{body} =~ /^token=([a-z0-9_]+)/;
    return $faults{$name}->($client);
};
my $peer = OAuth2Test::Peer->new(port => $peer_port, answer => $handler);

my $certificate = certificate('peer.crt', 'RS256', '--san', 'DNS:as.example.com');
my $key = pem('peer.key', 'RS256', '--private');

my $served = write_file(run_file('served.json'), $good, 0644);

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_require_https off;
    oauth2_resolver introspection;
    # NGINX resumes a session by the upstream's address alone, with what was found out about the
    # certificate by the location that began it.
    proxy_ssl_session_reuse off;
    proxy_connect_timeout 1s;
    proxy_send_timeout 1s;
    proxy_read_timeout 1s;
    upstream kept {
        server 127.0.0.1:$peer_port;
        keepalive 2;
    }
    server {
        listen 127.0.0.1:$tls_port ssl;
        ssl_certificate $certificate;
        ssl_certificate_key $key;
        oauth2_resolver off;
        location / {
            default_type application/json;
            return 200 '$good';
        }
    }
    server {
        listen 127.0.0.1:$port;
        root html;
        resolver 127.0.0.1:$nobody valid=1s;
        resolver_timeout 500ms;
        oauth2_introspection_endpoint /introspect;
        location / {
            empty_gif;
        }
        location = /introspect {
            internal;
            proxy_pass http://127.0.0.1:$peer_port;
        }
        location = /kept {
            oauth2_introspection_endpoint /introspect-kept;
            empty_gif;
        }
        location = /introspect-kept {
            internal;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_next_upstream error non_idempotent;
            proxy_pass http://kept;
        }
        location = /unbuffered {
            oauth2_introspection_endpoint /introspect-unbuffered;
            empty_gif;
        }
        location = /introspect-unbuffered {
            internal;
            proxy_buffering off;
            proxy_pass http://127.0.0.1:$peer_port;
        }
        location = /intercepted {
            oauth2_introspection_endpoint /introspect-intercepted;
            empty_gif;
        }
        location = /introspect-intercepted {
            internal;
            proxy_intercept_errors on;
            error_page 404 500 502 504 =200 /active.json;
            proxy_pass http://127.0.0.1:$peer_port;
        }
        location = /active.json {
            default_type application/json;
            return 200 '$good';
        }
        location = /down {
            oauth2_introspection_endpoint /introspect-down;
            empty_gif;
        }
        location = /any {
            satisfy any;
            auth_request /yes;
            oauth2_introspection_endpoint /introspect-down;
            empty_gif;
        }
        location = /yes {
            internal;
            return 204;
        }
        location = /introspect-down {
            internal;
            proxy_pass http://127.0.0.1:$nobody;
        }
        location = /unnamed {
            oauth2_introspection_endpoint /introspect-unnamed;
            empty_gif;
        }
        location = /introspect-unnamed {
            internal;
            set \$host_name as.example.com;
            proxy_pass http://\$host_name:$peer_port;
        }
        location = /untrusted {
            oauth2_introspection_endpoint /introspect-untrusted;
            empty_gif;
        }
        location = /introspect-untrusted {
            internal;
            proxy_ssl_verify on;
            proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;
            proxy_ssl_name as.example.com;
            proxy_pass https://127.0.0.1:$tls_port;
        }
        location = /trusted {
            oauth2_introspection_endpoint /introspect-trusted;
            empty_gif;
        }
        location = /introspect-trusted {
            internal;
            proxy_ssl_verify on;
            proxy_ssl_trusted_certificate $certificate;
            proxy_ssl_name as.example.com;
            proxy_pass https://127.0.0.1:$tls_port;
        }
        location = /misnamed {
            oauth2_introspection_endpoint /introspect-misnamed;
            empty_gif;
        }
        location = /introspect-misnamed {
            internal;
            proxy_ssl_verify on;
            proxy_ssl_trusted_certificate $certificate;
            proxy_ssl_name as.example.org;
            proxy_pass https://127.0.0.1:$tls_port;
        }
        location = /served {
            oauth2_introspection_endpoint /introspect-served;
            empty_gif;
        }
        location = /introspect-served {
            internal;
            default_type application/json;
            alias $served;
        }
        location = /missing {
            oauth2_introspection_endpoint /introspect-missing;
            empty_gif;
        }
        location = /introspect-missing {
            internal;
        }
    }
CONFIG

sub get {
    my ($token, $path) = @_;
    return $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port$path");
}

# The slow answers take longer than curl waits for its own.
sub judged {
    my ($token, $path) = @_;
    my $position = length $nginx->log;
    my $answer = get($token, $path);
    my ($reason) = substr($nginx->log, $position) =~ /oauth2: request refused: (\w+)/;
    return "$answer->{status} " . ($reason // '-');
}

my %passing = map { $_ => 1 } qw(good once charset upper chunked pieces large);
for my $path ('/', '/unbuffered', '/intercepted') {
    for my $name (sort keys %faults) {
        my $expected = $passing{$name} ? '200 -' : '503 introspection_unavailable';
        $peer->forget;
        is(judged($name, $path), $expected, "$path: $name");
        is(scalar(my @asked = $peer->requests), 1, "$path: $name: asked once");
        is(judged('good', $path), '200 -', "$path: after $name");
    }
}
like($nginx->log, qr/\[error\] .* oauth2: the answer from "\S+" has status $_, so it is of no use.* upstream: "http/,
    "status $_ stands in the error log") for 401, 404;
like($nginx->log, qr/\[error\] .* oauth2: the answer from "\S+" has a content encoding, so it is of no use/,
    'a content encoding too');

is(judged('once', '/kept'), '200 -', 'a kept connection that is closed under the question') for 1 .. 4;
is(judged('good', '/down'), '503 introspection_unavailable', 'nobody listens');
is(judged('good', '/any'), '503 introspection_unavailable', 'satisfy any: nobody is asked further');
is(judged('no%token', '/any'), '200 malformed_token', 'satisfy any: whereas a refused token leaves it to others');
is(judged('good', '/unnamed'), '503 introspection_unavailable', 'the name is not found');
is(judged('good', '/untrusted'), '503 introspection_unavailable', 'an untrusted TLS peer');
is(judged('good', '/trusted'), '200 -', 'a trusted TLS peer');
is(judged('good', '/misnamed'), '503 introspection_unavailable', 'a TLS peer of another name');
is(judged('good', '/served'), '503 introspection_unavailable', 'a file answers no POST');
is(judged('good', '/missing'), '503 introspection_unavailable', 'a location without a handler');

$peer->stop;
is(judged('good', '/'), '503 introspection_unavailable', 'the server has gone');
$peer->start;
is(judged('good', '/'), '200 -', 'the server is back');

$nginx->stop;
$peer->stop;
unlike($nginx->log, qr/\[(?:alert|emerg)\]|exited on signal/, 'no process died, no alert');

done_testing();
