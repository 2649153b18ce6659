# Attacks on signatures and on the choice of the key, each named after what it was seen as.

use lib 't/lib';
use MIME::Base64 qw(decode_base64url encode_base64url);
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our @curves = qw(ES256 ES384 ES512 ES256K);
our %order = (
    ES256  => 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
    ES384  => 'f' x 48 . 'c7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    ES512  => '01' . 'f' x 64 . 'fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    ES256K => 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
);

my $config = "location = /t {\n    oauth2_resolver stateless;\n    empty_gif;\n}\n";
for my $name (@curves, 'Ed25519', 'HS256') {
    jwks("$name.jwks", $name);
    $config .= <<"CONFIG";
location = /$name {
    oauth2_resolver stateless;
    oauth2_secret_store jwks file=\$TEST_NGINX_RUN/$name.jwks;
    empty_gif;
}
CONFIG
}
default_config($config);

# A genuine token but for its signature, which $make derives from the right one.
sub with_signature {
    my ($key, $make) = @_;
    my ($header, $claims, $signature) = split /\./, token($key);
    return "= $header.$claims." . encode_base64url($make->(decode_base64url($signature)));
}

sub first_half { return substr $_[0], 0, length($_[0]) / 2 }
sub second_half { return substr $_[0], length($_[0]) / 2 }

# For every curve a token whose r and s are what $make returns for the curve's name, r and s.
sub with_r_and_s {
    my ($make) = @_;
    return join "\n", map {
        my $name = $_;
        with_signature($name, sub { $make->($name, first_half($_[0]), second_half($_[0])) })
    } @curves;
}

sub order { return pack 'H*', $order{$_[0]} }

run_tests();

__DATA__

=== the genuine tokens
--- request eval
[map { "GET /$_" } @::curves, 'Ed25519', 'HS256']
--- token eval
::lines @::curves, 'Ed25519', 'HS256'
--- refused: - x 6



=== alg none with an empty signature
--- token: RS256 --bad alg-none
--- refused: unsupported_algorithm



=== alg none with a signature
--- token: RS256 --bad alg-none-signed
--- refused: unsupported_algorithm



=== alg none in other spellings
--- request eval
[('GET /HS256') x 5]
--- token eval
::lines map {
    my $token = ::signed(qq({"alg":"$_"}), '{"iss":"https://as.example.com","exp":@now+60}');
    $token =~ s/[^.]+$//r =~ s/^/= /r
} qw(none None NONE nOnE nonE)
--- refused: unsupported_algorithm x 5



=== an unknown alg
--- token: RS256 --bad alg-unknown
--- refused: unsupported_algorithm



=== an empty signature
--- token: RS256 --bad empty-signature
--- refused: bad_signature



=== an empty signature where the key is symmetric
--- request
GET /HS256
--- token: HS256 --bad empty-signature
--- refused: bad_signature



=== no signature part
--- token: RS256 --bad no-signature-part
--- refused: malformed_token



=== HS256 with the RSA public key's PEM as its secret
--- token: RS256 --bad hs-with-public-key
--- refused: unknown_key



=== HS256 with the EC public key's PEM as its secret
--- request
GET /ES256
--- token: ES256 --bad hs-with-public-key
--- refused: unknown_key



=== HS256 where there are only public keys
--- token: HS256
--- refused: unknown_key



=== RS256 where there is only a symmetric key
--- request
GET /HS256
--- token: RS256
--- refused: unknown_key



=== the key from the token's own header
--- token: RS256 --bad jwk-header
--- refused: bad_signature



=== a key of the same type that isn't in the set
--- token: RS256 --bad wrong-key
--- refused: bad_signature



=== a changed signature
--- token: RS256 --bad tampered-signature
--- refused: bad_signature



=== changed claims
--- token: RS256 --bad tampered-payload
--- refused: bad_signature



=== a changed header
--- token: RS256 --bad tampered-header
--- refused: bad_signature



=== ECDSA in DER
--- request eval
[map { "GET /$_" } @::curves]
--- token eval
::lines map { "$_ --bad der-signature" } @::curves
--- refused: bad_signature x 4



