# Which key a token is verified with.

use lib 't/lib';
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

our $claims = '{"iss":"https://as.example.com","aud":"https://api.example.com","exp":@now+600}';

# A set whose keys are as $change leaves them.
sub changed_jwks {
    my ($file, $change, @keys) = @_;
    my $set = decode_json(read_file(jwks($file, @keys)));
    $change->(@{$set->{keys}});
    write_file(run_file($file), encode_json($set));
}

jwks('ab.jwks', 'ES256:kid=a', 'ES256:kid=b');
jwks('a.jwks', 'ES256:kid=a');
jwks('b.jwks', 'ES256:kid=b');
jwks('nameless.jwks', 'ES256:kid=');
jwks('mixed.jwks', 'ES256:kid=a', 'RS256:kid=r', 'HS256:kid=h');
jwks('same-name.jwks', 'RS256:kid=same', 'ES256:kid=same');
jwks('eight.jwks', map { "ES256:kid=k$_" } 1 .. 8);
jwks('nine.jwks', map { "ES256:kid=k$_" } 1 .. 9);
jwks('sixteen.jwks', map { ("ES256:kid=k$_", "ES384:kid=k$_") } 1 .. 8);
jwks('encryption.jwks', 'ES256:kid=a,use=enc', 'ES256:kid=b');
changed_jwks('verify.jwks', sub { $_[0]{key_ops} = ['verify'] }, 'ES256:kid=a', 'ES256:kid=b');
changed_jwks('derive.jwks', sub { $_[0]{key_ops} = ['deriveKey'] }, 'ES256:kid=a', 'ES256:kid=b');

# Secrets one and two of a directory and of a base64 store; a verification secret names one of them.
for my $name (qw(one two)) {
    secret("secrets/$name", "HS256:kid=$name", 'base64');
    our %base64;
    $base64{$name} = read_file(run_file("secrets/$name")) =~ s/\s//gr;
}

sub location {
    my ($path, $settings) = @_;
    return "location = $path {\n    oauth2_resolver stateless;\n    $settings\n    empty_gif;\n}\n";
}

sub set_location {
    my ($path, @files) = @_;
    return location($path, join ' ', map { "oauth2_secret_store jwks file=\$TEST_NGINX_RUN/$_;" } @files);
}

default_config(join '',
    (map { set_location("/$_", "$_.jwks") }
      qw(ab a b nameless mixed same-name eight nine sixteen encryption verify derive)),
    set_location('/a-then-b', 'a.jwks', 'b.jwks'),
    location('/directory-one', 'oauth2_secret_store directory path=$TEST_NGINX_RUN/secrets;'
          . 'oauth2_verification_secret one;'),
    location('/directory-two', 'oauth2_secret_store directory path=$TEST_NGINX_RUN/secrets;'
          . 'oauth2_verification_secret two;'),
    location('/base64-one', "oauth2_secret_store base64 one=$main::base64{one} two=$main::base64{two};"
          . 'oauth2_verification_secret one;'),
);

run_tests();

__DATA__

=== the key of that name verifies
--- request eval
['GET /ab', 'GET /ab']
--- token
ES256:kid=a
ES256:kid=b
--- refused: - x 2



=== the key of that name is final, whatever the others could do
--- request eval
['GET /ab', 'GET /ab']
--- token
ES256:kid=b --header kid=a
ES256:kid=a --header kid=b
--- refused: bad_signature x 2



=== without a name all keys are tried
--- request eval
['GET /ab', 'GET /ab', 'GET /nameless']
--- token
ES256:kid=a --no-header kid
ES256:kid=b --no-header kid
ES256:kid= --header kid=x
--- refused: - x 3



=== with a name that no key has all keys are tried
--- request eval
['GET /ab', 'GET /ab', 'GET /nameless']
--- token
ES256:kid=a --header kid=unknown
ES256:kid=b --header kid=unknown
ES256:kid= --header kid=unknown
--- refused: - x 3



=== all keys are tried and none verifies
--- request eval
['GET /ab', 'GET /ab']
--- token
ES256:kid=c --no-header kid
ES256:kid=c
--- refused: bad_signature x 2



