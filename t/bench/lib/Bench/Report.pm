package Bench::Report;

# The table, as text and as Markdown, and the figures to reach.

use v5.20;
use warnings;

use Exporter qw(import);
our @EXPORT_OK = qw(table markdown verdicts);

my @columns = ('CPU', 'above plain', 'bare', 'ratio', 'instructions');

sub cells {
    my ($row) = @_;
    return (
        sprintf('%.1f', $row->{module}),
        sprintf('%.1f', $row->{above}),
        defined $row->{bare}         ? sprintf('%.1f', $row->{bare})                      : '',
        defined $row->{ratio}        ? sprintf('%.2f', $row->{ratio})                     : '',
        defined $row->{instructions} ? sprintf('%.0fk', $row->{instructions} / 1000) : '',
    );
}

sub table {
    my ($rows, $facts) = @_;
    my $text = sprintf("%-64s %9s %12s %9s %7s %13s\n", 'microseconds a request', @columns);
    my $group = '';
    for my $row (@$rows) {
        $text .= "$row->{group}\n" if $row->{group} ne $group;
        $group = $row->{group};
        $text .= sprintf("  %-62s %9s %12s %9s %7s %13s\n", $row->{title}, cells($row));
    }
    return $text . join '', map { "$_->{text}: $_->{shown}\n" } @$facts;
}

sub markdown {
    my ($rows, $facts) = @_;
    my $text = "| microseconds a request | @{[join ' | ', @columns]} |\n|---|---:|---:|---:|---:|---:|\n";
    my $group = '';
    for my $row (@$rows) {
        $text .= "| **$row->{group}** | | | | | |\n" if $row->{group} ne $group;
        $group = $row->{group};
        $text .= "| $row->{title} | @{[join ' | ', cells($row)]} |\n";
    }
    $text .= "\n| Also | |\n|---|---:|\n" if @$facts;
    return $text . join '', map { "| $_->{text} | $_->{shown} |\n" } @$facts;
}

# What is to be reached: the arm or fact, which of its numbers, the most or least, and what is aimed at.
my @figures = (
    ['RS256',  'ratio', '<=', 1.6,  1.25],
    ['ES256',  'ratio', '<=', 1.15, 1.05],
    ['EdDSA',  'ratio', '<=', 1.15, 1.05],
    ['HS256',  'above', '<=', 10],
    (map { ["cached-$_", 'above', '<=', 3] } qw(RS256 PS256 ES256 EdDSA HS256 dir)),
    ['cache-100k',         'above', '<=', 3],
    ['throughput',         'value', '>=', 0.9],
    ['throughput-workers', 'value', '>=', 1],
    ['workers',            'value', '<=', 1.1],
    ['keys',               'value', '<=', 1.05],
    ['growth',             'value', '<=', 64],
    ['location',           'value', '<=', 512],
);

# A line a figure that was measured, and how many don't hold.
sub verdicts {
    my ($rows, $facts) = @_;
    my %by_name = map { $_->{name} => $_ } @$rows, @$facts;
    my ($text, $missed) = ('', 0);
    for (@figures) {
        my ($name, $number, $relation, $limit, $aim) = @$_;
        my $value = ($by_name{$name} // next)->{$number};
        my $holds = $relation eq '<=' ? $value <= $limit : $value >= $limit;
        $missed++ if !$holds;
        $text .= sprintf "%-8s %-20s %-6s %8.2f  %s %s%s\n", $holds ? 'holds' : 'MISSED', $name,
            $number, $value, $relation, $limit, defined $aim ? ", aim $aim" : '';
    }
    return ($text, $missed);
}

1;
