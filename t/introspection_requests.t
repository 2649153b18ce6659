# Requests that wait for introspection: nothing of theirs goes along, nothing of theirs is lost, and
# who waits disturbs nobody.

use lib 't/lib';
use v5.20;
use warnings;

use IO::Socket::INET;
use Test::More;
use OAuth2Test::Mint qw(certificate pem run_file write_file read_file);
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

my $port = OAuth2Test::Nginx::port();
my $tls_port = OAuth2Test::Nginx::tls_port();
my ($peer_port, $other_port, $echo_port) = map { $port + $_ } 10 .. 12;

# Waits until the test makes a file, if the token says so. The body of an answer names the server.
sub answering {
    my ($server) = @_;
    return sub {
        my ($client, $request) = @_;
        my ($word) = $request->{body} =~ /^token=(\w+)/;
        if ($word =~ /^wait/) {
            OAuth2Test::Peer->wait_for('leave to answer', sub { -e run_file("let-$word") });
        }
        return OAuth2Test::Peer::json({active => $word ne 'dead' ? \1 : \0, sub => "$server:$word"});
    };
}
my $peer = OAuth2Test::Peer->new(port => $peer_port, answer => answering('one'));
my $other = OAuth2Test::Peer->new(port => $other_port, answer => answering('two'), name => 'other');
my $echo = OAuth2Test::Peer->new(port => $echo_port, name => 'echo', answer => sub {
    my ($client, $request) = @_;
    return OAuth2Test::Peer::answer(200, 'text/plain', length($request->{body}) . ':' . $request->{body});
});

# Locations that lead from one to the next, each with a resolver of its own.
sub chain {
    return join "\n        ", map {
        my $next = $_ + 1;
        ("location = /chain/$_ { oauth2_introspection_endpoint /link/$_; try_files /none /chain/$next; }",
            "location = /link/$_ { internal; proxy_pass http://127.0.0.1:$peer_port; }")
    } 1 .. 6;
}

my $certificate = certificate('server.crt', 'RS256', '--san', 'DNS:localhost');
my $key = pem('server.key', 'RS256', '--private');

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    map \$http_x_secret \$seen_by_map {
        default "[\$http_x_secret]";
    }
    log_format questions '\$request|\$http_authorization|\$seen_by_map';
    limit_req_zone \$binary_remote_addr zone=requests:1m rate=1000r/s;
    oauth2_require_https off;
    oauth2_resolver introspection;
    client_body_buffer_size 4k;
    server {
        listen 127.0.0.1:$port;
        listen 127.0.0.1:$tls_port ssl http2;
        ssl_certificate $certificate;
        ssl_certificate_key $key;
        server_name one;
        root html;
        limit_req zone=requests burst=1000 nodelay;
        oauth2_introspection_endpoint /introspect;
        proxy_set_header X-Map \$seen_by_map;
        proxy_set_header X-Request "\$request|\$request_uri|\$args|\$http_cookie";
        location = /introspect {
            internal;
            log_subrequest on;
            access_log logs/questions.log questions;
            proxy_set_header X-Map \$seen_by_map;
            proxy_set_header X-Request "\$request|\$request_uri|\$args|\$http_cookie";
            proxy_pass http://127.0.0.1:$peer_port;
        }
        location / {
            oauth2_bypass \$seen_by_nobody;
            add_header X-Sub "\$oauth2_claim_sub" always;
            add_header X-Map "\$seen_by_map" always;
            empty_gif;
        }
        location = /upstream {
            proxy_pass http://127.0.0.1:$echo_port;
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
            proxy_pass http://127.0.0.1:$echo_port;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header X-Subject \$oauth2_claim_sub;
        }
        location /moved/ {
            error_page 404 = /moved/target;
            location = /moved/try { oauth2_resolver off; try_files /none /moved/target; }
            location = /moved/missing { }
            location = /moved/target {
                add_header X-Sub "\$oauth2_claim_sub" always;
                empty_gif;
            }
            location = /moved/scope { try_files /none /moved/scoped; }
            location = /moved/scoped { oauth2_scope read; empty_gif; }
            location = /moved/other { try_files /none /moved/elsewhere; }
            location = /moved/elsewhere {
                oauth2_introspection_endpoint /introspect-other;
                add_header X-Sub "\$oauth2_claim_sub" always;
                empty_gif;
            }
        }
        location = /introspect-other {
            internal;
            proxy_pass http://127.0.0.1:$other_port;
        }
        location = /known {
            oauth2_introspection_endpoint /introspect-known;
            proxy_pass http://127.0.0.1:$echo_port;
        }
        location = /introspect-known {
            internal;
            proxy_set_body "\$request_body&client_id=api";
            proxy_set_header Authorization "Basic YXBpOnNlY3JldA==";
            proxy_pass http://127.0.0.1:$other_port;
        }
        @{[chain()]}
        location /paged/ {
            error_page 401 503 /page;
            empty_gif;
        }
        location = /page {
            oauth2_resolver off;
            add_header X-Page "[\$oauth2_error_reason]" always;
            empty_gif;
        }
        location = /hello {
            oauth2_resolver off;
            empty_gif;
        }
    }
    map "" \$seen_by_nobody { default ""; }
    server {
        listen 127.0.0.1:$port;
        server_name two;
        oauth2_introspection_endpoint /introspect;
        location = /introspect {
            internal;
            proxy_pass http://127.0.0.1:$other_port;
        }
        location / {
            add_header X-Sub "\$oauth2_claim_sub" always;
            empty_gif;
        }
    }
