package Mutate::Table;

# Reads the table of mutations and finds their places in the sources.

use v5.20;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(read_table untouched_refusals);

# {mutations => [{name, file, tests, from, to, begin, end}, …], sources => {file => text},
#  errors => [text, …]}
sub read_table {
    my ($path) = @_;
    my $table = {mutations => [], sources => {}, errors => []};
    my ($file, @tests, $mutation);
    for my $line (split /\n/, read_file($path)) {
        next if $line =~ /^#/ || $line eq '';
        if ($line =~ /^@ (\S+) (\S.*)/) {
            ($file, @tests) = ($1, split ' ', $2);
            $table->{sources}{$file} //= read_file($file);
        } elsif ($line =~ /^\* (.+)/) {
            $mutation = {name => $1, file => $file, tests => [@tests], from => [], to => []};
            push @{$table->{mutations}}, $mutation;
        } elsif ($line =~ /^([-+]) (.*)/ && $mutation) {
            push @{$mutation->{$1 eq '-' ? 'from' : 'to'}}, $2;
        } else {
            push @{$table->{errors}}, "$path: can't be read: $line";
        }
    }
    push @{$table->{errors}}, grep { defined } map { locate($table, $_) } @{$table->{mutations}};
    return $table;
}

sub read_file {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "can't read $path: $!\n";
    local $/;
    return scalar <$in>;
}

# Finds the one place of a mutation's text, white space apart; returns what is wrong with it.
sub locate {
    my ($table, $mutation) = @_;
    my $where = "$mutation->{file}: $mutation->{name}";
    my $text = join ' ', @{$mutation->{from}};
    return "$where: says nothing to take out" if $text !~ /\S/;
    my $pattern = join '\s*', map { quotemeta } $text =~ /\w+|[^\w\s]/g;
    my @places;
    while ($table->{sources}{$mutation->{file}} =~ /$pattern/g) {
        push @places, [$-[0], $+[0]];
    }
    return "$where: its text stands in the file " . @places . ' times, not once' if @places != 1;
    @$mutation{qw(begin end)} = @{$places[0]};
    return undef;
}

# The source with the mutation in it.
sub mutated {
    my ($source, $mutation) = @_;
    my $length = $mutation->{end} - $mutation->{begin};
    substr $source, $mutation->{begin}, $length, join "\n", @{$mutation->{to}};
    return $source;
}

# Each refusal in a file of the table must be touched by a mutation: it, or the condition before it.
sub untouched_refusals {
    my ($table) = @_;
    my @untouched;
    for my $file (sort keys %{$table->{sources}}) {
        my $source = $table->{sources}{$file};
        my @own = grep { $_->{file} eq $file && defined $_->{begin} } @{$table->{mutations}};
        while ($source =~ /$Mutate::Table::refusal/g) {
            my ($begin, $end) = ($-[0], $+[0]);
            next if grep { $_->{begin} < $end && $_->{end} > $begin } @own;
            my $line = 1 + (() = substr($source, 0, $end) =~ /\n/g);
            push @untouched, "$file:$line: no mutation takes this refusal away";
        }
    }
    return @untouched;
}

# A statement that returns a refusal, with the `if (…) {` that leads to it.
our $refusal = qr{
    (?: \b if \s* ( \( (?: [^()]++ | (?1) )*+ \) ) \s* \{ [^{}]* )?
    \b return \s+ (?: Denial | malformed | kMalformed | refused | ConfigError | broken
        | undecipherable | unavailable ) \b [^;]* ;
}x;

1;
