# A request that waits for keys is left alone by the other events of its client's connection. NGINX runs
# its phases with each that lets the client be written to, such as every piece of a body on a connection
# on which an answer once had to wait for the client.

use lib 't/lib';
use v5.20;
use warnings;

use IO::Socket::INET;
use Socket qw(IPPROTO_TCP SOL_SOCKET SO_RCVBUF TCP_NODELAY inet_aton pack_sockaddr_in);
use Test::More;
use OAuth2Test::KeyPeer;
use OAuth2Test::Mint qw(jwks read_file run_file token);
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

my $large = 32 << 20;
my $port = OAuth2Test::Nginx::port();
my %sets = (first => read_file(jwks('first.jwks', 'RS256:kid=first')));
my $token = token('RS256:kid=first');
my $keys = OAuth2Test::KeyPeer->new(port => $port + 10, sets => \%sets, says => 'hold');
my $echo = OAuth2Test::Peer->new(port => $port + 11, name => 'echo', answer => sub {
    my ($client, $request) = @_;
    return OAuth2Test::Peer::answer(200, 'text/plain', $request->{body});
});

# Where the door leads, NGINX looks anew each time that it is asked for: what is open needs no token.
mkdir run_file($_) for qw(shut open);
sub lead_to {
    symlink run_file($_[0]), run_file('door.new') or die "can't make a link: $!";
    rename run_file('door.new'), run_file('door') or die "can't rename it: $!";
}
lead_to('shut');
open my $file, '>', run_file('large') or die "can't make a file: $!";
truncate $file, $large;
close $file;

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    map \$realpath_root \$open {
        volatile;
        default "";
        ~/open\$ 1;
    }
    server {
        listen 127.0.0.1:$port;
        root @{[run_file('door')]};
        oauth2_secret_store jwks uri=/keys cache_timeout=1h;
        location = /keys {
            internal;
            proxy_pass http://127.0.0.1:$keys->{port};
        }
        location = /large {
            alias @{[run_file('large')]};
        }
        location = /hello {
            empty_gif;
        }
        location = /granted {
            oauth2_resolver stateless;
            empty_gif;
        }
        location = /upstream {
            oauth2_resolver stateless;
            oauth2_bypass \$open;
            proxy_pass http://127.0.0.1:$echo->{port};
        }
    }
CONFIG
$nginx->wait_for('the first fetch', sub { $keys->asked });

sub status {
    my ($path) = @_;
    return $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port$path")->{status};
}

# What the worker reads before this is answered it has dealt with.
sub pass_time { is(status('/hello'), 200, 'the worker serves others') }

sub head {
    my ($client) = @_;
    my $head = '';
    while (my $line = <$client>) {
        $head .= $line;
        return $head if $line eq "\r\n";
    }
    return $head;
}

my $client = IO::Socket::INET->new(Proto => 'tcp') or die "can't make a socket: $!";
setsockopt $client, SOL_SOCKET, SO_RCVBUF, 4096 or die "can't make its buffer small: $!";
setsockopt $client, IPPROTO_TCP, TCP_NODELAY, 1 or die "can't send at once: $!";
connect $client, pack_sockaddr_in($port, inet_aton('127.0.0.1')) or die "can't connect: $!";
$client->autoflush;

print {$client} "GET /large HTTP/1.1\r\nHost: one\r\n\r\n";
pass_time();
head($client);
read $client, my ($zeros), $large;
is(length $zeros, $large, 'an answer that waited for its client');

print {$client} "POST /upstream HTTP/1.1\r\nHost: one\r\nAuthorization: Bearer $token\r\nContent-Length: 10\r\n\r\n";
pass_time();
lead_to('open');
print {$client} 'hello';
pass_time();
$keys->says('first');
is(status('/granted'), 200, 'the keys have come');
print {$client} 'world';

my $answer = eval {
    local $SIG{ALRM} = sub { die "no answer\n" };
    alarm 20;
    my $got = head($client);
    read $client, $got, 10, length $got;
    alarm 0;
    $got;
} // $@;
like($answer, qr{^HTTP/1.1 200 .*helloworld$}s, 'the body arrives whole');

$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg|crit)\]|exited on signal|open socket/, 'no process died, nothing was left open');
$_->stop for $keys, $echo;
done_testing();
