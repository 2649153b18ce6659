# What `nginx -t` warns of and lets pass. Beside each stands what passes without a word.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(jwks key pem read_file run_file secret write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $jwks = jwks('good.jwks', 'RS256');

my %settings = (
    resolver => 'oauth2_resolver stateless;',
    issuer   => 'oauth2_issuer https://as.example.com;',
    audience => 'oauth2_audience https://api.example.com;',
    secret   => 'oauth2_verification_secret one;',
    store    => "oauth2_secret_store jwks file=$jwks;",
);

sub complete {
    my ($without, @more) = @_;
    my %leave_out = map { $_ => 1 } split ' ', $without;
    return join "\n", (map { $settings{$_} } grep { !$leave_out{$_} } sort keys %settings), @more;
}

# The settings with a store of a file of that mode.
sub stored {
    my ($store, $bytes, $mode) = @_;
    state $count = 0;
    my $directory = run_file('store' . ++$count);
    write_file("$directory/one", $bytes, $mode);
    return complete('store', 'oauth2_secret_store ' . $store =~ s/DIR/$directory/r . ';');
}

my $private_jwks = read_file(jwks('private.jwks', '--private', 'RS256'));
my $symmetric_jwks = read_file(jwks('symmetric.jwks', 'HS256'));
my $public_jwks = read_file($jwks);
my $private_pem = read_file(pem('private.pem', 'RS256', '--private'));
my $public_pem = read_file(pem('public.pem', 'RS256'));
my $secret = read_file(secret('secret', 'HS256', 'base64'));
my $private_jwk = read_file(key('RS256'));

my @readable = (
    ['a private key set', 'jwks file=DIR/one', $private_jwks, $public_jwks],
    ['a symmetric key set', 'jwks file=DIR/one', $symmetric_jwks, $public_jwks],
    ['a private key in PEM', 'directory path=DIR format=pem', $private_pem, $public_pem],
    ['a private JWK', 'directory path=DIR format=jwk', $private_jwk, undef],
    ['a symmetric secret', 'directory path=DIR', $secret, undef],
    ['a plain symmetric secret', 'directory path=DIR format=plain', 'x' x 64, undef],
);

my $nine = jwks('nine.jwks', map { "ES256:kid=k$_" } 1 .. 9);
my $eight = jwks('eight.jwks', map { "ES256:kid=k$_" } 1 .. 8);
my $null = complete('secret store', 'oauth2_verification_secret null;');

# Name, what is warned of, the message, what isn't.
my @cases = (
    ['null', $null, qr/oauth2_verification_secret null/, complete('')],
    ['any without an audience', complete('audience'), qr/oauth2_token_profile any without oauth2_audience/,
        complete('')],
    ['any without an audience; am', complete('audience', 'oauth2_token_profile any;'),
        qr/oauth2_token_profile any without oauth2_audience/,
        complete('audience', 'oauth2_token_profile am;')],
    ['any without an audience; rfc9068', complete('audience', 'oauth2_audience "";'),
        qr/oauth2_token_profile any without oauth2_audience/,
        complete('audience', 'oauth2_token_profile rfc9068;')],
    ['a variable in the issuer', complete('issuer', 'oauth2_issuer https://$host;'),
        qr/oauth2_issuer: "https:\/\/\$host"/, complete('')],
    ['a variable in the second audience', complete('audience', 'oauth2_audience api ${host}/api;'),
        qr/oauth2_audience: "\$\{host\}\/api"/, complete('audience', 'oauth2_audience api host/api;')],
    ['a quote in a scope', complete('', q{oauth2_scope read 'a"b';}), qr/oauth2_scope: "a\\"b"/,
        complete('', q{oauth2_scope read a'b;})],
    ['a backslash in a scope', complete('', 'oauth2_scope a\\\\b;'), qr/oauth2_scope: "a\\{2}b"/,
        complete('', 'oauth2_scope "a b" a/b;')],
    ['a scope of spaces', complete('', 'oauth2_scope "  ";'), qr/oauth2_scope: "  "/,
        complete('', 'oauth2_scope "";')],
    ['a control character in a scope', complete('', "oauth2_scope 'a\tb';"), qr/oauth2_scope: "a\?b"/,
        complete('', q{oauth2_scope 'a"$uri';})],
    ['a bypass by a header', complete('', 'oauth2_bypass $http_x_internal;'), qr/oauth2_bypass.*\$http_x_internal/,
        complete('', 'oauth2_bypass $is_internal;')],
    ['a bypass by an argument', complete('', 'oauth2_bypass $is_internal $arg_debug;'),
        qr/oauth2_bypass.*\$arg_debug/, complete('', 'oauth2_bypass $is_internal $https;')],
    ['a bypass by a cookie', complete('', 'oauth2_bypass "x${cookie_debug}";'), qr/oauth2_bypass.*cookie_debug/,
        complete('', 'oauth2_bypass "";')],
    ['nine keys of an algorithm', complete('store', "oauth2_secret_store jwks file=$nine;"), qr/first 8/,
        complete('store', "oauth2_secret_store jwks file=$eight;")],
    ['nine keys in two stores', complete('store', "oauth2_secret_store jwks file=$eight;",
            'oauth2_secret_store jwks file=' . jwks('ninth.jwks', 'ES256:kid=k9') . ';'), qr/first 8/,
        complete('store', "oauth2_secret_store jwks file=$eight;", "oauth2_secret_store jwks file=$jwks;")],
    (map { my ($name, $store, $bytes) = @$_;
        ["$name that the world can read", stored($store, $bytes, 0644), qr/oauth2_secret_store.*read/,
            stored($store, $bytes, 0600)] } @readable),
    (map { my ($name, $store, $bytes, $public) = @$_;
        ["$name, or a public one, that the world can read", stored($store, $bytes, 0604),
            qr/oauth2_secret_store.*read/, stored($store, $public, 0644)] } grep { $_->[3] } @readable),
);

sub check {
    my ($settings) = @_;
    my $http = "map \$remote_addr \$is_internal {\n192.0.2.1 1;\n}\n"
      . "server {\nlisten 127.0.0.1:$port;\nlocation / {\n$settings\n}\n}";
    return OAuth2Test::Nginx->new(http => $http)->check;
}

for my $case (@cases) {
    my ($name, $warned, $message, $silent) = @$case;
    my ($status, $output) = check($warned);
    is($status, 0, "$name: passes") or diag($output);
    like($output, qr/^nginx: \[warn\] .*$message/m, "$name: with a warning");
    ($status, $output) = check($silent);
    is($status, 0, "$name: the other passes") or diag($output);
    unlike($output, qr/\[\w+\]/, "$name: the other passes without a word");
}

# A path or a number may be told, the bytes of a secret may not.
my (undef, $output) = check(stored('directory path=DIR format=plain', 'rare-secret' x 5, 0644));
unlike($output, qr/rare-secret/, 'no warning holds a secret');
(undef, $output) = check(stored('directory path=DIR format=plain', 'rare-secret' x 2, 0600));
like($output, qr/\[emerg\]/, 'a short secret fails');
unlike($output, qr/rare-secret/, 'no error holds a secret');

# One warning for what two locations share.
(undef, $output) = OAuth2Test::Nginx->new(http => "server {\nlisten 127.0.0.1:$port;\n" . complete('audience')
      . "\nlocation /a {\n}\nlocation /b {\n}\n}")->check;
is(() = $output =~ /\[warn\]/g, 1, 'levels of equal settings warn once');

done_testing();
