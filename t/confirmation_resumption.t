# TLS sessions that are resumed, with tickets and from the cache, within one server of NGINX and across
# several: the certificate that counts is the one with which the session began, whatever the client
# would present now. A token that is bound to any other never passes.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Clients;
use OAuth2Test::Mint qw(jwks run_file token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $jwks = jwks('good.jwks', 'RS256');
my $server = client('server');
my $ticket_key = write_file(run_file('ticket.key'), join '', map { chr int rand 256 } 1 .. 80);

# How sessions are kept, and whether they can be resumed at all.
my @kinds = (
    ['tickets', 1, 'ssl_session_cache none;'],
    ['tickets and a cache', 1, 'ssl_session_cache shared:both:1m;'],
    ['a cache', 1, 'ssl_session_tickets off; ssl_session_cache shared:cache:1m;'],
    ['tickets of one key for all', 1, "ssl_session_ticket_key $ticket_key; ssl_session_cache none;"],
    ['nothing', 0, 'ssl_session_tickets off; ssl_session_cache none;'],
    ['early data', 1, 'ssl_early_data on;'],
);

# The servers of each kind: a port, a name, and whether clients are asked for certificates. Sessions
# begin at the first one.
my @servers = (
    {port => 0, name => 'first.test',     asks => 1},
    {port => 0, name => 'silent.test',    asks => 0},
    {port => 0, name => 'asking.test',    asks => 1},
    {port => 1, name => 'elsewhere.test', asks => 1},
    {port => 1, name => 'quiet.test',     asks => 0},
);

sub listening { return $port + 4 + 2 * $_[0] + $_[1]{port} }

my $config = <<"CONFIG";
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_secret_store jwks file=$jwks;
    oauth2_verification_secret any.id;
    oauth2_resolver stateless;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate $server->{certificate};
    ssl_certificate_key $server->{key};
    add_header X-Reason "[\$oauth2_error_reason]" always;
    add_header X-Seen "[\$oauth2_client_thumbprint]" always;
    server {
        listen 127.0.0.1:$port;
    }
CONFIG
for my $kind (0 .. $#kinds) {
    for my $member (@servers) {
        my $listen = listening($kind, $member);
        my $verify = $member->{asks} ? 'ssl_verify_client optional_no_ca;' : '';
        $config .= <<"CONFIG";
    server {
        listen 127.0.0.1:$listen ssl;
        server_name $member->{name};
        $kinds[$kind][2]
        $verify
        location / {
            empty_gif;
        }
    }
CONFIG
    }
}
my $nginx = OAuth2Test::Nginx->new(http => $config)->start;

my %bound = map { $_ => token('RS256', '--claim', 'cnf=' . bound_to($_)) } qw(alice mallory);

# One request by openssl, sent `early` or after the handshake: whether its session was resumed, the status,
# the reason, what NGINX saw.
sub send_request {
    my ($when, $listen, $member, $protocol, $presents, $token, @options) = @_;
    my $request = write_file(run_file('request'), "HEAD / HTTP/1.1\r\nHost: $member->{name}\r\n"
        . "Authorization: Bearer $bound{$token}\r\nConnection: close\r\n\r\n");
    my @certificate = $presents eq 'nobody' ? ()
      : ('-cert', client($presents)->{certificate}, '-key', client($presents)->{key});
    my @command = ('timeout', 20, 'openssl', 's_client', '-connect', "127.0.0.1:$listen", '-servername',
        $member->{name}, "-$protocol", '-ign_eof', '-nocommands', @certificate, @options,
        $when eq 'early' ? ('-early_data', $request, '<', '/dev/null') : ('<', $request));
    my $output = qx{@command 2>&1} =~ tr/\r//dr;
    my ($status) = $output =~ m{HTTP/1\.1 (\d+)};
    my ($reason) = $output =~ /^X-Reason: \[(\w*)\]$/m;
    my ($seen) = $output =~ /^X-Seen: \[(\S*)\]$/m;
    return {
        resumed => $output =~ /^Reused, TLS/m ? 1 : 0,
        status  => $status // 0,
        outcome => join(' ', $status // 0, $reason // ''),
        seen    => $seen // '',
        output  => $output,
    };
}

# What must come of a token, given the certificate that counts.
sub expected {
    my ($certificate, $token) = @_;
    return $certificate eq $token ? '200 ' : $certificate eq 'nobody' ? '401 certificate_missing'
      : '401 confirmation_mismatch';
}

sub thumbprint_seen { return $_[0] eq 'nobody' ? '' : thumbprint($_[0]) }

# Who began the session, what the client would present now, whose token it sends.
my @cases = (
    ['alice', 'nobody', 'alice'],
    ['alice', 'mallory', 'mallory'],
    ['alice', 'mallory', 'alice'],
    ['nobody', 'alice', 'alice'],
);

# Begins a session in a file.
sub begin {
    my ($name, $kind, $protocol, $owner) = @_;
    my $session = run_file("session.$owner");
    unlink $session;
    my $answer = send_request('late', listening($kind, $servers[0]), $servers[0], $protocol, $owner, 'alice',
        '-sess_out', $session);
    is($answer->{outcome}, expected($owner, 'alice'), "$name: $owner begins a session")
      or diag($answer->{output});
    return $session;
}

sub check_resumption {
    my ($name, $kind, $protocol, $member, $session, $case) = @_;
    my ($owner, $presents, $token) = @$case;
    my $answer = send_request('late', listening($kind, $member), $member, $protocol, $presents, $token,
        '-sess_in', $session);
    my $certificate = $answer->{resumed} ? $owner : $member->{asks} ? $presents : 'nobody';

    # NGINX may by itself refuse a session of another server.
    my $refused_by_nginx = $member != $servers[0] && $answer->{status} =~ /^(?:0|421)$/;
    if ($refused_by_nginx) {
        like($answer->{output}, qr{HTTP/1\.1 421|alert access denied}, "$name: NGINX refuses")
          or diag($answer->{output});
        return;
    }
    is($answer->{outcome}, expected($certificate, $token), "$name: $certificate counts")
      or diag($answer->{output});
    is($answer->{seen}, thumbprint_seen($certificate), "$name: the thumbprint is that of $certificate");
    is($answer->{resumed}, $kinds[$kind][1], "$name: resumed or not, as expected") if $member == $servers[0];
    return $answer->{resumed};
}

my %resumed_elsewhere;
for my $kind (0 .. $#kinds) {
    for my $protocol (qw(tls1_2 tls1_3)) {
        my %session = map { $_ => begin("$kinds[$kind][0], $protocol", $kind, $protocol, $_) } qw(alice nobody);
        for my $member (@servers) {
            for my $case (@cases) {
                my $session = $session{$case->[0]};
                next if !-s $session;
                my $name = "$kinds[$kind][0], $protocol, session of $case->[0] at $member->{name}, "
                  . "$case->[1] with the token of $case->[2]";
                my $resumed = check_resumption($name, $kind, $protocol, $member, $session, $case);
                $resumed_elsewhere{$member->{name}}++ if $resumed && $member != $servers[0];
            }
        }
    }
}
# Else nothing of what stands above would have been seen across servers.
ok($resumed_elsewhere{'silent.test'}, 'sessions were resumed at another name of the port');
ok($resumed_elsewhere{'elsewhere.test'}, 'sessions were resumed at another port that asks');
ok($resumed_elsewhere{'quiet.test'}, 'sessions were resumed at another port that does not ask');

# A request in early data (RFC 8446 section 2.3) arrives before the client has proved anything anew.
my $session = begin('early data', $#kinds, 'tls1_3', 'alice');
for my $case (['nobody', 'alice'], ['mallory', 'alice'], ['mallory', 'mallory']) {
    my ($presents, $token) = @$case;
    my $name = "early data, $presents with the token of $token";
    my $answer = send_request('early', listening($#kinds, $servers[0]), $servers[0], 'tls1_3', $presents, $token,
        '-sess_in', $session);
    like($answer->{output}, qr/^Early data was accepted/m, "$name: it was accepted");
    is($answer->{outcome}, expected('alice', $token), "$name: alice counts") or diag($answer->{output});
}

$nginx->stop;
unlike($nginx->log, qr/\[(?:error|crit|alert|emerg)\]/, 'nothing is logged as an error');
done_testing();
