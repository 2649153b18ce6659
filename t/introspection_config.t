# What `nginx -t` says about introspection. Beside each broken configuration stands the mended one.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();

my $resolver = 'oauth2_resolver introspection;';
my $endpoint = 'oauth2_introspection_endpoint /introspect;';
my $location = 'location = /introspect { internal; proxy_pass http://127.0.0.1:1; }';
my $listen = "listen 127.0.0.1:$port;";

sub server { return join ' ', 'server {', $listen, @_, '}' }

my $good = server($resolver, $endpoint, $location);

# Name, what is broken, the message, what is mended.
my @cases = (
    ['no endpoint', server($resolver, $location), qr/oauth2_introspection_endpoint/, $good],
    ['an empty endpoint', server($resolver, 'oauth2_introspection_endpoint "";', $location),
        qr/oauth2_introspection_endpoint/, $good],
    ['an endpoint at http level', "$endpoint " . server($resolver, $location),
        qr/oauth2_introspection_endpoint: .* belongs to a server/, $good],
    ['the resolver alone at http level is fine only with an endpoint below',
        "$resolver " . server($location), qr/oauth2_introspection_endpoint/,
        "$resolver " . server($endpoint, $location)],
    ['no location', server($resolver, $endpoint), qr/oauth2_introspection_endpoint: there is no location/, $good],
    ['a location that is open', server($resolver, $endpoint, $location =~ s/internal;//r),
        qr/oauth2_introspection_endpoint: the location .* "internal"/, $good],
    ['a location in another server', server($resolver, $endpoint) . server('server_name b;', $location),
        qr/there is no location/, server($resolver, $endpoint, $location) . server('server_name b;')],
    ['a prefix location', server($resolver, $endpoint, $location =~ s/=//r), qr/there is no location/, $good],
    ['a regular expression', server($resolver, $endpoint, $location =~ s{= /introspect}{~ ^/introspect\$}r),
        qr/there is no location/, $good],
    ['a named location', server($resolver, 'oauth2_introspection_endpoint @introspect;',
            $location =~ s{= /}{@}r), qr/is no URI/, $good],
    ['a longer name', server($resolver, $endpoint, $location =~ s/introspect/introspections/r),
        qr/there is no location/, $good],
    ['an argument', server($resolver, 'oauth2_introspection_endpoint /introspect?a=b;', $location),
        qr/is no URI/, $good],
    ['a variable', server($resolver, 'oauth2_introspection_endpoint /$host;', $location), qr/is no URI/, $good],
    ['a URL', server($resolver, 'oauth2_introspection_endpoint https://as.example.com/;', $location),
        qr/is no URI/, $good],
    ['twice', server($resolver, $endpoint, $endpoint, $location), qr/duplicate/, $good],
    ['two values', server($resolver, 'oauth2_introspection_endpoint /introspect /b;', $location),
        qr/oauth2_introspection_endpoint/, $good],
    ['the endpoint of one location is missing',
        server($resolver, $endpoint, $location, 'location /a { oauth2_introspection_endpoint /b; }'),
        qr{there is no location "= /b"},
        server($resolver, $endpoint, $location, 'location /a { oauth2_resolver off; }')],
    ['required without a way to a certificate',
        server($resolver, $endpoint, $location, 'oauth2_confirmation_key required;'),
        qr/oauth2_confirmation_key required has no way/,
        server($resolver, $endpoint, $location, 'oauth2_confirmation_key required;',
            'oauth2_client_certificate "text";')],
);

# Locations that stand deeper, or beside others with a common beginning.
my @found = (
    ['in a prefix location', "location / { $location }"],
    ['in a longer prefix location', "location / { } location /intro { $location }"],
    ['in two', "location / { location /in { $location } }"],
    ['beside a prefix location of the same name', "$location location /introspect { }"],
    ['beside shorter and longer ones',
        "$location location = /intro { } location = /introspecting { } location /introspect/ { } "
          . 'location = /a { } location = /z { } location /i { } location ~ ^/introspect { }'],
);

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
for my $case (@found) {
    my ($name, $locations) = @$case;
    my ($status, $text) = checked(server($resolver, $endpoint, $locations));
    is("$status $text", '0 ', "a location $name");
}

done_testing();