CONFIG

sub get {
    my ($token, $path, @more) = @_;
    return $nginx->curl('-H', "Authorization: Bearer $token", @more, "http://127.0.0.1:$port$path");
}

sub header { return join '|', OAuth2Test::Nginx::header(@_) }

unlink glob run_file('let-*');
sub let_go { write_file(run_file("let-$_[0]"), '') }

# Nothing of the client's goes to the authorization server.
my @secrets = ('-H', 'Cookie: session=client-cookie', '-H', 'X-Secret: client-secret');
my $answer = get('alpha', '/?key=client-argument', @secrets);
is($answer->{status}, 200, 'granted');
is(header($answer, 'x-sub'), 'one:alpha', 'by the one server');
is(header($answer, 'x-map'), '[client-secret]', 'a variable first evaluated there is the client\'s here');
my ($question) = $peer->requests;
is($question->{headers}{'x-map'}, '[]', 'there it was empty');
is($question->{headers}{'x-request'}, 'POST /introspect HTTP/1.1|/introspect||', 'its request is its own');
unlike(join('|', %{$question->{headers}}, $question->{body}), qr/client|Bearer/, 'nothing of the client');
unlike(read_file("$nginx->{prefix}/logs/questions.log"), qr/client|Bearer|alpha/, 'nor in the log of subrequests');

# What the client sent is intact: small, beyond the buffer, chunked, empty, over HTTP/2.
my %bodies = (small => 'x=1', large => join('', map { "line $_\n" } 1 .. 40_000));
for my $name (sort keys %bodies) {
    my $file = write_file(run_file($name), $bodies{$name});
    my $expected = length($bodies{$name}) . ":$bodies{$name}";
    for my $case (['', []], [' chunked', ['-H', 'Transfer-Encoding: chunked']], [' slow', ['--limit-rate', '400k']]) {
        my ($how, $flags) = @$case;
        $answer = get('alpha', '/upstream', '--data-binary', "\@$file", @$flags, '-H', 'Expect:');
        ok($answer->{body} eq $expected, "a $name$how body arrives whole");
    }
    $answer = $nginx->curl('-k', '--http2', '-H', 'Authorization: Bearer alpha', '--data-binary', "\@$file",
        "https://127.0.0.1:$tls_port/upstream");
    is($answer->{version}, '2', 'HTTP/2');
    ok($answer->{body} eq $expected, "a $name body arrives whole over HTTP/2");
}
ok((grep { m{^POST /upstream HTTP/1\.[01]$} } map { $_->{line} } $echo->requests), 'as a POST');
is(get('dead', '/upstream', '--data-binary', '@' . run_file('large'))->{status}, 401, 'a refused body');

