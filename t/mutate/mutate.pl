#!/usr/bin/env perl
# Takes the checks that decide acceptance out of the sources, one at a time, and shows the unit test
# that fails without each. `./build.sh mutate` calls it from the project's root.
#
#   mutate.pl [PATTERN…]   those mutations alone whose file and name, as "src/FILE NAME", match a pattern
#
# The mutations stand in t/mutate/table; its head says how they are written. Everything is done in
# copies of the tree below build/mutate, one for each of JOBS. Ends with success only if every
# mutation is killed, and every refusal in the files of the table is touched by one.

use v5.20;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib';
use List::Util qw(uniq);
use Mutate::Table qw(read_table untouched_refusals);
use Mutate::Tree;
use POSIX ();

my $jobs = $ENV{JOBS} || 1;

sub main {
    my (@patterns) = @_;
    my $table = read_table('t/mutate/table');
    my @errors = (@{$table->{errors}}, untouched_refusals($table));
    die map { "mutate: $_\n" } @errors, 'nothing was run' if @errors;

    my @chosen = grep { is_chosen($_, @patterns) } @{$table->{mutations}};
    die "mutate: no mutation matches\n" if !@chosen;
    my @trees = make_trees(\@chosen);
    my $survivors = run_all(\@chosen, @trees);
    printf "%d mutations, %d killed, %d survived\n", scalar @chosen, @chosen - $survivors, $survivors;
    return $survivors ? 1 : 0;
}

sub is_chosen {
    my ($mutation, @patterns) = @_;
    return !@patterns || grep { "$mutation->{file} $mutation->{name}" =~ /$_/ } @patterns;
}

# The first tree is built and its tests pass; the others are copies of it.
sub make_trees {
    my ($mutations) = @_;
    my @tests = uniq(map { @{$_->{tests}} } @$mutations);
    my $first = Mutate::Tree->new('build/mutate/1', $jobs);
    $first->build(@tests);
    for my $test (@tests) {
        my $failed = $first->failed_test($test);
        die "mutate: $test fails before anything is changed: $failed\n" if defined $failed;
    }
    return $first, map { $first->copy("build/mutate/$_") } 2 .. $jobs;
}

# Shares the mutations out among the trees; returns how many survived.
sub run_all {
    my ($mutations, @trees) = @_;
    my %children;
    for my $number (0 .. $#trees) {
        my $pid = fork // die "can't fork: $!";
        if (!$pid) {
            my @mine = @$mutations[grep { $_ % @trees == $number } 0 .. $#$mutations];
            my $survivors = eval { run_some($trees[$number], @mine) };
            warn $@ if !defined $survivors;
            POSIX::_exit($survivors // 255);
        }
        $children{$pid} = 1;
    }
    my $survivors = 0;
    while (%children) {
        my $pid = wait;
        delete $children{$pid} or next;
        die "mutate: stopped\n" if $? & 127 || $? >> 8 == 255;
        $survivors += $? >> 8;
    }
    return $survivors;
}

sub run_some {
    my ($tree, @mutations) = @_;
    my $survivors = 0;
    for my $mutation (@mutations) {
        my ($killer, $why) = $tree->try_mutation($mutation);
        $survivors++ if !defined $killer;
        # One write a line: other processes write there too.
        syswrite STDOUT, sprintf "%-8s %s: %s  <- %s\n", defined $killer ? 'killed' : 'SURVIVED',
          $mutation->{file} =~ s{^src/}{}r, $mutation->{name}, $killer // $why;
    }
    return $survivors > 254 ? 254 : $survivors;
}

exit main(@ARGV);
