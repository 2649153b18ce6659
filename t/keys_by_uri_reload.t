# Keys that are fetched, while workers come and go: whose answer counts, and who waits for whom.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::KeyPeer;
use OAuth2Test::Mint qw(jwks read_file token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my %sets = (
    (map { $_ => read_file(jwks("$_.jwks", "RS256:kid=$_")) } qw(first second third)),
    both => read_file(jwks('both.jwks', 'RS256:kid=first', 'RS256:kid=second')),
);
my %tokens = map { $_ => token("RS256:kid=$_") } qw(first second third);
my $old = OAuth2Test::KeyPeer->new(port => $port + 10, sets => \%sets, name => 'old');
my $new = OAuth2Test::KeyPeer->new(port => $port + 11, sets => \%sets, name => 'new', says => 'third');

# The location leads to that peer. The distribution of connections over workers is the kernel's.
sub configuration {
    my ($peer, $location) = @_;
    return <<"CONFIG";
    server {
        listen 127.0.0.1:$port reuseport;
        oauth2_require_https off;
        oauth2_resolver stateless;
        oauth2_issuer https://as.example.com;
        oauth2_audience https://api.example.com;
        oauth2_verification_secret any.id;
        oauth2_secret_store jwks uri=/keys cache_miss_timeout=1h;
        location / { empty_gif; }
        location = /keys {
            internal;
            proxy_set_header X-Pid \$pid;
            proxy_pass http://127.0.0.1:$peer->{port};
            $location
        }
    }
CONFIG
}

sub configure {
    my ($nginx, $workers) = @_;
    write_file("$nginx->{prefix}/conf/nginx.conf", $nginx->configuration =~ s/worker_processes \d+/worker_processes $workers/r);
}

sub nginx {
    my ($name, $workers, $location) = @_;
    $_->forget for $old, $new;
    my $nginx = OAuth2Test::Nginx->new(name => $name, http => configuration($old, $location));
    configure($nginx, $workers);
    return $nginx->start;
}

# Begins a reload with a configuration whose location leads to the new peer. Workers of the old one take
# no connections any more when this returns.
sub move {
    my ($nginx, $workers, $location) = @_;
    $nginx->{http} = configuration($new, $location);
    configure($nginx, $workers);
    my $position = length $nginx->log;
    kill HUP => $nginx->{pid};
    $nginx->wait_for('the reload', sub {
        $workers <= (my @ended = substr($nginx->log, $position) =~ /gracefully shutting down/g);
    });
}

sub status {
    my ($nginx, $token) = @_;
    return $nginx->curl('-H', "Authorization: Bearer $tokens{$token}", "http://127.0.0.1:$port/")->{status};
}

sub starts {
    my ($count, $token) = @_;
    return map {
        open my $out, '-|', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', 20,
          '-H', "Authorization: Bearer $tokens{$token}", "http://127.0.0.1:$port/";
        $out;
    } 1 .. $count;
}

# The new location is asked at once, however young the keys are.
my $nginx = nginx('at_once', 1, '');
$nginx->wait_for('the first keys', sub { status($nginx, 'first') eq '200' });
move($nginx, 1, '');
$nginx->wait_for('the question', sub { $new->asked });
$nginx->wait_for('the keys of the new peer', sub { status($nginx, 'third') eq '200' });
is($old->asked + $new->asked, 2, 'each peer was asked once');
$nginx->stop;

# It doesn't wait for the end of what is fetched from the old one.
$old->says('first');
$nginx = nginx('leased', 1, 'proxy_read_timeout 4s;');
$nginx->wait_for('the first keys', sub { status($nginx, 'first') eq '200' });
$old->says('hold');
$old->forget;
my ($late) = starts(1, 'second');
$nginx->wait_for('a fetch for want of a key', sub { $old->asked });
move($nginx, 1, '');
$nginx->wait_for('the fetch of the new worker', sub { $new->asked });
unlike($nginx->log, qr/upstream timed out/, 'while the old worker still fetches');
is(scalar(<$late>), '401', 'who waited there is judged when that has ended');
unlike($nginx->log, qr/can't be fetched/, 'its failure is none of the new one');
$nginx->stop;
$old->says('first');

# A location that leads elsewhere from a reload on.
$nginx = nginx('moved', 1, '');
$nginx->wait_for('the first keys', sub { status($nginx, 'first') eq '200' });
$old->says('hold');
$old->forget;
my ($waiting) = starts(1, 'second');
$nginx->wait_for('a fetch for want of a key', sub { $old->asked });
$new->says('hold');
move($nginx, 1, '');
$nginx->wait_for('the fetch of the new worker', sub { $new->asked });
is(status($nginx, 'first'), '200', 'until the new peer answers the kept keys count');
$new->says('third');
$nginx->wait_for('the keys of the new peer', sub { status($nginx, 'third') eq '200' });
is(status($nginx, 'first'), '401', 'then they are forgotten');
$old->says('both');
is(scalar(<$waiting>), '200', 'what the old worker gets serves those who waited there');
is(status($nginx, $_), '401', "and is kept from the new one: $_") for qw(first second);
is(status($nginx, 'third'), '200', 'which goes on with its own');
is($new->asked, 1, 'asked once: for want of a key somebody has asked already');
$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg)\]|exited on signal|open socket/, 'moved: no process died, nothing was left open');

# The worker that fetches is killed, alone; another takes over, for those who wait there.
$old->says('hold');
$nginx = nginx('killed', 2, '');
my @waiting = starts(20, 'first');
$nginx->wait_for('the fetch', sub { $old->asked });
my ($request) = $old->requests;
# What the other has not taken by now is refused with the socket of the dead.
$nginx->wait_for('the requests', sub { waiting_connections() >= 20 });
kill KILL => $request->{headers}{'x-pid'};
$nginx->wait_for('another fetch', sub { $old->asked > 1 });
$old->says('first');
my %answers;
$answers{$_}++ for map { scalar <$_> } @waiting;
is_deeply([sort keys %answers], ['000', '200'], 'those of the dead are cut off, the others are served');
is($old->asked, 2, 'one took over');
isnt(($old->requests)[1]{headers}{'x-pid'}, $request->{headers}{'x-pid'}, 'it is another');
$nginx->stop;

# The server's ends of connections that are established.
sub waiting_connections {
    my $hex = sprintf '%04X', $port;
    return scalar(my @lines = grep { /^\s*\d+: \w+:$hex \w+:\w+ 01 / } split /\n/, read_file('/proc/net/tcp'));
}

# Whoever waits for workers that have ended is not left waiting.
$old->says('hold');
$new->says('hold');
$nginx = nginx('forsaken', 2, 'proxy_read_timeout 2s;');
@waiting = starts(20, 'first');
$nginx->wait_for('the fetch', sub { $old->asked });
$nginx->wait_for('the requests', sub { waiting_connections() >= 20 });
move($nginx, 2, '');
$nginx->wait_for('the fetch of the new workers', sub { $new->asked });
$nginx->stop;
is(join(' ', map { scalar <$_> } @waiting), join(' ', (503) x 20), 'all are answered, by those that fetched and those that waited');
unlike($nginx->log, qr/\[(?:alert|emerg)\]|exited on signal|open socket/, 'forsaken: no process died, nothing was left open');

$_->stop for $old, $new;
done_testing();
