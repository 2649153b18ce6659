# Which key a token is decrypted with: by kid, else every one that fits, four at the most.

use lib 't/lib';
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

# A set of private keys that are as $change leaves them.
sub changed_jwks {
    my ($file, $change, @keys) = @_;
    my $set = decode_json(read_file(jwks($file, '--private', @keys)));
    $change->(@{$set->{keys}});
    write_file(run_file($file), encode_json($set));
}

sub private { return jwks(shift, '--private', @_) }

private('ab.jwks', 'A256KW:kid=a', 'A256KW:kid=b');
private('a.jwks', 'A256KW:kid=a');
private('b.jwks', 'A256KW:kid=b');
private('nameless.jwks', 'RSA-OAEP:kid=');
private('mixed.jwks', 'A256KW:kid=w', 'RSA-OAEP:kid=r', 'ECDH-ES:kid=e', 'dir:kid=d');
private('same-name.jwks', 'A256KW:kid=same', 'RSA-OAEP:kid=same', 'ECDH-ES:curve=X25519,kid=same');
private('four.jwks', map { "A256KW:kid=k$_" } 1 .. 4);
private('five.jwks', map { "A256KW:kid=k$_" } 1 .. 5);
private('lengths.jwks', map { ("A128KW:no-alg,kid=s$_", "A256KW:no-alg,kid=l$_") } 1 .. 4);
private('signing.jwks', 'RSA-OAEP:kid=a,use=sig,no-alg', 'RSA-OAEP:kid=b');
changed_jwks('unwrap.jwks', sub { $_[0]{key_ops} = ['unwrapKey'] }, 'RSA-OAEP:kid=a', 'RSA-OAEP:kid=b');
changed_jwks('encrypt.jwks', sub { $_[0]{key_ops} = ['encrypt', 'wrapKey'] }, 'RSA-OAEP:kid=a',
    'RSA-OAEP:kid=b');

# Secrets one and two of a directory; a decryption secret names one of them.
secret("secrets/$_", "A256KW:kid=$_", 'base64') for qw(one two);

sub location {
    my ($path, @settings) = @_;
    return join "\n    ", "location = $path {", 'oauth2_resolver stateless;',
      'oauth2_secret_store jwks file=$TEST_NGINX_RUN/default.jwks;', @settings, "empty_gif;\n}\n";
}

sub set_location {
    my ($path, @files) = @_;
    return location($path, 'oauth2_decryption_secret any;',
        map { "oauth2_secret_store jwks file=\$TEST_NGINX_RUN/$_;" } @files);
}

default_config(join '',
    (map { set_location("/$_", "$_.jwks") } qw(ab a b nameless mixed same-name four five lengths
      signing unwrap encrypt)),
    set_location('/a-then-b', 'a.jwks', 'b.jwks'),
    map { location("/directory-$_", 'oauth2_secret_store directory path=$TEST_NGINX_RUN/secrets;',
        "oauth2_decryption_secret $_;") } qw(one two),
);
run_tests();

__DATA__

=== the key of that name decrypts
--- request eval
['GET /ab', 'GET /ab']
--- token
RS256 --encrypt A256KW:kid=a
RS256 --encrypt A256KW:kid=b
--- granted



=== the key of that name is final, whatever the others could do
--- request eval
['GET /ab', 'GET /ab']
--- token
RS256 --encrypt A256KW:kid=b --encrypt-header kid=a
RS256 --encrypt A256KW:kid=a --encrypt-header kid=b
--- refused: decryption_failed x 2



=== without a name all keys are tried
--- request eval
['GET /ab', 'GET /ab', 'GET /nameless', 'GET /a-then-b', 'GET /a-then-b']
--- token
RS256 --encrypt A256KW:kid=a --no-encrypt-header kid
RS256 --encrypt A256KW:kid=b --no-encrypt-header kid
RS256 --encrypt RSA-OAEP:kid= --no-encrypt-header kid
RS256 --encrypt A256KW:kid=a --no-encrypt-header kid
RS256 --encrypt A256KW:kid=b --no-encrypt-header kid
--- granted



=== with a name that no key has all keys are tried
--- request eval
['GET /ab', 'GET /ab', 'GET /nameless', 'GET /a-then-b']
--- token
RS256 --encrypt A256KW:kid=a --encrypt-header kid=unknown
RS256 --encrypt A256KW:kid=b --encrypt-header kid=unknown
RS256 --encrypt RSA-OAEP:kid= --encrypt-header kid=unknown
RS256 --encrypt A256KW:kid=b --encrypt-header kid=unknown
--- granted



