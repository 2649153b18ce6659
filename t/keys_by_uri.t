# Keys that are fetched: when, how often, and what happens to requests meanwhile. The peer counts.

use lib 't/lib';
use v5.20;
use warnings;

use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(time);
use OAuth2Test::KeyPeer;
use OAuth2Test::Mint qw(jwks read_file token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my ($peer_port, $other_port) = ($port + 10, $port + 11);

my %sets = (
    first  => read_file(jwks('first.jwks', 'RS256:kid=first')),
    second => read_file(jwks('second.jwks', 'RS256:kid=second')),
    both   => read_file(jwks('both.jwks', 'RS256:kid=first', 'RS256:kid=second')),
);
my %tokens = map { $_ => token("RS256:kid=$_") } qw(first second third);

my $peer = OAuth2Test::KeyPeer->new(port => $peer_port, sets => \%sets);
my $other = OAuth2Test::KeyPeer->new(port => $other_port, sets => \%sets, name => 'other', says => 'second');

# An NGINX of two workers, whose http level holds what makes trouble for requests without a client.
sub nginx {
    my ($name, $timeouts, $location) = @_;
    my $nginx = OAuth2Test::Nginx->new(name => $name, http => <<"CONFIG");
    limit_req_zone \$binary_remote_addr zone=requests:1m rate=1000r/s;
    limit_req zone=requests burst=1000 nodelay;
    limit_conn_zone \$binary_remote_addr zone=connections:1m;
    limit_conn connections 100;
    geo \$from { default elsewhere; 127.0.0.0/8 here; }
    map \$remote_addr\$remote_port\$server_addr\$from \$whole { default \$http_x_secret; }
    set_real_ip_from 0.0.0.0/0;
    set_real_ip_from unix:;
    log_format all '\$request \$remote_addr \$from \$whole';
    log_subrequest on;
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    proxy_connect_timeout 400ms;
    proxy_send_timeout 400ms;
    proxy_read_timeout 10s;
    server {
        listen 127.0.0.1:$port;
        server_name one;
        access_log logs/access.log all;
        location / {
            oauth2_resolver stateless;
            oauth2_secret_store jwks uri=/keys $timeouts;
            add_header X-Sub \$oauth2_claim_sub;
            empty_gif;
        }
        location = /same {
            oauth2_resolver stateless;
            oauth2_scope read;
            oauth2_secret_store jwks uri=/keys $timeouts;
            empty_gif;
        }
        location = /hello { empty_gif; }
        location = /keys {
            internal;
            proxy_set_header X-From "\$from|\$whole";
            proxy_pass http://127.0.0.1:$peer_port/jwks;
            $location
        }
    }
    server {
        listen 127.0.0.1:$port;
        server_name two;
        access_log logs/access.log all;
        location / {
            oauth2_resolver stateless;
            oauth2_secret_store jwks uri=/keys $timeouts;
            empty_gif;
        }
        location = /keys {
            internal;
            proxy_pass http://127.0.0.1:$other_port/jwks;
        }
    }
CONFIG
    my $file = "$nginx->{prefix}/conf/nginx.conf";
    write_file($file, read_file($file) =~ s/worker_processes 1/worker_processes 2/r);
    $peer->forget;
    return $nginx;
}

sub status {
    my ($nginx, $token, @more) = @_;
    my $position = length $nginx->log;
    my $answer = $nginx->curl('-H', "Authorization: Bearer $tokens{$token}", @more, "http://127.0.0.1:$port/");
    my ($reason) = substr($nginx->log, $position) =~ /oauth2: request refused: (\w+)/;
    return "$answer->{status} " . ($reason // '-');
}

sub asked { return $peer->asked }

sub mode { $peer->says($_[0]) }

sub starts {
    my ($count, $token, $path) = @_;
    return map {
        open my $out, '-|', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', 20,
          '-H', "Authorization: Bearer $tokens{$token}", "http://127.0.0.1:$port$path";
        $out;
    } 1 .. $count;
}

sub sound {
    my ($nginx, $name) = @_;
    $nginx->stop;
    unlike($nginx->log, qr/\[(?:alert|emerg)\]|exited on signal|open socket/, "$name: no process died, nothing was left open");
}

# Fetched soon after the start, once for both workers; never again while it is good.
my $nginx = nginx('plain', '', '')->start;
$nginx->wait_for('the first fetch', \&asked);
is(status($nginx, 'first'), '200 -', 'a token of the held key') for 1 .. 8;
is(asked(), 1, 'two workers have asked once');
my ($request) = $peer->requests;
like($request->{line}, qr{^GET /jwks HTTP/1\.[01]$}, 'its request line');
delete $request->{headers}{connection};    # NGINX's own, and not of each version
is_deeply([sort keys %{$request->{headers}}], [qw(accept host x-from)], 'its headers');
is($request->{headers}{accept}, 'application/json', 'what it accepts');
is(status($nginx, 'second', '-H', 'Host: two'), '200 -', 'another server, the same text, other keys');
is(status($nginx, 'first', '-H', 'Host: two'), '401 bad_signature', 'and not those of the first');

# Rotation: the first good token of the new key passes.
mode('second');
$peer->forget;
is(status($nginx, 'second'), '200 -', 'the first token of a new key');
is(asked(), 1, 'by one fetch');
is(status($nginx, 'second'), '200 -', 'and the next ones') for 1 .. 8;
is(status($nginx, 'first'), '401 bad_signature', 'a token of the old key is refused') for 1 .. 8;
$tokens{"random$_"} = token('RS256:kid=third', '--header', "kid=random$_") for 1 .. 20;
is(status($nginx, "random$_"), '401 bad_signature', "a random kid $_") for 1 .. 20;
is(asked(), 1, 'a flood of random names asks nobody');

# A log holds what NGINX asks, and nothing that nobody has asked.
my $access = read_file("$nginx->{prefix}/logs/access.log");
is((my @asked = $access =~ m{^GET /keys HTTP/1.1 unix: }mg), 4, 'fetches are in the log of subrequests');
unlike($access, qr/^(?!GET \/)/m, 'and nothing else');

# A reload while the server is away loses nothing.
$peer->stop;
$nginx->reload;
is(status($nginx, 'second'), '200 -', 'after a reload without the server') for 1 .. 8;
$peer->start;
sound($nginx, 'plain');

# Requests that meet a cold store share one fetch, and disturb nobody.
mode('hold');
$nginx = nginx('cold', '', '')->start;
my @waiting = (starts(10, 'first', '/'), starts(10, 'first', '/same'));
$nginx->wait_for('the fetch', \&asked);
is($nginx->curl("http://127.0.0.1:$port/hello")->{status}, 200, 'others are served');
my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "can't connect: $!";
print {$client} "GET / HTTP/1.1\r\nHost: one\r\nAuthorization: Bearer $tokens{first}\r\n\r\n";
my ($leaver) = starts(1, 'first', '/');
close $client;
mode('first');
is(join(' ', map { scalar <$_> } @waiting, $leaver), join(' ', (200) x 21), 'all that waited are granted');
is(asked(), 1, 'by one fetch');

# Requests that wait for a missing key share one fetch too.
mode('hold');
$peer->forget;
@waiting = starts(20, 'second', '/');
$nginx->wait_for('the fetch', \&asked);
is(status($nginx, 'first'), '200 -', 'tokens of held keys pass meanwhile');
mode('both');
is(join(' ', map { scalar <$_> } @waiting), join(' ', (200) x 20), 'all that waited are granted');
is(asked(), 1, 'by one fetch');
sound($nginx, 'cold');

# A worker that is killed while it fetches: another takes over.
mode('hold');
$nginx = nginx('killed', '', '')->start;
$nginx->wait_for('the fetch', \&asked);
my @workers;
$nginx->wait_for('both workers', sub {
    return (@workers = $nginx->log =~ /start worker process (\d+)/g) == 2;
});
kill KILL => @workers;
$nginx->wait_for('new workers', sub { (my @started = $nginx->log =~ /start worker process/g) >= 4 });
mode('first');
is(status($nginx, 'first'), '200 -', 'after the fetcher was killed');
$nginx->stop;
like($nginx->log, qr/exited on signal 9/, 'it was killed');

# Reload and quit while fetching.
mode('hold');
$nginx = nginx('reloaded', '', '')->start;
@waiting = starts(3, 'first', '/');
$nginx->wait_for('the fetch', \&asked);
my $position = length $nginx->log;
kill HUP => $nginx->{pid};
$nginx->wait_for('the reload', sub { substr($nginx->log, $position) =~ /gracefully shutting down/ });
mode('first');
is(join(' ', map { scalar <$_> } @waiting), '200 200 200', 'who waited is served');
is(status($nginx, 'first'), '200 -', 'and whoever comes');
mode('hold');
$peer->forget;
kill HUP => $nginx->{pid};
$nginx->wait_for('another fetch', \&asked);
sound($nginx, 'reloaded');
like($nginx->log, qr/nobody needs the answer/, 'a quit does not wait for it');

# How often it may be asked in that time: the pauses begin with a second less a tenth, and double.
sub most_asked { return 1 + int(log(1 + $_[0] / 0.89) / log 2) }

# Answers that are of no use: nobody is let in, and the server is not hammered.
for my $fault ($peer->faults) {
    mode($fault);
    my $begin = time;
    $nginx = nginx('faulty', '', 'proxy_read_timeout 400ms;')->start;
    is(status($nginx, 'first'), '503 keys_unavailable', "$fault: refused") for 1 .. 5;
    cmp_ok(asked(), '<=', most_asked(time - $begin), "$fault: asked seldom");
    mode('first');
    $nginx->wait_for('mending', sub { status($nginx, 'first') eq '200 -' });
    sound($nginx, $fault);
    my @told = $nginx->log =~ /(\[error\] .* can't be fetched, and none are at hand.* \(server at \S+:\d+\))/g;
    is(scalar @told, 1, "$fault: told once");
    like($nginx->log, qr/oauth2: the answer from "\/keys" has status $1, so it is of no use .*, fetching keys, server: one,/,
        "$fault: and what it was")
      if $fault =~ /^status(\d+)$/;
    like($nginx->log, qr/are fetched again \(server at \S+:\d+\)/, "$fault: and when it was over");
}

# Nobody listens at the start.
$peer->stop;
$nginx = nginx('down', '', '')->start;
is(status($nginx, 'first'), '503 keys_unavailable', 'down at start');
$peer->start;
$nginx->wait_for('the server', sub { status($nginx, 'first') eq '200 -' });
sound($nginx, 'down');
like($nginx->log, qr{connect\(\) failed .* while connecting to upstream, fetching keys, server: one, .*subrequest: "/keys", upstream: "http://},
    'down: the log says where it is not listened');

# It dies later: the last good keys stay in use, for as long as is allowed.
$nginx = nginx('stale', 'cache_timeout=1s stale_timeout=7s', '')->start;
$nginx->wait_for('the first fetch', sub { status($nginx, 'first') eq '200 -' });
mode('status500');
$nginx->wait_for('a failure', sub { $nginx->log =~ /can't be fetched, those at hand stay in use for 7s at most/ });
is(status($nginx, 'first'), '200 -', 'the last good keys stay in use') for 1 .. 4;
$nginx->wait_for('the end of that', sub { status($nginx, 'first') eq '503 keys_unavailable' });
mode('jwk_type');
$nginx->wait_for('the server', sub { status($nginx, 'first') eq '200 -' });
sound($nginx, 'stale');

# Of its own accord it is fetched again and again.
mode('first');
$nginx = nginx('refreshed', 'cache_timeout=1s cache_miss_timeout=1h', '')->start;
$nginx->wait_for('three fetches', sub { asked() >= 3 });
mode('second');
my $count = asked();
$nginx->wait_for('the new key', sub { status($nginx, 'second') eq '200 -' });
$nginx->wait_for('the end of the old key', sub { status($nginx, 'first') eq '401 bad_signature' });
sound($nginx, 'refreshed');

$peer->stop;
$other->stop;
done_testing();