=== the key of that name is of another type
--- request eval
[('GET /mixed') x 4]
--- token
ES256:kid=a --header kid=r
RS256:kid=r --header kid=a
HS256:kid=h --header kid=r
ES256:kid=a --header kid=h
--- refused: unknown_key x 4



=== the key of that name is of that type
--- request eval
[('GET /mixed') x 3]
--- token
ES256:kid=a
RS256:kid=r
HS256:kid=h
--- refused: - x 3



=== no key fits
--- request eval
['GET /ab', 'GET /ab']
--- token
RS256
RS256 --no-header kid
--- refused: unknown_key x 2



=== keys of different types may share a name
--- request eval
['GET /same-name', 'GET /same-name', 'GET /same-name']
--- token
RS256:kid=same
ES256:kid=same
ES256:kid=b --header kid=same
--- refused
-
-
bad_signature



=== at most eight keys are tried
--- request eval
['GET /eight', 'GET /nine', 'GET /nine']
--- token
ES256:kid=k8 --no-header kid
ES256:kid=k8 --no-header kid
ES256:kid=k9 --no-header kid
--- refused
-
-
bad_signature



=== a random kid doesn't make more than eight keys be tried
--- request eval
['GET /nine', 'GET /nine']
--- token
ES256:kid=k8 --header kid=4f1b2f
ES256:kid=k9 --header kid=4f1b2f
--- refused
-
bad_signature



=== a key behind the eighth is found by its name
--- request
GET /nine
--- token: ES256:kid=k9
--- granted



=== keys that don't fit don't count
--- request
GET /sixteen
--- token: ES384:kid=k8 --no-header kid
--- granted



=== stores are queried in the order written
--- request eval
[('GET /a-then-b') x 5]
--- token
ES256:kid=a
ES256:kid=b
ES256:kid=b --no-header kid
ES256:kid=b --header kid=a
ES256:kid=a --header kid=b
--- refused
-
-
-
bad_signature
bad_signature



=== a key meant for encryption verifies nothing
--- request eval
['GET /encryption', 'GET /encryption', 'GET /encryption']
--- token
ES256:kid=a,use=enc
ES256:kid=a,use=enc --no-header kid
ES256:kid=b
--- refused
bad_signature
bad_signature
-



=== key_ops without verify
--- request eval
['GET /derive', 'GET /derive', 'GET /derive']
--- token
ES256:kid=a
ES256:kid=a --no-header kid
ES256:kid=b
--- refused
bad_signature
bad_signature
-



=== key_ops with verify
--- request eval
['GET /verify', 'GET /verify']
--- token
ES256:kid=a
ES256:kid=b
--- refused: - x 2



=== kid never reaches a secret that the directive doesn't name, in a directory
--- request eval
[('GET /directory-one') x 4]
--- token
HS256:kid=one
HS256:kid=two
HS256:kid=two --no-header kid
HS256:kid=two --header kid=one
--- refused
-
bad_signature
bad_signature
bad_signature



=== the same secret where the directive names it
--- request eval
['GET /directory-two', 'GET /directory-two']
--- token
HS256:kid=two
HS256:kid=one
--- refused
-
bad_signature



=== kid never reaches a secret that the directive doesn't name, in a base64 store
--- request eval
[('GET /base64-one') x 3]
--- token
HS256:kid=one
HS256:kid=two
HS256:kid=two --header kid=one
--- refused
-
bad_signature
bad_signature



=== kid injection: paths, quotes, control characters and lengths are just names
--- request eval
[('GET /directory-one') x 7]
--- token eval
::lines map { '= ' . ::token('HS256:kid=two', '--header', "kid=$_") }
    '../secrets/two', '/dev/null', "two' UNION SELECT 'one", '"a\nb\u001b"', '%00', '${two}', 'x' x 3000
--- refused: bad_signature x 7



=== kid injection with the right key
--- request eval
[('GET /directory-one') x 3]
--- token eval
::lines map { '= ' . ::token('HS256:kid=one', '--header', "kid=$_") }
    '../secrets/two', '"a\nb\u001b"', 'x' x 3000
--- refused: - x 3
