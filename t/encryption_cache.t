# oauth2_cache with encrypted tokens: what was decrypted and verified is remembered, as long as both keys
# are there.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(jwks read_file run_file token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();

# The text of a set of private keys.
sub set_of { return read_file(jwks('made.jwks', '--private', @_)) }

my %file = map { $_ => run_file("keys/$_.jwks") } qw(signing encryption shared);
sub reset_keys {
    write_file($file{signing}, set_of('RS256', 'ES256'));
    write_file($file{encryption}, set_of('RSA-OAEP', 'ECDH-ES:curve=X25519'));
    write_file($file{shared}, set_of('A256KW'));
}
reset_keys();

sub location {
    my ($path, @settings) = @_;
    my $settings = join ' ', @settings;
    return "location = /$path { oauth2_resolver stateless; $settings proxy_pass http://127.0.0.1:$port/echo; }\n";
}

sub store { return "oauth2_secret_store jwks file=$file{$_[0]}" . ($_[1] // '') . ';' }

my $again = ' cache_timeout=20ms';
my $decrypt = 'oauth2_decryption_secret any;';
my $locations = join '        ',
    location('nested', store('signing'), store('encryption'), $decrypt),
    location('twin', store('signing'), store('encryption'), $decrypt, 'oauth2_realm other;'),
    location('fresh', store('signing', $again), store('encryption', $again), $decrypt),
    location('shared', 'oauth2_verification_secret "";', store('shared'), $decrypt),
    location('fresh-shared', 'oauth2_verification_secret "";', store('shared', $again), $decrypt),
    location('other-id', store('signing'), store('encryption'), 'oauth2_decryption_secret other;'),
    location('signed', store('signing')),
    location('scope', store('signing'), store('encryption'), $decrypt, 'oauth2_scope admin;');

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any;
    oauth2_cache zone=tokens:1m;
    add_header X-Cache "[\$oauth2_cache_status]" always;
    add_header X-Reason "[\$oauth2_error_reason]" always;
    proxy_set_header X-Value "\$oauth2_claim_sub|\$oauth2_scope|\$oauth2_expires_at";
    proxy_hide_header X-Cache;
    proxy_hide_header X-Reason;
    server {
        listen 127.0.0.1:$port;
        $locations
        location = /echo {
            return 200 "\$http_x_value";
        }
    }
CONFIG

# Status, cache status and reason, and the body of a request.
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

my $nested = token('RS256', '--encrypt', 'RSA-OAEP', '--claim', 'sub=alice', '--claim', 'scope=read write');
my $agreed = token('ES256', '--encrypt', 'ECDH-ES:curve=X25519');
my $shared = token('encrypted', 'A256KW', '--claim', 'sub=bob');

# ---- Hits

my ($miss, $miss_body) = ask('nested', $nested);
my ($hit, $hit_body) = ask('nested', $nested);
is($miss, '200 [MISS][]', 'the first request is a miss');
is($hit, '200 [HIT][]', 'the second is a hit');
like($hit_body, qr/^alice\|read write\|\d+$/, 'a hit has the claims that were inside');
is($hit_body, $miss_body, 'the same claims as the miss');
asks($shared, 'claims under a shared key', shared => '200 [MISS][]', shared => '200 [HIT][]');
is((ask('shared', $shared))[1] =~ s/\|.*//r, 'bob', 'a hit has the encrypted claims');
asks($nested, 'an accepted token', twin => '200 [HIT][]', scope => '403 [HIT][insufficient_scope]');

# ---- No hits

asks($nested, 'under other rules',
    'other-id' => '200 [MISS][]',
    fresh      => '200 [MISS][]',
    shared     => '401 [MISS][unknown_key]',
    signed     => '401 [MISS][malformed_token]',
);
asks($shared, 'claims alone where a signature is due', nested => '401 [MISS][unknown_key]');
asks("${nested}A", 'a token that begins like one that is kept', nested => '401 [MISS][decryption_failed]');
asks(token('RS256', '--encrypt', 'RSA-OAEP', '--bad', 'jwe-inner-bad-signature'),
    'a refusal is not kept', (nested => '401 [MISS][bad_signature]') x 2);
asks(token('RS256', '--encrypt', 'RSA-OAEP', '--bad', 'jwe-wrong-key'),
    'a failed decryption is not kept', (nested => '401 [MISS][decryption_failed]') x 2);

my $expiring = token('RS256', '--encrypt', 'RSA-OAEP', '--claim', 'exp=@+2');
asks($expiring, 'a token that expires soon', nested => '200 [MISS][]', nested => '200 [HIT][]');
$nginx->wait_for('the token to expire', sub { (ask('nested', $expiring))[0] eq '401 [MISS][expired]' });
pass('a kept token that expires is refused');

# ---- A hit counts only while both keys are in their secrets

asks($nested, 'keys of files that are re-read', fresh => '200 [HIT][]');
asks($agreed, 'another token', fresh => '200 [MISS][]', fresh => '200 [HIT][]');

write_file($file{encryption}, set_of('ECDH-ES:curve=X25519'));
$nginx->wait_for('the decryption key to go', sub { (ask('fresh', $nested))[0] =~ /^401 / });
asks($nested, 'a token whose decryption key is gone', fresh => '401 [MISS][unknown_key]');
asks($agreed, 'a token whose keys are both there', fresh => '200 [HIT][]');
asks($nested, 'keys that are not re-read', nested => '200 [HIT][]');

reset_keys();
$nginx->wait_for('the decryption key to come back', sub { (ask('fresh', $nested))[0] =~ /^200 / });
asks($nested, 'both keys are there again', fresh => '200 [HIT][]');

write_file($file{signing}, set_of('ES256'));
$nginx->wait_for('the verification key to go', sub { (ask('fresh', $nested))[0] =~ /^401 / });
asks($nested, 'a token whose verification key is gone', fresh => '401 [MISS][unknown_key]');
asks($agreed, 'a token whose keys are both there', fresh => '200 [HIT][]');
asks($nested, 'keys that are not re-read', nested => '200 [HIT][]');

asks($shared, 'a shared key of a file that is re-read', 'fresh-shared' => '200 [MISS][]',
    'fresh-shared' => '200 [HIT][]');
write_file($file{shared}, set_of('A256KW:kid=other'));
$nginx->wait_for('the shared key to go', sub { (ask('fresh-shared', $shared))[0] =~ /^401 / });
asks($shared, 'a token whose shared key is gone', 'fresh-shared' => '401 [MISS][decryption_failed]',
    shared => '200 [HIT][]');

# ---- A reload

reset_keys();
unlike($nginx->reload, qr/\[(?:emerg|alert|crit|error)\]/, 'a reload with the same keys');
asks($nested, 'after it', nested => '200 [HIT][]');
write_file($file{encryption}, set_of('RSA-OAEP'));
unlike($nginx->reload, qr/\[(?:emerg|alert|crit|error)\]/, 'a reload with fewer decryption keys');
asks($nested, 'after it', nested => '200 [MISS][]', nested => '200 [HIT][]');
asks($agreed, 'a token whose key is gone', nested => '401 [MISS][unknown_key]');

unlike($nginx->log, qr/\[(?:emerg|alert|crit|error)\]/, 'nothing at level error in the log');
$nginx->stop;

done_testing;