# Several requests on one connection, each with a body.
my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "can't connect: $!";
for my $word (qw(alpha dead beta)) {
    print {$socket} "POST /upstream HTTP/1.1\r\nHost: one\r\nAuthorization: Bearer $word\r\n"
      . "Content-Length: 5\r\n\r\nhello";
}
my @statuses;
for (1 .. 3) {
    my $head = '';
    while (my $line = <$socket>) {
        $head .= $line;
        last if $line eq "\r\n";
    }
    push @statuses, $head =~ m{^HTTP/1.1 (\d+)};
    read $socket, my $body, $1 if $head =~ /^Content-Length: (\d+)/mi;
}
close $socket;
is("@statuses", '200 401 200', 'pipelined requests');

# Two servers with the same text and different authorization servers.
$answer = get('alpha', '/', '-H', 'Host: two');
is(header($answer, 'x-sub'), 'two:alpha', 'another server asks its own authorization server');

# Who NGINX is to the authorization server, as the recipes have it.
$other->forget;
is(get('alpha', '/known', '--data', 'body=client-body')->{status}, 200, 'a location that adds client authentication');
my ($known) = $other->requests;
is($known->{body}, 'token=alpha&token_type_hint=access_token&client_id=api', 'a field is added to the form');
is($known->{headers}{'content-length'}, length $known->{body}, 'whose length is told');
is($known->{headers}{'content-type'}, 'application/x-www-form-urlencoded', 'and its type');
is($known->{headers}{authorization}, 'Basic YXBpOnNlY3JldA==', 'the header is the location\'s');

# satisfy any, auth_request, redirects, error pages.
$peer->forget;
is(get('alpha', '/any/allowed')->{status}, 200, 'satisfy any, another module allows');
is(scalar(my @none = $peer->requests), 0, 'then nobody is asked');
$answer = get('alpha', '/any/denied');
is("$answer->{status} " . header($answer, 'x-sub'), '200 one:alpha', 'satisfy any, granted by the token');
$answer = get('dead', '/any/denied');
is($answer->{status}, 401, 'satisfy any, refused by both');
is(header($answer, 'www-authenticate') =~ /invalid_token/ ? 1 : 0, 1, 'with the challenge');
$echo->forget;
is(get('alpha', '/policy')->{status}, 200, 'auth_request after ours');
is(($echo->requests)[0]{headers}{'x-subject'}, 'one:alpha', 'which sees the claims');
$peer->forget;
$answer = get('alpha', '/moved/try');
is("$answer->{status} " . header($answer, 'x-sub'), '200 one:alpha', 'after try_files');
$answer = get('alpha', '/moved/missing');
is("$answer->{status} " . header($answer, 'x-sub'), '200 one:alpha', 'after error_page');
is(scalar(my @twice = $peer->requests), 2, 'one question a request, redirected or not');
$answer = get('alpha', '/moved/scope');
is($answer->{status}, 403, 'the new location wants a scope');
$answer = get('alpha', '/moved/other');
is("$answer->{status} " . header($answer, 'x-sub'), '200 two:alpha', 'the new location has another resolver');
$peer->forget;
is(get('alpha', '/chain/1')->{status}, 503, 'a request that would ask on and on');
is(scalar(my @links = $peer->requests), 4, 'asks four times at the most');
$answer = get('dead', '/paged/x');
is("$answer->{status} " . header($answer, 'x-page'), '401 [inactive]', 'an error page');

