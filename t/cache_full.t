# oauth2_cache with more tokens than its zone has room for, with large ones, and with two workers.

use lib 't/lib';
use v5.20;
use warnings;

use IO::Socket::INET;
use Test::More;
use OAuth2Test::Mint qw(jwks key token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $keys = jwks('keys.jwks', 'HS256');
my $nginx;

sub configuration {
    my ($size, $listen) = @_;
    return <<"CONFIG";
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    oauth2_secret_store jwks file=$keys;
    oauth2_cache zone=tokens:$size;
    keepalive_requests 1000000;
    large_client_header_buffers 4 64k;
    add_header X-Worker "\$pid";
    add_header X-Cache "[\$oauth2_cache_status]" always;
    server {
        listen 127.0.0.1:$port$listen;
        location / { oauth2_resolver stateless; empty_gif; }
    }
CONFIG
}

sub start {
    my ($name, $size, %options) = @_;
    my $listen = $options{workers} ? ' reuseport' : '';
    return OAuth2Test::Nginx->new(
        name => $name,
        http => configuration($size, $listen),
        %options,
    )->start;
}

sub tokens {
    my ($count, @flags) = @_;
    return split /\n/, OAuth2Test::Mint::run_mint('token', key('HS256'), @flags, '--count', $count);
}

# Statuses and cache statuses of the tokens in turn, asked for over one connection, a hundred at a time.
sub ask_all {
    my (@tokens) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "connect: $!";
    my @answers;
    while (my @some = splice @tokens, 0, 100) {
        print {$socket} map { "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer $_\r\n\r\n" } @some;
        push @answers, read_answers($socket, scalar @some);
    }
    return @answers;
}

sub read_answers {
    my ($socket, $count) = @_;
    my ($text, @answers) = ('');
    while (@answers < $count) {
        sysread $socket, $text, 65536, length $text or die "the connection ended: $text";
        while ($text =~ /\A(.*?\r\n\r\n)/s) {
            my $head = $1;
            my ($status, $cache) = $head =~ /\AHTTP\/1.1 (\d+).*?^X-Cache: (\[\w*\])/ms or die "no answer: $head";
            my ($length) = $head =~ /^Content-Length: (\d+)/m;
            last if length $text < length($head) + $length;
            substr $text, 0, length($head) + $length, '';
            push @answers, "$status $cache";
        }
    }
    return @answers;
}

sub ask { return (ask_all(@_))[0] }

sub counted {
    my %count;
    $count{$_}++ for @_;
    return \%count;
}

# What is used stays; what was used least gives way.
$nginx = start('small', '32k');
my @tokens = tokens(400);
my ($used, $unused, @others) = @tokens;
is(ask($_), '200 [MISS]', 'a new token') for $used, $unused;
my @known;
while (my @some = splice @others, 0, 20) {
    is_deeply(counted(ask_all(@some)), {'200 [MISS]' => scalar @some}, 'further tokens');
    push @known, ask($used);
}
is_deeply(counted(@known), {'200 [HIT]' => scalar @known}, 'one that is used again and again stays');
is(ask($unused), '200 [MISS]', 'one that was used once has given way');
is_deeply(counted(ask_all(@tokens[-20 .. -1])), {'200 [HIT]' => 20}, 'the latest are there');

# Of two that were used since the last new one, the order doesn't matter; before it does.
my @few = tokens(60);
ask_all(@few[0 .. 39]);
ask_all(@few[0 .. 9]);
ask_all(@few[40 .. 59]);
is_deeply(counted(ask_all(@few[0 .. 9])), {'200 [HIT]' => 10}, 'used later than those behind them');

# A token may take an eighth of the zone: a larger one is judged anew, and drives nobody out.
my ($large, $larger) = map { (tokens(1, '--claim', 'scope=' . 's' x $_))[0] } 3_000, 12_000;
is_deeply([ask_all($few[0], ($larger) x 3, $few[0])],
    ['200 [HIT]', ('200 [MISS]') x 3, '200 [HIT]'], 'one that is too large');
is_deeply([ask_all(($large) x 3)], ['200 [MISS]', ('200 [HIT]') x 2], 'a large one');
is_deeply([ask_all(($large) x 2, $tokens[0])], ['200 [HIT]', '200 [HIT]', '200 [MISS]'],
    'beside small ones');
unlike($nginx->log, qr/\[(?:emerg|alert|crit|error)\]/, 'a full zone is no error');
$nginx->stop;

# As many as the documentation says, and many more, of several sizes.
$nginx = start('many', '1m');
my @fitting = tokens(3_700);
is_deeply(counted(ask_all(@fitting)), {'200 [MISS]' => 3_700}, '3,700 tokens');
is_deeply(counted(ask_all(@fitting)), {'200 [HIT]' => 3_700}, 'fit in 1 MB');
my @pids = $nginx->workers;
my @many = (tokens(90_000), map { tokens(1_000, '--claim', 'scope=' . 's' x $_) } map { 100 * $_ } 1 .. 10);
@many = @many[map { ($_ * 7919) % @many } 0 .. $#many];
is_deeply(counted(ask_all(@many)), {'200 [MISS]' => 100_000}, '100,000 tokens through 1 MB');
is_deeply(counted(ask_all(@many[-1000 .. -1])), {'200 [HIT]' => 1000}, 'the latest of them are there');
is(ask($many[0]), '200 [MISS]', 'the first has given way');
is_deeply([$nginx->workers], \@pids, 'by one and the same worker');
unlike($nginx->log, qr/\[(?:emerg|alert|crit|error)\]/, 'with no error in the log');

# A zone of another size is another zone, and a reload with the same keeps it.
is(ask($many[-1]), '200 [HIT]', 'before a reload');
unlike($nginx->reload, qr/\[(?:emerg|alert|crit|error)\]/, 'a reload');
is(ask($many[-1]), '200 [HIT]', 'after it');
$nginx->{http} = configuration('2m', '');
write_file("$nginx->{prefix}/conf/nginx.conf", $nginx->configuration);
unlike($nginx->reload, qr/\[(?:emerg|alert|crit|error)\]/, 'a reload with another size');
is(ask($many[-1]), '200 [MISS]', 'after it, nothing is known');
is(ask($many[-1]), '200 [HIT]', 'until it is asked for again');
$nginx->stop;

# What one worker has judged the other knows.
$nginx = start('workers', '1m', workers => 2);
my $token = token('HS256');
my (%seen, @statuses);
$nginx->wait_for('both workers to answer', sub {
    my $answer = $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port/");
    $seen{(OAuth2Test::Nginx::header($answer, 'x-worker'))[0]}++;
    push @statuses, (OAuth2Test::Nginx::header($answer, 'x-cache'))[0];
    return keys %seen == 2;
});
is(shift @statuses, '[MISS]', 'the first request is a miss');
is_deeply(counted(@statuses), {'[HIT]' => scalar @statuses}, 'all further ones are hits in either worker');
unlike($nginx->log, qr/\[(?:emerg|alert|crit|error)\]/, 'with no error in the log');
$nginx->stop;

done_testing;
