# What nginx -t says of oauth2_decryption_secret. Beside each broken configuration stands the mended one,
# which passes without a word. docs/messages.t goes through the messages one by one.

use lib 't/lib';
use v5.20;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;
use OAuth2Test::Mint qw(jwks key pem read_file run_file secret write_file);
use OAuth2Test::Nginx;

my $public = jwks('public.jwks', 'RS256');
my %keys = (
    rsa    => jwks('rsa.jwks', '--private', 'RSA-OAEP'),
    ec     => jwks('ec.jwks', '--private', 'ECDH-ES'),
    x448   => jwks('x448.jwks', '--private', 'ECDH-ES:curve=X448'),
    oct    => jwks('oct.jwks', 'A256KW'),
    short  => jwks('short.jwks', 'A128KW'),
    mixed  => jwks('mixed.jwks', '--private', 'A256KW', 'RSA-OAEP'),
    verify => jwks('verify.jwks', 'HS256'),
    halves => jwks('halves.jwks', 'RSA-OAEP', 'ECDH-ES'),
    four   => jwks('four.jwks', map { "A256KW:kid=k$_" } 1 .. 4),
    five   => jwks('five.jwks', map { "A256KW:kid=k$_" } 1 .. 5),
);
secret('secrets/sixteen', 'A128KW', 'base64');
secret('secrets/thirty-two', 'A256KW', 'base64');
write_file(run_file('secrets/forty'), encode_base64('x' x 40, ''));
write_file(run_file('secrets/twenty'), encode_base64('x' x 20, ''));
pem('pems/public.pem', 'RSA-OAEP');
pem('pems/private.pem', 'RSA-OAEP', '--private');
pem('pems/weak.pem', 'RSA-OAEP:bits=1024', '--private');
pem('pems/signing.pem', 'RS256');
pem('pems/x25519.pem', 'ECDH-ES:curve=X25519');
write_file(run_file('private-for-all.jwks'), read_file($keys{rsa}), 0644);

my $audience = 'oauth2_audience https://api.example.com;';
my $secrets = 'oauth2_secret_store directory path=' . run_file('secrets') . ';';
my $pems = 'oauth2_secret_store directory path=' . run_file('pems') . ' format=pem suffix=.pem;';
my $verify = "oauth2_secret_store jwks file=$public; oauth2_verification_secret any;";

sub store { return "oauth2_secret_store jwks file=$keys{$_[0]};" }

# Whether it passes, and what was said.
sub check {
    my (@settings) = @_;
    my ($status, $said) = OAuth2Test::Nginx->new(http => join "\n    ",
        'server {', 'listen 127.0.0.1:' . OAuth2Test::Nginx::port() . ';', 'oauth2_resolver stateless;',
        'oauth2_issuer https://as.example.com;', $audience, @settings, '}')->check;
    return ($status == 0, join "\n", grep { /\[(?:warn|error|crit|alert|emerg)\]/ } split /\n/, $said);
}

sub passes {
    my ($name, @settings) = @_;
    my ($passed, $said) = check(@settings);
    ok($passed, "$name: passes") or diag($said);
    is($said, '', "$name: nothing is said");
}

sub fails {
    my ($name, $message, @settings) = @_;
    my ($passed, $said) = check(@settings);
    ok(!$passed, "$name: fails");
    like($said, qr/\[emerg\] .*$message/, "$name: says so");
}

sub warns {
    my ($name, $message, @settings) = @_;
    my ($passed, $said) = check(@settings);
    ok($passed, "$name: passes") or diag($said);
    like($said, qr/\[warn\] .*$message/, "$name: warns");
}

my $decrypt = 'oauth2_decryption_secret any;';

# ---- Anyone can encrypt to a public key

for my $kind (qw(rsa ec x448)) {
    fails("a private key alone ($kind)", qr/oauth2_decryption_secret: key "\S+" of "any" is a private key/,
        store($kind), $decrypt);
    passes("a private key and a verification secret ($kind)", $verify, store($kind), $decrypt);
}
fails('a private key beside a shared one', qr/oauth2_decryption_secret: key "rsa-oaep" of "any" is a private/,
    store('mixed'), $decrypt);
passes('the two with a verification secret', $verify, store('mixed'), $decrypt);
passes('a shared key alone', store('oct'), $decrypt);
passes('a shared key too short to sign with', store('short'), $decrypt);
fails('a private key from a PEM file alone', qr/oauth2_decryption_secret: key "private" of "private" is a/,
    $pems, 'oauth2_decryption_secret private;');
