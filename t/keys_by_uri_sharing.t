# What shares the fetched keys: workers, stores of one URI, and what NGINX does beside a fetch.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::KeyPeer;
use OAuth2Test::Mint qw(jwks read_file run_file token);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my @names = ('first', map { "key$_" } 2 .. 8);
my %sets = map { $_ => read_file(jwks("$_.jwks", "RS256:kid=$_")) } @names;
my %tokens = map { $_ => token("RS256:kid=$_") } @names;
my $peer = OAuth2Test::KeyPeer->new(port => $port + 10, sets => \%sets);

# An NGINX whose locations, but for the one called /keys, verify tokens.
sub nginx {
    my ($name, $workers, $http, $fetching, %stores) = @_;
    my $locations = join '', map { "        location = $_ { oauth2_resolver stateless; $stores{$_} empty_gif; }\n" } sort keys %stores;
    $peer->forget;
    return OAuth2Test::Nginx->new(name => $name, workers => $workers, http => <<"CONFIG")->start;
    $http
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    server {
        listen 127.0.0.1:$port reuseport;
$locations
        location = /keys { internal; $fetching proxy_pass http://127.0.0.1:$peer->{port}; }
    }
CONFIG
}

sub store { return "oauth2_secret_store jwks uri=/keys @_;" }

sub status {
    my ($nginx, $path, $token) = @_;
    return $nginx->curl('-H', "Authorization: Bearer $tokens{$token}", "http://127.0.0.1:$port$path")->{status};
}

sub sound {
    my ($nginx, $name) = @_;
    $nginx->stop;
    unlike($nginx->log, qr/\[(?:alert|emerg)\]|exited on signal|open socket/, "$name: no process died, nothing was left open");
}

# One rotation after the other: each first token meets a worker that knows the keys, or one that has yet
# to take over the last ones, which are too old as well. The kernel chooses which.
$peer->says('first');
my $nginx = nginx('rotated', 2, '', '', '/' => store('cache_miss_timeout=1ms'));
for my $name (@names, @names) {
    $peer->says($name);
    is(status($nginx, '/', $name), '200', "the first token of $name");
}
sound($nginx, 'rotated');

# An answer that comes in pieces to a location that doesn't buffer: NGINX then sets a timer of the
# connection that it would send to.
$nginx = nginx('pieces', 1, '', 'proxy_buffering off;', '/' => store('cache_miss_timeout=1ms'));
for my $name (@names) {
    $peer->says("$name in pieces");
    is(status($nginx, '/', $name), '200', "$name in pieces");
}
sound($nginx, 'pieces');

# A cache that serves what is old while NGINX asks for what is new, beside the fetch and after it.
my $cache = run_file('cache');
my $zone = "proxy_cache_path $cache keys_zone=keys:1m;";
my $updating = 'proxy_cache keys; proxy_cache_key keys; proxy_cache_valid 200 1s; proxy_cache_use_stale updating; '
  . 'proxy_cache_background_update on;';
$peer->says('first');
$nginx = nginx('updated', 1, $zone, $updating, '/' => store('cache_timeout=1s cache_miss_timeout=1ms'));
$nginx->wait_for('the first keys', sub { status($nginx, '/', 'first') eq '200' });
$peer->says('key2');
$nginx->wait_for('the next keys', sub { status($nginx, '/', 'key2') eq '200' });
pass('a cache that is brought up to date in the background gets new keys');
$peer->says('hold');
$peer->forget;
$nginx->wait_for('another question', sub { $peer->asked });
is(status($nginx, '/', 'key2'), '200', 'while it is asked, keys are in use');
sound($nginx, 'updated');
$peer->says('first');

# Stores of one URI that are content with keys of different ages.
$nginx = nginx('ages', 1, '', '', '/' => store('cache_timeout=1h'), '/fresh' => store('cache_timeout=1s stale_timeout=zero'));
is(status($nginx, '/', 'first'), '200', 'the first keys');
$nginx->wait_for('three fetches', sub {
    my $status = status($nginx, '/fresh', 'first');
    is($status, '200', 'the store that wants fresh keys has them') if $status ne '200';
    return $peer->asked >= 3;
});
is(status($nginx, $_, 'first'), '200', "$_ has its keys") for '/', '/fresh';
sound($nginx, 'ages');

$peer->stop;
done_testing();
