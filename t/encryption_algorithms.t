# Every way to encrypt a token, with its key and with another's: oauth2_decryption_secret.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our @encryptions = qw(A128CBC-HS256 A192CBC-HS384 A256CBC-HS512 A128GCM A192GCM A256GCM);
our @direct = map { "dir:enc=$_,kid=dir-$_" } @encryptions;
our @wraps = qw(A128KW A192KW A256KW A128GCMKW A192GCMKW A256GCMKW);
our @rsa = qw(RSA-OAEP RSA-OAEP-256 RSA-OAEP-384 RSA-OAEP-512);
our @agreements;
for my $curve (qw(P-256 P-384 P-521 X25519 X448)) {
    push @agreements, map { "$_:curve=$curve,kid=$_-$curve" }
      qw(ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW);
}
our @shared = (@direct, @wraps);
our @private = (@rsa, @agreements);

# Keys that don't say their algorithm: what they fit is then their type's and their length's.
our %untold = (
    oct128 => ['A128KW:no-alg', qw(A128KW A128GCMKW)],
    oct192 => ['A192KW:no-alg', qw(A192KW A192GCMKW)],
    oct256 => ['A256KW:no-alg', qw(A256KW A256GCMKW)],
    rsa    => ['RSA-OAEP:no-alg', @rsa],
    p256   => ['ECDH-ES:no-alg', qw(ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW)],
    x448   => ['ECDH-ES:curve=X448,no-alg', qw(ECDH-ES ECDH-ES+A256KW)],
);

jwks('all.jwks', '--private', @shared, @private);
jwks('shared.jwks', '--private', @shared);
jwks('one.jwks', '--private', 'A256KW:kid=one');
jwks("$_.jwks", '--private', $untold{$_}[0]) for keys %untold;

sub location {
    my ($path, @settings) = @_;
    return join "\n    ", "location = $path {", 'oauth2_resolver stateless;',
      'oauth2_decryption_secret any;', @settings, "empty_gif;\n}\n";
}

sub store { return "oauth2_secret_store jwks file=\$TEST_NGINX_RUN/$_[0].jwks;" }

# A key's tokens, one for each encryption that it goes with.
sub tokens_of {
    my ($key, $form) = @_;
    my ($own) = $key =~ /^dir:enc=([\w-]+)/;
    return map { sprintf "$form --enc %s", $key, $_ } defined $own ? $own : @encryptions;
}

default_config(join '',
    location('/nested', store('default'), store('all')),
    location('/shared', 'oauth2_verification_secret "";', store('shared')),
    location('/one', store('default'), store('one')),
    map { location("/$_", store('default'), store($_)) } sort keys %untold);
run_tests();

__DATA__

=== every algorithm with a shared key, around a signed token
--- request: GET /nested
--- token eval
::lines map { ::tokens_of($_, 'RS256 --encrypt %s') } @::shared
--- granted



=== every algorithm with a shared key, around claims
--- request: GET /shared
--- token eval
::lines map { ::tokens_of($_, 'encrypted %s') } @::shared
--- granted



=== every algorithm with RSA, around a signed token
--- request: GET /nested
--- token eval
::lines map { ::tokens_of($_, 'RS256 --encrypt %s') } @::rsa
--- granted



=== every agreement on every curve, around a signed token
--- request: GET /nested
--- token eval
::lines map { ::tokens_of($_, 'RS256 --encrypt %s') } @::agreements
--- granted



=== agreements that are bound to both parties' names
--- request: GET /nested
--- token eval
::lines map { "RS256 --encrypt $_ --encrypt-header apu=QWxpY2U --encrypt-header apv=Qm9i" }
  @::agreements
--- granted



=== every algorithm around every kind of signature
--- config eval
::location('/t', map { ::store($_) } 'signatures', 'all')
--- token eval
::jwks('signatures.jwks', qw(RS256 PS512 ES256 ES512 ES256K Ed25519 Ed448 HS512));
::lines map { my $alg = $_; map { "$alg --encrypt $_" } 'A256KW', 'RSA-OAEP-256', $::agreements[0] }
  qw(RS256 PS512 ES256 ES512 ES256K Ed25519 Ed448 HS512)
--- granted



=== every algorithm is refused with another key of that name
--- request: GET /nested
--- token eval
::lines map { "RS256 --encrypt $_ --bad jwe-wrong-key" } @::shared, @::private
--- refused eval
::lines(('decryption_failed') x (@::shared + @::private))



=== every algorithm is refused where no key fits
--- request: GET /one
--- token eval
::lines map { "RS256 --encrypt $_" } grep { $_ ne 'A256KW' } @::shared, @::private
--- refused eval
::lines(('unknown_key') x (@::shared + @::private - 1))



=== a key that says an algorithm decrypts that one alone
--- config eval
::location('/t', ::store('default'), ::store('one')) . ::location('/rsa-only',
    ::store('default'), 'oauth2_secret_store jwks file=$TEST_NGINX_RUN/rsa-only.jwks;')
--- request eval
[('GET /t') x 2, ('GET /rsa-only') x 2]
--- token eval
::jwks('rsa-only.jwks', '--private', 'RSA-OAEP:kid=only');
::lines('RS256 --encrypt A256KW:kid=one', 'RS256 --encrypt A256KW:kid=one --key-alg A256GCMKW',
    'RS256 --encrypt RSA-OAEP:kid=only', 'RS256 --encrypt RSA-OAEP:kid=only --key-alg RSA-OAEP-256')
--- refused
-
unknown_key
-
unknown_key



=== a key that says none decrypts all that its type and length go with
--- request eval
[map { my $path = $_; map { "GET /$path" } @{$::untold{$path}}[1 .. $#{$::untold{$path}}] } sort keys %::untold]
--- token eval
::lines map {
    my ($key, @algorithms) = @{$::untold{$_}};
    map { "RS256 --encrypt $key --key-alg $_" } @algorithms
} sort keys %::untold
--- granted



=== a symmetric key of 32 bytes that says none encrypts directly too
--- request eval
[('GET /oct256') x 3]
--- token
RS256 --encrypt A256KW:no-alg --key-alg dir --enc A256GCM
RS256 --encrypt A256KW:no-alg --key-alg dir --enc A128CBC-HS256
RS256 --encrypt dir:enc=A128GCM,kid=dir-A128GCM
--- refused
-
-
unknown_key



=== RSA1_5 is not offered: its padding can be attacked
--- request: GET /nested
--- token
RS256 --encrypt RSA-OAEP --bad jwe-rsa1_5
--- refused: unsupported_algorithm



=== PBES2 is not offered: its count would cost what the client wants
--- request: GET /nested
--- token
RS256 --encrypt A128KW --bad jwe-pbes2
--- refused: unsupported_algorithm



=== unknown algorithms of both kinds
--- request: GET /nested
--- token
RS256 --encrypt A128KW --bad jwe-alg-unknown
RS256 --encrypt A128KW --bad jwe-enc-unknown
RS256 --encrypt A128KW --encrypt-header alg=none
RS256 --encrypt A128KW --encrypt-header alg=RS256
RS256 --encrypt A128KW --encrypt-header enc=A128KW
RS256 --encrypt A128KW --no-encrypt-header enc
RS256 --encrypt A128KW --encrypt-header enc=7
--- refused: unsupported_algorithm x 7