=== psychic signature: r and s are zero
--- request eval
[map { "GET /$_" } @::curves]
--- token eval
::with_r_and_s(sub { "\0" x length($_[1] . $_[2]) })
--- refused: bad_signature x 4



=== psychic signature: r is zero
--- request eval
[map { "GET /$_" } @::curves]
--- token eval
::with_r_and_s(sub { "\0" x length($_[1]) . $_[2] })
--- refused: bad_signature x 4



=== psychic signature: s is zero
--- request eval
[map { "GET /$_" } @::curves]
--- token eval
::with_r_and_s(sub { $_[1] . "\0" x length($_[2]) })
--- refused: bad_signature x 4



=== psychic signature: r and s are the curve's order
--- request eval
[map { "GET /$_" } @::curves]
--- token eval
::with_r_and_s(sub { ::order($_[0]) x 2 })
--- refused: bad_signature x 4



=== psychic signature: r and s are all ones
--- request eval
[map { "GET /$_" } @::curves]
--- token eval
::with_r_and_s(sub { "\xff" x length($_[1] . $_[2]) })
--- refused: bad_signature x 4



=== ECDSA with r and s exchanged
--- request eval
[map { "GET /$_" } @::curves]
--- token eval
::with_r_and_s(sub { $_[2] . $_[1] })
--- refused: bad_signature x 4



=== ECDSA with r and s a byte longer each
--- request eval
[map { "GET /$_" } @::curves]
--- token eval
::with_r_and_s(sub { "\0$_[1]\0$_[2]" })
--- refused: bad_signature x 4



=== ECDSA with a byte behind
--- request eval
[map { "GET /$_" } @::curves]
--- token eval
::with_r_and_s(sub { "$_[1]$_[2]\0" })
--- refused: bad_signature x 4



=== ECDSA of r alone
--- request eval
[map { "GET /$_" } @::curves]
--- token eval
::with_r_and_s(sub { $_[1] })
--- refused: bad_signature x 4



=== signatures of one byte
--- request eval
['GET /t', map { "GET /$_" } @::curves, 'Ed25519', 'HS256']
--- token eval
::lines map { ::with_signature($_, sub { 'x' }) } 'RS256', @::curves, 'Ed25519', 'HS256'
--- refused: bad_signature x 7



=== signatures cut short by a byte
--- request eval
['GET /t', map { "GET /$_" } @::curves, 'Ed25519', 'HS256']
--- token eval
::lines map { ::with_signature($_, sub { substr $_[0], 0, -1 }) }
    'RS256', @::curves, 'Ed25519', 'HS256'
--- refused: bad_signature x 7



=== signatures with a byte behind
--- request eval
['GET /t', map { "GET /$_" } @::curves, 'Ed25519', 'HS256']
--- token eval
::lines map { ::with_signature($_, sub { "$_[0]\0" }) }
    'RS256', @::curves, 'Ed25519', 'HS256'
--- refused: bad_signature x 7



=== a MAC that is right but for its last byte
--- request
GET /HS256
--- token eval
::with_signature('HS256', sub { substr($_[0], 0, -1) . chr(ord(substr $_[0], -1) ^ 1) })
--- refused: bad_signature



=== a signature of zeros
--- request eval
['GET /t', 'GET /Ed25519', 'GET /HS256']
--- token eval
::lines map { ::with_signature($_, sub { "\0" x length $_[0] }) } qw(RS256 Ed25519 HS256)
--- refused: bad_signature x 3



=== the signature of another token
--- request
GET /HS256
--- token eval
my $other = ::token('HS256', '--claim', 'sub=mallory');
'= ' . (::token('HS256') =~ s/[^.]+$//r) . ($other =~ s/.*\.//r)
--- refused: bad_signature



=== a configuration that was changed by a request: a token with alg none before and after a good one
--- token
RS256 --bad alg-none
RS256
RS256 --bad alg-none
RS256 --bad wrong-key
RS256
--- refused
unsupported_algorithm
-
unsupported_algorithm
bad_signature
-



=== claims aren't believed before the signature is
--- token
RS256 --bad wrong-key --claim exp=@-60
RS256 --bad wrong-key --claim iss=https://other.example.com
RS256 --claim exp=@-60
--- refused
bad_signature
bad_signature
expired
