package Soak::Server;

# The NGINX that is put under load.

use v5.20;
use warnings;

use parent qw(OAuth2Test::Nginx);
use OAuth2Test::Clients;
use OAuth2Test::Mint qw(jwks read_file);

my $workers = 2;

sub new {
    my ($class, $keys) = @_;
    return $class->SUPER::new(http => http($keys));
}

# Of the two ports one speaks TLS and asks clients for certificates.
sub http {
    my ($keys) = @_;
    my $port = OAuth2Test::Nginx::port();
    my $tls_port = OAuth2Test::Nginx::tls_port();
    my $jwks = jwks('lasting.jwks', 'RS256', 'ES256');
    my $sealing = jwks('sealing.jwks', '--private', 'RS256', 'RSA-OAEP-256');
    my $ring = $keys->file;
    my $certificate = client('server');
    my $locations = <<"CONFIG";
        oauth2_resolver stateless;
        location = /signed { empty_gif; }
        location = /cached {
            oauth2_cache zone=tokens:1m;
            empty_gif;
        }
        location = /crowded {
            oauth2_cache zone=crowded:64k;
            empty_gif;
        }
        location = /scoped {
            oauth2_scope read write;
            empty_gif;
        }
        location = /ring {
            oauth2_secret_store jwks file=$ring cache_timeout=1s;
            empty_gif;
        }
        location = /ring-cached {
            oauth2_secret_store jwks file=$ring cache_timeout=1s;
            oauth2_cache zone=tokens;
            empty_gif;
        }
        location = /encrypted {
            oauth2_secret_store jwks file=$sealing;
            oauth2_decryption_secret any.id;
            empty_gif;
        }
        location = /bound {
            oauth2_confirmation_key \$demand;
            oauth2_cache zone=tokens;
            empty_gif;
        }
CONFIG
    my %locations = map { $_ => $locations =~ s/\$demand/$_/r } qw(on required);
    return <<"CONFIG";
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    oauth2_secret_store jwks file=$jwks;
    add_header X-Subject "\$oauth2_claim_sub" always;
    add_header X-Cache "\$oauth2_cache_status" always;
    server {
        listen 127.0.0.1:$port;
        oauth2_require_https off;
$locations{on}
    }
    server {
        listen 127.0.0.1:$tls_port ssl;
        ssl_certificate $certificate->{certificate};
        ssl_certificate_key $certificate->{key};
        ssl_verify_client optional_no_ca;
$locations{required}
    }
CONFIG
}

sub configuration {
    my ($self) = @_;
    return $self->SUPER::configuration =~ s/worker_processes 1/worker_processes $workers/r
      =~ s/worker_connections 64/worker_connections 512/r;
}

# The processes of the server: its workers, those that are leaving included.
sub workers {
    my ($self) = @_;
    return split ' ', read_file("/proc/$self->{pid}/task/$self->{pid}/children");
}

sub master { return $_[0]{pid} }

sub reload { kill HUP => $_[0]{pid} }

1;
