# oauth2_secret_store base64

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

sub base64 { return read_file(secret('secret', $_[0], 'base64')) =~ s/\s//gr }

$ENV{TEST_NGINX_HS256} = base64('HS256');
$ENV{TEST_NGINX_HS384} = base64('HS384');
$ENV{TEST_NGINX_HS512} = base64('HS512');
$ENV{TEST_NGINX_LONG} = base64('HS256:bits=1024,no-alg,kid=long');

default_config(<<'CONFIG');
oauth2_secret_store base64 a=$TEST_NGINX_HS256 b.c=$TEST_NGINX_HS384 d-e_f=$TEST_NGINX_HS512 g=$TEST_NGINX_LONG;
location = /a {
    oauth2_resolver stateless;
    oauth2_verification_secret a;
    empty_gif;
}
location = /b.c {
    oauth2_resolver stateless;
    oauth2_verification_secret b.c;
    empty_gif;
}
location = /d-e_f {
    oauth2_resolver stateless;
    oauth2_verification_secret d-e_f;
    empty_gif;
}
location = /g {
    oauth2_resolver stateless;
    oauth2_verification_secret g;
    empty_gif;
}
CONFIG

run_tests();

__DATA__

=== the secret of that id
--- request eval
[map { "GET /$_" } qw(a b.c d-e_f g g g)]
--- token
HS256
HS384
HS512
HS256:bits=1024,no-alg,kid=long --alg HS256
HS256:bits=1024,no-alg,kid=long --alg HS384
HS256:bits=1024,no-alg,kid=long --alg HS512
--- refused: - x 6



=== no secret of another id
--- request eval
[map { "GET /$_" } qw(a b.c d-e_f g)]
--- token
HS256:bits=1024,no-alg,kid=long --alg HS256
HS256
HS256
HS512
--- refused: bad_signature x 4



=== a secret that is too short for the hash
--- request eval
['GET /a', 'GET /b.c']
--- token
HS384
HS512
--- refused: unknown_key x 2



=== public key algorithms
--- request eval
['GET /a', 'GET /g']
--- token
RS256
ES256
--- refused: unknown_key x 2
