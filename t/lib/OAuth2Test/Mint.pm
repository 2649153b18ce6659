package OAuth2Test::Mint;

# Keys and tokens for the tests, all made by build/mint. Keys are made once and kept in
# build/testkeys; what a single test file derives from them goes to build/testrun/FILE.

use v5.20;
use warnings;

use Cwd qw(abs_path);
use Digest::SHA qw(hmac_sha256);
use Exporter qw(import);
use File::Basename qw(basename dirname);
use File::Path qw(make_path remove_tree);
use MIME::Base64 qw(decode_base64 encode_base64url);
use Text::ParseWords qw(shellwords);

our @EXPORT_OK = qw(
  root_dir key_dir run_dir run_file write_file read_file
  key jwks pem secret certificate token make_tokens signed
);

my $root = abs_path(dirname(__FILE__) . '/../../..');
my $mint = "$root/build/mint";

sub root_dir { return $root }

sub key_dir { return made("$root/build/testkeys") }

# A directory of this test file alone, empty at first.
sub run_dir {
    my $dir = "$root/build/testrun/" . basename($0, '.t');
    state $emptied = remove_tree($dir);
    return made($dir);
}

sub run_file { return run_dir() . "/$_[0]" }

sub made {
    my ($dir) = @_;
    make_path($dir) if !-d $dir;
    return $dir;
}

sub write_file {
    my ($path, $bytes, $mode) = @_;
    made(dirname($path));
    # At once, for whoever reads it meanwhile.
    my $new = "$path.$$.new";
    open my $out, '>:raw', $new or die "can't write $new: $!";
    chmod $mode // 0600, $new or die "can't change the mode of $new: $!";
    print {$out} $bytes;
    close $out or die "can't write $new: $!";
    rename $new, $path or die "can't rename $new: $!";
    return $path;
}

sub read_file {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "can't read $path: $!";
    local $/;
    return scalar <$in>;
}

sub run_mint {
    my (@arguments) = @_;
    open my $out, '-|', $mint, @arguments or die "can't run $mint: $!";
    binmode $out;
    my $text = do { local $/; <$out> };
    close $out or die "failed: mint @arguments";
    return $text;
}

# The private JWK of a key name: an algorithm or curve name, then what tells it from others of its
# algorithm, as in "RS256", "Ed448", "ES256:kid=b", "RS256:bits=3072,no-alg", "RS256:kid=".
sub key {
    my ($name) = @_;
    my $path = key_dir() . "/$name.jwk";
    return $path if -e $path;

    my ($type, $options) = split /:/, $name, 2;
    my @arguments =
      $type =~ /^Ed/ ? ('EdDSA', '--curve', $type, '--kid', lc $type) : ($type);
    for my $option (split /,/, $options // '') {
        my ($option_name, $value) = split /=/, $option, 2;
        push @arguments, "--$option_name", defined $value ? $value : ();
    }
    # Another file may be making the same key: the first that is linked is the one both use.
    run_mint('key', @arguments, '--out', "$path.$$");
    link "$path.$$", $path or $!{EEXIST} or die "can't link $path: $!";
    unlink "$path.$$";
    return $path;
}

# A JWK Set of public keys. Symmetric keys stay as they are.
sub jwks {
    my ($file, @keys) = @_;
    my @flags = @keys && $keys[0] eq '--private' ? shift @keys : ();
    return derive($file, 'jwks', @flags, map { key($_) } @keys);
}

sub pem {
    my ($file, $key, @flags) = @_;
    return derive($file, 'pem', @flags, key($key));
}

sub secret {
    my ($file, $key, $format) = @_;
    return derive($file, 'secret', key($key), '--format', $format);
}

sub certificate {
    my ($file, $key, @flags) = @_;
    return derive($file, 'cert', key($key), @flags);
}

sub derive {
    my ($file, @arguments) = @_;
    my $path = run_file($file);
    made(dirname($path));
    run_mint(@arguments, '--out', $path);
    return $path;
}

# One token: token('RS256', '--claim', 'exp=@-1'). The name of a key behind --encrypt becomes its file.
# With 'encrypted' before the name of a key its claims are encrypted with that and not signed.
sub token {
    my ($key, @flags) = @_;
    my @keys = $key eq 'encrypted' ? ('--encrypt-only', key(shift @flags)) : key($key);
    for my $place (grep { $flags[$_] eq '--encrypt' } 0 .. $#flags - 1) {
        $flags[$place + 1] = key($flags[$place + 1]);
    }
    my $text = run_mint('token', @keys, @flags);
    chomp $text;
    return $text;
}

# A token with this header and these claims to the byte, signed with the key HS256. "@now+60" and
# "@now-60" stand for times.
sub signed {
    my ($header, $claims) = @_;
    for ($header, $claims) {
        s/\@now([+-]\d+)?/time + ($1 \/\/ 0)/ge;
    }
    state $secret = decode_base64(run_mint('secret', key('HS256'), '--format', 'base64'));
    my $input = encode_base64url($header) . '.' . encode_base64url($claims);
    return "$input." . encode_base64url(hmac_sha256($input, $secret));
}

# One token a line:
#   -                         none
#   = TEXT                    TEXT itself
#   signed HEADER CLAIMS      see signed()
#   KEY [FLAG...]             what `mint token` makes of that key and these flags
#   encrypted KEY [FLAG...]   the same, encrypted with that key and not signed
sub make_tokens {
    my ($text) = @_;
    my @tokens;
    for my $line (split /\n/, $text) {
        my ($word, $rest) = split / /, $line, 2;
        push @tokens,
            $word eq '-'      ? undef
          : $word eq '='      ? $rest
          : $word eq 'signed' ? signed(shellwords($rest))
          :                     token(shellwords($line));
    }
    return @tokens;
}

1;
