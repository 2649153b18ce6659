package OAuth2Test::Clients;

# Clients that have certificates, and the forms in which proxies hand those on.

use v5.20;
use warnings;

use Digest::SHA qw(sha256);
use Exporter qw(import);
use JSON::PP;
use MIME::Base64 qw(decode_base64 encode_base64 encode_base64url);
use OAuth2Test::Mint qw(certificate key pem read_file run_dir run_file);

our @EXPORT = qw(
  client thumbprint bound_to confirmed_by escape escaped_pem structured_field base64_der
);

# The certificate of that client and its private key, as files. `key` is the name of its key, ES256 where
# it is left out; `issuer` another client, or it is self-signed; `days` how long it counts.
sub client {
    my ($name, %options) = @_;
    state %clients;
    return $clients{$name} //= make_client($name, %options);
}

sub make_client {
    my ($name, %options) = @_;
    my $key = $options{key} // "ES256:kid=$name";
    my $issuer = defined $options{issuer} ? client($options{issuer}) : undef;
    my @flags = (
        defined $issuer ? ('--ca', $issuer->{certificate}, '--ca-key', key($issuer->{name})) : (),
        defined $options{days} ? ('--days', $options{days}) : (),
    );
    return {
        name        => $key,
        certificate => certificate("$name.crt", $key, '--subject', $name, @flags),
        key         => pem("$name.key", $key, '--private'),
    };
}

sub pem_of { return read_file(client($_[0])->{certificate}) }

sub der_of { return decode_base64(pem_of($_[0]) =~ s/-----[^-]+-----//gr) }

# RFC 8705 section 3.1.
sub thumbprint { return encode_base64url(sha256(der_of($_[0]))) }

# A "cnf" as the issuer writes it for that client.
sub bound_to { return encode_json({'x5t#S256' => thumbprint($_[0])}) }

# The flag of `mint token` for a "cnf", for a line of tokens.
sub confirmed_by { return "--claim 'cnf=$_[0]'" }

# Percent-encoding as of $ssl_client_escaped_cert.
sub escape { return $_[0] =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ger }

sub escaped_pem { return escape(pem_of($_[0])) }

sub base64_der { return encode_base64(der_of($_[0]), '') }

# RFC 9440 section 2.1.
sub structured_field { return ':' . base64_der($_[0]) . ':' }

1;
