# What fails `nginx -t`, each with a message that names the directive. Beside each broken
# configuration stands the mended one, which passes without a word.

use lib 't/lib';
use v5.20;
use warnings;

use JSON::PP;
use MIME::Base64 qw(encode_base64 encode_base64url);
use Test::More;
use OAuth2Test::Mint qw(jwks pem read_file run_file write_file);
use OAuth2Test::Nginx;

my $jwks = jwks('good.jwks', 'RS256');
my $base64 = encode_base64('0123456789abcdef' x 4, '');

# Settings that are complete; a test leaves some out by name, and adds others.
my %settings = (
    resolver => 'oauth2_resolver stateless;',
    issuer   => 'oauth2_issuer https://as.example.com;',
    audience => 'oauth2_audience https://api.example.com;',
    secret   => 'oauth2_verification_secret any.id;',
    store    => "oauth2_secret_store jwks file=$jwks;",
);

sub complete {
    my ($without, @more) = @_;
    my %leave_out = map { $_ => 1 } split ' ', $without;
    return join "\n", (map { $settings{$_} } grep { !$leave_out{$_} } sort keys %settings), @more;
}

# A file with these bytes.
my $files = 0;
sub file { return write_file(run_file('file' . ++$files), $_[0]) }

# A store in the place of the good one.
sub store { return complete('store', map { "oauth2_secret_store $_;" } @_) }

sub jwks_of { return 'jwks file=' . file(encode_json({keys => [@_]})) }

# The directory store of one file, with that verification secret.
sub directory {
    my ($name, $bytes, $parameters) = @_;
    my $directory = 'directory' . ++$files;
    write_file(run_file("$directory/$name"), $bytes) if defined $bytes;
    mkdir run_file($directory);
    return complete('store secret', 'oauth2_verification_secret one;',
        'oauth2_secret_store directory path=' . run_file($directory) . " $parameters;");
}

sub base64_store {
    return complete('store secret', 'oauth2_verification_secret one;',
        "oauth2_secret_store base64 $_[0];");
}

sub jwk { return decode_json(read_file(jwks('one.jwks', @_)))->{keys}[0] }

sub changed {
    my ($key, %changes) = @_;
    my %changed = (%{jwk($key)}, %changes);
    delete @changed{grep { !defined $changed{$_} } keys %changed};
    return \%changed;
}

