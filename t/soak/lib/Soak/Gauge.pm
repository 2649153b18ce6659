package Soak::Gauge;

# Reads every second what the server takes: the master, which lives through all reloads; each worker
# while it is calm; and the shared memory.

use v5.20;
use warnings;

use List::Util qw(max sum0);
use Time::HiRes qw(time);

my $warm_up = 10;    # seconds of a calm until a worker has seen all kinds of requests

sub new {
    my ($class, $server) = @_;
    return bless {
        server  => $server,
        next    => 0,
        master  => {memory => [], descriptors => [], shared => []},
        calms   => [],
        since   => undef,
    }, $class;
}

sub read {
    my ($self, $is_calm) = @_;
    return if time < $self->{next};
    $self->{next} = time + 1;
    my $master = $self->{server}->master;
    push @{$self->{master}{memory}}, kilobytes($master);
    push @{$self->{master}{descriptors}}, descriptors($master);
    push @{$self->{master}{shared}}, shared($master);
    $self->read_workers($is_calm);
}

# A calm's readings: for each worker the memory and descriptors after the warm-up, and last.
sub read_workers {
    my ($self, $is_calm) = @_;
    if (!$is_calm) {
        $self->{since} = undef;
        return;
    }
    if (!defined $self->{since}) {
        $self->{since} = time;
        push @{$self->{calms}}, {};
    }
    return if time < $self->{since} + $warm_up;
    for my $worker ($self->{server}->workers) {
        my $reading = [kilobytes($worker), descriptors($worker)];
        my $readings = $self->{calms}[-1]{$worker} //= {first => $reading};
        $readings->{last} = $reading;
    }
}

sub lines_of {
    my ($path) = @_;
    open my $in, '<', $path or return;
    return <$in>;
}

# Without what is shared with others.
sub kilobytes { return sum0(map { /^RssAnon:\s+(\d+)/ ? $1 : () } lines_of("/proc/$_[0]/status")) }

sub descriptors { return scalar(() = glob "/proc/$_[0]/fd/*") }

# NGINX maps its zones as anonymous shared memory.
sub shared {
    my $kilobytes = 0;
    for my $line (lines_of("/proc/$_[0]/maps")) {
        $line =~ m{^([0-9a-f]+)-([0-9a-f]+) rw-s .*/dev/zero} or next;
        no warnings 'portable';    # an address has 64 bits
        $kilobytes += (hex($2) - hex($1)) / 1024;
    }
    return $kilobytes;
}

# The most that one worker grew by in a calm: kilobytes and descriptors.
sub growth_of_workers {
    my ($self) = @_;
    my @pairs = map { values %$_ } @{$self->{calms}};
    my @growth = map { my $place = $_; max(0, map { $_->{last}[$place] - $_->{first}[$place] } @pairs) } 0, 1;
    return (scalar @pairs, @growth);
}

# Of the readings of the master's: the middle one of the second fifth of the time, and of the last.
sub early_and_late {
    my ($self, $what) = @_;
    my @readings = @{$self->{master}{$what}};
    my $fifth = int(@readings / 5) || 1;
    return (middle(@readings[$fifth .. 2 * $fifth - 1]), middle(@readings[-$fifth .. -1]));
}

sub middle {
    my @sorted = sort { $a <=> $b } grep { defined } @_;
    return $sorted[@sorted / 2] // 0;
}

1;
