# What fails `nginx -t`, each with a message that names the directive. Beside each broken
# configuration stands the mended one, which passes without a word.

use lib 't/lib';
use v5.20;
use warnings;

use JSON::PP;
use MIME::Base64 qw(encode_base64 encode_base64url);
use Test::More;
use OAuth2Test::Mint qw(certificate jwks key pem read_file run_file secret write_file);
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
sub file {
    my ($bytes, $name) = @_;
    my $path = run_file($name // 'file' . ++$files);
    return write_file($path, $bytes);
}

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
    return complete('store secret', 'oauth2_verification_secret one;', "oauth2_secret_store base64 $_[0];");
}

sub jwk { return decode_json(read_file(jwks('one.jwks', @_)))->{keys}[0] }

sub changed {
    my ($key, %changes) = @_;
    my %changed = (%{jwk($key)}, %changes);
    delete @changed{grep { !defined $changed{$_} } keys %changed};
    return \%changed;
}

sub symmetric { return {kty => 'oct', k => encode_base64url($_[0]), @_[1 .. $#_]} }

my $good_store = store("jwks file=$jwks");
my $public_pem = read_file(pem('public.pem', 'RS256'));
my $off_curve = changed('ES256', y => jwk('ES256:kid=other')->{y});

# Name, what is broken, the message, what is mended.
my @cases = (
    ['stateless without an issuer', complete('issuer'), qr/oauth2_issuer/, complete('')],
    ['an empty issuer', complete('issuer', 'oauth2_issuer "";'), qr/oauth2_issuer/, complete('')],
    ['stateless without a secret', complete('secret'), qr/oauth2_verification_secret/, complete('')],
    ['a secret without a store', complete('store'), qr/oauth2_secret_store/, complete('')],
    ['no store but ""', complete('store', 'oauth2_secret_store "";'), qr/oauth2_secret_store/,
        complete('')],
    ['null with a jwks store', complete('secret', 'oauth2_verification_secret null;'),
        qr/oauth2_verification_secret/, complete('')],
    ['null with algorithms', complete('secret store', 'oauth2_verification_secret null;',
        'oauth2_algorithms RS256;'), qr/oauth2_verification_secret|oauth2_algorithms/,
        complete('', 'oauth2_algorithms RS256;')],
    ['an id that no store holds', directory('two', "$base64\n", ''), qr/oauth2_verification_secret|oauth2_secret_store/,
        directory('one', "$base64\n", '')],
    ['an id that no base64 store holds', base64_store("two=$base64"),
        qr/oauth2_verification_secret|oauth2_secret_store/, base64_store("one=$base64")],

    ['an unknown resolver', complete('resolver', 'oauth2_resolver stateful;'), qr/oauth2_resolver/,
        complete('')],
    ['an unknown profile', complete('', 'oauth2_token_profile rfc9067;'), qr/oauth2_token_profile/,
        complete('', 'oauth2_token_profile rfc9068;')],
    ['an unknown https setting', complete('', 'oauth2_require_https maybe;'), qr/oauth2_require_https/,
        complete('', 'oauth2_require_https on;')],

    (map { ["the duration \"$_\"", complete('', "oauth2_skew \"$_\";"), qr/oauth2_skew/,
        complete('', 'oauth2_skew "1 minute";')] }
        'none', 'unlimited', 'indefinite', 'infinity', 'undefined', '5 parsecs', 'minute', '1.5m', '-1',
        '-1s', '+1s', '1 minute and', 'and 1 minute', '1m 30s', '1 minute, ', '1 minute ago', '1m2',
        '0x10s', '99999999999999999999s', '9223372036854775807 days', ' ', 's5', '1 month'),

    (map { ["the secret id \"$_\"", complete('secret', "oauth2_verification_secret \"$_\";"),
        qr/oauth2_verification_secret/, complete('secret', 'oauth2_verification_secret a.b-c_1;')] }
        'a b', 'a..b', '.a', 'a.', '-a', 'a_', '../a', 'a/b', 'a%b', '$a', "\xc3\xa9", ' '),

    (map { ["the algorithm $_", complete('', "oauth2_algorithms RS256 $_;"), qr/oauth2_algorithms/,
        complete('', 'oauth2_algorithms RS256 ES256;')] }
        qw(none None rs256 RS1 HS1 RSA1_5 RSA-OAEP dir A128KW Ed25519x)),

    (map { ["the store \"$_\"", store($_), qr/oauth2_secret_store/, $good_store] }
        'vault path=/x', 'jwks', 'jwks path=/x', "jwks $jwks", "jwks file=$jwks file=$jwks",
        "jwks file=$jwks format=pem", 'jwks file=', 'jwks file=/does/not/exist', 'directory',
        'directory path=', 'directory path=/does/not/exist', 'base64', 'base64 one', 'base64 =x'),
    ['a folder as a key set', store('jwks file=' . run_file('')), qr/oauth2_secret_store/, $good_store],

    ['a key set that is no JSON', store('jwks file=' . file('{"keys":[')), qr/oauth2_secret_store/,
        $good_store],
    ['an empty key set file', store('jwks file=' . file('')), qr/oauth2_secret_store/, $good_store],
    ['a key set that is a list', store('jwks file=' . file('[]')), qr/oauth2_secret_store/, $good_store],
    ['a key in the place of a set', store('jwks file=' . file(encode_json(jwk('RS256')))),
        qr/oauth2_secret_store/, $good_store],
    ['a key set with a member twice', store('jwks file=' . file(read_file($jwks) =~ s/^\{/{"keys":[],/r)),
        qr/oauth2_secret_store/, $good_store],
    ['a key set whose keys are no list', store('jwks file=' . file('{"keys":{}}')), qr/oauth2_secret_store/,
        $good_store],
    ['a key set without keys', store(jwks_of()), qr/oauth2_secret_store/, store(jwks_of(jwk('RS256')))],
    ['a key set without usable keys', store(jwks_of({kty => 'future'}, changed('RS256', use => 'enc'))),
        qr/oauth2_secret_store/, store(jwks_of({kty => 'future'}, jwk('RS256')))],

    ['an RSA key of 1024 bits', store(jwks_of(jwk('RS256:bits=1024'))), qr/oauth2_secret_store/,
        store(jwks_of(jwk('RS256')))],
    ['an RSA key of 2047 bits', store(jwks_of(jwk('RS256:bits=2047'))), qr/oauth2_secret_store/,
        store(jwks_of(jwk('RS256')))],
    ['a weak key beside a good one', store(jwks_of(jwk('RS256'), jwk('RS256:bits=1024'))),
        qr/oauth2_secret_store/, store(jwks_of(jwk('RS256'), jwk('ES256')))],
    ['an RSA key without an exponent', store(jwks_of(changed('RS256', e => undef))), qr/oauth2_secret_store/,
        store(jwks_of(jwk('RS256')))],
    ['an RSA key of foreign characters', store(jwks_of(changed('RS256', n => 'a+b/c='))),
        qr/oauth2_secret_store/, store(jwks_of(jwk('RS256')))],
    ['a point off the curve', store(jwks_of($off_curve)), qr/oauth2_secret_store/,
        store(jwks_of(jwk('ES256')))],
    ['a coordinate cut short', store(jwks_of(changed('ES256', x => 'AAAA'))), qr/oauth2_secret_store/,
        store(jwks_of(jwk('ES256')))],
    ['an Ed25519 key of 31 bytes', store(jwks_of(changed('Ed25519', x => encode_base64url('x' x 31)))),
        qr/oauth2_secret_store/, store(jwks_of(jwk('Ed25519')))],
    ['a symmetric key of no bytes', store(jwks_of(symmetric(''))), qr/oauth2_secret_store/,
        store(jwks_of(symmetric('x' x 32)))],
    ['a symmetric key of 31 bytes', store(jwks_of(symmetric('x' x 31))), qr/oauth2_secret_store/,
        store(jwks_of(symmetric('x' x 32)))],
    ['an HS384 key of 47 bytes', store(jwks_of(symmetric('x' x 47, alg => 'HS384'))), qr/oauth2_secret_store/,
        store(jwks_of(symmetric('x' x 48, alg => 'HS384')))],
    ['an HS512 key of 63 bytes', store(jwks_of(symmetric('x' x 63, alg => 'HS512'))), qr/oauth2_secret_store/,
        store(jwks_of(symmetric('x' x 64, alg => 'HS512')))],
    ['a symmetric key that is a PEM text', store(jwks_of(symmetric($public_pem))), qr/oauth2_secret_store/,
        store(jwks_of(symmetric('x' x 64)))],
    ['a symmetric key that is a JWK text', store(jwks_of(symmetric(encode_json(jwk('RS256'))))),
        qr/oauth2_secret_store/, store(jwks_of(symmetric('x' x 64)))],

    ['a base64 store of no base64', base64_store('one=%%%%'), qr/oauth2_secret_store/,
        base64_store("one=$base64")],
    ['a base64 store of a bad id', base64_store("one=$base64 a..b=$base64"), qr/oauth2_secret_store/,
        base64_store("one=$base64 a.b=$base64")],
    ['a base64 store with an id twice', base64_store("one=$base64 one=$base64"), qr/oauth2_secret_store/,
        base64_store("one=$base64 two=$base64")],
    ['a base64 store of a short secret', base64_store('one=' . encode_base64('x' x 31, '')),
        qr/oauth2_secret_store/, base64_store('one=' . encode_base64('x' x 32, ''))],
    ['a base64 store of an empty secret', base64_store('one='), qr/oauth2_secret_store/,
        base64_store("one=$base64")],
    ['a base64 store of a PEM text', base64_store('one=' . encode_base64($public_pem, '')),
        qr/oauth2_secret_store/, base64_store("one=$base64")],

    ['a directory of an unknown format', directory('one', "$base64\n", 'format=hex'),
        qr/oauth2_secret_store/, directory('one', "$base64\n", 'format=base64')],
    ['a directory with an unknown parameter', directory('one', "$base64\n", 'prefix=x'),
        qr/oauth2_secret_store/, directory('one', "$base64\n", '')],
    ['a directory without the file', directory('one', undef, ''),
        qr/oauth2_secret_store|oauth2_verification_secret/, directory('one', "$base64\n", '')],
    ['a directory without the file of that suffix', directory('one', "$base64\n", 'suffix=.key'),
        qr/oauth2_secret_store|oauth2_verification_secret/, directory('one.key', "$base64\n", 'suffix=.key')],
    ['a directory file of no base64', directory('one', "what?\n", ''), qr/oauth2_secret_store/,
        directory('one', "$base64\n", '')],
    ['an empty directory file', directory('one', '', 'format=plain'), qr/oauth2_secret_store/,
        directory('one', 'x' x 32, 'format=plain')],
    ['a directory file of a newline', directory('one', "\n", 'format=plain'), qr/oauth2_secret_store/,
        directory('one', 'x' x 32 . "\n", 'format=plain')],
    ['a short secret in a directory', directory('one', 'x' x 31, 'format=plain'), qr/oauth2_secret_store/,
        directory('one', 'x' x 32, 'format=plain')],
    ['a public key as a plain secret', directory('one', $public_pem, 'format=plain'),
        qr/oauth2_secret_store/, directory('one', $public_pem, 'format=pem')],
    ['a JWK as a plain secret', directory('one', encode_json(jwk('RS256')), 'format=plain'),
        qr/oauth2_secret_store/, directory('one', encode_json(jwk('RS256')), 'format=jwk')],
    ['no PEM where PEM is said', directory('one', "$base64\n", 'format=pem'), qr/oauth2_secret_store/,
        directory('one', $public_pem, 'format=pem')],
    ['a broken PEM', directory('one', $public_pem =~ s/\n.{20}/\n/r, 'format=pem'), qr/oauth2_secret_store/,
        directory('one', $public_pem, 'format=pem')],
    ['a weak RSA key in PEM', directory('one', read_file(pem('weak.pem', 'RS256:bits=1024')), 'format=pem'),
        qr/oauth2_secret_store/, directory('one', $public_pem, 'format=pem')],
    ['no JWK where a JWK is said', directory('one', $public_pem, 'format=jwk'), qr/oauth2_secret_store/,
        directory('one', encode_json(jwk('ES256')), 'format=jwk')],
    ['a JWK of an unknown type', directory('one', '{"kty":"future"}', 'format=jwk'),
        qr/oauth2_secret_store/, directory('one', encode_json(jwk('ES256')), 'format=jwk')],

    (map { ["twice: $_", complete('', $_, $_), qr/\Q${\ ($_ =~ m{^(\w+)})}\E/, complete('', $_)] }
        'oauth2_realm R;', 'oauth2_scope read;', 'oauth2_require_https on;',
        'oauth2_skew 1m;', 'oauth2_algorithms RS256;', 'oauth2_token_profile any;'),
    (map { ["twice: $_", complete('', $settings{$_}), qr/oauth2_(?:resolver|issuer|audience|verification_secret)/,
        complete('')] } qw(resolver issuer audience secret)),
    ['"" among stores', complete('', 'oauth2_secret_store "";'), qr/oauth2_secret_store/, complete('')],

    (map { ["without a value: $_", complete('', "$_;"), qr/\Q"$_"\E/, complete('')] }
        qw(oauth2_realm oauth2_scope oauth2_require_https oauth2_bypass oauth2_skew oauth2_algorithms
        oauth2_token_profile oauth2_secret_store)),
    (map { ["two values: $_", complete('', "$_ a b;"), qr/\Q"$_"\E/, complete('')] }
        qw(oauth2_realm oauth2_require_https oauth2_token_profile)),
    ['in an if', complete('', 'if ($is_args) { oauth2_realm R; }'), qr/"oauth2_realm" directive is not allowed here/,
        complete('', 'oauth2_realm R;')],
    ['oauth2_claim_set in a location', complete('', 'oauth2_claim_set $x x;'),
        qr/"oauth2_claim_set" directive is not allowed here/, complete('')],
);

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

sub in_location { return "server {\nlisten 127.0.0.1:$port;\nlocation / {\n$_[0]\nempty_gif;\n}\n}\n" }

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
    test_case($name, in_location($broken), $message, in_location($mended));
}
test_case(@$_) for @http_cases;

# Completeness is judged where a resolver is used.
my $incomplete = 'oauth2_resolver stateless;';
test_case('incomplete at server level', "server {\nlisten 127.0.0.1:$port;\n$incomplete\nlocation / {\n"
      . complete('') . "\n}\n}", qr/oauth2_issuer/,
    "server {\nlisten 127.0.0.1:$port;\nlocation / {\n" . complete('') . "\n}\n}");
test_case('incomplete where http level says stateless', "$incomplete\nserver {\nlisten 127.0.0.1:$port;\n}",
    qr/oauth2_issuer/, "$incomplete\nserver {\nlisten 127.0.0.1:$port;\noauth2_resolver off;\n}");
test_case('incomplete in one of two locations', "server {\nlisten 127.0.0.1:$port;\n"
      . "location /a {\n" . complete('') . "\n}\nlocation /b {\n" . complete('issuer') . "\n}\n}",
    qr/oauth2_issuer/, "server {\nlisten 127.0.0.1:$port;\n"
      . "location /a {\n" . complete('') . "\n}\nlocation /b {\noauth2_resolver off;\n}\n}");

# The message tells where.
my (undef, $output) = check(in_location(complete('issuer')));
like($output, qr{\[emerg\] .*location "/".* in \S+nginx\.conf:\d+}, 'the message names the location');

done_testing();
