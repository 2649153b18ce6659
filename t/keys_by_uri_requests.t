# Requests that wait for keys: nothing of theirs is lost, and one that leaves takes nothing from others.

use lib 't/lib';
use v5.20;
use warnings;

use IO::Socket::INET;
use Test::More;
use OAuth2Test::KeyPeer;
use OAuth2Test::Mint qw(certificate jwks pem read_file run_file token write_file);
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

my $port = OAuth2Test::Nginx::port();
my $tls_port = OAuth2Test::Nginx::tls_port();
my %sets = map { $_ => read_file(jwks("$_.jwks", "RS256:kid=$_")) } qw(first second third);
my %tokens = map { $_ => token("RS256:kid=$_", '--claim', "sub=$_") } keys %sets;
my $keys = OAuth2Test::KeyPeer->new(port => $port + 10, sets => \%sets, says => 'hold');
my $echo = OAuth2Test::Peer->new(port => $port + 11, name => 'echo', answer => sub {
    my ($client, $request) = @_;
    if ($request->{line} =~ m{/stubborn}) {
        OAuth2Test::Peer->wait_for('leave to answer', sub { -e run_file('let-go') });
    }
    return OAuth2Test::Peer::answer(200, 'text/plain', length($request->{body}) . ':' . $request->{body});
});
my $other = jwks('other.jwks', 'RS256:kid=other');
my $certificate = certificate('server.crt', 'RS256', '--san', 'DNS:localhost');
my $key = pem('server.key', 'RS256', '--private');

# A miss may always be fetched for: each part of this file makes one.
my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_require_https off;
    oauth2_resolver stateless;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    client_body_buffer_size 4k;
    server {
        listen 127.0.0.1:$port;
        listen 127.0.0.1:$tls_port ssl http2;
        ssl_certificate $certificate;
        ssl_certificate_key $key;
        root html;
        oauth2_secret_store jwks uri=/keys cache_timeout=1h cache_miss_timeout=1ms;
        location = /keys {
            internal;
            proxy_read_timeout 15s;
            proxy_pass http://127.0.0.1:$keys->{port};
        }
        location / {
            add_header X-Sub "\$oauth2_claim_sub" always;
            empty_gif;
        }
        location = /stubborn {
            proxy_ignore_client_abort on;
            proxy_pass http://127.0.0.1:$echo->{port};
        }
        location = /upstream {
            proxy_pass http://127.0.0.1:$echo->{port};
        }
        location /any/ {
            satisfy any;
            add_header X-Sub "\$oauth2_claim_sub" always;
            location = /any/allowed { allow all; empty_gif; }
            location = /any/denied { deny all; empty_gif; }
        }
        location = /policy {
            auth_request /decide;
            empty_gif;
        }
        location = /decide {
            internal;
            proxy_pass http://127.0.0.1:$echo->{port};
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header X-Subject \$oauth2_claim_sub;
        }
        location /moved/ {
            error_page 404 = /moved/target;
            location = /moved/missing { }
            location = /moved/target {
                add_header X-Sub "\$oauth2_claim_sub" always;
                empty_gif;
            }
            location = /moved/other { try_files /none /moved/elsewhere; }
            location = /moved/elsewhere {
                oauth2_secret_store jwks file=$other;
                empty_gif;
            }
        }
        location = /hello {
            oauth2_resolver off;
            empty_gif;
        }
    }
CONFIG
$nginx->wait_for('the first fetch', sub { $keys->asked });

sub begin {
    my ($token, $path, @more) = @_;
    open my $out, '-|', 'curl', '-s', '-i', '--max-time', 20, '-H', "Authorization: Bearer $tokens{$token}", '-H', 'Expect:',
      @more, ($path =~ /^https/ ? ('-k', $path) : "http://127.0.0.1:$port$path") or die "can't run curl: $!";
    return $out;
}

sub end {
    my ($out) = @_;
    local $/;
    return OAuth2Test::Nginx::answer(scalar <$out>);
}

sub says {
    my ($answer) = @_;
    return join ' ', $answer->{status}, OAuth2Test::Nginx::header($answer, 'x-sub');
}

# From now on the keys are held back, and those of that name come next.
my $next;
sub hold {
    ($next) = @_;
    $keys->says('hold');
    $keys->forget;
}

sub let_go {
    $nginx->wait_for('the fetch', sub { $keys->asked });
    $keys->says($next);
}

