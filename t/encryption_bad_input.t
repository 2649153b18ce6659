# Encrypted tokens that are wrong in one way each: every part empty, cut, too long or changed, and every
# header parameter that an algorithm reads.

use lib 't/lib';
use JSON::PP;
use MIME::Base64 qw(decode_base64url encode_base64url);
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our @direct = ('dir:enc=A128CBC-HS256,kid=d1', 'dir:enc=A256CBC-HS512,kid=d2',
    'dir:enc=A256GCM,kid=d3');
our @agreed = ('ECDH-ES:kid=a1', 'ECDH-ES:curve=X25519,kid=a2');
our @wrapped = ('A128KW', 'A256GCMKW', 'RSA-OAEP', 'RSA-OAEP-512',
    'ECDH-ES+A128KW:curve=P-521,kid=w1', 'ECDH-ES+A256KW:curve=X448,kid=w2');
our @all = (@direct, @agreed, @wrapped);

jwks('keys.jwks', '--private', @all);

sub bad {
    my ($bad, @keys) = @_;
    return map { my $key = $_; map { "RS256 --encrypt $key --bad jwe-$_" } split ' ', $bad } @keys;
}

sub gcm { return map { "$_ --enc A256GCM" } grep { !/^RS256 --encrypt dir:/ || /A256GCM/ } @_ }

sub times { return lines(($_[0]) x $_[1]) }

# A good token with its parts as $change leaves them.
sub changed {
    my ($key, $change) = @_;
    my @parts = split /\./, token('RS256', '--encrypt', $key), -1;
    $change->(\@parts);
    return '= ' . join '.', @parts;
}

# With a member of the header that the mint wouldn't write, or without it.
sub with_member {
    my ($key, $name, @value) = @_;
    return changed($key, sub {
        my $header = decode_json(decode_base64url($_[0][0]));
        delete $header->{$name};
        $header->{$name} = $value[0] if @value;
        $_[0][0] = encode_base64url(encode_json($header));
    });
}

default_config(<<'CONFIG');
location = /t {
    oauth2_resolver stateless;
    oauth2_decryption_secret any;
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/default.jwks;
    oauth2_secret_store jwks file=$TEST_NGINX_RUN/keys.jwks;
    empty_gif;
}
CONFIG
run_tests();

__DATA__

=== a bit of the ciphertext, the tag, the initialization vector or the header changed
--- token eval
our @bad = ::bad('tampered-ciphertext tampered-tag tampered-iv tampered-header', @::all);
::lines @bad, ::gcm(@bad)
--- refused eval
my @bad = ::bad('tampered-ciphertext tampered-tag tampered-iv tampered-header', @::all);
::times('decryption_failed', @bad + ::gcm(@bad))



=== a bit of the encrypted key changed
--- token eval
::lines ::bad('tampered-key', @::wrapped)
--- refused eval
::times('decryption_failed', 0 + @::wrapped)



=== tags of other lengths (CVE-2023-37464)
--- token eval
my @bad = ::bad('short-tag long-tag empty-tag', @::all);
::lines @bad, ::gcm(@bad)
--- refused eval
my @bad = ::bad('short-tag long-tag empty-tag', @::all);
::times('decryption_failed', @bad + ::gcm(@bad))



=== initialization vectors of other lengths
--- token eval
my @bad = ::bad('short-iv empty-iv long-iv', @::all);
::lines @bad, ::gcm(@bad)
--- refused eval
my @bad = ::bad('short-iv empty-iv long-iv', @::all);
::times('decryption_failed', @bad + ::gcm(@bad))



=== an encrypted key where none is due
--- token eval
::lines ::bad('key-in-dir', @::direct, @::agreed)
--- refused eval
::times('decryption_failed', @::direct + @::agreed)



=== encrypted keys cut, too long, empty (CVE-2026-53938)
--- token eval
::lines ::bad('truncated-key long-key empty-key', @::wrapped)
--- refused eval
::times('decryption_failed', 3 * @::wrapped)



=== key wrapping with GCM: initialization vectors and tags of other lengths (CVE-2026-53939)
--- token eval
::lines ::bad('key-short-iv key-short-tag', 'A256GCMKW')
--- refused: decryption_failed x 2



=== key wrapping with GCM: header parameters that are missing or no base64url
--- token eval
::lines map { ::with_member('A256GCMKW', @$_) } ['iv'], ['tag'], ['iv', 7], ['tag', '='], ['iv', ''],
    ['tag', 'AAAA']
--- refused
malformed_token
malformed_token
malformed_token
malformed_token
decryption_failed
decryption_failed



