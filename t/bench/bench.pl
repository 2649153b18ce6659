#!/usr/bin/env perl

# Measures what a request costs, next to plain NGINX and to the bare verification of the same tokens.
# ./build.sh bench calls it, with NGINX_BINARY and MODULE_FILE set; docs/performance.md has the method.

use v5.20;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use Cwd qw(abs_path);
use Getopt::Long qw(GetOptions);

use Bench::Arms qw(arms servers);
use Bench::Chart qw(chart);
use Bench::Material qw(make_keys make_tokens);
use Bench::Measure qw(arm_line bare_line measure quiet_medians count_instructions throughput);
use Bench::Report qw(table markdown verdicts);
use Bench::Server;

use constant USAGE => <<'END';
Usage: ./build.sh bench [OPTION…] [ARM…]      all arms where none is named

  --rounds N           rounds in which every arm takes its turn (40)
  --requests N         requests of an arm in a round (2000)
  --connections N      connections, and requests in a wave (50)
  --memory N           requests of the memory test, 0: none (1000000)
  --no-instructions    don't count instructions, which takes minutes where valgrind has to
  --check              say which of the figures to reach hold; fails where one doesn't
  --docs               write the table into docs/performance.md, the chart into docs/performance.svg
END

my %option = (
    rounds => 40, requests => 2000, connections => 50, memory => 1_000_000, instructions => 1);
GetOptions(\%option, 'rounds=i', 'requests=i', 'connections=i', 'memory=i', 'instructions!', 'check',
    'docs', 'help')
    or die USAGE;
if ($option{help}) {
    print USAGE;
    exit 0;
}

my @arms   = arms(@ARGV);
my %shapes = servers();
my (%running, %material);
mkdir 'build/bench';
my $dir = abs_path('build/bench');
make_keys($dir);
$material{$_->{tokens}} //= make_tokens($dir, $_->{tokens}) for @arms;

END {
    my $status = $?;
    stop_all();
    $? = $status;
}
$SIG{INT} = $SIG{TERM} = sub { exit 1 };

my @rows  = measure_arms();
my @facts = (throughput_facts(), worker_facts(), key_facts());
stop_all();
push @facts, memory_facts() if $option{memory} && !@ARGV;
push @facts, location_facts() if !@ARGV;
count_all(@rows) if $option{instructions};
print table(\@rows, \@facts);
write_file("$dir/performance.svg", chart(\@rows));
write_docs() if $option{docs};
if ($option{check}) {
    my ($text, $missed) = verdicts(\@rows, \@facts);
    print "\n$text";
    exit($missed ? 1 : 0);
}

sub server {
    my ($name) = @_;
    return $running{$name} //= Bench::Server->new(
        name => $name,
        dir  => $dir,
        arms => [grep { $_->{server} eq $name || $_->{plain} eq $name } @arms],
        %{$shapes{$name} // {}},
    )->start;
}

sub stop_all {
    $_->stop for values %running;
    %running = ();
    return;
}

# Each arm stands beside what it is compared with, so that both meet the same noise.
sub measure_arms {
    my @plan;
    for my $arm (@arms) {
        my ($name, $material) = ($arm->{name}, $material{$arm->{tokens}});
        push @plan, bare_line("bare/$name", $material) if !$arm->{cached};
        push @plan, arm_line("plain/$name", $arm, server($arm->{plain}), $material->{tokens});
        push @plan, arm_line($name, $arm, server($arm->{server}), $material->{tokens});
    }
    my $cpu = measure($dir, \@plan, %option);
    return map { row($_, $cpu) } @arms;
}

sub row {
    my ($arm, $cpu) = @_;
    my $name = $arm->{name};
    my %row  = %$arm;
    @row{qw(module plain bare)} = quiet_medians(grep { $_ } @$cpu{$name, "plain/$name", "bare/$name"});
    $row{above} = $row{module} - $row{plain};
    $row{ratio} = $row{above} / $row{bare} if $row{bare};
    return \%row;
}

sub count_all {
    my (@counted) = grep { $_->{group} =~ /tokens$|^Cached/ } @_;
    for my $row (@counted) {
        my ($module, $plain) = map {
            count_instructions($dir, $_, $row, $material{$row->{tokens}})
        } 'counted', 'plain_counted';
        $row->{instructions} = $module - $plain if defined $module;
    }
    return;
}

