# Every signature algorithm with its key, with another's, and oauth2_algorithms.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our @names = qw(
  RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K Ed25519 Ed448 HS256 HS384 HS512
);

# /NAME has the key of that algorithm, /not/NAME all keys of other algorithms, /all every key.
our $config = '';
for my $name (@names) {
    jwks("$name.jwks", $name);
    my $same = $name =~ /^Ed/ ? qr/^Ed/ : qr/^$name$/;
    jwks("not-$name.jwks", grep { !/$same/ } @names);
    $config .= location("/$name", "$name.jwks") . location("/not/$name", "not-$name.jwks");
}
jwks('all.jwks', @names);
$config .= location('/all', 'all.jwks');

# Keys that don't say their algorithm: what they fit is then their type's.
my %untold = (
    rsa     => 'RS256:no-alg',
    p256    => 'ES256:no-alg',
    p384    => 'ES384:no-alg',
    p521    => 'ES512:no-alg',
    k256    => 'ES256K:no-alg',
    ed25519 => 'Ed25519:no-alg',
    oct256  => 'HS256:no-alg',
    oct384  => 'HS384:no-alg',
    oct512  => 'HS512:no-alg',
);
for my $type (keys %untold) {
    jwks("$type.jwks", $untold{$type});
    $config .= location("/$type", "$type.jwks");
}

sub location {
    my ($path, $file, $more) = @_;
    return sprintf "location = %s {\n    oauth2_resolver stateless;\n"
      . "    oauth2_secret_store jwks file=\$TEST_NGINX_RUN/%s;\n    %s\n    empty_gif;\n}\n",
      $path, $file, $more // '';
}

sub tokens_of {
    my ($key, @algorithms) = @_;
    return join "\n", map { "$key --alg $_" } @algorithms;
}

default_config($config);
run_tests();

__DATA__

=== every algorithm is accepted with its key
--- request eval
[map { "GET /$_" } @::names]
--- token eval
::lines @::names
--- refused eval
::lines(('-') x @::names)



=== every algorithm is accepted with its key among the others
--- request eval
[map { 'GET /all' } @::names]
--- token eval
::lines @::names
--- refused eval
::lines(('-') x @::names)



=== every algorithm is refused with another key of its kind
--- request eval
[map { "GET /$_" } @::names]
--- token eval
::lines map { "$_ --bad wrong-key" } @::names
--- refused eval
::lines(('bad_signature') x @::names)



=== every algorithm is refused where all keys are another's
--- request eval
[map { "GET /not/$_" } @::names]
--- token eval
::lines @::names
--- refused eval
::lines(('unknown_key') x @::names)



=== every algorithm is refused with a byte of the claims changed
--- request eval
[map { "GET /$_" } @::names]
--- token eval
::lines map { "$_ --bad tampered-payload" } @::names
--- refused eval
::lines(('bad_signature') x @::names)



=== every algorithm is refused with a byte of the signature changed
--- request eval
[map { "GET /$_" } @::names]
--- token eval
::lines map { "$_ --bad tampered-signature" } @::names
--- refused eval
::lines(('bad_signature') x @::names)



=== every algorithm is refused with a byte of the header changed
--- request eval
[map { "GET /$_" } @::names]
--- token eval
::lines map { "$_ --bad tampered-header" } @::names
--- refused eval
::lines(('bad_signature') x @::names)



=== a key with an algorithm serves that one alone
--- request eval
[('GET /RS256') x 6]
--- token eval
::tokens_of('RS256', qw(RS256 RS384 RS512 PS256 PS384 PS512))
--- refused
-
unknown_key
unknown_key
unknown_key
unknown_key
unknown_key



=== an RSA key without an algorithm serves all of RSA
--- request eval
[('GET /rsa') x 6]
--- token eval
::tokens_of('RS256:no-alg', qw(RS256 RS384 RS512 PS256 PS384 PS512))
--- refused: - x 6



=== an elliptic curve key without an algorithm serves its curve's
--- request eval
[map { "GET /$_" } qw(p256 p384 p521 k256 ed25519)]
--- token
ES256:no-alg --alg ES256
ES384:no-alg --alg ES384
ES512:no-alg --alg ES512
ES256K:no-alg --alg ES256K
Ed25519:no-alg --alg EdDSA
--- refused: - x 5



=== an elliptic curve key never serves another curve's
--- request eval
[map { "GET /$_" } qw(p256 p256 p384 k256 k256 ed25519)]
--- token
ES256K
ES384
ES256
ES256
Ed25519
ES256
--- refused: unknown_key x 6



=== Ed25519 and Ed448 are told apart by the key
--- request eval
['GET /Ed25519', 'GET /Ed448', 'GET /Ed25519', 'GET /Ed448']
--- token
Ed25519
Ed448
Ed448
Ed25519
--- refused
-
-
bad_signature
bad_signature



=== a symmetric key serves hashes up to its own length
--- request eval
[map { "GET /$_" } qw(oct256 oct384 oct384 oct512 oct512 oct512)]
--- token
HS256:no-alg --alg HS256
HS384:no-alg --alg HS256
HS384:no-alg --alg HS384
HS512:no-alg --alg HS256
HS512:no-alg --alg HS384
HS512:no-alg --alg HS512
--- refused: - x 6



=== a symmetric key serves no longer hash than its own length
--- request eval
[map { "GET /$_" } qw(oct256 oct256 oct384)]
--- token
HS512:no-alg --alg HS384
HS512:no-alg --alg HS512
HS512:no-alg --alg HS512
--- refused: unknown_key x 3



=== oauth2_algorithms names what may be used
--- config eval
::location('/t', 'all.jwks', 'oauth2_algorithms RS256 ES256;')
--- token
RS256
ES256
RS384
PS256
HS256
Ed25519
--- refused
-
-
unsupported_algorithm
unsupported_algorithm
unsupported_algorithm
unsupported_algorithm



=== oauth2_algorithms EdDSA means both curves
--- config eval
::location('/t', 'all.jwks', 'oauth2_algorithms EdDSA;')
--- token
Ed25519
Ed448
RS256
--- refused
-
-
unsupported_algorithm



=== oauth2_algorithms of a location replaces the server's whole
--- config eval
'oauth2_algorithms RS256;' . ::location('/t', 'all.jwks', 'oauth2_algorithms ES256;')
--- token
ES256
RS256
--- refused
-
unsupported_algorithm



=== oauth2_algorithms "" restores the default
--- config eval
'oauth2_algorithms RS256;' . ::location('/t', 'all.jwks', 'oauth2_algorithms "";')
    . ::location('/inherits', 'all.jwks')
--- request eval
['GET /t', 'GET /t', 'GET /inherits', 'GET /inherits']
--- token
RS256
ES256
RS256
ES256
--- refused
-
-
-
unsupported_algorithm
