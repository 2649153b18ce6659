# What `nginx -t` says about keys by URI. Beside each broken configuration stands the mended one.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(jwks);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $file = jwks('keys.jwks', 'RS256');

my $resolver = 'oauth2_resolver stateless; oauth2_issuer https://as.example.com; '
  . 'oauth2_audience https://api.example.com; oauth2_verification_secret any.id;';
my $location = 'location = /keys { internal; proxy_pass http://127.0.0.1:1; }';

sub store { return "oauth2_secret_store jwks @_;" }

sub server { return join ' ', "server { listen 127.0.0.1:$port;", @_, '}' }

my $good = server($resolver, store('uri=/keys'), $location);

# Name, what is broken, the message, what is mended.
my @cases = (
    ['at http level', store('uri=/keys') . server($resolver, $location), qr/oauth2_secret_store: .* belongs to a server/, $good],
    ['no location', server($resolver, store('uri=/keys')), qr/oauth2_secret_store: there is no location/, $good],
    ['an open location', server($resolver, store('uri=/keys'), $location =~ s/internal;//r),
        qr/oauth2_secret_store: the location .* "internal"/, $good],
    ['no URI', server($resolver, store('uri='), $location), qr/is no URI/, $good],
    ['a URL', server($resolver, store('uri=https://as.example.com/keys'), $location), qr/is no URI/, $good],
    ['a file and a URI', server($resolver, store("file=$file uri=/keys"), $location), qr/unknown parameter "file"/, $good],
    ['neither', server($resolver, store('cache_timeout=1m'), $location), qr/needs file=PATH or uri=/, $good],
    ['null', server($resolver =~ s/any\.id/null/r, store('uri=/keys'), $location), qr/goes with no jwks store/, $good],
    map {
        my $parameter = $_;
        (
            ["no duration of $parameter", server($resolver, store("uri=/keys $parameter=soon"), $location),
                qr/$parameter/, server($resolver, store("uri=/keys $parameter=5m"), $location)],
        )
    } qw(cache_timeout cache_miss_timeout stale_timeout),
);
push @cases, map {
    ["zero as $_", server($resolver, store("uri=/keys $_=zero"), $location), qr/longer than zero/,
        server($resolver, store("uri=/keys $_=10s"), $location)]
} qw(cache_timeout cache_miss_timeout);

sub checked {
    my ($http) = @_;
    my ($status, $text) = OAuth2Test::Nginx->new(http => $http)->check;
    return ($status, join '', grep { /\[(?:emerg|alert|crit|error|warn)\]/ } split /^/, $text);
}

for my $case (@cases) {
    my ($name, $broken, $message, $mended) = @$case;
    my ($status, $text) = checked($broken);
    isnt($status, 0, "$name: fails");
    like($text, $message, "$name: the message");
    ($status, $text) = checked($mended);
    is("$status $text", '0 ', "$name: mended");
}
for my $parameter (qw(cache_timeout cache_miss_timeout stale_timeout)) {
    my ($status, $text) = checked(server($resolver, store("uri=/keys $parameter=9s"), $location));
    is($status, 0, "$parameter under ten seconds is honoured");
    like($text, qr/\[warn\] .*$parameter is shorter than 10 seconds/, "$parameter under ten seconds warns");
}

done_testing();
