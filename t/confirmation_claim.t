# The claim "cnf" in every shape, presented with the certificate that the good one is bound to.

use lib 't/lib';
use Digest::SHA;
use MIME::Base64 qw(decode_base64url);
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;
use OAuth2Test::Clients;

jwks('hs.jwks', 'HS256');

default_http_config(<<'CONFIG');
oauth2_secret_store jwks file=$TEST_NGINX_RUN/hs.jwks;
map "" $client_certificate {
    default $http_client_cert;
}
oauth2_client_certificate $client_certificate;
CONFIG

our $header = 'Client-Cert: ' . structured_field('alice');
our $thumbprint = thumbprint('alice');
our $bytes = decode_base64url($thumbprint);
our $other = thumbprint('mallory');

# A token for each of these members of its claims.
sub tokens {
    return lines map {
        qq(signed '{"alg":"HS256"}' '{"iss":"https://as.example.com",)
          . qq("aud":"https://api.example.com","exp":\@now+600$_}')
    } @_;
}

sub with_cnf { return tokens(map { qq(,"cnf":$_) } @_) }

sub with_thumbprints { return with_cnf(map { qq({"x5t#S256":$_}) } @_) }

run_tests();

__DATA__

=== the thumbprint of the certificate
--- more_headers eval: "$::header\n"
--- token eval: ::with_thumbprints(qq("$::thumbprint"))
--- granted



=== no "cnf", and others that only look like it
--- more_headers eval: "$::header\n"
--- token eval
::tokens('', qq(,"Cnf":{"jkt":"$::other"}), qq(,"cnf ":{"jkt":"$::other"}), qq(,"x5t#S256":"$::other"),
    qq(,"act":{"cnf":{"x5t#S256":"$::other"}}))
--- refused: - x 5



=== "cnf" is no object
--- more_headers eval: "$::header\n"
--- token eval
::with_cnf(qq("$::thumbprint"), '""', '1', '0', '-1.5', 'true', 'false', 'null', '[]',
    qq(["$::thumbprint"]), qq([{"x5t#S256":"$::thumbprint"}]))
--- refused: confirmation_unsupported x 11



=== "cnf" is empty
--- more_headers eval: "$::header\n"
--- token eval: ::with_cnf('{}')
--- refused: confirmation_unsupported



=== another method
--- more_headers eval: "$::header\n"
--- token eval
::with_cnf(qq({"jkt":"$::thumbprint"}), '{"jwk":{"kty":"oct","k":"AAAA"}}', '{"jwe":"a.b.c.d.e"}',
    '{"kid":"alice"}', '{"jku":"https://as.example.com/keys"}', '{"osc":{}}', '{"":""}')
--- refused: confirmation_unsupported x 7



=== another spelling
--- more_headers eval: "$::header\n"
--- token eval
::with_cnf(map { qq({"$_":"$::thumbprint"}) } 'x5t#s256', 'X5T#S256', 'x5t', 'x5t#S512', 'x5t#S256 ',
    ' x5t#S256', 'x5tS256', 'x5t\u0023S256x')
--- refused: confirmation_unsupported x 8



=== the same spelling in escapes
--- more_headers eval: "$::header\n"
--- token eval: ::with_cnf(qq({"x5t\\u0023S256":"$::thumbprint"}))
--- granted



=== an additional method, before or behind
--- more_headers eval: "$::header\n"
--- token eval
::with_cnf(map { (qq({"x5t#S256":"$::thumbprint",$_}), qq({$_,"x5t#S256":"$::thumbprint"})) }
    qq("jkt":"$::other"), '"jwk":{"kty":"oct","k":"AAAA"}', '"kid":"alice"', '"x5t":"AAAA"',
    '"future":null')
--- refused: confirmation_unsupported x 10



=== a method twice
--- more_headers eval: "$::header\n"
--- token eval
::with_cnf(qq({"x5t#S256":"$::thumbprint","x5t#S256":"$::thumbprint"}),
    qq({"x5t#S256":"$::other","x5t#S256":"$::thumbprint"}))
--- refused: malformed_token x 2



=== "cnf" twice
--- more_headers eval: "$::header\n"
--- token eval
::tokens(qq(,"cnf":{"x5t#S256":"$::other"},"cnf":{"x5t#S256":"$::thumbprint"}))
--- refused: malformed_token



=== the thumbprint is no text
--- more_headers eval: "$::header\n"
--- token eval
::with_thumbprints('1', 'null', 'true', '{}', '[]', qq(["$::thumbprint"]),
    qq({"x5t#S256":"$::thumbprint"}))
--- refused: confirmation_unsupported x 7



=== nested deep
--- more_headers eval: "$::header\n"
--- token eval
::with_cnf('{"cnf":' x 100 . qq({"x5t#S256":"$::thumbprint"}) . '}' x 100,
    '[' x 1000 . ']' x 1000, '{"x5t#S256":' . '[' x 1000 . ']' x 1000 . '}')
--- refused: confirmation_unsupported x 3



=== nested deeper than can be parsed
--- more_headers eval: "$::header\n"
--- token eval: ::with_cnf('[' x 2100 . ']' x 2100)
--- refused: malformed_token



=== the thumbprint of the right bytes in another form
--- more_headers eval: "$::header\n"
--- token eval
::with_thumbprints(map { qq("$_") } "$::thumbprint=", "$::thumbprint==", " $::thumbprint",
    "$::thumbprint ", "$::thumbprint\\n", MIME::Base64::encode_base64($::bytes, ''),
    unpack('H*', $::bytes), uc(unpack 'H*', $::bytes), unpack('H*', $::bytes) =~ s/..(?=.)/$&:/gr)
--- refused: confirmation_unsupported x 9



=== standard base64 of 43 characters
--- more_headers eval: "$::header\n"
--- token eval
::with_thumbprints(map { '"' . $_ . substr($::thumbprint, 1) . '"' } '+', '/')
--- refused: confirmation_unsupported x 2



=== another length
--- more_headers eval: "$::header\n"
--- token eval
::with_thumbprints(map { qq("$_") } '', 'A', substr($::thumbprint, 0, 42), "${main::thumbprint}A",
    $::thumbprint x 2, 'A' x 4000, MIME::Base64::encode_base64url(Digest::SHA::sha1($::bytes)),
    MIME::Base64::encode_base64url(Digest::SHA::sha512($::bytes)))
--- refused: confirmation_unsupported x 8



=== characters that are none, at the right length
--- more_headers eval: "$::header\n"
--- token eval
my $start = substr $::thumbprint, 0, 42;
::with_thumbprints(map { qq("$_") } $start . '\u0000', '\u00e9' . 'A' x 41, '*' x 43, "$start=")
--- refused
malformed_token
confirmation_unsupported
confirmation_unsupported
confirmation_unsupported



=== another thumbprint, in any case and in every place
--- more_headers eval: "$::header\n"
--- token eval
sub changed_at {
    my ($place) = @_;
    my $text = $::thumbprint;
    substr($text, $place, 1) = substr($text, $place, 1) eq 'A' ? 'B' : 'A';
    return $text;
}
::with_thumbprints(map { qq("$_") } $::other, $::thumbprint =~ tr/A-Za-z/a-zA-Z/r, 'A' x 43,
    map { changed_at($_) } 0, 1, 21, 41, 42)
--- refused: confirmation_mismatch x 8



=== a "cnf" doesn't excuse what else is wrong
--- more_headers eval: "$::header\n"
--- token
HS256 --bad expired
HS256 --bad wrong-key
HS256 --bad wrong-issuer
--- refused
expired
bad_signature
issuer_mismatch
