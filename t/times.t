# exp, iat and nbf, with and without oauth2_skew, at the ends of their range and as fractions.

use lib 't/lib';
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

# Tokens with these members beside the issuer and audience; the bytes of the numbers are kept.
sub with_claims {
    return join "\n",
      map { qq(signed '{"alg":"HS256"}' '{"iss":"https://as.example.com","aud":"https://api.example.com",$_}') } @_;
}

jwks('hs.jwks', 'HS256');

my $config = "oauth2_resolver stateless;\noauth2_secret_store jwks file=\$TEST_NGINX_RUN/hs.jwks;\n";
my %skew = (
    '/t'        => '',
    '/minute'   => 'oauth2_skew 60;',
    '/unit'     => 'oauth2_skew 1m;',
    '/words'    => 'oauth2_skew "1 minute and 30 seconds";',
    '/unquoted' => 'oauth2_skew 1 minute and 30 seconds;',
    '/commas'   => 'oauth2_skew "1 min, 30 sec";',
    '/upper'    => 'oauth2_skew "1 MINUTE";',
    '/ms'       => 'oauth2_skew 60000ms;',
    '/zero'     => 'oauth2_skew zero;',
    '/disabled' => 'oauth2_skew disabled;',
    '/days'     => 'oauth2_skew "3650 days";',
);
for my $path (sort keys %skew) {
    $config .= "location = $path {\n    $skew{$path}\n    empty_gif;\n}\n";
}
$config .= <<'CONFIG';
location /inherits {
    oauth2_skew 60;
    location = /inherits/replaced {
        oauth2_skew zero;
        empty_gif;
    }
    location = /inherits/restored {
        oauth2_skew "";
        empty_gif;
    }
    location = /inherits/kept {
        empty_gif;
    }
}
CONFIG
default_config($config);

run_tests();

__DATA__

=== exp in the future
--- token eval
::with_claims('"exp":@now+60')
--- granted



=== exp in the past
--- token eval
::with_claims('"exp":@now-2')
--- refused: expired



=== no exp
--- token eval
::with_claims('"iat":@now-60', '"iat":@now-60,"expires_in":3600')
--- refused: expiry_missing x 2



=== expires_in never counts
--- token eval
::with_claims('"exp":@now+60,"expires_in":0', '"exp":@now-60,"expires_in":3600,"iat":@now-120')
--- refused
-
expired



=== the mint's times
--- token
RS256 --bad expired
RS256 --bad not-yet-valid
RS256 --bad no-exp
--- refused
expired
not_yet_valid
expiry_missing
--- request eval
[('GET /rs') x 3]
--- config
location = /rs {
    oauth2_resolver stateless;
    empty_gif;
}



=== iat in the past and in the future
--- token eval
::with_claims('"exp":@now+60,"iat":@now-1', '"exp":@now+60,"iat":@now+30')
--- refused
-
not_yet_valid



=== nbf in the past and in the future
--- token eval
::with_claims('"exp":@now+60,"nbf":@now-1', '"exp":@now+60,"nbf":@now+30')
--- refused
-
not_yet_valid



=== times as fractions
--- token eval
::with_claims('"exp":@now+60.5', '"exp":@now-2.5', '"exp":@now+60,"iat":@now-2.5',
    '"exp":@now+60,"nbf":@now-2.999999', '"exp":@now+60,"nbf":@now+30.25')
--- refused
-
expired
-
-
not_yet_valid



=== times with exponents
--- token eval
::with_claims('"exp":9e9', '"exp":1e9', '"exp":9E+9,"nbf":1E-3', '"exp":9e9,"iat":1.5e10')
--- refused
-
expired
-
not_yet_valid



=== times at and below zero
--- token eval
::with_claims('"exp":0', '"exp":-1', '"exp":-0.5', '"exp":@now+60,"iat":0,"nbf":-1')
--- refused
expired
expired
expired
-