# All that meet the cold store.
$next = 'first';
my %bodies = (small => 'x=1', large => join('', map { "line $_\n" } 1 .. 40_000));
write_file(run_file($_), $bodies{$_}) for keys %bodies;
my @posts;
for my $name (sort keys %bodies) {
    my @data = ('--data-binary', '@' . run_file($name));
    push @posts, [$name, "$name", begin('first', '/upstream', @data)],
      [$name, "$name chunked", begin('first', '/upstream', @data, '-H', 'Transfer-Encoding: chunked')],
      [$name, "$name slow", begin('first', '/upstream', @data, '--limit-rate', '400k')],
      [$name, "$name over HTTP/2", begin('first', "https://127.0.0.1:$tls_port/upstream", @data, '--http2')];
}
my %waiting = map { $_ => begin('first', $_) } qw(/any/allowed /any/denied /policy /moved/missing /moved/other);
my $refused = begin('second', '/upstream', '--data-binary', '@' . run_file('large'));
my $pipeline = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "can't connect: $!";
print {$pipeline} map {
    "POST /upstream HTTP/1.1\r\nHost: one\r\nAuthorization: Bearer $tokens{$_}\r\nContent-Length: 5\r\n\r\nhello"
} qw(first first);
open my $streams, '-|', 'curl', '-s', '-k', '--http2', '-Z', '--no-progress-meter', '-w', '%{http_code} ', '--max-time', 20,
  '-H', "Authorization: Bearer $tokens{first}", map { ("https://127.0.0.1:$tls_port/s$_", '-o', '/dev/null') } 1 .. 20;

is(says(end(delete $waiting{'/any/allowed'})), '200', 'satisfy any: whom another module allows waits for nobody');
is($nginx->curl("http://127.0.0.1:$port/hello")->{status}, 200, 'others are served meanwhile');
let_go();

for my $post (@posts) {
    my ($name, $how, $out) = @$post;
    my $answer = end($out);
    ok($answer->{body} eq length($bodies{$name}) . ":$bodies{$name}", "a body arrives whole: $how");
}
is(says(end($waiting{'/any/denied'})), '200 first', 'satisfy any: granted by the token');
is(says(end($waiting{'/policy'})), '200', 'auth_request after ours');
is((grep { defined } map { $_->{headers}{'x-subject'} } $echo->requests)[0], 'first', 'which sees the claims');
is(says(end($waiting{'/moved/missing'})), '200 first', 'after error_page');
is(says(end($waiting{'/moved/other'})), '401', 'the new location has another resolver');
is(end($refused)->{status}, 401, 'a refused body');
is(scalar(<$streams>), '200 ' x 20, 'twenty streams are granted');
my @statuses;
for (1 .. 2) {
    my $head = '';
    while (my $line = <$pipeline>) {
        $head .= $line;
        last if $line eq "\r\n";
    }
    push @statuses, $head =~ m{^HTTP/1.1 (\d+)};
    read $pipeline, my $body, $1 if $head =~ /^Content-Length: (\d+)/mi;
}
close $pipeline;
is("@statuses", '200 200', 'pipelined requests');

# The one whose request began the fetch leaves, in each way; who waits for the same fetch gets the keys.
sub leave_while_others_wait {
    my ($how, $name, $start, $leave) = @_;
    hold($name);
    my $position = length $nginx->log;
    my $client = $start->();
    $nginx->wait_for('the fetch', sub { $keys->asked });
    my $other = begin($name, '/');
    $leave->($client);
    $nginx->wait_for('NGINX to notice', sub { substr($nginx->log, $position) =~ /prematurely closed|client canceled stream/ });
    let_go();
    is(says(end($other)), "200 $name", "who waits while one $how is granted");
    is($keys->asked, 1, 'by the one fetch');
}

sub connected {
    my ($token, $path) = @_;
    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "can't connect: $!";
    print {$client} "GET @{[$path // '/']} HTTP/1.1\r\nHost: one\r\nAuthorization: Bearer $tokens{$token}\r\n\r\n";
    return $client;
}
leave_while_others_wait('closes', 'second', sub { connected('second') }, sub { close $_[0] });
leave_while_others_wait('resets', 'third', sub { connected('third') }, sub {
    setsockopt $_[0], SOL_SOCKET, SO_LINGER, pack 'll', 1, 0;
    close $_[0];
});
leave_while_others_wait('gives up a stream', 'first', sub {
    my $pid = open my $out, '-|', 'curl', '-s', '-k', '--http2', '-o', '/dev/null', '--max-time', 20,
      '-H', "Authorization: Bearer $tokens{first}", "https://127.0.0.1:$tls_port/";
    return [$pid, $out];
}, sub { kill KILL => $_[0][0] });

# Once it has its keys a request is as if it had never waited: its location minds no client that leaves.
hold('second');
$echo->forget;
my $stubborn = connected('second', '/stubborn');
let_go();
$nginx->wait_for('the upstream', sub { my @seen = $echo->requests; @seen });
my $position = length $nginx->log;
close $stubborn;
is(says(end(begin('second', '/'))), '200 second', 'NGINX has seen what came before');
unlike(substr($nginx->log, $position), qr/prematurely closed/, 'and goes on with the request');
write_file(run_file('let-go'), '');

# All leave: the keys are taken over all the same.
hold('third');
my $alone = connected('third');
$nginx->wait_for('the fetch', sub { $keys->asked });
close $alone;
let_go();
is(says(end(begin('third', '/'))), '200 third', 'after all have left');
is($keys->asked, 1, 'by the one fetch');

$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg|crit)\]|exited on signal|open socket/, 'no process died, nothing was left open');
$_->stop for $keys, $echo;
done_testing();