=== no ciphertext: no block of CBC, and of GCM no token inside
--- token
RS256 --encrypt A128KW --enc A128CBC-HS256 --bad jwe-empty-ciphertext
RS256 --encrypt A128KW --enc A256CBC-HS512 --bad jwe-empty-ciphertext
RS256 --encrypt A128KW --enc A128GCM --bad jwe-empty-ciphertext
--- refused
decryption_failed
decryption_failed
malformed_token



=== parts too many, too few, empty
--- token eval
::lines ::bad('four-parts six-parts', @::all),
    map { my $place = $_; ::changed('A128KW', sub { $_[0][$place] = '' }) } 0 .. 4
--- refused eval
::lines(('malformed_token') x (2 * @::all + 1), ('decryption_failed') x 4)



=== parts that are no strict base64url
--- token eval
::lines map { my ($place, $add) = @$_; ::changed('A128KW', sub { substr($_[0][$place], 1, 0) = $add }) }
    map { my $place = $_; map { [$place, $_] } '=', '!', '+', ' ' } 0 .. 4
--- refused: malformed_token x 20



=== spare bits in the last character of a part
--- token eval
::lines ::changed('A128KW', sub { $_[0][4] = substr($_[0][4], 0, 21) . 'B' }),
    ::changed('A128KW', sub { $_[0][2] = substr($_[0][2], 0, 21) . 'B' })
--- refused: malformed_token x 2



=== a header that is no JSON object, or holds a member twice
--- token eval
::lines map { my $header = $_; ::changed('A128KW', sub { $_[0][0] = MIME::Base64::encode_base64url($header) }) }
    '[]', '"A128KW"', '', '{', '{"alg":"A128KW","alg":"A128KW","enc":"A128CBC-HS256"}',
    '{"alg":"A128KW","enc":"A128CBC-HS256","kid":7}', "{\"alg\":\"A128KW\",\"enc\":\"A128CBC-HS256\\u0000\"}"
--- refused: malformed_token x 7



=== epk off its curve: an invalid point gives the private key away bit by bit
--- token
RS256 --encrypt ECDH-ES:kid=a1 --bad jwe-epk-off-curve
RS256 --encrypt ECDH-ES+A128KW:curve=P-521,kid=w1 --bad jwe-epk-off-curve
--- refused: decryption_failed x 2



=== epk of a low order: the secret would be zero
--- token
RS256 --encrypt ECDH-ES:curve=X25519,kid=a2 --bad jwe-epk-low-order
RS256 --encrypt ECDH-ES+A256KW:curve=X448,kid=w2 --bad jwe-epk-low-order
--- refused: decryption_failed x 2



=== epk on another curve than the key
--- token eval
::lines ::bad('epk-other-curve', @::agreed, grep { /^ECDH/ } @::wrapped)
--- refused: unknown_key x 4



=== epk with its private half
--- token eval
::lines ::bad('epk-private', @::agreed, grep { /^ECDH/ } @::wrapped)
--- refused: decryption_failed x 4



=== epk missing, or of another kind
--- token eval
::lines ::bad('epk-missing', @::agreed),
    map { ::with_member('ECDH-ES:kid=a1', 'epk', $_) } 7, [], {}, {kty => 'RSA', n => 'AQAB', e => 'AQAB'},
    {kty => 'oct', k => 'AAAA'}, {kty => 'EC', crv => 'P-256', x => 'AA', y => 'AA'},
    {kty => 'EC', crv => 'secp256k1'}, {kty => 'OKP', crv => 'Ed25519', x => 'AA'}
--- refused
malformed_token
malformed_token
malformed_token
malformed_token
decryption_failed
decryption_failed
decryption_failed
decryption_failed
decryption_failed
decryption_failed



=== apu and apv that are no base64url, or are no names but books
--- token eval
my $long = 'A' x 1368;
::lines((map { ::with_member('ECDH-ES:kid=a1', @$_) } ['apu', 7], ['apv', '='], ['apv', ['AA']]),
    map { "RS256 --encrypt ECDH-ES:kid=a1 --encrypt-header $_" } "apu=$long", "apv=$long",
    'apu=' . 'A' x 1364)
--- refused
malformed_token
malformed_token
malformed_token
decryption_failed
decryption_failed
-



=== a token of many kilobytes
--- http_config
large_client_header_buffers 4 256k;
--- token eval
::lines map { "RS256 --encrypt A128KW --claim text=" . 'x' x $_ } 20_000, 60_000
--- refused
-
malformed_token
