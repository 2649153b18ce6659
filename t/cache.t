# oauth2_cache: what is remembered, for how long, what a hit never skips, and what nginx -t says.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(jwks read_file run_file token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $file = run_file('cache/keys.jwks');
my $other = jwks('cache/other.jwks', 'RS256:kid=other');
my $first_keys = read_file(jwks('cache/first.jwks', 'RS256'));
write_file($file, $first_keys);

# Each location answers with what it made of the request.
my $locations = join '', map { "        location = /$_->[0] { $_->[1] proxy_pass http://127.0.0.1:$port/echo; }\n" } (
    ['t',        ''],
    ['twin',     ''],
    ['scope',    'oauth2_scope admin;'],
    ['realm',    'oauth2_realm other;'],
    ['audience', 'oauth2_audience https://other.example.com;'],
    ['issuer',   'oauth2_issuer https://other.example.com;'],
    ['keys',     "oauth2_secret_store jwks file=$other;"],
    ['skew',     'oauth2_skew 1 day;'],
    ['profile',  'oauth2_token_profile rfc9068;'],
    ['off',      'oauth2_cache off;'],
    ['default',  'oauth2_cache "";'],
    ['short',    'oauth2_cache zone=tokens max_timeout=300ms;'],
    ['refreshed', "oauth2_secret_store jwks file=$file cache_timeout=20ms;"],
);

sub configuration {
    my ($issuer) = @_;
    return <<"CONFIG";
    oauth2_require_https off;
    oauth2_issuer $issuer;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    oauth2_secret_store jwks file=$file;
    oauth2_cache zone=tokens:1m;
    add_header X-Cache "[\$oauth2_cache_status]" always;
    add_header X-Reason "[\$oauth2_error_reason]" always;
    proxy_set_header X-Value "\$oauth2_claim_sub|\$oauth2_scope|\$oauth2_expires_at";
    proxy_hide_header X-Cache;
    proxy_hide_header X-Reason;
    server {
        listen 127.0.0.1:$port;
        oauth2_resolver stateless;
$locations
        location = /echo {
            oauth2_resolver off;
            return 200 "\$http_x_value";
        }
    }
CONFIG
}

my $nginx = OAuth2Test::Nginx->new(http => configuration('https://as.example.com'))->start;

# Status, reason, cache status and body of a request.
sub ask {
    my ($path, $token) = @_;
    my $answer = $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port/$path");
    my ($cache) = OAuth2Test::Nginx::header($answer, 'x-cache');
    my ($reason) = OAuth2Test::Nginx::header($answer, 'x-reason');
    return ("$answer->{status} $cache$reason", $answer->{body});
}

sub asks {
    my ($token, $name, @table) = @_;
    while (my ($path, $expected) = splice @table, 0, 2) {
        my ($answer) = ask($path, $token);
        is($answer, $expected, "$name: /$path");
    }
}

my $token = token('RS256', '--claim', 'sub=alice', '--claim', 'scope=read write');
my ($miss, $miss_body) = ask('t', $token);
my ($hit, $hit_body) = ask('t', $token);
is($miss, '200 [MISS][]', 'the first request is a miss');
is($hit, '200 [HIT][]', 'the second is a hit');
like($hit_body, qr/^alice\|read write\|\d+$/, 'a hit has its claims');
is($hit_body, $miss_body, 'the same claims as the miss');

asks($token, 'an accepted token', twin => '200 [HIT][]', realm => '200 [HIT][]');
asks($token, 'no hit where other rules hold',
    audience => '401 [MISS][audience_mismatch]',
    issuer   => '401 [MISS][issuer_mismatch]',
    keys     => '401 [MISS][bad_signature]',
    skew     => '200 [MISS][]',
    profile  => '200 [MISS][]',
    short    => '200 [MISS][]',
);
asks($token, 'no cache', off => '200 [][]', off => '200 [][]', default => '200 [][]');
asks($token, 'scopes are judged on every hit',
    scope => '403 [HIT][insufficient_scope]', scope => '403 [HIT][insufficient_scope]');

asks(token('RS256', '--bad', 'wrong-key'), 'a refusal is not kept',
    t => '401 [MISS][bad_signature]', t => '401 [MISS][bad_signature]');
asks("${token}A", 'a token that begins like one that is kept', t => '401 [MISS][bad_signature]');

