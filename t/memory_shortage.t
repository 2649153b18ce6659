# The whole module with a worker whose memory runs short at each allocation in turn, whoever makes it:
# NGINX, the module or a library. A good request is served, refused or left without an answer; a bad
# one is never served; the worker lives, the next request is fine, and nothing is leaked.

use lib 't/lib';
use v5.20;
use warnings;

use IO::Socket::INET;
use Test::More;
use OAuth2Test::Clients;
use OAuth2Test::Mint qw(jwks read_file root_dir run_file token write_file);
use OAuth2Test::Nginx;

my $binary = $ENV{TEST_NGINX_BINARY} || 'nginx';
my $port = OAuth2Test::Nginx::port();
my $issuer_port = $port + 2;
my $library = run_file('failing_malloc.so');
my $orders = write_file(run_file('orders'), "\0" x 40);

sub build_library {
    my @compiler = split ' ', $ENV{CC} || 'cc';
    my $source = root_dir() . '/t/faults/failing_malloc.c';
    system(@compiler, qw(-std=c99 -O1 -shared -fPIC -o), $library, $source) == 0
      or die "can't build $library";
}

# A sanitizer brings an allocator of its own, and valgrind too.
sub has_other_allocator {
    my ($linked) = map { `ldd \$(command -v $_) 2>&1` // '' } $binary;
    return $linked =~ /lib[at]san/ || $linked !~ /libc\.so/;
}

plan(skip_all => 'this NGINX has an allocator of its own') if has_other_allocator();
build_library();

my $jwks = jwks('keys.jwks', 'RS256', 'ES256');
my $sealing = jwks('sealing.jwks', '--private', 'RS256', 'RSA-OAEP-256');
my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG");
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    oauth2_secret_store jwks file=$jwks;
    oauth2_realm "a realm";
    map \$http_x_certificate \$certificate {
        default \$http_x_certificate;
    }
    server {
        listen 127.0.0.1:$port;
        add_header X-Claims "\$oauth2_claims \$oauth2_claim_sub \$oauth2_scope \$oauth2_expires_at";
        add_header X-Reason "\$oauth2_error_reason" always;
        oauth2_resolver stateless;
        location = /plain { empty_gif; }
        location = /scopes {
            oauth2_scope read write;
            empty_gif;
        }
        location = /cached {
            oauth2_cache zone=tokens:64k;
            empty_gif;
        }
        location = /bound {
            oauth2_client_certificate \$certificate;
            empty_gif;
        }
        location = /encrypted {
            oauth2_secret_store jwks file=$sealing;
            oauth2_decryption_secret any.id;
            empty_gif;
        }
        location = /introspected {
            oauth2_resolver introspection;
            oauth2_introspection_endpoint /introspect;
            empty_gif;
        }
        location = /introspected-inactive {
            oauth2_resolver introspection;
            oauth2_introspection_endpoint /introspect-inactive;
            empty_gif;
        }
        location = /introspect {
            internal;
            proxy_pass http://127.0.0.1:$issuer_port;
        }
        location = /introspect-inactive {
            internal;
            proxy_pass http://127.0.0.1:$issuer_port;
        }
        location = /published {
            oauth2_secret_store jwks uri=/keys cache_miss_timeout=1ms;
            empty_gif;
        }
        location = /keys {
            internal;
            proxy_pass http://127.0.0.1:$issuer_port;
        }
        location = /page {
            error_page 401 /refused;
            empty_gif;
        }
        location = /refused {
            oauth2_resolver off;
            return 401 refused;
        }
    }
    server {
        listen 127.0.0.1:$issuer_port;
        oauth2_resolver off;
        default_type application/json;
        location = /introspect { return 200 '{"active":true,"aud":"https://api.example.com"}'; }
        location = /introspect-inactive { return 200 '{"active":false}'; }
        location = /keys { alias $jwks; }
    }
CONFIG

# Leaves alone the count of blocks: the worker may be giving some back at this moment.
sub order {
    my (%order) = @_;
    open my $file, '+<:raw', $orders or die "can't open $orders: $!";
    syswrite $file, pack 'q4', $order{process}, $order{remaining} // 0, $order{lasting} // 0, 0;
}

sub failures { return (unpack 'q5', read_file($orders))[3] }

sub blocks { return (unpack 'q5', read_file($orders))[4] }

# The worker of the master that the test has started.
sub worker {
    my $children = read_file("/proc/$nginx->{pid}/task/$nginx->{pid}/children");
    return (split ' ', $children)[0] // 0;
}

# The status of an answer, or 0 where there was none. Each request has a connection of its own.
sub status_of {
    my ($request) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 20)
      or return 0;
    $socket->print($request);
    my $answer = do { local $/; <$socket> };
    return ($answer // '') =~ m{^HTTP/1\.1 (\d+)} ? $1 : 0;
}

sub request {
    my ($uri, $token, @headers) = @_;
    return join "\r\n", "GET $uri HTTP/1.1", 'Host: localhost', 'Connection: close', @headers,
      (defined $token ? "Authorization: Bearer $token" : ()), '', '';
}

# Sends a request with each allocation that it needs failing in turn. What is taken for good the
# first time, as by OpenSSL for its own tables, is taken no second time.
sub check {
    my ($name, $expected, $request) = @_;
    my $worker = worker();
    my (%seen, @wrong, $leaked);
    for my $pass (1 .. 4) {
        status_of($request) for 1 .. 2;
        my $before = blocks();
        push @wrong, send_all($expected, $request, \%seen);
        status_of($request) for 1 .. 2;
        $leaked = blocks_more_than($before);
        last if $leaked <= 2;
    }
    is_deeply(\@wrong, [], "$name: " . join ', ', map { "$seen{$_} x $_" } sort keys %seen);
    is(worker(), $worker, "$name: the worker lives");
    cmp_ok($leaked, '<=', 2, "$name: nothing is leaked");
}

# How many blocks more the worker holds than before. It gives back the last connection's memory behind
# the end of the answer, so this waits for that for a while.
sub blocks_more_than {
    my ($before) = @_;
    my $end = time + 5;
    while (time < $end) {
        return blocks() - $before if blocks() - $before <= 2;
        select undef, undef, undef, 0.005;
    }
    return blocks() - $before;
}

# Returns what went wrong; counts what was answered.
sub send_all {
    my ($expected, $request, $seen) = @_;
    my $most = 5000;
    my @wrong;
    for my $lasting (0, 1) {
        my $failed = 1;
        for (my $number = 1; $failed; $number++) {
            return 'it comes to no end' if $number > $most;
            order(process => worker(), remaining => $number, lasting => $lasting);
            my $status = status_of($request);
            $failed = failures();
            order(process => worker());
            $seen->{$status}++;
            push @wrong, "$status at $number" if !is_fine($status, $expected, $failed, $request);
            my $next = status_of($request);
            push @wrong, "$next after $number" if $next != $expected;
        }
    }
    return @wrong;
}

# What short memory may make of an answer: none, a refusal by us, or by NGINX; and what is fetched may
# be out of reach.
sub is_fine {
    my ($status, $expected, $failed, $request) = @_;
    return $status == $expected if !$failed;
    return 1 if $status == 503 && $request =~ m{^GET /(?:introspected|published)};
    return $status == $expected || $status == 0 || $status == 500 || $status == 401;
}

{
    local $ENV{LD_PRELOAD} = $library;
    local $ENV{FAILING_MALLOC} = $orders;
    $nginx->start;
}
order(process => worker());

my $good = token('RS256');
my $forged = token('RS256', '--bad', 'wrong-key');
my $certificate = structured_field('client');
my $bound = token('ES256', '--claim', 'cnf=' . bound_to('client'));
my $encrypted = token('RS256', '--encrypt', 'RSA-OAEP-256');

check('a good token', 200, request('/plain', $good));
check('scopes', 200, request('/scopes', $good));
check('a scope is missing', 403, request('/scopes', token('RS256', '--claim', 'scope=read')));
check('a cached token', 200, request('/cached', $good));
check('a bound token', 200, request('/bound', $bound, "X-Certificate: $certificate"));
check('a bound token of somebody else', 401, request('/bound', $bound));
check('an encrypted token', 200, request('/encrypted', $encrypted));
check('a forged token', 401, request('/plain', $forged));
check('a forged token is never cached', 401, request('/cached', $forged));
check('no token', 401, request('/plain'));
check('an introspected token', 200, request('/introspected', 'opaque'));
check('an inactive token', 401, request('/introspected-inactive', 'opaque'));
check('a published key', 200, request('/published', $good));
check('a key that is not published', 401, request('/published', token('PS256')));
check('a page for those who are refused', 401, request('/page', $forged));

$nginx->stop;
done_testing();
