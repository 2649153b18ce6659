package Soak::Troubles;

# What is done to the server while it serves. Each round ends with a calm, in which nothing is reloaded
# or killed, so that a worker's memory can be looked at.

use v5.20;
use warnings;

use Time::HiRes qw(time);

my $round = 90;
my $calm = 30;
my %periods = (reload => 3, kill => 7);

sub new {
    my ($class, $server, $keys) = @_;
    return bless {
        server => $server,
        keys   => $keys,
        next   => {%periods},
        counts => {reload => 0, kill => 0, rotation => 0},
        times  => {reload => [], kill => []},
    }, $class;
}

sub is_calm { return $_[1] - $round * int($_[1] / $round) >= $round - $calm }

# Does what is due after so many seconds.
sub make {
    my ($self, $elapsed) = @_;
    my $now = time;
    $self->{counts}{rotation}++ if $self->{keys}->rotate;
    for my $what (sort keys %periods) {
        next if $elapsed < $self->{next}{$what};
        $self->{next}{$what} = $elapsed + $periods{$what};
        next if $self->is_calm($elapsed);
        push @{$self->{times}{$what}}, $now;
        $self->$what;
        $self->{counts}{$what}++;
    }
}

sub reload { $_[0]{server}->reload }

# As a worker that crashes would end.
sub kill {
    my ($self) = @_;
    my @workers = $self->{server}->workers or return;
    CORE::kill KILL => $workers[rand @workers];
}

sub counts { return $_[0]{counts} }

# Whether a worker was killed or told to leave at that time. It leaves once the new configuration is
# loaded, which takes a while where there is much else to do.
sub explain {
    my ($self, $begin, $end) = @_;
    my %before = (kill => 0.5, reload => 10);
    return grep {
        my $what = $_;
        grep { $_ > $begin - $before{$what} && $_ < $end } @{$self->{times}{$what}};
    } sort keys %before;
}

1;