sub throughput_facts {
    my %arm = map { $_->{name} => $_ } @arms;
    my ($one, $two) = @arm{qw(cache-1k cache-2-workers)};
    return if !$one || !`wrk -v 2>&1`;
    my $tokens = $material{$one->{tokens}}{tokens};
    my @runs   = map { [server($_), $one, $tokens] } @$one{qw(plain server)};
    push @runs, [server($two->{server}), $two, $tokens] if $two;
    my ($plain, $cached, $both) = throughput($dir, 8, @runs);
    my @facts = ({
        name  => 'throughput',
        text  => 'Requests a second from one worker that wrk gets with cached tokens, of those from plain NGINX',
        value => $cached / $plain,
        shown => sprintf('%.0f of %.0f', $cached, $plain),
    });
    return @facts if !$two;
    return (
        @facts,
        {
            name  => 'throughput-workers',
            text  => 'The same with two workers on one zone',
            value => $both / $cached,
            shown => sprintf('%.0f', $both),
        });
}

sub worker_facts {
    my %row = map { $_->{name} => $_ } @rows;
    my ($one, $two) = @row{qw(cache-1k cache-2-workers)};
    return if !$one || !$two;
    my ($alone, $shared) = map { $_->{module} / $_->{plain} } $one, $two;
    return {
        name  => 'workers',
        text  => 'A request with a cached token, to plain NGINX: one worker, and two on one zone',
        value => $shared / $alone,
        shown => sprintf('%.2f, %.2f', $alone, $shared),
    };
}

sub key_facts {
    my %row = map { $_->{name} => $_ } @rows;
    my ($few, $many) = @row{qw(keys-1 keys-1000)};
    return if !$few || !$many;
    return {
        name  => 'keys',
        text  => 'A request with 1,000 keys in the set, to one with 1 key',
        value => $many->{module} / $few->{module},
        shown => sprintf('%.3f', $many->{module} / $few->{module}),
    };
}

# Memory of a worker that has answered so many requests more.
sub kilobytes_after {
    my ($server, $arm, $tokens, $requests) = @_;
    measure($dir, [arm_line('memory', $arm, $server, $tokens)],
        rounds => 1, requests => $requests / 2, connections => $option{connections});
    return $server->kilobytes;
}

# Memory of a worker after the first ten thousand requests, and after all.
sub memory_facts {
    my ($arm) = arms('HS256');
    my $tokens = make_tokens($dir, $arm->{tokens})->{tokens};
    my $server = $running{memory} =
        Bench::Server->new(name => 'memory', dir => $dir, arms => [$arm])->start;
    my ($early, $late) =
        map { kilobytes_after($server, $arm, $tokens, $_) } 10_000, $option{memory};
    $server->stop;
    return {
        name  => 'growth',
        text  => "kB of memory of a worker after 10,000 requests, and after $option{memory}",
        value => $late - $early,
        shown => "$early, $late",
    };
}

# What a location adds to NGINX's own for it, where all share a resolver.
sub location_facts {
    my %kilobytes;
    my $tokens = make_tokens($dir, 'hs256')->{tokens};
    for my $arm (arms('locations-1', 'locations-1000')) {
        for my $name (@$arm{qw(server plain)}) {
            my $server = Bench::Server->new(name => $name, dir => $dir, arms => [$arm])->start;
            $kilobytes{$name} = kilobytes_after($server, $arm, $tokens, 10_000);
            $server->stop;
        }
    }
    my ($many, $few) =
        map { $kilobytes{"locations_$_"} - $kilobytes{"plain_locations_$_"} } 1000, 1;
    my $bytes = ($many - $few) * 1024 / 999;
    return {
        name  => 'location',
        text  => 'Bytes that a location adds to those of plain NGINX',
        value => $bytes,
        shown => sprintf('%.0f', $bytes),
    };
}

sub write_file {
    my ($file, $text) = @_;
    open my $out, '>', $file or die "$file: $!\n";
    print {$out} $text;
    close $out or die "$file: $!\n";
    return;
}

sub write_docs {
    my $file = 'docs/performance.md';
    open my $in, '<', $file or die "$file: $!\n";
    my $text = do { local $/; <$in> };
    my $new  = markdown(\@rows, \@facts);
    $text =~ s/(<!-- figures: begin -->\n).*?(<!-- figures: end -->)/$1$new$2/s
        or die "$file has no place for the figures\n";
    write_file($file, $text);
    write_file('docs/performance.svg', chart(\@rows));
    return;
}
