package OAuth2Test::Peer;

# A small HTTP server that plays the authorization server, well or badly: each connection has a
# process of its own, each request is written down, and what is answered is the test's to say.

use v5.20;
use warnings;

use IO::Socket::INET;
use JSON::PP qw(decode_json encode_json);
use POSIX qw(WNOHANG);
use Time::HiRes qw(time);
use OAuth2Test::Mint qw(read_file run_file write_file);

my $patience = 20;

# `answer` is called with the socket and the request, {line, headers, body}, in another process; what
# it returns is sent. `socket` makes the listening socket anew, for TLS. `name` tells several apart.
sub new {
    my ($class, %options) = @_;
    my $self = bless {
        record => run_file(($options{name} // 'peer') . '.requests'),
        %options,
    }, $class;
    return $self->start;
}

sub start {
    my ($self) = @_;
    write_file($self->{record}, '') if !-e $self->{record} || !$self->{started}++;
    my $listener = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => $self->{port}, Listen => 64, ReuseAddr => 1,
    ) or die "can't listen on $self->{port}: $!";
    $self->{pid} = fork // die "can't fork: $!";
    if (!$self->{pid}) {
        $SIG{CHLD} = 'IGNORE';
        setpgrp;
        while (1) {
            my $client = $listener->accept or next;
            my $pid = fork // next;
            next if $pid;
            close $listener;
            local $SIG{PIPE} = 'IGNORE';
            eval { $self->serve($client) };
            POSIX::_exit(0);
        }
    }
    # What ends the children is their group.
    $self->wait_for('the peer to begin', sub { getpgrp($self->{pid}) == $self->{pid} });
    return $self;
}

sub serve {
    my ($self, $client) = @_;
    while (my $request = read_request($client)) {
        $request->{time} = time;
        open my $out, '>>:raw', $self->{record} or die "can't record: $!";
        syswrite $out, encode_json($request) . "\n";
        close $out;
        my $text = $self->{answer}->($client, $request);
        return if !defined $text;
        syswrite $client, $text;
        return if $text !~ /^Content-Length:/mi;
    }
}

sub read_request {
    my ($client) = @_;
    my $line = <$client> // return;
    my %headers;
    while (defined(my $header = <$client>)) {
        last if $header eq "\r\n";
        $headers{lc $1} = $2 if $header =~ /^([^:]+):\s*(.*?)\r\n/;
    }
    read $client, my $body, $headers{'content-length'} if $headers{'content-length'};
    return {line => $line =~ s/\r\n//r, headers => \%headers, body => $body // ''};
}

# A whole answer.
sub answer {
    my ($status, $type, $body, @headers) = @_;
    return join "\r\n", "HTTP/1.1 $status Whatever", "Content-Type: $type",
      'Content-Length: ' . length($body), @headers, '', $body;
}

sub json { return answer(200, 'application/json', encode_json($_[0])) }

# What has come so far. The last line may be half written.
sub requests {
    my ($self) = @_;
    return map { decode_json($_) } read_file($self->{record}) =~ /^(.+)\n/mg;
}

sub forget { write_file($_[0]{record}, '') }

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill TERM => -$pid;
    $self->wait_for('the peer to end', sub { waitpid($pid, WNOHANG) });
}

sub wait_for {
    my ($self, $what, $condition) = @_;
    my $end = time + $patience;
    while (time < $end) {
        my $value = $condition->();
        return $value if $value;
        select undef, undef, undef, 0.005;
    }
    die "waited in vain for $what";
}

sub DESTROY {
    my ($self) = @_;
    local $?;
    kill KILL => -$self->{pid} if $self->{pid} && $self->{pid} > 1;
}

1;
