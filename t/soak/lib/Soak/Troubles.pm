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
    my ($class, $server, $keys, $issuer) = @_;
    return bless {
        server => $server,
        keys   => $keys,
        issuer => $issuer,
        next   => {%periods},
        counts => {reload => 0, kill => 0, rotation => 0, flap => 0},
        times  => {reload => [], kill => []},
    }, $class;
}

sub is_calm { return $_[1] - $round * int($_[1] / $round) >= $round - $calm }

# Does what is due after so many seconds.
sub make {
    my ($self, $elapsed) = @_;
    $self->{counts}{rotation}++ if $self->{keys}->rotate;
    $self->{counts}{flap}++ if $self->{issuer}->flap($elapsed);
    for my $what (sort keys %periods) {
        next if $elapsed < $self->{next}{$what};
        $self->{next}{$what} = $elapsed + $periods{$what};
        next if $self->is_calm($elapsed);
        my $begin = time;
        $self->$what;
        push @{$self->{times}{$what}}, [$begin, time];
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

# Whether a worker was killed or told to leave at that time: undef, or the nearest such times. It leaves
# once the new configuration is loaded, which takes a while where there is much else to do.
sub unexplained {
    my ($self, $begin, $end) = @_;
    my %within = (kill => 0.5, reload => 10);
    my @nearest;
    for my $what (sort keys %within) {
        my ($last) = grep { $_->[0] <= $end } reverse @{$self->{times}{$what}};
        return if $last && $last->[1] > $begin - $within{$what};
        push @nearest, $last ? sprintf 'last %s %.2f s before', $what, $begin - $last->[1] : "no $what before";
    }
    return sprintf '%s, it took %.2f s', join(', ', @nearest), $end - $begin;
}

1;