=== exp at the ends of int64 and double
--- token eval
::with_claims('"exp":9223372036854775807', '"exp":-9223372036854775808', '"exp":1.7e308',
    '"exp":-1.7e308', '"exp":9223372036854775807.0', '"exp":9223372036854775', '"exp":9223372036854776')
--- refused
-
expired
-
expired
-
-
-



=== iat and nbf at the ends of int64 and double
--- token eval
::with_claims(map { ("\"exp\":\@now+60,\"iat\":$_", "\"exp\":\@now+60,\"nbf\":$_") }
    '9223372036854775807', '-9223372036854775808', '1.7e308', '-1.7e308')
--- refused
not_yet_valid
not_yet_valid
-
-
not_yet_valid
not_yet_valid
-
-



=== the ends of int64 and double with a skew
--- request eval
[('GET /days') x 8]
--- token eval
::with_claims('"exp":9223372036854775807', '"exp":-9223372036854775808', '"exp":1.7e308',
    '"exp":-1.7e308', '"exp":@now+60,"iat":9223372036854775807',
    '"exp":@now+60,"iat":-9223372036854775808', '"exp":@now+60,"nbf":1.7e308',
    '"exp":@now+60,"nbf":-1.7e308')
--- refused
-
expired
-
expired
not_yet_valid
-
not_yet_valid
-



=== beyond int64 and double
--- token eval
::with_claims('"exp":9223372036854775808', '"exp":-9223372036854775809', '"exp":1e309',
    '"exp":@now+60,"nbf":1e309')
--- refused: malformed_token x 4



=== exp of the wrong JSON type
--- token eval
::with_claims('"exp":"@now+60"', '"exp":null', '"exp":true', '"exp":[@now+60]', '"exp":{}')
--- refused: malformed_claims x 5



=== iat of the wrong JSON type
--- token eval
::with_claims(map { "\"exp\":\@now+60,\"iat\":$_" } '"0"', 'null', 'true', '[0]', '{}')
--- refused: malformed_claims x 5



=== nbf of the wrong JSON type
--- token eval
::with_claims(map { "\"exp\":\@now+60,\"nbf\":$_" } '"0"', 'null', 'true', '[0]', '{}')
--- refused: malformed_claims x 5



=== without a skew
--- request eval
[map { ("GET $_", "GET $_", "GET $_") } qw(/t /zero /disabled)]
--- token eval
::with_claims(('"exp":@now-30', '"exp":@now+60,"iat":@now+30', '"exp":@now+60,"nbf":@now+30') x 3)
--- refused eval
::lines((qw(expired not_yet_valid not_yet_valid)) x 3)



=== within the skew, written in every way
--- request eval
[map { ("GET $_", "GET $_", "GET $_") } qw(/minute /unit /upper /ms)]
--- token eval
::with_claims(('"exp":@now-30', '"exp":@now+60,"iat":@now+30', '"exp":@now+60,"nbf":@now+30') x 4)
--- refused: - x 12



=== beyond the skew, written in every way
--- request eval
[map { ("GET $_", "GET $_", "GET $_") } qw(/minute /unit /upper /ms)]
--- token eval
::with_claims(('"exp":@now-62', '"exp":@now+60,"iat":@now+90', '"exp":@now+60,"nbf":@now+90') x 4)
--- refused eval
::lines((qw(expired not_yet_valid not_yet_valid)) x 4)



=== durations of two parts
--- request eval
[map { ("GET $_", "GET $_") } qw(/words /unquoted /commas)]
--- token eval
::with_claims(('"exp":@now-75', '"exp":@now-92') x 3)
--- refused
-
expired
-
expired
-
expired



=== the skew is inherited, replaced and restored
--- request eval
[map { "GET /inherits/$_" } qw(kept replaced restored)]
--- token eval
::with_claims(('"exp":@now-30') x 3)
--- refused
-
expired
expired
