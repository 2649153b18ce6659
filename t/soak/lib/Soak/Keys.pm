package Soak::Keys;

# A key file that changes every few seconds. It holds two keys of a ring: at each change the older one
# gives way to the next. What the file says at a time is known to all processes by the clock, so each
# knows which tokens count.

use v5.20;
use warnings;

use JSON::PP;
use OAuth2Test::Mint qw(key read_file run_file token write_file);
use Time::HiRes qw(time);

my $ring = 8;
my $period = 10;    # seconds from change to change

sub new {
    my ($class) = @_;
    my @names = map { "ES256:kid=ring$_" } 0 .. $ring - 1;
    my $self = bless {
        file    => run_file('ring.jwks'),
        started => time,
        jwks    => [map { decode_json(read_file(key($_))) } @names],
        tokens  => [map { [token_of($names[$_], "ring$_")] } 0 .. $ring - 1],
        written => -1,
    }, $class;
    $self->rotate;
    return $self;
}

sub token_of {
    my ($key, $subject) = @_;
    return token($key, '--claim', "sub=$subject", '--claim', 'exp=@+604800');
}

sub file { return $_[0]{file} }

sub step { return int((time - $_[0]{started}) / $period) }

# Writes the file anew when its time has come; true when it was.
sub rotate {
    my ($self) = @_;
    my $step = $self->step;
    return if $step == $self->{written};
    my @public = map { public_half($self->{jwks}[$_ % $ring]) } $step, $step + 1;
    write_file("$self->{file}.new", encode_json({keys => \@public}));
    rename "$self->{file}.new", $self->{file} or die "can't rename: $!";
    $self->{written} = $step;
    return 1;
}

sub public_half {
    my %jwk = %{$_[0]};
    delete $jwk{d};
    return \%jwk;
}

# A token and its subject whose key is in the file now, was in it before, and will be after the next
# change, if that is near.
sub good {
    my ($self) = @_;
    my $place = (time - $self->{started}) / $period;
    my $step = int $place;
    my $index = ($place - $step > 0.75 ? $step + 1 : $step) % $ring;
    return ($self->{tokens}[$index][0], "ring$index");
}

# One whose key is neither in the file now, nor was in it before the last change, nor will be soon.
sub gone { return $_[0]{tokens}[($_[0]->step - 3) % $ring][0] }

1;
