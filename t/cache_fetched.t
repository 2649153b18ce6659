# oauth2_cache over what is fetched: what an authorization server said of a token, and tokens whose keys
# come from a URI.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::KeyPeer;
use OAuth2Test::Mint qw(jwks read_file run_file token write_file);
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

my $port = OAuth2Test::Nginx::port();
my %sets = (
    first  => read_file(jwks('first.jwks', 'RS256:kid=first')),
    second => read_file(jwks('second.jwks', 'RS256:kid=second')),
);
my $keys = OAuth2Test::KeyPeer->new(port => $port + 10, sets => \%sets, name => 'keys');

# What it says of every token stands in a file.
my $said = run_file('said');
my $peer = OAuth2Test::Peer->new(port => $port + 11, name => 'tells', answer => sub {
    return OAuth2Test::Peer::answer(200, 'application/json', read_file($said));
});

my %locations = (
    minute   => '',
    twin     => 'oauth2_realm other;',
    short    => 'oauth2_cache zone=tokens default_timeout=2s;',
    stretched => 'oauth2_cache zone=tokens default_timeout=2s max_timeout=1h;',
    limited  => 'oauth2_cache zone=tokens max_timeout=2s;',
    elsewhere => 'oauth2_introspection_endpoint /also_tells;',
    audience => 'oauth2_audience https://api.example.com;',
    issuer   => 'oauth2_issuer https://other.example.com;',
    skew     => 'oauth2_skew 1 day;',
    required => 'oauth2_confirmation_key required; oauth2_client_certificate "text";',
    scope    => 'oauth2_scope admin;',
);
my $locations = join '', map {
    "location = /$_ { $locations{$_} proxy_pass http://127.0.0.1:$port/echo; }\n"
} sort keys %locations;

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_require_https off;
    oauth2_cache zone=tokens:1m;
    add_header X-Cache "[\$oauth2_cache_status]" always;
    add_header X-Reason "[\$oauth2_error_reason]" always;
    proxy_set_header X-Value "\$oauth2_claims|\$oauth2_claim_sub|\$oauth2_scope|\$oauth2_expires_at|\$oauth2_token";
    proxy_hide_header X-Cache;
    proxy_hide_header X-Reason;
    server {
        listen 127.0.0.1:$port;
        oauth2_resolver introspection;
        oauth2_introspection_endpoint /tells;
        $locations
        location = /keyed {
            oauth2_resolver stateless;
            oauth2_issuer https://as.example.com;
            oauth2_audience https://api.example.com;
            oauth2_verification_secret any.id;
            oauth2_secret_store jwks uri=/keys cache_timeout=1s cache_miss_timeout=1h stale_timeout=zero;
            empty_gif;
        }
        location = /tells {
            internal;
            proxy_pass http://127.0.0.1:@{[$port + 11]};
        }
        location = /also_tells {
            internal;
            proxy_pass http://127.0.0.1:@{[$port + 11]};
        }
        location = /keys {
            internal;
            proxy_pass http://127.0.0.1:@{[$port + 10]};
        }
        location = /echo {
            oauth2_resolver off;
            return 200 "\$http_x_value";
        }
    }
CONFIG

sub says { return write_file($said, $_[0]) }

sub asked { return scalar(my @requests = $peer->requests) }

# Status, cache status and reason of a request, and the body.
sub ask {
    my ($path, @request) = @_;
    return $nginx->outcome("http://127.0.0.1:$port/$path", @request);
}

sub asks {
    my ($name, $path, $token, @expected) = @_;
    is((ask($path, $token))[0], $_, "$name: /$path") for @expected;
}

sub becomes {
    my ($name, $path, $token, $expected) = @_;
    $nginx->wait_for("/$path: $expected", sub { (ask($path, $token))[0] eq $expected });
    pass("$name: /$path: $expected");
}

# ---- What an authorization server said

my $later = time + 3600;
says(qq({"active":true,"sub":"alice","scope":"read write","exp":$later}));
my ($miss, $miss_body) = ask('minute', 'opaque');
my ($hit, $hit_body) = ask('minute', 'opaque');
is($miss, '200 [MISS][]', 'the first request is a miss');
is($hit, '200 [HIT][]', 'the second is a hit');
is($hit_body, $miss_body, 'with the claims of the miss');
like($hit_body, qr/\|alice\|read write\|$later\|opaque$/, 'which are those of the answer');
is(asked(), 1, 'it was asked once');
asks('of equal rules', 'twin', 'opaque', '200 [HIT][]');
asks('what belongs to the request', 'required', 'opaque', '401 [HIT][confirmation_missing]');
asks('what belongs to the request', 'scope', 'opaque', '403 [HIT][insufficient_scope]');
is(asked(), 1, 'nor was it asked for those');
asks('of other rules', $_, 'opaque', '200 [MISS][]', '200 [HIT][]')
  for qw(short stretched limited elsewhere issuer skew);
asks('of other rules', 'audience', 'opaque', ('401 [MISS][audience_mismatch]') x 2);

says('{"active":false}');
asks('revoked since', $_, 'opaque', '200 [HIT][]') for qw(minute stretched);
becomes('default_timeout is the longest where no other is written', 'short', 'opaque', '401 [MISS][inactive]');
becomes('max_timeout', 'limited', 'opaque', '401 [MISS][inactive]');
asks('a longer max_timeout', 'stretched', 'opaque', '200 [HIT][]');
asks('a refusal is not kept', 'short', 'opaque', '401 [MISS][inactive]');

says('{"active":true}');
asks('it names no expiry', $_, 'endless', '200 [MISS][]', '200 [HIT][]') for qw(short stretched);
says('{"active":false}');
becomes('default_timeout where it names no expiry', $_, 'endless', '401 [MISS][inactive]')
  for qw(short stretched);

my $soon = time + 2;
says(qq({"active":true,"exp":$soon}));
asks('it expires soon', 'minute', 'brief', '200 [MISS][]', '200 [HIT][]');
becomes('it has expired', 'minute', 'brief', '401 [MISS][expired]');

# ---- Keys from a URI

my %tokens = map { $_ => token("RS256:kid=$_") } qw(first second);
becomes('its key is there', 'keyed', $tokens{first}, '200 [HIT][]');
$keys->says('second');
becomes('the new key is there', 'keyed', $tokens{second}, '200 [HIT][]');
asks('its key is there no more', 'keyed', $tokens{first}, '401 [MISS][bad_signature]');
$keys->says('status500');
becomes('no key is known', 'keyed', $tokens{second}, '503 [MISS][keys_unavailable]');
$keys->says('first');
becomes('its key is there again', 'keyed', $tokens{first}, '200 [HIT][]');

# ---- A reload

says('{"active":false}');
asks('before a reload', 'minute', 'opaque', '200 [HIT][]');
$nginx->reload;
asks('after it', 'minute', 'opaque', '200 [HIT][]');

unlike($nginx->log, qr/\[(?:emerg|alert|crit)\]/, 'no alert in the log');
$nginx->stop;
$_->stop for $keys, $peer;

done_testing;
