#!/usr/bin/env perl
# Lists the lines that no test has run, and fails where one of the folders that decide about a token
# has such a line without a word in the list of explained lines, or a source that the report lacks.
#   uncovered.pl COVERAGE.json EXPLAINED
#
# EXPLAINED holds paragraphs: comment lines with the reason, then "FILE: the line's text" for each line,
# as often as such a line is uncovered.

use v5.20;
use warnings;

use JSON::PP qw(decode_json);

my $explained_folders = qr{^src/(?:token|secret|jose|shim)/};

sub content_of {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "can't read $path: $!\n";
    local $/;
    return scalar <$in>;
}

sub trimmed { return $_[0] =~ s/^\s+|\s+$//gr }

# "FILE: TEXT" => how many lines of that text are explained.
sub explained {
    my ($path) = @_;
    my %explained;
    for my $line (split /\n/, content_of($path)) {
        next if $line =~ /^#|^\s*$/;
        $line =~ /^\S+: \S/ or die "$path: not \"FILE: TEXT\": $line\n";
        $explained{ trimmed($line) }++;
    }
    return \%explained;
}

# The uncovered lines as [file, number, text], in their order. Some versions of gcovr list a line once
# for each function that it is part of.
sub uncovered {
    my ($report) = @_;
    my @found;
    for my $file (sort { $a->{file} cmp $b->{file} } @{ $report->{files} }) {
        my @source = split /\n/, content_of($file->{file});
        my %count;
        $count{ $_->{line_number} } += $_->{count} for grep { !$_->{'gcovr/noncode'} } @{ $file->{lines} };
        push @found, map { [$file->{file}, $_, trimmed($source[$_ - 1])] }
            sort { $a <=> $b } grep { !$count{$_} } keys %count;
    }
    return @found;
}

# A source that was not counted would look like one that is covered.
sub uncounted {
    my ($report) = @_;
    my %counted = map { $_->{file} => 1 } grep { @{ $_->{lines} } } @{ $report->{files} };
    return grep { $_ =~ $explained_folders && !$counted{$_} } glob 'src/*/*.cpp';
}

my ($path, $list) = @ARGV;
defined $list or die "usage: $0 COVERAGE.json EXPLAINED\n";
my $explained = explained($list);
my $report = decode_json(content_of($path));
my @open;

say 'Lines that no test ran:';
for my $line (uncovered($report)) {
    my ($file, $number, $text) = @$line;
    my $key = "$file: $text";
    my $is_explained = ($explained->{$key} // 0) > 0;
    say "  $file:$number: $text", $is_explained ? ' (explained)' : '';
    $explained->{$key}-- if $is_explained;
    push @open, "$file:$number" if !$is_explained && $file =~ $explained_folders;
}
my @stale = grep { $explained->{$_} > 0 } sort keys %$explained;
say "Explained in $list, but run now:\n  ", join "\n  ", @stale if @stale;
die 'covered by no test and not explained: ' . join(', ', @open) . "\n" if @open;
my @uncounted = uncounted($report);
die 'the report lacks: ' . join(', ', @uncounted) . "\n" if @uncounted;
