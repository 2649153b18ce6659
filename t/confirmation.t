# oauth2_confirmation_key: what a token's "cnf" says, against the certificate of the client, which
# comes by TLS or in the header of a proxy that ends TLS. Here the clients are NGINX's own: a request
# to /TRANSPORT/CLIENT/MODE is sent on with that client's certificate.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;
use OAuth2Test::Clients;

my $bound = bound_to('alice');
my $thumbprint = thumbprint('alice');
my $other = thumbprint('mallory');

my $mismatch = 'confirmation_mismatch';
my $no_certificate = 'certificate_missing';
my $unsupported = 'confirmation_unsupported';

# The token's "cnf", who presents it, and what comes of it where oauth2_confirmation_key is `on`, `off`
# and `required`.
our @cases = (
    # no confirmation key
    [undef, 'alice', '-', '-', 'confirmation_missing'],
    [undef, 'nobody', '-', '-', 'confirmation_missing'],
    # match
    [$bound, 'alice', '-', '-', '-'],
    # mismatch
    [$bound, 'mallory', $mismatch, '-', $mismatch],
    # no certificate
    [$bound, 'nobody', $no_certificate, '-', $no_certificate],
    # unsupported: DPoP (RFC 9449), a key in the token (RFC 7800)
    [qq({"jkt":"$other"}), 'alice', $unsupported, '-', $unsupported],
    ['{"jwk":{"kty":"oct","k":"AAAA"}}', 'alice', $unsupported, '-', $unsupported],
    [qq({"jkt":"$other"}), 'nobody', $unsupported, '-', $unsupported],
    # an additional method
    [qq({"x5t#S256":"$thumbprint","jkt":"$other"}), 'alice', $unsupported, '-', $unsupported],
    # malformed
    [qq("$thumbprint"), 'alice', $unsupported, '-', $unsupported],
    ['{"x5t#S256":"short"}', 'alice', $unsupported, '-', $unsupported],
);
my %column = (on => 2, off => 3, required => 4);

sub requests {
    my ($transport, $mode) = @_;
    return [map { "GET /$transport/$_->[1]/$mode" } @cases];
}

sub tokens {
    return lines map { defined $_->[0] ? 'RS256 ' . confirmed_by($_->[0]) : 'RS256' } @cases;
}

sub outcomes {
    my ($mode) = @_;
    return lines map { $_->[$column{$mode}] } @cases;
}

# Each connection has a handshake of its own: t/confirmation_resumption.t is about the others. (NGINX
# would keep the last session, and never free it.)
sub hops {
    my ($transport, $port) = @_;
    my $config = <<"CONFIG";
location /$transport/nobody/ {
    proxy_ssl_session_reuse off;
    proxy_pass https://127.0.0.1:$port/;
}
CONFIG
    for my $name (qw(alice mallory)) {
        my $client = client($name);
        $config .= <<"CONFIG";
location /$transport/$name/ {
    proxy_ssl_certificate $client->{certificate};
    proxy_ssl_certificate_key $client->{key};
    proxy_ssl_session_reuse off;
    proxy_pass https://127.0.0.1:$port/;
}
CONFIG
    }
    return $config;
}

my $server = client('server');
my $modes = join '', map { <<"CONFIG" } sort keys %column;
location = /$_ {
    oauth2_confirmation_key $_;
    empty_gif;
}
CONFIG

my $proxy_port = $ENV{TEST_NGINX_SERVER_PORT} + 4;
my $plain_port = $ENV{TEST_NGINX_SERVER_PORT} + 5;

default_http_config(<<"CONFIG");
proxy_ssl_session_reuse off;
ssl_certificate $server->{certificate};
ssl_certificate_key $server->{key};

server {
    listen 127.0.0.1:\$TEST_NGINX_TLS_PORT ssl;
    ssl_verify_client optional_no_ca;
    oauth2_resolver stateless;
    $modes
}

# The proxy that ends TLS, and what stands behind it.
server {
    listen 127.0.0.1:$proxy_port ssl;
    ssl_verify_client optional_no_ca;
    proxy_set_header Client-Cert \$ssl_client_escaped_cert;
    location / {
        proxy_pass http://127.0.0.1:$plain_port;
    }
}
geo \$realip_remote_addr \$is_proxy {
    127.0.0.1 1;
}
map \$is_proxy \$client_certificate {
    1 \$http_client_cert;
}
server {
    listen 127.0.0.1:$plain_port;
    oauth2_resolver stateless;
    oauth2_client_certificate \$client_certificate;
    $modes
}
CONFIG

default_config(hops('tls', '$TEST_NGINX_TLS_PORT') . hops('header', $proxy_port));

run_tests();

__DATA__

=== the certificate of the TLS connection: on
--- request eval: ::requests('tls', 'on')
--- token eval: ::tokens()
--- refused eval: ::outcomes('on')



=== the certificate of the TLS connection: off
--- request eval: ::requests('tls', 'off')
--- token eval: ::tokens()
--- refused eval: ::outcomes('off')



=== the certificate of the TLS connection: required
--- request eval: ::requests('tls', 'required')
--- token eval: ::tokens()
--- refused eval: ::outcomes('required')



=== the certificate in a header: on
--- request eval: ::requests('header', 'on')
--- token eval: ::tokens()
--- refused eval: ::outcomes('on')



=== the certificate in a header: off
--- request eval: ::requests('header', 'off')
--- token eval: ::tokens()
--- refused eval: ::outcomes('off')



=== the certificate in a header: required
--- request eval: ::requests('header', 'required')
--- token eval: ::tokens()
--- refused eval: ::outcomes('required')