# One question a request, also where many wait; the worker serves others meanwhile.
$peer->forget;
my @waiting;
for my $n (1 .. 20) {
    my $pid = open my $out, '-|', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', 20,
      '-H', 'Authorization: Bearer wait1', "http://127.0.0.1:$port/";
    push @waiting, $out;
}
$nginx->wait_for('twenty questions', sub { my @asked = $peer->requests; @asked == 20 });
is($nginx->curl("http://127.0.0.1:$port/hello")->{status}, 200, 'others are served while twenty wait');
let_go('wait1');
is(join(' ', map { scalar <$_> } @waiting), join(' ', (200) x 20), 'all twenty are granted');
is(scalar(my @asked = $peer->requests), 20, 'each asked once');

# Twenty streams of one HTTP/2 connection.
my @urls = map { ("https://127.0.0.1:$tls_port/s$_", '-o', '/dev/null') } 1 .. 20;
open my $streams, '-|', 'curl', '-s', '-k', '--http2', '-Z', '--no-progress-meter', '-w', '%{http_code} ', '--max-time', 20,
  '-H', 'Authorization: Bearer wait2', @urls;
$nginx->wait_for('twenty questions', sub { my @seen = $peer->requests; @seen == 40 });
let_go('wait2');
is(scalar(<$streams>), '200 ' x 20, 'twenty streams are granted');

# The client leaves: its request ends, the worker lives.
sub ask_and_leave {
    my ($token, $reset) = @_;
    my $count = () = $peer->requests;
    my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die "can't connect: $!";
    print {$client} "GET / HTTP/1.1\r\nHost: one\r\nAuthorization: Bearer $token\r\n\r\n";
    $nginx->wait_for('the question', sub { my @seen = $peer->requests; @seen > $count });
    setsockopt $client, SOL_SOCKET, SO_LINGER, pack 'll', 1, 0 if $reset;
    close $client;
}
for my $reset (0, 1) {
    my $position = length $nginx->log;
    ask_and_leave("wait3$reset", $reset);
    $nginx->wait_for('NGINX to notice', sub { substr($nginx->log, $position) =~ /prematurely closed connection/ });
    let_go("wait3$reset");
    is(get('alpha', '/')->{status}, 200, 'after a client left' . ($reset ? ' with a reset' : ''));
}
my $left = open my $gone, '-|', 'curl', '-s', '-k', '--http2', '--max-time', 1,
  '-H', 'Authorization: Bearer wait4', "https://127.0.0.1:$tls_port/";
{ local $/; <$gone> }
close $gone;
is($? >> 8, 28, 'an HTTP/2 client gives up');
let_go('wait4');
is(get('alpha', '/')->{status}, 200, 'after an HTTP/2 client left');

# A reload while requests wait: they are judged by the worker they began with.
my $pid = open my $over_reload, '-|', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', 20,
  '-H', 'Authorization: Bearer wait5', "http://127.0.0.1:$port/";
$nginx->wait_for('the question', sub { grep { $_->{body} =~ /wait5/ } $peer->requests });
my $position = length $nginx->log;
kill HUP => $nginx->{pid};
$nginx->wait_for('the reload', sub { substr($nginx->log, $position) =~ /gracefully shutting down/ });
is(get('alpha', '/')->{status}, 200, 'the new worker serves');
let_go('wait5');
is(scalar(<$over_reload>), '200', 'and the old one ends what it began');

# So does a quit.
open my $over_quit, '-|', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', 20,
  '-H', 'Authorization: Bearer wait6', "http://127.0.0.1:$port/";
$nginx->wait_for('the question', sub { grep { $_->{body} =~ /wait6/ } $peer->requests });
$position = length $nginx->log;
kill QUIT => $nginx->{pid};
$nginx->wait_for('the quit', sub { substr($nginx->log, $position) =~ /gracefully shutting down/ });
let_go('wait6');
is(scalar(<$over_quit>), '200', 'a request that waits survives a quit');
$nginx->stop;

unlike($nginx->log, qr/\[(?:alert|emerg|crit)\]|exited on signal|open socket/, 'no process died, nothing was left open');
unlike($nginx->log, qr/client-secret|Bearer/, 'the log holds nothing of the client');

done_testing();
