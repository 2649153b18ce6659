package Bench::Measure;

# Runs build/measure, valgrind or perf, and wrk, and understands what they print.

use v5.20;
use warnings;

use Exporter qw(import);
use List::Util qw(max sum0);
our @EXPORT_OK = qw(arm_line bare_line measure quiet_medians count_instructions throughput);

use Bench::Server;

# What OpenSSL may use under valgrind, which can do less than it says (no SHA extensions) and more
# (ADX): BMI1, AVX2, BMI2, ADX.
my $valgrind_cpu = ':0x80128';
my $sample       = 200;

# The first processor is the first worker's.
my $wrk = system('taskset -c 1 true 2>/dev/null') == 0 ? 'taskset -c 1 wrk' : 'wrk';

sub line {
    my (%fields) = @_;
    return join("\t", map { "$_=$fields{$_}" } sort keys %fields) . "\n";
}

# The line of the plan for requests to `server`; `tokens` names the file.
sub arm_line {
    my ($name, $arm, $server, $tokens) = @_;
    my $dir = $server->{dir};
    return line(
        kind   => 'http',
        name   => $name,
        path   => $arm->{path},
        port   => $server->{port},
        pids   => join(',', @{$server->{pids}}),
        tokens => $tokens,
        $server->{tls} ? (cert => "$dir/client.crt", key => "$dir/client.key") : (),
    );
}

sub bare_line {
    my ($name, $material) = @_;
    return line(kind => 'bare', name => $name, %$material);
}

# Microseconds of CPU, a list of rounds, by the names in the plan.
sub measure {
    my ($dir, $plan, %option) = @_;
    open my $file, '>', "$dir/plan" or die "$dir/plan: $!\n";
    print {$file} @$plan;
    close $file or die "$dir/plan: $!\n";
    my %cpu;
    open my $in, '-|', 'build/measure', "$dir/plan", @option{qw(rounds requests connections)}
        or die "measure: $!\n";
    while (my $line = <$in>) {
        my ($name, @ns) = split /\t/, $line;
        $cpu{$name} = [map { $_ / 1000 } @ns];
    }
    close $in or die "measuring failed\n";
    return \%cpu;
}

# The median of each list over the rounds that were quiet for all of them. Other processes only ever
# add to a figure, so the half of the rounds with the lower sums is the quieter one.
sub quiet_medians {
    my (@lists) = @_;
    my @sums  = map { my $round = $_; sum0(map { $_->[$round] } @lists) } 0 .. $#{$lists[0]};
    my @quiet = (sort { $sums[$a] <=> $sums[$b] } 0 .. $#sums)[0 .. $#sums / 2];
    return map { median(@$_[@quiet]) } @lists;
}

sub median {
    my (@values) = sort { $a <=> $b } @_;
    return ($values[$#values / 2] + $values[@values / 2]) / 2;
}

sub has_counters {
    state $has = `perf stat -x, -e instructions:u true 2>&1 </dev/null` =~ /^\d+,/m;
    return $has;
}

# Instructions that a request of the arm takes in a server of that name, in user mode; undef where
# nothing can count them.
sub count_instructions {
    my ($dir, $name, $arm, $material, %shape) = @_;
    my $tokens = "$dir/sample.tokens";
    open my $in,  '<', $material->{tokens} or die "$material->{tokens}: $!\n";
    open my $out, '>', $tokens             or die "$tokens: $!\n";
    while (my $line = <$in>) {
        print {$out} $line if $. <= $sample;
    }
    close $out or die "$tokens: $!\n";
    my $count = has_counters() ? \&perf_count : `valgrind --version 2>/dev/null` ? \&callgrind_count : undef;
    return if !$count;
    my ($few, $many) = map {
        my $server = Bench::Server->new(name => $name, dir => $dir, arms => [$arm], single => 1, %shape);
        $count->($server, $dir, $arm, $tokens, $_)
    } 1, 3;
    return ($many - $few) / (2 * $sample);
}

sub run_sample {
    my ($server, $dir, $arm, $tokens, $rounds) = @_;
    measure($dir, [arm_line('sample', $arm, $server, $tokens)],
        rounds => $rounds, requests => $sample, connections => 50);
    return;
}

sub callgrind_count {
    my ($server, $dir, $arm, $tokens, $rounds) = @_;
    my $log = "$dir/callgrind.log";
    local $ENV{OPENSSL_ia32cap} = $valgrind_cpu;
    $server->start('valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null',
        "--log-file=$log");
    run_sample($server, $dir, $arm, $tokens, $rounds);
    $server->stop;
    open my $in, '<', $log or die "$log: $!\n";
    my ($count) = map { /Collected : (\d+)/ ? $1 : () } <$in>;
    return $count // die "callgrind counted nothing, see $log\n";
}

sub perf_count {
    my ($server, $dir, $arm, $tokens, $rounds) = @_;
    my $log = "$dir/perf.log";
    $server->start('perf', 'stat', '-x,', '-e', 'instructions:u', '-o', $log);
    run_sample($server, $dir, $arm, $tokens, $rounds);
    $server->stop;
    open my $in, '<', $log or die "$log: $!\n";
    my ($count) = map { /^(\d+),/ ? $1 : () } <$in>;
    return $count // die "perf counted nothing, see $log\n";
}

# Requests a second that wrk gets from the servers, in turns; the best of each, since other processes only
# ever take away.
sub throughput {
    my ($dir, $rounds, @runs) = @_;
    my @rates = map { [] } @runs;
    for (1 .. $rounds) {
        for my $index (0 .. $#runs) {
            push @{$rates[$index]}, wrk_rate($dir, @{$runs[$index]});
        }
    }
    return map { max(@$_) } @rates;
}

sub wrk_rate {
    my ($dir, $server, $arm, $tokens) = @_;
    open my $script, '>', "$dir/tokens.lua" or die "$dir/tokens.lua: $!\n";
    print {$script} <<"END";
local requests, at = {}, 0
init = function(arguments)
    for token in io.lines("$tokens") do
        requests[#requests + 1] = wrk.format("GET", nil, {Authorization = "Bearer " .. token})
    end
end
request = function()
    at = at % #requests + 1
    return requests[at]
end
END
    close $script or die "$dir/tokens.lua: $!\n";
    my $url    = "http://127.0.0.1:$server->{port}$arm->{path}";
    my $output = `$wrk -t1 -c50 -d2s -s '$dir/tokens.lua' '$url'`;
    die "wrk met refusals at $url:\n$output" if $output =~ /Non-2xx/;
    my ($rate) = $output =~ m{Requests/sec:\s+([\d.]+)} or die "wrk said nothing of $url\n";
    return $rate;
}

1;
