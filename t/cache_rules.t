# oauth2_cache never stretches a rule: what one location accepted is no hit where another decides
# otherwise, and what belongs to the request is judged on every hit.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Clients;
use OAuth2Test::Mint qw(jwks key run_dir run_file secret token);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $keys = jwks('keys.jwks', 'RS256');
my $other_keys = jwks('other.jwks', 'ES256', 'RS256:kid=other');
secret('secrets/one', 'HS256', 'base64');
secret('secrets/two', 'HS256:kid=two', 'base64');
my ($first_dir, $second_dir) = map { "dir:enc=A256GCM,kid=$_" } 'first', 'second';
secret('secrets/first', $first_dir, 'base64');
secret('secrets/second', $second_dir, 'base64');

my $secrets = 'oauth2_secret_store directory path=' . run_file('secrets') . ';';
my $null = 'oauth2_secret_store ""; oauth2_verification_secret null; oauth2_audience "";';
my $certificate = 'oauth2_client_certificate $http_client_cert;';

# All share the zone, and each differs from `t` in what stands here.
my %locations = (
    t             => '',
    other_issuer  => 'oauth2_issuer https://other.example.com;',
    any_audience  => 'oauth2_audience "";',
    two_audiences => 'oauth2_audience https://api.example.com https://two.example.com;',
    skew          => 'oauth2_skew 1 day;',
    rfc9068       => 'oauth2_token_profile rfc9068;',
    am            => 'oauth2_token_profile am;',
    rs256         => 'oauth2_algorithms RS256;',
    es256         => 'oauth2_algorithms ES256; ' . "oauth2_secret_store jwks file=$other_keys;",
    both_keys     => "oauth2_secret_store jwks file=$keys; oauth2_secret_store jwks file=$other_keys;",
    keys_turned   => "oauth2_secret_store jwks file=$other_keys; oauth2_secret_store jwks file=$keys;",
    other_keys    => "oauth2_secret_store jwks file=$other_keys;",
    one           => "$secrets oauth2_verification_secret one;",
    two           => "$secrets oauth2_verification_secret two;",
    null          => $null,
    first         => "$secrets oauth2_verification_secret \"\"; oauth2_decryption_secret first;",
    second        => "$secrets oauth2_verification_secret \"\"; oauth2_decryption_secret second;",
    first_signed  => "$secrets oauth2_verification_secret one; oauth2_decryption_secret first;",
    first_two     => "$secrets oauth2_verification_secret two; oauth2_decryption_secret first;",
    short         => 'oauth2_cache zone=tokens max_timeout=1h;',
    zone          => 'oauth2_cache zone=others;',
    scope         => 'oauth2_scope admin;',
    claimed_scope => 'oauth2_scope $oauth2_claim_need;',
    tls           => 'oauth2_require_https on;',
    ignored       => "$certificate oauth2_confirmation_key off;",
    bound         => $certificate,
    required      => "$certificate oauth2_confirmation_key required;",
);
my $locations = join '', map {
    "location = /$_ { $locations{$_} proxy_pass http://127.0.0.1:$port/echo; }\n"
} sort keys %locations;

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    oauth2_secret_store jwks file=$keys;
    oauth2_cache zone=tokens:1m;
    oauth2_claim_set \$city address city;
    add_header X-Cache "[\$oauth2_cache_status]" always;
    add_header X-Reason "[\$oauth2_error_reason]" always;
    proxy_set_header X-Value "\$oauth2_claims|\$oauth2_claim_sub|\$city|\$oauth2_scope|\$oauth2_expires_at|\$oauth2_confirmation|\$oauth2_token";
    proxy_hide_header X-Cache;
    proxy_hide_header X-Reason;
    server {
        listen 127.0.0.1:$port;
        oauth2_resolver stateless;
        $locations
        location = /echo {
            oauth2_resolver off;
            oauth2_cache zone=others:32k;
            return 200 "\$http_x_value";
        }
    }
CONFIG

# Status, cache status and reason of a request, and the body.
sub ask {
    my ($path, @request) = @_;
    return $nginx->outcome("http://127.0.0.1:$port/$path", @request);
}

sub asks {
    my ($name, $path, $token, @expected) = @_;
    is((ask($path, $token))[0], $_, "$name: /$path") for @expected;
}

sub encrypted {
    my ($key, @flags) = @_;
    chomp(my $token = OAuth2Test::Mint::run_mint('token', '--encrypt-only', key($key), @flags));
    return $token;
}

# Accepted where `lenient` is, and known there; refused where `strict` is, for that reason.
sub never_a_hit {
    my ($name, $lenient, $strict, $reason, $token) = @_;
    asks($name, $lenient, $token, '200 [MISS][]', '200 [HIT][]');
    asks($name, $strict, $token, ("401 [MISS][$reason]") x 2);
    asks($name, $lenient, $token, '200 [HIT][]');
}

never_a_hit('the issuer', 'other_issuer', 't', 'issuer_mismatch',
    token('RS256', '--claim', 'iss=https://other.example.com'));