my $expiring = token('RS256', '--claim', 'exp=@+2');
asks($expiring, 'a token that expires soon', t => '200 [MISS][]', t => '200 [HIT][]');
$nginx->wait_for('the token to expire', sub { (ask('t', $expiring))[0] eq '401 [MISS][expired]' });
pass('a kept token that expires is refused');

$nginx->wait_for('the time to keep to end', sub { (ask('short', $token))[0] eq '200 [MISS][]' });
pass('a token is judged again after max_timeout');
asks($token, 'while it is kept longer elsewhere', t => '200 [HIT][]');

# A hit counts only while its key is in the store.
asks($token, 'a key of a file that is re-read', refreshed => '200 [MISS][]', refreshed => '200 [HIT][]');
write_file($file, read_file($other));
$nginx->wait_for('the key to go', sub { (ask('refreshed', $token))[0] =~ /^401 / });
asks($token, 'a token whose key is gone', refreshed => '401 [MISS][bad_signature]');
asks($token, 'keys that are not re-read', t => '200 [HIT][]');
write_file($file, $first_keys);

# What an earlier configuration kept counts where nothing has changed.
unlike($nginx->reload, qr/\[(?:emerg|alert|crit|error)\]/, 'a reload');
asks($token, 'after a reload', t => '200 [HIT][]');
write_file($file, read_file(jwks('cache/both.jwks', 'RS256', 'ES256')));
unlike($nginx->reload, qr/\[(?:emerg|alert|crit|error)\]/, 'a reload with another key set');
asks($token, 'after a reload with another key set', t => '200 [MISS][]', t => '200 [HIT][]');
write_file("$nginx->{prefix}/conf/nginx.conf", do {
    $nginx->{http} = configuration('https://new.example.com');
    $nginx->configuration;
});
unlike($nginx->reload, qr/\[(?:emerg|alert|crit|error)\]/, 'a reload with another issuer');
asks($token, 'after a reload with another issuer', t => '401 [MISS][issuer_mismatch]');

unlike($nginx->log, qr/\[(?:emerg|alert|crit|error)\]/, 'nothing at level error in the log');
$nginx->stop;

# What fails nginx -t, and what is mended.
my @configurations = (
    ['off', undef],
    ['zone=a:32k', undef],
    ['zone=a:1m default_timeout=1m "max_timeout=2 minutes"', undef],
    ['""', undef],
    ['zone=a', qr/oauth2_cache: zone "a" has no size, write it once as zone=a:SIZE/],
    ['zone=a:8k', qr/oauth2_cache: zone "a" is too small, give it 32768 bytes at least/],
    ['zone=a:many', qr/oauth2_cache: invalid zone/],
    ['zone=:1m', qr/oauth2_cache: invalid zone/],
    ['zone=a:0', qr/oauth2_cache: invalid zone/],
    ['on', qr/oauth2_cache: invalid parameter "on"/],
    ['zone=a:1m timeout=1m', qr/oauth2_cache: invalid parameter "timeout=1m"/],
    ['max_timeout=1m', qr/"oauth2_cache" needs zone=NAME:SIZE/],
    ['zone=a:1m max_timeout=none', qr/oauth2_cache: max_timeout: invalid duration "none"/],
    ['zone=a:1m max_timeout=unlimited', qr/oauth2_cache: max_timeout: .*a bound is needed/],
    ['zone=a:1m max_timeout=zero', qr/oauth2_cache: max_timeout can't be zero/],
    ['zone=a:1m default_timeout=0', qr/oauth2_cache: default_timeout can't be zero/],
    ['zone=a:1m; oauth2_cache off', qr/"oauth2_cache" directive is duplicate/],
    ['zone=a:1m; server { oauth2_cache zone=a; } tcp_nodelay on', undef],
    ['zone=a:1m; server { oauth2_cache zone=a:2m; } tcp_nodelay on', qr/the size 2097152 of shared memory zone "a" conflicts/],
    ['zone=a:1m; limit_req_zone $uri zone=a:1m rate=1r/s', qr/zone "a" is already declared for a different use/],
);
for my $case (@configurations) {
    my ($arguments, $message) = @$case;
    my ($status, $said) = OAuth2Test::Nginx->new(
        name => 'check',
        http => "oauth2_cache $arguments;\nserver { listen 127.0.0.1:$port; }\n",
    )->check;
    if (defined $message) {
        isnt($status, 0, "oauth2_cache $arguments: fails");
        like($said, $message, "oauth2_cache $arguments: says so");
    } else {
        is($status, 0, "oauth2_cache $arguments: is good") or diag($said);
    }
}

done_testing;
