# Introspection: what is asked, and how each answer is judged.

use lib 't/lib';
use v5.20;
use warnings;

use JSON::PP;
use Test::More;
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

my $port = OAuth2Test::Nginx::port();
my $peer_port = $port + 10;

# The token says what the authorization server answers: its hexadecimal form, behind "t.".
my $peer = OAuth2Test::Peer->new(port => $peer_port, answer => sub {
    my ($client, $request) = @_;
    my ($token) = $request->{body} =~ /^token=([^&]*)/;
    my ($hex) = ($token // '') =~ /^t\.([0-9a-f]+)/;
    return OAuth2Test::Peer::answer(200, 'application/json', pack 'H*', $hex // '');
});

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    log_format seen '\$uri \$status \$oauth2_error_reason \$oauth2_error "\$oauth2_claim_sub" \$oauth2_scope';
    server {
        listen 127.0.0.1:$port;
        access_log logs/access.log seen;
        oauth2_require_https off;
        oauth2_resolver introspection;
        oauth2_introspection_endpoint /introspect;
        location = /introspect {
            internal;
            proxy_pass http://127.0.0.1:$peer_port/endpoint;
        }
        location = / {
            add_header X-Sub \$oauth2_claim_sub;
            add_header X-Expires \$oauth2_expires_at;
            empty_gif;
        }
        location = /issuer {
            oauth2_issuer https://as.example.com;
            empty_gif;
        }
        location = /audience {
            oauth2_audience https://api.example.com;
            empty_gif;
        }
        location = /scope {
            oauth2_scope read;
            empty_gif;
        }
        location = /skew {
            oauth2_skew 1m;
            empty_gif;
        }
        location = /required {
            oauth2_confirmation_key required;
            oauth2_client_certificate "text";
            empty_gif;
        }
    }
CONFIG

my $now = time;

sub token { return 't.' . unpack 'H*', ref $_[0] ? encode_json($_[0]) : $_[0] }

sub get {
    my ($token, $path) = @_;
    return $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port$path");
}

# What the client gets, and the reason that the error log names.
sub judged {
    my ($token, $path) = @_;
    my $position = length $nginx->log;
    my $answer = get($token, $path);
    my ($reason) = substr($nginx->log, $position) =~ /oauth2: request refused: (\w+)/;
    return "$answer->{status} " . ($reason // '-');
}

sub active { return {active => JSON::PP::true, @_} }

my @cases = (
    ['active, nothing else', active(), '/', '200 -'],
    ['not active', {active => JSON::PP::false}, '/', '401 inactive'],
    ['not active, with claims', {active => JSON::PP::false, sub => 'alice'}, '/', '401 inactive'],
    ['without active', {sub => 'alice'}, '/', '503 introspection_unavailable'],
    ['active as text', {active => 'true'}, '/', '503 introspection_unavailable'],
    ['active as a number', {active => 1}, '/', '503 introspection_unavailable'],
    ['active is null', {active => undef}, '/', '503 introspection_unavailable'],
    ['active twice', '{"active":false,"active":true}', '/', '503 introspection_unavailable'],
    ['an array', '[{"active":true}]', '/', '503 introspection_unavailable'],
    ['truncated', '{"active":true', '/', '503 introspection_unavailable'],
    ['trailing bytes', '{"active":true} x', '/', '503 introspection_unavailable'],
    ['NUL in a claim', '{"active":true,"sub":"a\u0000"}', '/', '503 introspection_unavailable'],
    ['type Bearer', active(token_type => 'Bearer'), '/', '200 -'],
    ['type bearer', active(token_type => 'bEARER'), '/', '200 -'],
    ['type DPoP', active(token_type => 'DPoP'), '/', '401 wrong_token_type'],
    ['type no text', active(token_type => 1), '/', '401 malformed_claims'],
    ['issuer fits', active(iss => 'https://as.example.com'), '/issuer', '200 -'],
    ['issuer missing', active(), '/issuer', '200 -'],
    ['issuer differs', active(iss => 'https://as.example.org'), '/issuer', '401 issuer_mismatch'],
    ['issuer no text', active(iss => []), '/issuer', '401 malformed_claims'],
    ['issuer not configured', active(iss => 'https://as.example.org'), '/', '200 -'],
    ['audience fits', active(aud => 'https://api.example.com'), '/audience', '200 -'],
    ['one audience fits', active(aud => ['x', 'https://api.example.com']), '/audience', '200 -'],
    ['audience missing', active(), '/audience', '401 audience_mismatch'],
    ['audience differs', active(aud => 'x'), '/audience', '401 audience_mismatch'],
    ['audience not configured', active(aud => 'x'), '/', '200 -'],
    ['not expired', active(exp => $now + 600), '/', '200 -'],
    ['expired', active(exp => $now - 10), '/', '401 expired'],
    ['expired, within the skew', active(exp => $now - 10), '/skew', '200 -'],
    ['expiry no number', active(exp => 'soon'), '/', '401 malformed_claims'],
    ['iat to come', active(iat => $now + 600), '/', '401 not_yet_valid'],
    ['nbf to come', active(nbf => $now + 600), '/', '401 not_yet_valid'],
    ['nbf past', active(nbf => $now - 1, iat => $now - 1), '/', '200 -'],
    ['scope granted', active(scope => 'write read'), '/scope', '200 -'],
    ['scope missing', active(scope => 'write'), '/scope', '403 insufficient_scope'],
    ['scope no text', active(scope => 1), '/scope', '401 malformed_claims'],
    ['bound to a certificate', active(cnf => {'x5t#S256' => 'A' x 43}), '/', '401 certificate_missing'],
    ['not bound where it must be', active(), '/required', '401 confirmation_missing'],
);

for my $case (@cases) {
    my ($name, $answer, $path, $expected) = @$case;
    is(judged(token($answer), $path), $expected, $name);
}

# What the endpoint sees.
$peer->forget;
my $odd = token(active()) . '.a-b_c~d+e/f==';
is(judged($odd, '/?access_token=client'), '200 -', 'all characters a token may have');
my ($request, @others) = $peer->requests;
is(scalar @others, 0, 'one question');
like($request->{line}, qr{^POST /endpoint HTTP/1\.[01]$}, 'its request line');
my $encoded = $odd =~ s/([+\/=~])/sprintf '%%%02X', ord $1/egr;
is($request->{body}, "token=$encoded&token_type_hint=access_token", 'its form');
is($request->{headers}{'content-type'}, 'application/x-www-form-urlencoded', 'its type');
is($request->{headers}{accept}, 'application/json', 'what it accepts');
delete $request->{headers}{connection};    # NGINX's own, and not of each version
is_deeply([sort keys %{$request->{headers}}], [sort qw(host content-length content-type accept)], 'no other header');

# What is no b64token never leaves.
$peer->forget;
for my $bad ('a b', 'a&token=b', 'a%20b', 'ä', '=', '"a"', 'a=b') {
    is(judged($bad, '/'), '401 malformed_token', "a token \"$bad\"");
}
is(judged('a' x 7000, '/'), '503 introspection_unavailable', 'a long token is asked for');
is(scalar(my @asked = $peer->requests), 1, 'only well-formed tokens are sent');

# Without a token nothing is asked.
$peer->forget;
my $answer = $nginx->curl("http://127.0.0.1:$port/");
is($answer->{status}, 401, 'no token');
is_deeply([OAuth2Test::Nginx::header($answer, 'www-authenticate')], ['Bearer'], 'no token: its challenge');
is(scalar(@asked = $peer->requests), 0, 'and nobody is asked');

# The claims, and what an unavailable endpoint looks like to the client.
$answer = get(token(active(sub => 'alice', exp => $now + 600, scope => 'a b')), '/');
is_deeply([OAuth2Test::Nginx::header($answer, 'x-sub')], ['alice'], 'a claim');
is_deeply([OAuth2Test::Nginx::header($answer, 'x-expires')], [$now + 600], 'the expiry');
$answer = get(token('no json'), '/');
is_deeply([OAuth2Test::Nginx::header($answer, 'www-authenticate')], [], 'a 503 has no challenge');
is_deeply([OAuth2Test::Nginx::header($answer, 'x-sub')], [], 'and no claims');
$answer = get(token({active => JSON::PP::false}), '/');
like((OAuth2Test::Nginx::header($answer, 'www-authenticate'))[0], qr/^Bearer error="invalid_token"/,
    'an inactive token has the common challenge');

# The location is not for clients.
is($nginx->curl("http://127.0.0.1:$port/introspect")->{status}, 404, 'the location is internal');

$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg|crit|error)\]|exited on signal/, 'nothing worse than info');

done_testing();
