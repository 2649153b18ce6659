package Soak::AuthorizationServer;

# An authorization server that comes and goes: it answers well, slowly, badly or not at all, or isn't
# there. When it changes is written down, so that each answer of NGINX can be judged by what it may have
# been meanwhile.

use v5.20;
use warnings;

use parent 'OAuth2Test::Peer';

use OAuth2Test::Mint qw(jwks read_file run_file write_file);
use Time::HiRes qw(sleep time);

# What it does, and for how many seconds; then it begins anew.
my @phases = (
    [well => 6], [error => 2], [well => 4], [silence => 2], [well => 4], [rubbish => 2], [slowly => 4],
    [cut => 2], [well => 4], [gone => 2],
);
my %answers = (well => 1, slowly => 1);
my $active = OAuth2Test::Peer::json({
    active => JSON::PP::true, sub => 'alice', iss => 'https://as.example.com',
    aud => 'https://api.example.com', scope => 'read write',
});
my $inactive = OAuth2Test::Peer::json({active => JSON::PP::false});

sub new {
    my ($class) = @_;
    my $keys = OAuth2Test::Peer::answer(200, 'application/json', read_file(jwks('published.jwks', 'PS256')));
    say_by('well');
    my $now = time;
    return $class->SUPER::new(
        name    => 'as',
        port    => OAuth2Test::Nginx::port() + 2,
        answer  => sub { answer($keys, $_[1]) },
        changes => [{phase => 'well', begin => $now, end => $now}],
    );
}

# It ends by a signal without a word.
sub start {
    my ($self) = @_;
    local @SIG{qw(INT TERM)} = ('DEFAULT') x 2;
    return $self->SUPER::start;
}

sub say_by { write_file(run_file('as.says'), $_[0]) }

# In a process of its own for each connection.
sub answer {
    my ($keys, $request) = @_;
    my $good = $request->{line} =~ /^GET/ ? $keys : $request->{body} =~ /^token=opaque&/ ? $active : $inactive;
    my $phase = read_file(run_file('as.says'));
    return if $phase eq 'silence';
    return OAuth2Test::Peer::answer(500, 'application/json', '{"active":true}') if $phase eq 'error';
    return OAuth2Test::Peer::answer(200, 'text/html', '<html>{"active":true}</html>') if $phase eq 'rubbish';
    return substr $good, 0, -2 if $phase eq 'cut';
    sleep 0.3 if $phase eq 'slowly';
    return $good;
}

# Changes when it is due, after so many seconds; returns whether it did.
sub flap {
    my ($self, $elapsed) = @_;
    $self->{due} //= $phases[0][1];
    return if $elapsed < $self->{due};
    my ($phase, $seconds) = @{$phases[@{$self->{changes}} % @phases]};
    $self->{due} = $elapsed + $seconds;
    my $begin = time;
    say_by($phase);
    $self->stop if $phase eq 'gone';
    $self->start if !$self->{pid} && $phase ne 'gone';
    $self->forget;
    push @{$self->{changes}}, {phase => $phase, begin => $begin, end => time};
    return 1;
}

# What it may have been from one time to another: whether it can have answered, and whether it can have
# failed.
sub may_have {
    my ($self, $begin, $end) = @_;
    my @changes = @{$self->{changes}};
    my %may;
    for my $place (0 .. $#changes) {
        next if $changes[$place]{begin} > $end;
        next if $place < $#changes && $changes[$place + 1]{end} < $begin;
        $may{$answers{$changes[$place]{phase}} ? 'answered' : 'failed'} = 1;
    }
    return %may;
}

1;
