# oauth2_client_certificate: the client's certificate in the text that a proxy makes of it.

use lib 't/lib';
use List::Util qw(first);
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;
use OAuth2Test::Clients;

our $pem = read_file(client('alice')->{certificate});
our $der = decode_base64(base64_der('alice'));
our $key = read_file(client('alice')->{key});
our ($begin, $base64, $end) = $pem =~ /^(-----BEGIN[^\n]+\n)(.*)(-----END[^\n]+\n)$/s;
our $thumbprint = thumbprint('alice');
our $other = read_file(client('mallory')->{certificate});
our $authorization = 'Authorization: Bearer ' . token('RS256', '--claim', 'cnf=' . bound_to('alice'));

# One whose base64 holds a "+".
our $plus = first { base64_der($_) =~ /\+/ } map { "plus$_" } 1 .. 50;
our $plus_pem = read_file(client($plus)->{certificate});
our $plus_authorization =
  'Authorization: Bearer ' . token('RS256', '--claim', 'cnf=' . bound_to($plus));

my $server = client('server');
my $alice = client('alice');
my $front = $ENV{TEST_NGINX_SERVER_PORT} + 4;

default_http_config(<<"CONFIG");
large_client_header_buffers 8 160k;
map "" \$client_certificate {
    default \$http_client_cert;
}
server {
    listen 127.0.0.1:$front ssl;
    ssl_certificate $server->{certificate};
    ssl_certificate_key $server->{key};
    ssl_verify_client optional_no_ca;
    location / {
        proxy_set_header Client-Cert \$ssl_client_escaped_cert;
        proxy_pass http://127.0.0.1:\$TEST_NGINX_SERVER_PORT;
    }
}
CONFIG

default_config(<<"CONFIG");
oauth2_resolver stateless;
oauth2_client_certificate \$client_certificate;
location = /t {
    add_header X-Thumbprint "[\$oauth2_client_thumbprint]" always;
    empty_gif;
}
location = /text-around {
    oauth2_client_certificate "-----BEGIN\$client_certificate-----END CERTIFICATE-----";
    empty_gif;
}
location = /two-hops {
    oauth2_resolver off;
    proxy_ssl_certificate $alice->{certificate};
    proxy_ssl_certificate_key $alice->{key};
    proxy_ssl_session_reuse off;
    proxy_pass https://127.0.0.1:$front/t;
}
CONFIG

# Requests that present these texts as the certificate, with a token that is bound to alice.
sub presenting { return [map { "$authorization\nClient-Cert: $_\n" } @_] }

# The same of texts of PEM, as a proxy escapes them.
sub presenting_pem { return presenting(map { escape($_) } @_) }

# A section for so many requests.
sub each_time { return [($_[1]) x $_[0]] }

run_tests();

__DATA__

=== percent-encoded PEM, by an NGINX that ends TLS
--- request
GET /two-hops
--- more_headers eval: "$::authorization\n"
--- granted
--- response_headers eval: "X-Thumbprint: [$::thumbprint]"



=== by an NGINX that ends TLS, whatever the client claims
--- request
GET /two-hops
--- more_headers eval: "$::authorization\nClient-Cert: " . ::escape($::other) . "\n"
--- granted
--- response_headers eval: "X-Thumbprint: [$::thumbprint]"



