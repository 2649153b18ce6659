# oauth2_secret_store directory, with every format.

use lib 't/lib';
use Digest::SHA qw(hmac_sha256);
use MIME::Base64 qw(decode_base64 encode_base64url);
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

my $long = 'HS256:bits=1024,no-alg,kid=long';
my $bytes = decode_base64(read_file(secret('base64/a', $long, 'base64')));

# base64/a has a final newline; the others vary it.
my $base64 = read_file(run_file('base64/a')) =~ s/\s//gr;
write_file(run_file('base64/none'), $base64);
write_file(run_file('base64/suffix.b64'), "$base64\n");

write_file(run_file('plain/none'), $bytes);
write_file(run_file('plain/one'), "$bytes\n");
write_file(run_file('plain/two'), "$bytes\n\n");
write_file(run_file('plain/crlf'), "$bytes\r\n");

pem("pem/$_.pem", $_) for qw(RS256 ES256 ES256K Ed25519 Ed448);
pem('pem/private.pem', 'RS256', '--private');
certificate('pem/certificate.pem', 'RS256');

write_file(run_file("jwk/$_.jwk"), read_file(key($_))) for qw(RS256 ES256 Ed448 HS384);

our $config = "oauth2_resolver stateless;\n";
sub add_location {
    my ($store, $suffix, @ids) = @_;
    for my $id (@ids) {
        $config .= "location = /$store/$id {\n"
          . "    oauth2_secret_store directory path=\$TEST_NGINX_RUN/$store format=$store$suffix;\n"
          . "    oauth2_verification_secret $id;\n    empty_gif;\n}\n";
    }
}
add_location('base64', '', 'a', 'none');
add_location('plain', '', qw(none one two crlf));
add_location('pem', ' suffix=.pem', qw(RS256 ES256 ES256K Ed25519 Ed448 private certificate));
add_location('jwk', ' suffix=.jwk', qw(RS256 ES256 Ed448 HS384));
$config .= <<'CONFIG';
location = /default {
    oauth2_secret_store directory path=$TEST_NGINX_RUN/base64;
    oauth2_verification_secret a;
    empty_gif;
}
location = /suffix {
    oauth2_secret_store directory path=$TEST_NGINX_RUN/base64 suffix=.b64;
    oauth2_verification_secret suffix;
    empty_gif;
}
location = /slash {
    oauth2_secret_store directory path=$TEST_NGINX_RUN/base64/;
    oauth2_verification_secret a;
    empty_gif;
}
location = /second-store {
    oauth2_secret_store directory path=$TEST_NGINX_RUN/pem format=pem suffix=.pem;
    oauth2_secret_store directory path=$TEST_NGINX_RUN/jwk format=jwk suffix=.jwk;
    oauth2_verification_secret HS384;
    empty_gif;
}
location = /both-stores {
    oauth2_secret_store directory path=$TEST_NGINX_RUN/pem format=pem suffix=.pem;
    oauth2_secret_store directory path=$TEST_NGINX_RUN/jwk format=jwk suffix=.jwk;
    oauth2_verification_secret ES256;
    empty_gif;
}
CONFIG
default_config($config);

# A token signed with these bytes, whatever the mint's keys are.
sub signed_with {
    my ($secret) = @_;
    my $input = encode_base64url('{"alg":"HS256"}') . '.'
      . encode_base64url('{"iss":"https://as.example.com","aud":"https://api.example.com","exp":9000000000}');
    return "= $input." . encode_base64url(hmac_sha256($input, $secret));
}

our $long_key = $long;
our $long_bytes = $bytes;

run_tests();

__DATA__

=== base64 is the default
--- request eval
[map { "GET /$_" } qw(default base64/a base64/none suffix slash)]
--- token eval
::lines(("$::long_key --alg HS256") x 5)
--- refused: - x 5



=== base64: another secret's token
--- request eval
[map { "GET /$_" } qw(default base64/a base64/none suffix slash)]
--- token eval
::lines(('HS256') x 5)
--- refused: bad_signature x 5



=== plain: one final newline is cut
--- request eval
[map { "GET /plain/$_" } qw(none one two crlf)]
--- token eval
::lines map { ::signed_with($_) } $::long_bytes, $::long_bytes, "$::long_bytes\n", "$::long_bytes\r"
--- refused: - x 4



=== plain: nothing else is cut
--- request eval
[map { "GET /plain/$_" } qw(none one two crlf)]
--- token eval
::lines map { ::signed_with($_) } "$::long_bytes\n", "$::long_bytes\n", $::long_bytes, $::long_bytes
--- refused: bad_signature x 4



=== pem: public keys
--- request eval
[map { "GET /pem/$_" } qw(RS256 ES256 ES256K Ed25519 Ed448)]
--- token
RS256
ES256
ES256K
Ed25519
Ed448
--- refused: - x 5



=== pem: a private key and a certificate stand for their public keys
--- request eval
[map { "GET /pem/$_" } qw(private certificate)]
--- token: RS256
--- refused: - x 2



=== pem: an RSA key serves all of RSA, a curve its own
--- request eval
[map { "GET /pem/$_" } qw(RS256 RS256 RS256 ES256)]
--- token
RS256:no-alg --alg RS512
RS256 --bad hs-with-public-key
RS256 --bad wrong-key
ES384
--- refused
bad_signature
unknown_key
bad_signature
unknown_key



=== jwk: keys of every type
--- request eval
[map { "GET /jwk/$_" } qw(RS256 ES256 Ed448 HS384)]
--- token
RS256
ES256
Ed448
HS384
--- refused: - x 4



=== jwk: another key's token
--- request eval
[map { "GET /jwk/$_" } qw(RS256 ES256 Ed448 HS384)]
--- token
RS256 --bad wrong-key
ES256 --bad wrong-key
Ed448 --bad wrong-key
HS384 --bad wrong-key
--- refused: bad_signature x 4



=== a secret in the second store only, and in both
--- request eval
['GET /second-store', 'GET /both-stores']
--- token
HS384
ES256
--- refused: - x 2



=== the name of a secret is its id, not what its JWK says
--- request eval
['GET /jwk/ES256', 'GET /jwk/ES256']
--- token
ES256 --header kid=ES256
ES256 --header kid=es256
--- refused: - x 2
