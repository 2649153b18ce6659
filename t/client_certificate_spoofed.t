# A header with a certificate counts only from the address of the proxy: a `geo` over
# $realip_remote_addr and a `map`, as the recipe has it. 127.0.0.1 is the proxy, 127.0.0.2 anybody.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Clients;
use OAuth2Test::Mint qw(jwks token);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $tls_port = OAuth2Test::Nginx::tls_port();
my $jwks = jwks('good.jwks', 'RS256');
my $server = client('server');
my $alice = client('alice');

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    geo \$realip_remote_addr \$is_proxy {
        127.0.0.1 1;
    }
    map \$is_proxy \$client_certificate {
        1 \$http_client_cert;
    }
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_secret_store jwks file=$jwks;
    oauth2_verification_secret any.id;
    oauth2_resolver stateless;
    oauth2_require_https off;
    oauth2_client_certificate \$client_certificate;
    add_header X-Outcome "[\$remote_addr][\$oauth2_error_reason][\$oauth2_client_thumbprint]" always;

    server {
        listen 127.0.0.1:$port;
        listen 127.0.0.1:$tls_port ssl;
        ssl_certificate $server->{certificate};
        ssl_certificate_key $server->{key};
        ssl_verify_client optional_no_ca;
        set_real_ip_from 127.0.0.0/8;

        location = /on {
            empty_gif;
        }
        location = /required {
            oauth2_confirmation_key required;
            empty_gif;
        }
    }
CONFIG

my $thumbprint = thumbprint('alice');
my @bound = ('-H', 'Authorization: Bearer ' . token('RS256', '--claim', 'cnf=' . bound_to('alice')));
my @unbound = ('-H', 'Authorization: Bearer ' . token('RS256'));
my @claim = ('-H', 'Client-Cert: ' . structured_field('alice'));
my @proxy = ('--interface', '127.0.0.1');
my @anybody = ('--interface', '127.0.0.2');
my @tls = ('-k', '--cert', $alice->{certificate}, '--key', $alice->{key});
my ($plain, $secure) = ("http://127.0.0.1:$port", "https://127.0.0.1:$tls_port");

# Name, curl's arguments, the address as NGINX sees it, the reason, the thumbprint as it sees that.
my @cases = (
    ['the proxy', [@proxy, @claim, @bound, "$plain/on"], '127.0.0.1', '', $thumbprint],
    ['the proxy, required', [@proxy, @claim, @bound, "$plain/required"], '127.0.0.1', '', $thumbprint],
    ['the proxy, without a certificate', [@proxy, @bound, "$plain/on"], '127.0.0.1', 'certificate_missing', ''],
    ['anybody', [@anybody, @claim, @bound, "$plain/on"], '127.0.0.2', 'certificate_missing', ''],
    ['anybody, required', [@anybody, @claim, @bound, "$plain/required"], '127.0.0.2',
        'certificate_missing', ''],
    ['anybody, without a claim', [@anybody, @bound, "$plain/on"], '127.0.0.2', 'certificate_missing', ''],
    ['anybody, with a token that is not bound', [@anybody, @claim, @unbound, "$plain/on"], '127.0.0.2', '', ''],
    ['anybody, who says to speak for the proxy',
        [@anybody, @claim, @bound, '-H', 'X-Real-IP: 127.0.0.1', "$plain/on"], '127.0.0.1',
        'certificate_missing', ''],
    ['the proxy, which speaks for anybody',
        [@proxy, @claim, @bound, '-H', 'X-Real-IP: 192.0.2.1', "$plain/on"], '192.0.2.1', '', $thumbprint],
    ['anybody, over TLS', [@anybody, @claim, @tls, @bound, "$secure/on"], '127.0.0.2',
        'certificate_missing', ''],
    ['anybody, over TLS without a claim: no falling back', [@anybody, @tls, @bound, "$secure/on"],
        '127.0.0.2', 'certificate_missing', ''],
    ['the proxy, over TLS without a claim: no falling back', [@proxy, @tls, @bound, "$secure/on"],
        '127.0.0.1', 'certificate_missing', ''],
    ['the proxy, over TLS', [@proxy, @claim, @tls, @bound, "$secure/on"], '127.0.0.1', '', $thumbprint],
    ['the proxy, with an underscore', [@proxy, '-H', 'Client_Cert: ' . structured_field('alice'), @bound, "$plain/on"],
        '127.0.0.1', 'certificate_missing', ''],
);

for my $case (@cases) {
    my ($name, $arguments, @seen) = @$case;
    my $answer = $nginx->curl(@$arguments);
    is($answer->{status}, $seen[1] eq '' ? 200 : 401, "$name: status");
    is_deeply([OAuth2Test::Nginx::header($answer, 'x-outcome')], [join '', map { "[$_]" } @seen],
        "$name: address, reason, thumbprint");
}

$nginx->stop;
done_testing();
