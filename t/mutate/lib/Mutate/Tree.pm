package Mutate::Tree;

# A copy of the sources and unit tests, built once, in which one source at a time is changed.

use v5.20;
use warnings;

use File::Path qw(make_path remove_tree);
use Mutate::Table ();

my $patience = 120;

sub new {
    my ($class, $dir, $jobs) = @_;
    # Anew: an earlier run that was stopped may have left objects of a changed source.
    remove_tree($dir);
    make_path($dir);
    system('cp', '-a', 'src', 't', $dir) == 0 or die "mutate: can't copy to $dir\n";
    return bless {dir => $dir, jobs => $jobs}, $class;
}

sub copy {
    my ($self, $dir) = @_;
    remove_tree($dir);
    system('cp', '-a', $self->{dir}, $dir) == 0 or die "mutate: can't copy to $dir\n";
    return bless {%$self, dir => $dir, jobs => 1}, ref $self;
}

# What is built is run once and thrown away: it isn't optimised, and may leave things unused.
sub make {
    my ($self, @tests) = @_;
    my $log = "$self->{dir}/make.log";
    return system("make -s -j$self->{jobs} -C $self->{dir} -f t/Makefile OUT=build units "
          . "UNITS='@tests' CXXFLAGS='-O0 -w -D_GLIBCXX_ASSERTIONS' CFLAGS='-O0 -w' >$log 2>&1") == 0;
}

sub build {
    my ($self, @tests) = @_;
    $self->make(@tests) or die "mutate: the sources don't build, see $self->{dir}/make.log\n";
}

# What became of the mutation: (the first of its unit tests that fails, undef), or (undef, why none does).
# A test is linked when the ones before it have passed.
sub try_mutation {
    my ($self, $mutation) = @_;
    my $object = "$self->{dir}/build/obj/" . $mutation->{file} =~ s/\.cpp$/.o/r;
    my $source = "$self->{dir}/$mutation->{file}";
    my @kept = map { keep($_) } grep { -e } $source, $object;
    write_file($source, Mutate::Table::mutated($kept[0]{text}, $mutation));
    my ($killer, $why) = (undef, 'no test fails');
    for my $test (@{$mutation->{tests}}) {
        if (!$self->make($test)) {
            $why = "it doesn't build: " . $self->first_error;
            last;
        }
        $killer = $self->failed_test($test);
        last if defined $killer;
    }
    put_back($_) for @kept;
    unlink "$self->{dir}/build/obj/core.a"; # it holds what was changed
    return ($killer, $why);
}

sub first_error {
    my ($self) = @_;
    my ($error) = Mutate::Table::read_file("$self->{dir}/make.log") =~ /^(.*\berror\b.*)$/m;
    return $error // "see $self->{dir}/make.log";
}

# Runs a test program: "program: what failed", or undef where all passes.
sub failed_test {
    my ($self, $test) = @_;
    my ($source) = glob "$self->{dir}/t/unit/$test.c*";
    my $arguments = join ' ', Mutate::Table::read_file($source) =~ m{^// args: (.*)}mg;
    my $output = `cd $self->{dir} && timeout $patience build/unit/$test $arguments 2>&1`;
    return undef if $? == 0;
    my ($failed) = $output =~ /\[  FAILED  \] (\w+)$/m;
    return "$test: " . ($failed // ($? >> 8 == 124 ? 'it came to no end' : 'it broke'));
}

sub keep {
    my ($path) = @_;
    return {path => $path, text => Mutate::Table::read_file($path), time => (stat $path)[9]};
}

# With its time, so that nothing is built anew; but for a header, of which the objects aren't kept.
sub put_back {
    my ($kept) = @_;
    write_file($kept->{path}, $kept->{text});
    utime $kept->{time}, $kept->{time}, $kept->{path} if $kept->{path} !~ /\.h$/;
}

sub write_file {
    my ($path, $text) = @_;
    open my $out, '>:raw', $path or die "can't write $path: $!\n";
    print {$out} $text;
    close $out or die "can't write $path: $!\n";
}

1;