never_a_hit('the other issuer', 't', 'other_issuer', 'issuer_mismatch', token('RS256'));
never_a_hit('the audience', 'any_audience', 't', 'audience_mismatch',
    token('RS256', '--claim', 'aud=https://elsewhere.example.com'));
never_a_hit('one of the audiences', 'two_audiences', 't', 'audience_mismatch',
    token('RS256', '--claim', 'aud=https://two.example.com'));
never_a_hit('the skew', 'skew', 't', 'expired', token('RS256', '--claim', 'exp=@-60'));
never_a_hit('the profile', 't', 'am', 'wrong_token_type', token('RS256'));
never_a_hit('the other profile', 't', 'rfc9068', 'wrong_token_type',
    token('RS256', '--header', 'typ=JWT'));
never_a_hit('the algorithms', 'other_keys', 'es256', 'unsupported_algorithm',
    token('RS256:kid=other'));
never_a_hit('the keys', 'both_keys', 't', 'unknown_key', token('ES256'));
never_a_hit('the secret', 'one', 'two', 'bad_signature', token('HS256', '--header', 'kid=x'));
never_a_hit('the secret that decrypts', 'first', 'second', 'decryption_failed',
    encrypted($first_dir, '--encrypt-header', 'kid=x'));
never_a_hit('the secret that verifies what is encrypted', 'first_signed', 'first_two', 'bad_signature',
    token('HS256', '--header', 'kid=x', '--encrypt', $first_dir));
never_a_hit('whether it must be signed as well', 'first', 'first_signed', 'malformed_token',
    encrypted($first_dir));
never_a_hit('a forged token', 'null', 't', 'bad_signature', token('RS256', '--bad', 'wrong-key'));
never_a_hit('an unsigned token', 'null', 't', 'unsupported_algorithm', token('RS256', '--bad', 'alg-none'));

# Rules that say the same of this token are others all the same.
my $token = token('RS256', '--claim', 'need=admin', '--claim', 'scope=read',
    '--claim', 'address={"city":"Köln"}', '--claim', 'cnf=' . bound_to('alice'));
my $unbound = token('RS256');
asks('an ordinary token', 'ignored', $unbound, '200 [MISS][]', '200 [HIT][]');
asks('of other rules', $_, $unbound, '200 [MISS][]', '200 [HIT][]')
  for qw(any_audience two_audiences skew rs256 both_keys keys_turned null short zone);

# What is no rule of the token: certificate, scope and TLS belong to the request.
my $alice = 'Client-Cert: ' . structured_field('alice');
my $mallory = 'Client-Cert: ' . structured_field('mallory');
is((ask('ignored', $token))[0], '200 [MISS][]', 'a bound token where that does not count');
is((ask(@$_[1 .. $#$_]))[0], $_->[0], "a bound token that is known: $_->[0]") for (
    ['401 [HIT][certificate_missing]',   'bound',    $token],
    ['401 [HIT][confirmation_mismatch]', 'bound',    $token, $mallory],
    ['200 [HIT][]',                      'bound',    $token, $alice],
    ['401 [HIT][certificate_missing]',   'bound',    $token],
    ['200 [HIT][]',                      'required', $token, $alice],
    ['401 [HIT][confirmation_missing]',  'required', $unbound, $alice],
    ['401 [HIT][certificate_missing]',   't',        $token, $alice],
    ['200 [HIT][]',                      'ignored',  $token],
    ['403 [HIT][insufficient_scope]',    'scope',    $unbound],
    ['403 [HIT][insufficient_scope]',    'scope',    $unbound],
    ['500 [HIT][scope_undefined]',       'claimed_scope', $unbound],
    ['403 [][https_required]',           'tls',      $unbound],
);

# A hit shows what a miss showed, whether the claims stand in the token or not.
my @rich = ('--claim', 'address={"city":"Köln"}', '--claim', 'scope=["a","b"]');
for my $case (
    ['bound', token('RS256', @rich, '--claim', 'cnf=' . bound_to('alice'))],
    ['first', encrypted($first_dir, @rich)],
    ['first_signed', token('HS256', @rich, '--encrypt', $first_dir)],
    ['null', token('RS256', @rich, '--bad', 'alg-none')],
) {
    my ($path, $rich) = @$case;
    my ($miss, $miss_body) = ask($path, $rich, $alice);
    my ($hit, $hit_body) = ask($path, $rich, $alice);
    is("$miss, $hit", '200 [MISS][], 200 [HIT][]', "/$path: a token with more claims");
    like($hit_body, qr/^\{.*"sub":"alice".*\}\|alice\|K\xc3\xb6ln\|a b\|\d+\|(?:x5t#S256)?\|\Q$rich\E$/,
        "/$path: a hit has its claims");
    is($hit_body, $miss_body, "/$path: the same as the miss");
}

unlike($nginx->log, qr/\[(?:emerg|alert|crit|error)\]/, 'nothing at level error in the log');
$nginx->stop;

done_testing;
