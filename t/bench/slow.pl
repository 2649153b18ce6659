#!/usr/bin/env perl

# What requests that wait for an authorization server cost those that don't, and how often a node asks
# it. ./build.sh bench slow calls it, with NGINX_BINARY and MODULE_FILE set.

use v5.20;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";

use Getopt::Long qw(GetOptions);
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

BEGIN {
    $ENV{TEST_NGINX_BINARY}       = $ENV{NGINX_BINARY};
    $ENV{TEST_NGINX_LOAD_MODULES} = $ENV{MODULE_FILE};
    $ENV{TEST_NGINX_SERVER_PORT}  = $ENV{BENCH_PORT} || 19500;
}

use OAuth2Test::Mint qw(jwks read_file run_file token write_file);
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

use constant USAGE => <<'END';
Usage: ./build.sh bench slow [OPTION…]

  --waiting N    requests that wait for the authorization server (100)
  --requests N   unrelated requests that are timed while they wait (2000)
  --rounds N     how often that is repeated (5)
  --delay S      seconds that the authorization server takes to answer (2)
  --seconds S    how long two workers are watched for what they ask (20)
  --check        fails where the median of unrelated requests is half as much again, or more was asked
END

my %option = (waiting => 100, requests => 2000, rounds => 5, delay => 2, seconds => 20);
GetOptions(\%option, 'waiting=i', 'requests=i', 'rounds=i', 'delay=f', 'seconds=f', 'check', 'help')
    or die USAGE;
if ($option{help}) {
    print USAGE;
    exit 0;
}

my $port    = OAuth2Test::Nginx::port();
my $set     = read_file(jwks('slow.jwks', 'RS256'));
my $good    = token('RS256');
my $foreign = token('RS256:kid=foreign');

answers_take(0);
my $keys  = peer('keys',  10, $set);
my $tells = peer('tells', 11, '{"active":true}');

my $missed = measure_waiting() + count_questions();
exit($option{check} && $missed ? 1 : 0);

# An authorization server whose answer is always the same.
sub peer {
    my ($name, $offset, $body) = @_;
    return OAuth2Test::Peer->new(name => $name, port => $port + $offset, answer => sub {
        sleep read_file(run_file('delay'));
        return OAuth2Test::Peer::answer(200, 'application/json', $body);
    });
}

sub answers_take { return write_file(run_file('delay'), $_[0]) }

sub asked { return scalar(my @requests = $_[0]->requests) }

