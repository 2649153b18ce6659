package Bench::Material;

# The keys, tokens and certificates of the benchmark, made once by the mint and kept in its folder.
# Tokens are made anew in every run: they expire.

use v5.20;
use warnings;

use Digest::SHA qw(sha256);
use Exporter qw(import);
use MIME::Base64 qw(decode_base64 encode_base64);
our @EXPORT_OK = qw(make_keys make_tokens);

use constant COUNT => 2000;

my %algorithms = map { lc, $_ } qw(RS256 PS256 ES256 EdDSA HS256);

# The keys that are secrets; what the bare verification is told of them.
my %secret = (hs256 => 'HS256', dir => 'A256GCM');

# Name of a token set: the key that signs it, and how it differs from the others.
my %sets = (
    (map { $_ => {key => $_} } keys %algorithms),
    'hs256-1k'   => {key => 'hs256', count => 1000},
    'hs256-100k' => {key => 'hs256', count => 100_000},
    bound        => {key => 'es256', bound => 1},
    dir          => {key => 'dir'},
);

sub mint {
    my (@arguments) = @_;
    system('build/mint', @arguments) == 0 or die "mint @arguments failed\n";
    return;
}

# Runs the mint unless what it makes is there.
sub once {
    my ($file, @arguments) = @_;
    mint(@arguments, '--out', $file) if !-e $file;
    return;
}

sub make_keys {
    my ($dir) = @_;
    for my $alg (values %algorithms) {
        my $key = "$dir/\L$alg\E";
        once("$key.jwk", 'key', $alg, $alg eq 'EdDSA' ? (qw(--curve Ed25519)) : ());
        once("$key.pem", 'pem', "$key.jwk") if $alg ne 'HS256';
    }
    once("$dir/dir.jwk", qw(key dir --enc A256GCM));
    once("$dir/$_.secret", 'secret', "$dir/$_.jwk", '--format', 'plain') for keys %secret;
    once("$dir/other-$_.jwk", 'key', 'HS256', '--kid', "other-$_") for 2 .. 1000;
    for my $count (1, 100, 1000) {
        # The key that counts stands last.
        once("$dir/keys-$count.jwks", 'jwks', (map { "$dir/other-$_.jwk" } 2 .. $count),
            "$dir/hs256.jwk");
    }
    for my $name (qw(server client)) {
        once("$dir/$name.jwk", 'key', 'ES256', '--kid', $name);
        once("$dir/$name.key", 'pem', '--private', "$dir/$name.jwk");
        once("$dir/$name.crt", 'cert', "$dir/$name.jwk", '--subject', $name, '--days', 3650);
    }
    return;
}

sub thumbprint {
    my ($dir) = @_;
    open my $in, '<', "$dir/client.crt" or die "$dir/client.crt: $!\n";
    my $pem = do { local $/; <$in> };
    my ($base64) = $pem =~ /-----BEGIN CERTIFICATE-----(.*?)-----END/s
        or die "no certificate in $dir/client.crt\n";
    return encode_base64(sha256(decode_base64($base64)), '') =~ tr{+/=}{-_}dr;
}

# How the mint is told to use a key.
sub key_arguments {
    my ($dir, $key) = @_;
    return $key eq 'dir' ? ('--encrypt-only', "$dir/dir.jwk", '--enc', 'A256GCM') : "$dir/$key.jwk";
}

# Makes the tokens of a set; returns what `measure` needs to know of them.
sub make_tokens {
    my ($dir, $set) = @_;
    my ($key, $count, $bound) = @{$sets{$set} // die "no token set $set\n"}{qw(key count bound)};
    my @claims = ('--claim', 'exp=@+86400');
    push @claims, '--claim', 'cnf={"x5t#S256":"' . thumbprint($dir) . '"}' if $bound;
    open my $out, '>', "$dir/$set.tokens" or die "$dir/$set.tokens: $!\n";
    open my $in, '-|', 'build/mint', 'token', key_arguments($dir, $key), @claims, '--count',
        $count // COUNT
        or die "mint: $!\n";
    while (my $line = <$in>) {
        print {$out} $line;
    }
    close $in or die "mint made no tokens for $set\n";
    close $out or die "$dir/$set.tokens: $!\n";
    return {
        tokens => "$dir/$set.tokens",
        $secret{$key}
        ? (alg => $secret{$key}, secret => "$dir/$key.secret")
        : (alg => $algorithms{$key}, public_key => "$dir/$key.pem"),
    };
}

1;
