# oauth2_secret_store jwks file=

use lib 't/lib';
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

# A set with members that are none of our business, and keys that a verifier leaves aside.
jwks('set.json', 'RS256', 'ES256');
my $set = decode_json(read_file(run_file('set.json')));
$set->{comment} = 'not ours';
$_->{'x-note'} = {'by' => ['us']} for @{$set->{keys}};
push @{$set->{keys}}, {kty => 'future', kid => 'x', alg => 'RS256'};
write_file(run_file('members.json'), encode_json($set));

jwks('private.json', '--private', 'RS256', 'ES256', 'Ed25519');
jwks('symmetric.json', 'HS256', 'HS384', 'HS512');

default_config(<<"CONFIG");
oauth2_resolver stateless;
location = /absolute {
    oauth2_secret_store jwks file=\$TEST_NGINX_RUN/set.json;
    empty_gif;
}
location = /relative {
    oauth2_secret_store jwks file=../html/set.json;
    empty_gif;
}
location = /members {
    oauth2_secret_store jwks file=\$TEST_NGINX_RUN/members.json;
    empty_gif;
}
location = /private {
    oauth2_secret_store jwks file=\$TEST_NGINX_RUN/private.json;
    empty_gif;
}
location = /symmetric {
    oauth2_secret_store jwks file=\$TEST_NGINX_RUN/symmetric.json;
    empty_gif;
}
location = /two {
    oauth2_secret_store jwks file=\$TEST_NGINX_RUN/set.json;
    oauth2_secret_store jwks file=\$TEST_NGINX_RUN/symmetric.json;
    empty_gif;
}
CONFIG

our $files = '>>> set.json' . "\n" . read_file(run_file('set.json'));

run_tests();

__DATA__

=== a set of public keys
--- user_files eval: $::files
--- request eval
[('GET /absolute') x 3]
--- token
RS256
ES256
Ed25519
--- refused
-
-
unknown_key



=== a path relative to the configuration's folder
--- user_files eval: $::files
--- request eval
['GET /relative', 'GET /relative']
--- token
RS256
HS256
--- refused
-
unknown_key



=== members and keys that aren't ours are left aside
--- user_files eval: $::files
--- request eval
[('GET /members') x 3]
--- token
RS256
ES256
RS256 --header kid=x
--- refused: - x 3



=== private keys verify like their public halves
--- user_files eval: $::files
--- request eval
[('GET /private') x 4]
--- token
RS256
ES256
Ed25519
RS256 --bad wrong-key
--- refused
-
-
-
bad_signature



=== symmetric keys
--- user_files eval: $::files
--- request eval
[('GET /symmetric') x 4]
--- token
HS256
HS384
HS512
HS256 --bad wrong-key
--- refused
-
-
-
bad_signature



=== two sets
--- user_files eval: $::files
--- request eval
[('GET /two') x 3]
--- token
ES256
HS512
Ed25519
--- refused
-
-
unknown_key



=== the verification secret's value isn't used
--- user_files eval: $::files
--- config
oauth2_resolver stateless;
oauth2_secret_store jwks file=$TEST_NGINX_RUN/set.json;
location = /one {
    oauth2_verification_secret rs256;
    empty_gif;
}
location = /two {
    oauth2_verification_secret some.other_id-2;
    empty_gif;
}
--- request eval
['GET /one', 'GET /two', 'GET /one', 'GET /two']
--- token
RS256
RS256
ES256
ES256
--- refused: - x 4
