package Soak::Client;

# A process that sends one request after the other, each over a connection of its own, and keeps an
# account of the answers. Where a connection ends before a byte has come, it asks again, once, as
# clients do: NGINX closes connections on which no request has begun when a worker is to leave.

use v5.20;
use warnings;

use IO::Socket::INET;
use IO::Socket::SSL;
use JSON::PP;
use OAuth2Test::Clients;
use OAuth2Test::Mint qw(read_file run_file write_file);
use OAuth2Test::Nginx;
use POSIX qw(WNOHANG);
use Time::HiRes qw(time);

my $patience = 30;
my $most_told = 20;

sub new {
    my ($class, $number, @kinds) = @_;
    return bless {
        number => $number,
        draw   => [map { ($_) x $_->{weight} } @kinds],
        file   => run_file("client$number.json"),
        kinds  => {},
        asked  => [],
        again  => [],
        told   => [],
    }, $class;
}

sub start {
    my ($self) = @_;
    $self->{pid} = fork // die "can't fork: $!";
    return $self if $self->{pid};
    local $SIG{TERM} = sub { $self->{ended} = 1 };
    local $SIG{PIPE} = 'IGNORE';
    srand $self->{number};
    $self->send_one until $self->{ended};
    write_file($self->{file}, encode_json({map { $_ => $self->{$_} } qw(kinds asked again told)}));
    POSIX::_exit(0);
}

sub is_alive { return waitpid($_[0]{pid}, WNOHANG) == 0 }

# Sends no more.
sub leave { kill TERM => $_[0]{pid} }

# What it saw, once it has left: {kinds => {name => {right, hits, again, wrong, lost}}, again => [[name, begin, end], …],
# asked => [[name, begin, end, how it depends, status expected, status, subject], …], told => [text, …]}. Of `asked` it
# depends on the authorization server what is right.
sub account {
    my ($self) = @_;
    waitpid delete $self->{pid}, 0;
    return decode_json(read_file($self->{file}));
}

# After a run that ended before its time.
sub DESTROY {
    my ($self) = @_;
    local $?;
    kill KILL => $self->{pid} if $self->{pid};
}

sub send_one {
    my ($self) = @_;
    my $kind = $self->{draw}[rand @{$self->{draw}}];
    my ($token, $subject) = ref $kind->{token} ? $kind->{token}->() : ($kind->{token}, undef);
    $subject = $kind->{subject} if !$subject || !$kind->{subject};
    my $count = $self->{kinds}{$kind->{name}} //= {map { $_ => 0 } qw(right wrong lost hits again)};
    my $begin = time;
    my $answer = $self->ask($kind, $token);
    if ($answer eq '' && !$self->{ended}) {
        $count->{again}++;
        push @{$self->{again}}, [$kind->{name}, $begin, time];
        $answer = $self->ask($kind, $token);
    }
    return if $self->{ended};    # the signal may have cut it short
    my ($status) = $answer =~ m{\AHTTP/1\.1 (\d+) };
    my ($seen) = $answer =~ /^X-Subject: (.*?)\r\n/m;
    $count->{hits}++ if $answer =~ /^X-Cache: HIT\r\n/m;
    if ($answer eq '') {
        $count->{lost}++;
    } elsif (!defined $status) {
        $count->{wrong}++;
    } elsif ($kind->{asks}) {
        push @{$self->{asked}},
          [$kind->{name}, $begin, time, $kind->{asks}, $kind->{status}, $status, $seen // ''];
    } elsif ($status == $kind->{status} && ($seen // '') eq $subject) {
        $count->{right}++;
    } else {
        $count->{wrong}++;
        push @{$self->{told}}, "$kind->{name}: $status '" . ($seen // '') . "', not $kind->{status} '$subject'"
          if @{$self->{told}} < $most_told;
    }
}

# All of the answer; empty where none came.
sub ask {
    my ($self, $kind, $token) = @_;
    my $socket = $self->connected($kind) or return '';
    print {$socket} join "\r\n", "GET $kind->{uri} HTTP/1.1", 'Host: localhost', 'Connection: close',
      (defined $token ? "Authorization: Bearer $token" : ()), '', '';
    my $answer = '';
    # NGINX ends the connection; the alarm is for the one that it should forget.
    eval {
        local $SIG{ALRM} = sub { die "no answer in time\n" };
        alarm $patience;
        1 while sysread $socket, $answer, 65536, length $answer;
        alarm 0;
    };
    alarm 0;
    return $@ ? "HTTP/1.1 0 none" : $answer;
}

sub connected {
    my ($self, $kind) = @_;
    return IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => OAuth2Test::Nginx::port(), Timeout => $patience,
    ) if !defined $kind->{client};
    return IO::Socket::SSL->new(
        PeerAddr => '127.0.0.1', PeerPort => OAuth2Test::Nginx::tls_port(), Timeout => $patience,
        SSL_verify_mode => SSL_VERIFY_NONE, SSL_reuse_ctx => context($kind->{client}),
    );
}

# Made once for each certificate; no session is kept in it.
sub context {
    my ($name) = @_;
    state %contexts;
    return $contexts{$name} //= do {
        my $shown = $name ? client($name) : undef;
        IO::Socket::SSL::SSL_Context->new(
            SSL_verify_mode => SSL_VERIFY_NONE,
            ($shown ? (SSL_cert_file => $shown->{certificate}, SSL_key_file => $shown->{key}) : ()),
        );
    };
}

1;
