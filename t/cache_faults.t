# oauth2_cache when something goes wrong: a worker that is killed while it writes, or while it does
# not, and a clock that is set back.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(jwks run_file token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $keys = jwks('keys.jwks', 'RS256');
my $http = <<"CONFIG";
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    oauth2_secret_store jwks file=$keys;
    oauth2_cache zone=tokens:1m;
    add_header X-Cache "[\$oauth2_cache_status]" always;
    add_header X-Reason "[\$oauth2_error_reason]" always;
    server {
        listen 127.0.0.1:$port;
        location / { oauth2_resolver stateless; empty_gif; }
    }
CONFIG
my $nginx;

# Status, cache status and reason of a request; nothing where no answer came.
sub ask {
    my ($token) = @_;
    my ($outcome) = $nginx->outcome("http://127.0.0.1:$port/", $token);
    return $outcome =~ /^0/ ? '' : $outcome;
}

sub asks {
    my ($name, $token, @expected) = @_;
    is(ask($token), $_, "$name: $_") for @expected;
}

my ($known, $other) = map { token('RS256') } 1 .. 2;

# Whatever the one that died left half written, nothing in the zone is believed any more.
$nginx = OAuth2Test::Nginx->new(
    name    => 'killed',
    http    => $http,
    preload => [kill_writer => (TEST_KILL_MARK => 'the-last-words')],
)->start;
asks('before a worker is killed', $known, '200 [MISS][]', '200 [HIT][]');
asks('the request that kills it', token('RS256', '--claim', 'scope=the-last-words'), '');
$nginx->wait_for('another worker', sub { ask($other) });
asks('what was kept before', $known, '200 [MISS][]', '200 [HIT][]');
asks('what is kept since', $other, '200 [HIT][]');
my $log = $nginx->log;
like($log, qr/"tokens" was locked by/, 'the worker held the lock when it was killed');
is_deeply([$log =~ /\[(?:emerg|crit|error)\]/g], [], 'no error in the log');
is(scalar(() = $log =~ /exited on signal/g), 1, 'one worker was killed');

# One that dies elsewhere costs nothing.
$nginx->kill_worker;
$nginx->wait_for('an answer', sub { ask($known) });
asks('after a worker was killed that did not write', $known, '200 [HIT][]');
asks('after a worker was killed that did not write', $other, '200 [HIT][]');
$nginx->stop;

# The clock, an hour ahead at first.
my $clock = run_file('ahead');
my $hour = 3600 * 1000;
write_file($clock, $hour);
$nginx = OAuth2Test::Nginx->new(
    name    => 'clock',
    http    => $http,
    preload => [clock => (TEST_CLOCK_FILE => $clock)],
)->start;
my $begun = token('RS256', '--claim', 'iat=@-10', '--claim', 'nbf=@-10', '--claim', 'exp=@+86400');
my $later = token('RS256', '--claim', 'nbf=@+1800', '--claim', 'exp=@+86400');
asks('an hour ahead', $_, '200 [MISS][]', '200 [HIT][]') for $begun, $later;
write_file($clock, 0);
asks('set back: not before the time it names', $later,
    '401 [MISS][not_yet_valid]', '401 [MISS][not_yet_valid]');
asks('set back: judged again, then known', $begun, '200 [MISS][]', '200 [HIT][]');
write_file($clock, $hour);
asks('set forward again', $_, '200 [HIT][]') for $begun, $later;
write_file($clock, 25 * $hour);
asks('a day ahead: it has expired', $begun, '401 [MISS][expired]');
write_file($clock, -48 * $hour);
asks('two days back: it was not issued yet', $begun, '401 [MISS][not_yet_valid]');
is_deeply([$nginx->log =~ /\[(?:emerg|alert|crit|error)\]/g], [], 'no error in the log');
$nginx->stop;

done_testing;
