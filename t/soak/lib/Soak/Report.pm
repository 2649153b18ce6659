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
    [right => 'Right'], [unjudged => 'of these 503'], [hits => 'from the cache'], [again => 'asked again'], [wrong => 'Wrong'],
    [lost => 'Lost'],
);

sub print_answers {
    my (%run) = @_;
    my %sums;
    my @bad = judge_asked(%run);
    for my $result (@{$run{results}}) {
        for my $kind (keys %{$result->{kinds}}) {
            $sums{$kind}{$_->[0]} += $result->{kinds}{$kind}{$_->[0]} // 0 for @columns;
        }
    }
    my %all = map { my $what = $_->[0]; $what => sum0(map { $_->{$what} } values %sums) } @columns;
    printf "| Requests | %s |\n|---%s|\n", join(' | ', map { $_->[1] } @columns), '|---' x @columns;
    printf "| %s | %s |\n", $_, row($sums{$_}) for sort keys %sums;
    printf "| **all** | %s |\n\n", row(\%all);
    my $counts = $run{troubles}->counts;
    printf "%s minutes; %d reloads, %d workers killed, %d changes of the key file,\n"
      . "%d of the authorization server.\n", $run{minutes}, @$counts{qw(reload kill rotation flap)};

    push @bad, map { "wrong: $_" } map { @{$_->{told}} } @{$run{results}};
    push @bad, "$all{lost} requests got no answer when they were made again" if $all{lost};
    for my $again (map { @{$_->{again}} } @{$run{results}}) {
        my ($kind, $begin, $end) = @$again;
        my $unexplained = $run{troubles}->unexplained($begin, $end) // next;
        push @bad, "asked again, though no worker had to go: $kind ($unexplained)";
    }
    push @bad, 'nothing was answered' if !$all{right};
    return @bad;
}

# What the authorization server was decides: 503 where it may have failed, and the verdict where it may
# have answered, or has answered before and is not always asked.
sub judge_asked {
    my (%run) = @_;
    my @bad;
    for my $result (@{$run{results}}) {
        for my $asked (@{$result->{asked}}) {
            my ($name, $begin, $end, $how, $expected, $status, $subject) = @$asked;
            my $count = $result->{kinds}{$name};
            my %may = $run{issuer}->may_have($begin, $end);
            my $is_right =
                $status == 503       ? $may{failed}
              : $status == $expected ? $may{answered} || $how eq 'once'
              :                        0;
            $is_right &&= $subject eq ($status == 200 ? 'alice' : '');
            $count->{$is_right ? 'right' : 'wrong'}++;
            $count->{unjudged}++ if $is_right && $status == 503;
            push @bad, "wrong: $name: $status '$subject' while the authorization server had "
              . join(' and ', sort keys %may)
              if !$is_right && @bad < 20;
        }
    }
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

# The master says that its workers were killed, and a worker that the authorization server has failed;
# nothing else is as bad.
my $foreseen = qr{
    \[alert\] .* exited\ on\ signal\ 9$
    | \[error\] .* (?: connect\(\)\ failed | recv\(\)\ failed | upstream\ prematurely\ closed )
    | \[error\] .* oauth2:\ the\ answer\ from\ "\S+"\ has\ status
    | \[error\] .* oauth2_secret_store:\ (?: the\ keys\ of | what )\ "/keys"
}x;

sub log_troubles {
    my ($log) = @_;
    my @lines = grep { /\[(?:emerg|alert|crit|error)\]/ && !/$foreseen/ } split /\n/, $log;
    return map { "logged: $_" } @lines > 10 ? @lines[0 .. 9] : @lines;
}

1;