=== percent-encoded PEM: in either case, and with other line ends
--- more_headers eval
::presenting(::escape($::pem), lc(::escape($::begin)) =~ s/begin/BEGIN/r =~ s/certificate/CERTIFICATE/r
    . ::escape($::base64 . $::end) =~ s/(%..)/lc $1/ger, ::escape($::pem =~ s/\n/\r\n/gr), ::escape($::pem =~ s/\n\z//r),
    ::escape("$::pem\r\n \t\n"), ::escape($::begin . $::base64 =~ s/\n//gr . "\n$::end"), ::escape($::pem =~ s/\n/ /gr))
--- refused: - x 7
--- response_headers eval: ::each_time(7, "X-Thumbprint: [$::thumbprint]")



=== percent-encoded PEM: only what must be is encoded, and everything is
--- more_headers eval
my $all = $::pem =~ s/(.)/sprintf '%%%02x', ord $1/gers;
::presenting($::pem =~ s/\n/%0A/gr, '-----BEGIN' . substr $all, 3 * 10)
--- refused: - x 2



=== percent-encoded PEM: a "+" stays what it is
--- more_headers eval
["$::plus_authorization\nClient-Cert: " . ::escape($::plus_pem) . "\n",
    "$::plus_authorization\nClient-Cert: " . (::escape($::plus_pem) =~ s/%2B/+/gr) . "\n"]
--- refused: - x 2



=== percent-encoded PEM: a "+" is no space
--- more_headers eval
["$::plus_authorization\nClient-Cert: " . ($::plus_pem =~ s/\n/%0A/gr =~ s/ /+/gr) . "\n",
    "$::plus_authorization\nClient-Cert: " . (::escape($::plus_pem) =~ s/%2B/%20/gr) . "\n"]
--- refused: certificate_missing x 2



=== RFC 9440
--- more_headers eval: ::presenting(::structured_field('alice'))
--- refused: -
--- response_headers eval: "X-Thumbprint: [$::thumbprint]"



=== base64 DER
--- more_headers eval: ::presenting(::base64_der('alice'))
--- refused: -
--- response_headers eval: "X-Thumbprint: [$::thumbprint]"



=== another certificate, in every form
--- more_headers eval
::presenting(::escaped_pem('mallory'), ::structured_field('mallory'), ::base64_der('mallory'))
--- refused: confirmation_mismatch x 3
--- response_headers eval: ::each_time(3, 'X-Thumbprint: [' . ::thumbprint('mallory') . ']')



=== none
--- more_headers eval: ["$::authorization\n", "$::authorization\nClient-Cert:\n", "$::authorization\nX-Client-Cert: x\n"]
--- refused: certificate_missing x 3
--- response_headers eval: ::each_time(3, 'X-Thumbprint: []')



=== no PEM
--- more_headers eval
::presenting_pem('alice', '-', '%', ':', '::', ':::', '=', '====', '-----', '-----BEGIN', $::key, '{"alice":1}',
    "CN=alice\n", $::base64 =~ s/\n/ /gr)
--- refused: certificate_missing x 14
--- response_headers eval: ::each_time(14, 'X-Thumbprint: []')



=== PEM that is cut
--- more_headers eval
::presenting_pem($::begin, "$::begin$::end", $::begin . $::base64, $::base64 . $::end,
    substr($::pem, 1), map { substr $::pem, 0, $_ } 1, 10, 27, 28, 100, length($::pem) - 2, length($::pem) - 10)
--- refused: certificate_missing x 12



=== PEM whose inside is cut
--- more_headers eval
::presenting_pem(map { $::begin . $_ . $::end } substr($::base64, 0, 100), substr($::base64, 0, 104) . "\n",
    substr($::base64, 4), $::base64 =~ s/^.*\n//r, $::base64 =~ s/\n$//r =~ s/.{4}$//r)
--- refused: certificate_missing x 5



=== PEM with a label that is another
--- more_headers eval
::presenting_pem(map({ my $label = $_; $::pem =~ s/CERTIFICATE/$label/gr } 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE',
        'CERTIFICATE REQUEST', 'PKCS7', 'PUBLIC KEY', 'certificate', 'CERTIFICATE ', ''),
    $::pem =~ s/BEGIN/begin/r, $::pem =~ s/END CERTIFICATE/END X509 CERTIFICATE/r, $::pem =~ s/-----BEGIN/----BEGIN/r)
--- refused: certificate_missing x 11



=== several certificates
--- more_headers eval
::presenting_pem($::pem . $::other, $::other . $::pem, $::pem x 2, "$::pem\n$::pem")
--- refused: certificate_missing x 4



=== several certificates in other forms
--- more_headers eval
::presenting(::structured_field('alice') . ', ' . ::structured_field('mallory'), ::structured_field('alice') x 2,
    ::base64_der('alice') x 2, ::base64_der('alice') . ',' . ::base64_der('alice'), ::escape($::pem) . ',' . ::escape($::pem),
    ::encode_base64($::der x 2, ''))
--- refused: certificate_missing x 6



=== a certificate beside something else
--- more_headers eval
::presenting_pem($::key . $::pem, $::pem . $::key, "alice\n$::pem", "$::pem\nalice", "\n$::pem", " $::pem",
    "-----BEGIN\n$::pem", "-----BEGIN NOTHING-----\n-----END NOTHING-----\n$::pem", "$::pem\0", $::pem =~ s/\n/\0\n/r,
    $::begin . "Subject: alice\n\n$::base64$::end")
--- refused: certificate_missing x 11



=== an encrypted block
--- more_headers eval
my $header = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n";
::presenting_pem("$::begin$header$::base64$::end", $::key =~ s/PRIVATE KEY/ENCRYPTED PRIVATE KEY/gr,
    $::key =~ s/PRIVATE KEY-----\n/EC PRIVATE KEY-----\n$header/r . $::pem)
--- refused: certificate_missing x 3



=== bad percent-encoding
--- more_headers eval
my $good = ::escape($::pem);
::presenting("$good%", "$good%4", "$good%4G", "$good%GG", "$good%%0A", "$good%+A", "$good% A", "$good%-1",
    $good =~ s/%0A/%0/r, $good =~ s/%0A/%/r, $good =~ s/%0A/%xA/r, $good =~ s/%0A/%00/r, $good =~ s/%0A/%250A/r,
    $good =~ s/%/%25/gr)
--- refused: certificate_missing x 14



=== what percent-encoding is for no base64
--- more_headers eval
::presenting(::escape(::structured_field('alice')), ::escape(::base64_der('alice') . '='), ::base64_der('alice') =~ s/^M/%4D/r)
--- refused: certificate_missing x 3



=== base64 that is none
--- more_headers eval
my $good = ::base64_der('alice');
::presenting(substr($good, 1), substr($good, 0, -1), substr($good, 0, -4), "$good=", "$good====", "${good}AAAA",
    "AAAA$good", "$good!", $good =~ s/^(.{8})/$1 /r, $good =~ s/^(.{8})/$1-/r, "\"$good\"", "x5c=$good")
--- refused: certificate_missing x 12



=== base64 without its padding, and of another alphabet
--- more_headers eval
my $padded = (grep { ::base64_der($_) =~ /=$/ } map { "padded$_" . 'x' x $_ } 1 .. 6)[0];
my $authorization = 'Authorization: Bearer ' . ::token('RS256', '--claim', 'cnf=' . ::bound_to($padded));
my $slash = 'Authorization: Bearer ' . ::token('RS256', '--claim', 'cnf=' . ::bound_to($::plus));
["$authorization\nClient-Cert: " . ::base64_der($padded) . "\n",
    "$authorization\nClient-Cert: " . (::base64_der($padded) =~ tr/=//dr) . "\n",
    "$slash\nClient-Cert: " . (::base64_der($::plus)) . "\n",
    "$slash\nClient-Cert: " . (::base64_der($::plus) =~ tr{+/}{-_}r) . "\n"]
--- refused
-
certificate_missing
-
certificate_missing



=== RFC 9440 that is none
--- more_headers eval
my $good = ::base64_der('alice');
::presenting(":$good", "$good:", '::' . $good . '::', ": $good:", ":$good: ;a=1", ":$good:;a=1", ":${good}::", ":$good:$good:",
    ";:$good:", "(:$good:)", ':' . ::escape($::pem) . ':')
--- refused: certificate_missing x 11



=== trailing bytes behind the DER
--- more_headers eval
::presenting(map({ ::encode_base64($::der . $_, '') } "\0", "\0\0", 'x', "\x05\0"),
    ::escape($::begin . ::encode_base64("$::der\0") . $::end))
--- refused: certificate_missing x 5



=== DER that is no certificate, or a broken one
--- more_headers eval
::presenting(map { ::encode_base64($_, '') } "\x30\x00", "\x05\0", "\x30\x84\xff\xff\xff\xff", "\x30\x80\0\0", substr($::der, 0, -1),
    substr($::der, 1), "\x31" . substr($::der, 1), 'x' x 1000, "\x30\x82\x03\xe8" . 'x' x 1000,
    ::decode_base64($::key =~ s/-----[^-]+-----//gr), "\x30\x82\x04\x00" . $::der)
--- refused: certificate_missing x 11



=== up to 64 KiB are read
--- more_headers eval
my $rest = 65536 - length ::escape($::pem);
::presenting(::escape($::pem) . '%0A' x ($rest / 3), ::escape($::pem) . '%0A' x ($rest / 3 + 1))
--- refused
-
certificate_missing



=== 100 kB
--- more_headers eval
::presenting(::escape($::pem) . '%0A' x 33_000, 'A' x 100_000, ':' . 'A' x 100_000 . ':', '%41' x 33_000, '%' x 100_000,
    ::escape($::begin) . 'A' x 100_000 . ::escape($::end), ::escape($::pem) x 100, ::encode_base64($::der . "\0" x 60_000, ''))
--- refused: certificate_missing x 8



=== text around the variable is part of the text
--- request eval: ['GET /text-around', 'GET /text-around']
--- more_headers eval: ::presenting(::escape(" CERTIFICATE-----\n$::base64"), ::escape($::pem))
--- refused
-
certificate_missing