sub symmetric { return {kty => 'oct', k => encode_base64url($_[0]), @_[1 .. $#_]} }

my $public_pem = read_file(pem('public.pem', 'RS256'));
my $weak_pem = read_file(pem('weak.pem', 'RS256:bits=1024'));
my $rsa = jwk('RS256');
my $weak = jwk('RS256:bits=1024');
my $ec = jwk('ES256');
my $ed = jwk('Ed25519');
my $off_curve = changed('ES256', y => jwk('ES256:kid=other')->{y});
my $any_secret = qr/oauth2_verification_secret/;
my $any_store = qr/oauth2_secret_store/;
my $secret_or_store = qr/oauth2_verification_secret|oauth2_secret_store/;
my $null = 'oauth2_verification_secret null;';

# Name, what is broken, the message, and what is mended if that isn't the complete settings alone.
my @cases = (
    ['no issuer', complete('issuer'), qr/oauth2_issuer/],
    ['an empty issuer', complete('issuer', 'oauth2_issuer "";'), qr/oauth2_issuer/],
    ['no secret', complete('secret'), $any_secret],
    ['an empty secret id', complete('secret', 'oauth2_verification_secret "";'), $any_secret],
    ['no store', complete('store'), $any_store],
    ['no store but ""', complete('store', 'oauth2_secret_store "";'), $any_store],
    ['"" among stores', complete('', 'oauth2_secret_store "";'), $any_store],
    ['null with a jwks store', complete('secret', $null), $any_secret],
    ['null with algorithms', complete('secret store', $null, 'oauth2_algorithms RS256;'),
        qr/oauth2_verification_secret|oauth2_algorithms/, complete('', 'oauth2_algorithms RS256;')],
    ['an unknown resolver', complete('resolver', 'oauth2_resolver stateful;'), qr/oauth2_resolver/],
    ['an unknown profile', complete('', 'oauth2_token_profile rfc9067;'), qr/oauth2_token_profile/,
        complete('', 'oauth2_token_profile rfc9068;')],
    ['no on or off', complete('', 'oauth2_require_https yes;'), qr/oauth2_require_https/,
        complete('', 'oauth2_require_https on;')],
    ['in an if', complete('', 'if ($is_args) { oauth2_realm R; }'),
        qr/"oauth2_realm" directive is not allowed here/, complete('', 'oauth2_realm R;')],
    ['oauth2_claim_set in a location', complete('', 'oauth2_claim_set $x x;'),
        qr/"oauth2_claim_set" directive is not allowed here/],
);

for my $duration (
    'none', 'unlimited', 'indefinite', 'infinity', 'undefined', '5 parsecs', 'minute', '1.5m',
    '-1', '-1s', '+1s', '1 minute and', 'and 1 minute', '1m 30s', '1 minute, ', '1 minute ago',
    '1m2', '0x10s', '99999999999999999999s', '9223372036854775807 days', ' ', 's5', '1 month',
) {
    push @cases, ["the duration \"$duration\"", complete('', "oauth2_skew \"$duration\";"),
        qr/oauth2_skew/, complete('', 'oauth2_skew "1 minute";')];
}

for my $id ('a b', 'a..b', '.a', 'a.', '-a', 'a_', '../a', 'a/b', 'a%b', '$a', "\xc3\xa9", ' ') {
    push @cases, ["the secret id \"$id\"",
        complete('secret', "oauth2_verification_secret \"$id\";"), $any_secret,
        complete('secret', 'oauth2_verification_secret a.b-c_1;')];
}

for my $name (qw(none None rs256 RS1 HS1 RSA1_5 RSA-OAEP dir A128KW Ed25519x)) {
    push @cases, ["the algorithm $name", complete('', "oauth2_algorithms RS256 $name;"),
        qr/oauth2_algorithms/, complete('', 'oauth2_algorithms RS256 ES256;')];
}

for my $store (
    'vault path=/x', 'jwks', 'jwks path=/x', "jwks $jwks", "jwks file=$jwks file=$jwks",
    "jwks file=$jwks format=pem", 'jwks file=', 'jwks file=/does/not/exist',
    'jwks file=' . run_file(''), 'directory', 'directory path=',
    'directory path=/does/not/exist', 'base64', 'base64 one', 'base64 =x',
) {
    push @cases, ["the store \"$store\"", store($store), $any_store];
}

for my $case (
    ['no JSON', '{"keys":['],
    ['nothing', ''],
    ['a list', '[]'],
    ['a key', encode_json($rsa)],
    ['a member twice', read_file($jwks) =~ s/^\{/{"keys":[],/r],
    ['keys that are no list', '{"keys":{}}'],
    ['bytes', join '', map { chr } 0 .. 255],
    ['NUL bytes', "\0" x 4096],
    ['NUL in a text', '{"keys":[{"kty":"RSA","kid":"a\u0000b"}]}'],
    ['invalid UTF-8', "{\"keys\":[{\"kty\":\"\xff\"}]}"],
    ['deep nesting', '{"keys":' . '[' x 100000 . ']' x 100000 . '}'],
    ['keys that are no objects', '{"keys":[1,"a",null,[]]}'],
) {
    my ($name, $bytes) = @$case;
    push @cases, ["a key set file of $name", store('jwks file=' . file($bytes)), $any_store];
}

for my $case (
    ['no keys', [], [$rsa]],
    ['no usable keys', [{kty => 'future'}, changed('RS256', use => 'enc')],
        [{kty => 'future'}, $rsa]],
    ['an RSA key of 1024 bits', [$weak], [$rsa]],
    ['an RSA key of 2047 bits', [jwk('RS256:bits=2047')], [$rsa]],
    ['a weak key beside a good one', [$rsa, $weak], [$rsa, $ec]],
    ['an RSA key without an exponent', [changed('RS256', e => undef)], [$rsa]],
    ['an RSA key of foreign characters', [changed('RS256', n => 'a+b/c=')], [$rsa]],
    ['a point off the curve', [$off_curve], [$ec]],
    ['a coordinate cut short', [changed('ES256', x => 'AAAA')], [$ec]],
    ['an Ed25519 key of 31 bytes', [changed('Ed25519', x => encode_base64url('x' x 31))], [$ed]],
    ['a symmetric key of no bytes', [symmetric('')], [symmetric('x' x 32)]],
    ['a symmetric key of 31 bytes', [symmetric('x' x 31)], [symmetric('x' x 32)]],
    ['an HS384 key of 47 bytes', [symmetric('x' x 47, alg => 'HS384')],
        [symmetric('x' x 48, alg => 'HS384')]],
    ['an HS512 key of 63 bytes', [symmetric('x' x 63, alg => 'HS512')],
        [symmetric('x' x 64, alg => 'HS512')]],
    ['a symmetric key that is a PEM text', [symmetric($public_pem)], [symmetric('x' x 64)]],
    ['a symmetric key that is a JWK text', [symmetric(encode_json($rsa))],
        [symmetric('x' x 64)]],
) {
    my ($name, $broken, $mended) = @$case;
    push @cases, ["a key set of $name", store(jwks_of(@$broken)), $any_store,
        store(jwks_of(@$mended))];
}

for my $case (
    ['no base64', 'one=%%%%', "one=$base64"],
    ['a bad id', "one=$base64 a..b=$base64", "one=$base64 a.b=$base64"],
    ['an id twice', "one=$base64 one=$base64", "one=$base64 two=$base64"],
    ['a short secret', 'one=' . encode_base64('x' x 31, ''), 'one=' . encode_base64('x' x 32, '')],
    ['an empty secret', 'one=', "one=$base64"],
    ['a PEM text', 'one=' . encode_base64($public_pem, ''), "one=$base64"],
    ['another id than the configured one', "two=$base64", "one=$base64"],
) {
    my ($name, $broken, $mended) = @$case;
    push @cases, ["a base64 store of $name", base64_store($broken), $secret_or_store,
        base64_store($mended)];
}

my @good = ('one', "$base64\n", '');
my @good_pem = ('one', $public_pem, 'format=pem');
for my $case (
    ['an unknown format', ['one', "$base64\n", 'format=hex'], ['one', "$base64\n", 'format=base64']],
    ['an unknown parameter', ['one', "$base64\n", 'prefix=x'], \@good],
    ['another file', ['two', "$base64\n", ''], \@good],
    ['no file', ['one', undef, ''], \@good],
    ['no file of that suffix', ['one', "$base64\n", 'suffix=.key'],
        ['one.key', "$base64\n", 'suffix=.key']],
    ['no base64', ['one', "what?\n", ''], \@good],
    ['an empty file', ['one', '', 'format=plain'], ['one', 'x' x 32, 'format=plain']],
    ['a newline', ['one', "\n", 'format=plain'], ['one', 'x' x 32 . "\n", 'format=plain']],
    ['a short secret', ['one', 'x' x 31, 'format=plain'], ['one', 'x' x 32, 'format=plain']],
    ['PEM that is said to be plain', ['one', $public_pem, 'format=plain'], \@good_pem],
    ['a JWK that is said to be plain', ['one', encode_json($rsa), 'format=plain'],
        ['one', encode_json($rsa), 'format=jwk']],
    ['base64 that is said to be PEM', ['one', "$base64\n", 'format=pem'], \@good_pem],
    ['a broken PEM', ['one', $public_pem =~ s/\n.{20}/\n/r, 'format=pem'], \@good_pem],
    ['a weak RSA key', ['one', $weak_pem, 'format=pem'], \@good_pem],
    ['PEM that is said to be a JWK', ['one', $public_pem, 'format=jwk'], \@good_pem],
    ['a JWK of an unknown type', ['one', '{"kty":"future"}', 'format=jwk'],
        ['one', encode_json($ec), 'format=jwk']],
) {
    my ($name, $broken, $mended) = @$case;
    push @cases, ["a directory of $name", directory(@$broken), $secret_or_store,
        directory(@$mended)];
}

for my $line ('oauth2_realm R;', 'oauth2_scope read;', 'oauth2_require_https on;', 'oauth2_skew 1m;',
    'oauth2_algorithms RS256;', 'oauth2_token_profile any;',
    @settings{qw(resolver issuer audience secret)}) {
    my ($directive) = $line =~ /^(\w+)/;
    my $once = complete('', (grep { $_ eq $line } values %settings) ? () : $line);
    push @cases, ["twice: $line", "$once\n$line", qr/$directive/, $once];
}

for my $directive (qw(oauth2_resolver oauth2_realm oauth2_scope oauth2_require_https oauth2_bypass
    oauth2_issuer oauth2_secret_store oauth2_verification_secret oauth2_skew oauth2_algorithms
    oauth2_audience oauth2_token_profile)) {
    push @cases, ["$directive without a value", complete('', "$directive;"), qr/"$directive"/];
}
for my $directive (qw(oauth2_resolver oauth2_realm oauth2_require_https oauth2_issuer
    oauth2_verification_secret oauth2_token_profile)) {
    push @cases, ["$directive of two values", complete('', "$directive a b;"), qr/"$directive"/];
}

my @http_cases = (
    ['oauth2_claim_set without a variable', 'oauth2_claim_set x x;', qr/variable name "x"/,
        'oauth2_claim_set $x x;'],
    ['oauth2_claim_set without a path', 'oauth2_claim_set $x;', qr/oauth2_claim_set/,
        'oauth2_claim_set $x x;'],
    ['oauth2_claim_set of a variable that is there', 'oauth2_claim_set $host x;', qr/"host" variable/,
        'oauth2_claim_set $host_claim x;'],
    ['oauth2_claim_set twice', "oauth2_claim_set \$x x;\noauth2_claim_set \$x y;", qr/"x" variable/,
        "oauth2_claim_set \$x x;\noauth2_claim_set \$y y;"],
    ['oauth2_claim_set of a name alone', 'oauth2_claim_set $ x;', qr/variable name "\$"/,
        'oauth2_claim_set $x x;'],
);

my $port = OAuth2Test::Nginx::port();

sub check {
    my ($http) = @_;
    return OAuth2Test::Nginx->new(http => $http)->check;
}

sub in_server { return "server {\nlisten 127.0.0.1:$port;\n$_[0]\n}\n" }

sub in_location { return in_server("location / {\n$_[0]\nempty_gif;\n}") }

sub test_case {
    my ($name, $broken, $message, $mended) = @_;
    my ($status, $output) = check($broken);
    isnt($status, 0, "$name: fails");
    my ($line) = $output =~ /^nginx: (\[emerg\] .*)$/m;
    like($line // $output, $message, "$name: the message names what is wrong");
    ($status, $output) = check($mended);
    is($status, 0, "$name: mended it passes") or diag($output);
    unlike($output, qr/\[\w+\]/, "$name: mended it passes without a word");
}

for my $case (@cases) {
    my ($name, $broken, $message, $mended) = @$case;
    test_case($name, in_location($broken), $message, in_location($mended // complete('')));
}
test_case(@$_) for @http_cases;

# Completeness is judged where a resolver is used.
my $incomplete = 'oauth2_resolver stateless;';
my $location = "location / {\n" . complete('') . "\n}";
test_case('incomplete at server level', in_server("$incomplete\n$location"), qr/oauth2_issuer/,
    in_server($location));
test_case('incomplete where http level says stateless', "$incomplete\n" . in_server(''),
    qr/oauth2_issuer/, "$incomplete\n" . in_server('oauth2_resolver off;'));
test_case('incomplete in one of two locations',
    in_server("$location\nlocation /b {\n" . complete('issuer') . "\n}"), qr/oauth2_issuer/,
    in_server("$location\nlocation /b {\noauth2_resolver off;\n}"));

# The message tells where.
my (undef, $output) = check(in_location(complete('issuer')));
like($output, qr{\[emerg\] .*location "/".* in \S+nginx\.conf:\d+},
    'the message names the location');

done_testing();
