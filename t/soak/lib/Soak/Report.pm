package Soak::Report;

# The account of a run, as a table, and whether all was well.

use v5.20;
use warnings;

use Exporter qw(import);
use List::Util qw(sum0);

our @EXPORT_OK = qw(print_report);

# What may come and go without being a leak.
my %most = (memory => 1024, descriptors => 4, shared => 0, worker => 1024, worker_descriptors => 8);

# Returns the exit status.
sub print_report {
    my (%run) = @_;
    my @bad = (print_answers(%run), print_resources(%run), log_troubles($run{log}));
    print "\n", @bad ? map { "soak: $_\n" } @bad : "All was well.\n";
    return @bad ? 1 : 0;
}

my @columns = (
    [right => 'Right'], [hits => 'from the cache'], [again => 'asked again'], [wrong => 'Wrong'],
    [lost => 'Lost'],
);

sub print_answers {
    my (%run) = @_;
    my %sums;
    for my $result (@{$run{results}}) {
        for my $kind (keys %{$result->{kinds}}) {
            $sums{$kind}{$_->[0]} += $result->{kinds}{$kind}{$_->[0]} for @columns;
        }
    }
    my %all = map { my $what = $_->[0]; $what => sum0(map { $_->{$what} } values %sums) } @columns;
    printf "| Requests | %s |\n|---%s|\n", join(' | ', map { $_->[1] } @columns), '|---' x @columns;
    printf "| %s | %s |\n", $_, row($sums{$_}) for sort keys %sums;
    printf "| **all** | %s |\n\n", row(\%all);
    my $counts = $run{troubles}->counts;
    printf "%s minutes; %d reloads, %d workers killed, %d changes of the key file.\n",
      $run{minutes}, @$counts{qw(reload kill rotation)};

    my @bad = map { "wrong: $_" } map { @{$_->{told}} } @{$run{results}};
    push @bad, "$all{lost} requests got no answer when they were made again" if $all{lost};
    push @bad, map { "asked again, though no worker had to go: $_->[0]" }
      grep { !$run{troubles}->explain($_->[1], $_->[2]) } map { @{$_->{again}} } @{$run{results}};
    push @bad, 'nothing was answered' if !$all{right};
    return @bad;
}

sub row { return join ' | ', map { $_[0]{$_->[0]} } @columns }

sub print_resources {
    my (%run) = @_;
    my @bad;
    print "\n| Taken | Early | Late |\n|---|---|---|\n";
    my %names = (memory => 'memory of the master, KiB', descriptors => 'descriptors of the master',
        shared => 'shared memory, KiB');
    for my $what (qw(memory descriptors shared)) {
        my ($early, $late) = $run{gauge}->early_and_late($what);
        printf "| %s | %d | %d |\n", $names{$what}, $early, $late;
        push @bad, "$names{$what}: grew from $early to $late" if $late > $early + $most{$what};
    }
    my ($count, $memory, $descriptors) = $run{gauge}->growth_of_workers;
    printf "\nThe most that one of %d workers grew by while it was calm: %d KiB, %d descriptors.\n",
      $count, $memory, $descriptors;
    push @bad, "a worker grew by $memory KiB" if $memory > $most{worker};
    push @bad, "a worker took $descriptors descriptors more" if $descriptors > $most{worker_descriptors};
    return @bad;
}

# The master says that its workers were killed; nothing else is as bad.
sub log_troubles {
    my ($log) = @_;
    my @lines = grep { /\[(?:emerg|alert|crit|error)\]/ && !/exited on signal 9/ } split /\n/, $log;
    return map { "logged: $_" } @lines > 10 ? @lines[0 .. 9] : @lines;
}

1;