passes('one with a verification secret', $pems, 'oauth2_decryption_secret private;',
    'oauth2_verification_secret signing;');
fails('null with a decryption secret', qr/oauth2_verification_secret null goes with no oauth2_decryption/,
    store('oct'), $decrypt, 'oauth2_verification_secret null;');
fails('null with a decryption secret and no store', qr/oauth2_verification_secret null goes with no oauth2_dec/,
    $decrypt, 'oauth2_verification_secret null;');

# ---- Incomplete

fails('neither secret', qr/oauth2_resolver stateless needs oauth2_verification_secret or oauth2_decryption/,
    store('oct'));
fails('no store', qr/oauth2_decryption_secret has no oauth2_secret_store to look in/, $decrypt);
fails('no such secret', qr/oauth2_decryption_secret: no oauth2_secret_store holds "absent"/,
    $secrets, 'oauth2_decryption_secret absent;');
fails('no such verification secret', qr/oauth2_verification_secret: no oauth2_secret_store holds "absent"/,
    $secrets, 'oauth2_decryption_secret sixteen;', 'oauth2_verification_secret absent;');
fails('no id', qr/oauth2_decryption_secret: invalid secret id "a\.\.b"/, 'oauth2_decryption_secret a..b;');
fails('twice', qr/"oauth2_decryption_secret" directive is duplicate/, $decrypt, $decrypt);
fails('no argument', qr/invalid number of arguments in "oauth2_decryption_secret"/,
    'oauth2_decryption_secret;');

# ---- Keys that can't

fails('public keys', qr/halves\.jwks" holds no key that may verify signatures or decrypt/, $verify,
    store('halves'), $decrypt);
fails('keys for signatures', qr/oauth2_decryption_secret: no key of "any" may decrypt/, $verify, $decrypt);
fails('a public key in a PEM file', qr/public\.pem": it can't decrypt/, $verify, $pems,
    'oauth2_decryption_secret public;');
fails('a public key of X25519', qr/x25519\.pem": its key type or curve signs no token, or there is no private/,
    $verify, $pems, 'oauth2_decryption_secret x25519;');
fails('a weak private key', qr/weak\.pem": its RSA modulus is shorter than 2048 bits/, $verify, $pems,
    'oauth2_decryption_secret weak;');
fails('a key to verify with', qr/oauth2_decryption_secret: no key of "any" may decrypt/, store('verify'),
    $decrypt);
fails('a secret of another length', qr/twenty": its length is that of no encryption/, $secrets,
    'oauth2_decryption_secret twenty;');
fails('a long secret of another length', qr/forty": its length is that of no encryption/, $secrets,
    'oauth2_decryption_secret forty;');
passes('secrets of good lengths', $secrets, 'oauth2_decryption_secret sixteen;');
passes('the same secret for both', $secrets, 'oauth2_decryption_secret thirty-two;',
    'oauth2_verification_secret thirty-two;');
fails('a secret too short for one of the two', qr/sixteen": it is shorter than the 32 bytes/, $secrets,
    'oauth2_decryption_secret sixteen;', 'oauth2_verification_secret sixteen;');

# ---- A set of the other purpose's keys

my $broken = '{"kty":"RSA","kid":"e","use":"enc","e":"AQAB","d":"AQ"}';
my $signing = read_file($public) =~ s/\A\s*\{\s*"keys":\s*\[\s*//r =~ s/\]\s*\}\s*\z//r;
my $set = write_file(run_file('broken.jwks'), qq({"keys":[$signing,$broken]}));
passes('a broken key for encryption where signatures are verified', "oauth2_secret_store jwks file=$set;",
    'oauth2_verification_secret any;');
fails('the same where tokens are decrypted', qr/broken\.jwks": key 2 "e": "n" or "e" is missing/, $verify,
    "oauth2_secret_store jwks file=$set;", $decrypt);

# ---- Warnings

warns('more keys than are tried', qr/oauth2_decryption_secret: 5 keys fit A256KW; .* the first 4 only/,
    store('five'), $decrypt);
passes('as many as are tried', store('four'), $decrypt);
warns('signature algorithms without signatures', qr/oauth2_algorithms is of no use without oauth2_verif/,
    store('oct'), $decrypt, 'oauth2_algorithms RS256;');
passes('signature algorithms for the token inside', $verify, store('oct'), $decrypt,
    'oauth2_algorithms RS256;');
$keys{readable} = run_file('private-for-all.jwks');
warns('a private key that everybody can read', qr/holds a private or symmetric key and can be read by every/,
    $verify, store('readable'), $decrypt);

done_testing;