sub start {
    my ($name, $workers, $timeouts, $cache) = @_;
    $_->forget for $keys, $tells;
    my $nginx = OAuth2Test::Nginx->new(name => $name, http => <<"END");
    keepalive_requests 1000000;
    oauth2_require_https off;
    server {
        listen 127.0.0.1:$port;
        location = /unrelated { empty_gif; }
        location = /introspected {
            oauth2_resolver introspection;
            oauth2_introspection_endpoint /tells;
            $cache
            empty_gif;
        }
        location = /verified {
            oauth2_resolver stateless;
            oauth2_issuer https://as.example.com;
            oauth2_audience https://api.example.com;
            oauth2_verification_secret any.id;
            oauth2_secret_store jwks uri=/keys $timeouts;
            empty_gif;
        }
        location = /tells { internal; proxy_pass http://127.0.0.1:@{[$port + 11]}; }
        location = /keys { internal; proxy_pass http://127.0.0.1:@{[$port + 10]}; }
    }
END
    my $text = $nginx->configuration;
    my $processors = $workers == 1 ? '1' : 'auto';
    $text =~ s/worker_processes 1/worker_processes $workers;\nworker_cpu_affinity $processors/;
    $text =~ s/worker_connections 64/worker_connections 1024/;
    write_file("$nginx->{prefix}/conf/nginx.conf", $text);
    return $nginx->start;
}

sub connected {
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) || die "can't connect: $!\n";
}

sub send_request {
    my ($socket, $path, $token) = @_;
    my $header = defined $token ? "Authorization: Bearer $token\r\n" : '';
    return syswrite $socket, "GET $path HTTP/1.1\r\nHost: a\r\n$header\r\n";
}

# Reads one answer; its status.
sub receive {
    my ($socket) = @_;
    my $text = '';
    while ($text !~ /\r\n\r\n/ || length $' < ($text =~ /^Content-Length: (\d+)/mi)[0]) {
        sysread $socket, $text, 65536, length $text or die "the connection has gone\n";
    }
    return ($text =~ m{^HTTP/1.1 (\d+)})[0];
}

# ---- What it costs others

# Client and worker share the first processor: in a virtual machine, waking the other one now and then
# takes several times as long as a request.
sub measure_waiting {
    my @table;
    system("taskset -p -c 0 $$ >/dev/null") == 0 or die "taskset failed\n";
    for my $case (
        ['nobody waits', undef],
        ['introspection', $tells, '/introspected', 'opaque', 200],
        ['a key that nobody has', $keys, '/verified', $foreign, 401],
    ) {
        push @table, measure_case(@$case);
    }
    printf "%-24s %8s %14s %14s %14s %8s\n", "$option{waiting} requests wait for", 'waiting', 'median, us',
        '99 %, us', 'round took, s', 'asked';
    printf "%-24s %8d %14.0f %14.0f %14.2f %8d\n", @{$_}{qw(name waiting median late took asked)} for @table;
    return scalar grep { $_->{median} > 1.5 * $table[0]{median} } @table;
}

# Fresh for each case: a token that no key verifies makes one fetch in a cache_miss_timeout.
sub measure_case {
    my ($name, $peer, $path, $token, $status) = @_;
    answers_take(0);
    my $nginx = start('slow', 1, 'cache_timeout=1h cache_miss_timeout=1ms', '');
    $nginx->wait_for('the first keys', sub { asked($keys) });
    answers_take($option{delay});
    $_->forget for $keys, $tells;
    my (@times, $took);
    for (1 .. $option{rounds}) {
        my $begun   = time;
        my @waiting = defined $peer ? begin($nginx, $peer, $path, $token) : ();
        push @times, unrelated();
        $took = time - $begun if !@waiting;
        for my $socket (@waiting) {
            my $got = receive($socket);
            die "$name: $got instead of $status\n" if $got != $status;
            $took = time - $begun;
        }
    }
    $nginx->stop;
    @times = sort { $a <=> $b } @times;
    return {
        name    => $name,
        waiting => defined $peer ? $option{waiting} : 0,
        median  => 1e6 * $times[@times / 2],
        late    => 1e6 * $times[@times * 0.99],
        took    => $took,
        asked   => asked($keys) + asked($tells),
    };
}

# Requests that wait once this returns.
sub begin {
    my ($nginx, $peer, $path, $token) = @_;
    my $before  = asked($peer);
    my @waiting = map { connected() } 1 .. $option{waiting};
    send_request($_, $path, $token) for @waiting;
    $nginx->wait_for('the question', sub { asked($peer) > $before });
    return @waiting;
}

# Seconds that each of so many requests takes, one after the other.
sub unrelated {
    my $socket = connected();
    return map {
        my $begun = time;
        send_request($socket, '/unrelated');
        receive($socket);
        time - $begun
    } 1 .. $option{requests};
}

# ---- How often it asks

# Two workers are kept busy with good and bad tokens, for so long.
sub count_questions {
    my $timeout = 2;
    answers_take(0);
    my $nginx = start('traffic', 2, "cache_timeout=$timeout cache_miss_timeout=$timeout",
        "oauth2_cache zone=tokens:1m default_timeout=$timeout;");
    my @sockets = map { connected() } 1 .. 8;
    my ($begun, $requests) = (time, 0);
    while (time - $begun < $option{seconds}) {
        for my $request (['/verified', $good], ['/verified', $foreign], map { ['/introspected', "t$_"] } 1 .. 5) {
            my $socket = $sockets[$requests++ % @sockets];
            send_request($socket, @$request);
            receive($socket);
        }
    }
    $nginx->stop;
    my $periods = $option{seconds} / $timeout;
    my @table   = (
        ['keys',          asked($keys),  1 + $periods / 0.9 + $periods],
        ['introspection', asked($tells), 5 * ($periods + 1)],
    );
    printf "\nTwo workers, %d s, %d requests, each timeout %d s\n%-24s %8s %14s\n", $option{seconds}, $requests,
        $timeout, '', 'asked', 'at most';
    printf "%-24s %8d %14.1f\n", @$_ for @table;
    return scalar grep { $_->[1] > $_->[2] } @table;
}