=== all keys are tried and none decrypts
--- request eval
['GET /ab', 'GET /ab']
--- token
RS256 --encrypt A256KW:kid=c
RS256 --encrypt A256KW:kid=c --no-encrypt-header kid
--- refused: decryption_failed x 2



=== the key of that name is of another kind
--- request: GET /mixed
--- token
RS256 --encrypt A256KW:kid=w --encrypt-header kid=r
RS256 --encrypt RSA-OAEP:kid=r --encrypt-header kid=w
RS256 --encrypt ECDH-ES:kid=e --encrypt-header kid=r
RS256 --encrypt dir:kid=d --encrypt-header kid=w
RS256 --encrypt A256KW:kid=w --encrypt-header kid=d
--- refused: unknown_key x 5



=== a name that several keys bear stands for the one that fits
--- request: GET /same-name
--- token
RS256 --encrypt A256KW:kid=same
RS256 --encrypt RSA-OAEP:kid=same
RS256 --encrypt ECDH-ES:curve=X25519,kid=same
--- granted



=== at most four keys are tried
--- request eval
['GET /four', 'GET /five', 'GET /five', 'GET /five']
--- token
RS256 --encrypt A256KW:kid=k4 --no-encrypt-header kid
RS256 --encrypt A256KW:kid=k4 --no-encrypt-header kid
RS256 --encrypt A256KW:kid=k5 --no-encrypt-header kid
RS256 --encrypt A256KW:kid=k5
--- refused
-
-
decryption_failed
-



=== a random kid doesn't make more than four keys be tried
--- request eval
['GET /five', 'GET /five']
--- token
RS256 --encrypt A256KW:kid=k5 --encrypt-header kid=8f14e45fceea167a
RS256 --encrypt A256KW:kid=k4 --encrypt-header kid=c9f0f895fb98ab91
--- refused
decryption_failed
-



=== keys of other lengths don't count among the four
--- request eval
[('GET /lengths') x 3]
--- token
RS256 --encrypt A256KW:no-alg,kid=l4 --key-alg A256KW --encrypt-header kid=x
RS256 --encrypt A128KW:no-alg,kid=s4 --key-alg A128KW --encrypt-header kid=x
RS256 --encrypt A128KW:no-alg,kid=s4 --key-alg A128GCMKW --encrypt-header kid=x
--- granted



=== use and key_ops say what a key is for, and a name of another doesn't count
--- request eval
['GET /signing', 'GET /signing', 'GET /unwrap', 'GET /unwrap', 'GET /encrypt', 'GET /encrypt']
--- token
RS256 --encrypt RSA-OAEP:kid=a,use=sig,no-alg --key-alg RSA-OAEP
RS256 --encrypt RSA-OAEP:kid=b --encrypt-header kid=a
RS256 --encrypt RSA-OAEP:kid=a
RS256 --encrypt RSA-OAEP:kid=b
RS256 --encrypt RSA-OAEP:kid=a
RS256 --encrypt RSA-OAEP:kid=b
--- refused
decryption_failed
-
-
-
decryption_failed
-



=== kid never reaches a secret that the directive doesn't name
--- request eval
['GET /directory-one', 'GET /directory-one', 'GET /directory-two', 'GET /directory-two']
--- token
RS256 --encrypt A256KW:kid=one
RS256 --encrypt A256KW:kid=two
RS256 --encrypt A256KW:kid=two
RS256 --encrypt A256KW:kid=one
--- refused
-
decryption_failed
-
decryption_failed



=== kid injection: paths, quotes, control characters and lengths are just names
--- http_config
large_client_header_buffers 4 64k;
--- request: GET /a
--- token eval
::lines map { "RS256 --encrypt A256KW:kid=a --encrypt-header $_" }
    'kid=../../etc/passwd', q{"kid=' OR 1=1 --"}, q{'kid="a\\u0000"'}, q{'kid="a\\r\\nX: y"'},
    'kid=' . 'k' x 20_000, q{'kid=""'}
--- refused
-
-
malformed_token
-
-
-



=== a kid that is no text
--- request: GET /a
--- token
RS256 --encrypt A256KW:kid=a --encrypt-header kid=7
RS256 --encrypt A256KW:kid=a --encrypt-header kid=null
RS256 --encrypt A256KW:kid=a --encrypt-header 'kid=["a"]'
--- refused: malformed_token x 3



=== a key in the header is no key
--- request: GET /a
--- token eval
my $jwk = ::read_file(::key('A256KW:kid=other')) =~ s/\s+//gr;
::lines "RS256 --encrypt A256KW:kid=other --encrypt-header 'jwk=$jwk'",
    q{RS256 --encrypt A256KW:kid=other --encrypt-header jku=https://example.net/ --encrypt-header 'x5c=["AAAA"]'}
--- refused: decryption_failed x 2
