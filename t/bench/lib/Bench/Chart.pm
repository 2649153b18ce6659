package Bench::Chart;

# A bar an arm: what plain NGINX takes, what the bare verification takes, and what is ours.

use v5.20;
use warnings;

use Exporter qw(import);
our @EXPORT_OK = qw(chart);

use constant {BAR => 18, STEP => 28, LEFT => 330, WIDTH => 470, TOP => 64};

my @parts = (
    ['plain',  'plain NGINX',           '#9aa5b1'],
    ['limit',  'bare verification',     '#3b7dd8'],
    ['module', 'everything else of it', '#e4572e'],
);

sub escape {
    my ($text) = @_;
    return $text =~ s/&/&amp;/gr =~ s/</&lt;/gr;
}

sub text_at {
    my ($x, $y, $text, $anchor) = @_;
    return sprintf qq{<text x="%d" y="%d"%s>%s</text>\n}, $x, $y,
        $anchor ? qq{ text-anchor="$anchor"} : '', escape($text);
}

sub box {
    my ($x, $y, $width, $colour) = @_;
    return sprintf qq{<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>\n}, $x, $y, $width,
        BAR, $colour;
}

sub legend {
    my ($x, $svg) = (LEFT, '');
    for my $part (@parts) {
        $svg .= box($x, 30, 18, $part->[2]) . text_at($x + 24, 44, $part->[1]);
        $x += 160;
    }
    return $svg;
}

# Lengths of the three parts of a row; a cached token needs no verification.
sub lengths {
    my ($row) = @_;
    my $limit = $row->{cached} ? 0 : $row->{bare} // 0;
    $limit = $row->{above} if $limit > $row->{above};
    return ($row->{plain}, $limit, $row->{above} - $limit);
}

sub chart {
    my ($rows) = @_;
    my ($most) = sort { $b <=> $a } map { $_->{module} } @$rows;
    my ($y, $bars) = (TOP, '');
    for my $row (@$rows) {
        my $x = LEFT;
        my @lengths = map { $_ / $most * WIDTH } lengths($row);
        $bars .= text_at(LEFT - 10, $y + 14, $row->{title}, 'end');
        for my $index (0 .. $#parts) {
            $bars .= box($x, $y, $lengths[$index], $parts[$index][2]);
            $x += $lengths[$index];
        }
        $bars .= text_at($x + 6, $y + 14, sprintf '%.1f', $row->{module});
        $y += STEP;
    }
    my ($width, $height) = (LEFT + WIDTH + 60, $y + 10);
    return qq{<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" }
        . qq{width="$width" height="$height" font-family="sans-serif" font-size="13">\n}
        . qq{<rect width="$width" height="$height" fill="#ffffff"/>\n}
        . text_at(LEFT, 18, 'CPU time of a request, microseconds')
        . legend() . $bars . "</svg>\n";
}

1;
