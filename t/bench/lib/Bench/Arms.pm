package Bench::Arms;

# What is measured: one row an arm. `tokens` names a set of tokens (Bench::Material), `server` the NGINX
# that the arm runs in (below), `location` what its location holds beside `empty_gif`. Every arm is
# compared with plain NGINX answering the same requests, and with the bare verification of its tokens.
# Further words: `path` where it is not /NAME, `count` of locations, `cached` where that isn't what the
# location says: no verification is due.

use v5.20;
use warnings;

use Exporter qw(import);
our @EXPORT_OK = qw(arms servers);

my $stateless = 'oauth2_resolver stateless; oauth2_verification_secret';

my @arms = (
    (
        map {
            {
                name     => $_,
                group    => 'Uncached, 2,000 tokens',
                tokens   => lc,
                location => "$stateless " . lc . ';',
            }
        } qw(RS256 PS256 ES256 EdDSA HS256)
    ),
    {
        name     => 'dir',
        title    => 'JWE, dir with A256GCM',
        group    => 'Uncached, 2,000 tokens',
        tokens   => 'dir',
        location => 'oauth2_resolver stateless; oauth2_decryption_secret dir;',
    },
    (
        map {
            {
                name     => "cached-$_",
                title    => "$_, cached",
                group    => 'Cached',
                tokens   => lc,
                location => (
                    /dir/
                    ? 'oauth2_resolver stateless; oauth2_decryption_secret dir;'
                    : "$stateless " . lc . ';'
                    )
                    . " oauth2_cache zone=cached_\L$_\E:8m;",
            }
        } qw(RS256 PS256 ES256 EdDSA HS256 dir)
    ),
    {
        name     => 'cache-1k',
        title    => 'HS256, 1,000 tokens in the cache',
        group    => 'Size of the cache',
        tokens   => 'hs256-1k',
        location => "$stateless hs256; oauth2_cache zone=cache_1k:4m;",
    },
    {
        name     => 'cache-100k',
        title    => 'HS256, 100,000 tokens in the cache',
        group    => 'Size of the cache',
        tokens   => 'hs256-100k',
        location => "$stateless hs256; oauth2_cache zone=cache_100k:200m;",
    },
    {
        name     => 'cache-miss',
        title    => 'HS256, none of 2,000 tokens in a full cache',
        group    => 'Size of the cache',
        tokens   => 'hs256',
        location => "$stateless hs256; oauth2_cache zone=cache_miss:32k;",
        cached   => 0,
    },
    {
        name     => 'cache-2-workers',
        title    => 'HS256, cached, two workers on one zone',
        group    => 'Size of the cache',
        server   => 'two_workers',
        plain    => 'plain_two_workers',
        tokens   => 'hs256-1k',
        location => "$stateless hs256; oauth2_cache zone=shared:4m;",
    },
    (
        map {
            {
                name     => "keys-$_",
                title    => "HS256, keys in the set: $_",
                group    => 'Keys in the set',
                tokens   => 'hs256',
                server   => 'keys',
                location => "oauth2_secret_store jwks file=keys-$_.jwks; $stateless any;",
            }
        } 1,
        100,
        1000
    ),
    (
        map {
            {
                name     => "locations-$_",
                title    => "HS256, locations that share a resolver: $_",
                group    => 'Locations',
                tokens   => 'hs256',
                server   => "locations_$_",
                plain    => "plain_locations_$_",
                path     => "/l%d:$_",
                count    => $_,
                location => "$stateless hs256;",
            }
        } 1,
        100,
        1000
    ),
    {
        name     => 'confirmation',
        title    => "ES256, bound to the client's certificate",
        group    => 'Mutual TLS',
        tokens   => 'bound',
        server   => 'tls',
        plain    => 'plain_tls',
        location => "$stateless es256; oauth2_confirmation_key required;",
    },
    {
        name     => 'cached-confirmation',
        title    => 'the same, cached',
        group    => 'Mutual TLS',
        tokens   => 'bound',
        server   => 'tls',
        plain    => 'plain_tls',
        location => "$stateless es256; oauth2_confirmation_key required; oauth2_cache zone=bound:8m;",
    },
);

# The arms of those names, or all.
sub arms {
    my (@names) = @_;
    my %wanted = map { $_ => 1 } @names;
    my @chosen = grep { !@names || delete $wanted{$_->{name}} } @arms;
    die "no such arm: @{[sort keys %wanted]}; there are: @{[map { $_->{name} } @arms]}\n"
        if %wanted;
    for my $arm (@chosen) {
        $arm->{title}  //= $arm->{name};
        $arm->{server} //= 'module';
        $arm->{plain}  //= 'plain';
        $arm->{path}   //= "/$arm->{name}";
        $arm->{cached} //= $arm->{location} =~ /oauth2_cache/;
    }
    return @chosen;
}

# How the servers differ: those whose names begin with `plain` don't load the module.
sub servers {
    return (
        two_workers       => {workers => 2},
        plain_two_workers => {workers => 2},
        tls               => {tls     => 1},
        plain_tls         => {tls     => 1},
    );
}

1;
