#!/usr/bin/env perl

# What `nginx -t` says to a wrong configuration, and docs/directives.md: every message below must
# come, and stand in one of that document's tables; every message of those tables must be below.

use v5.20;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib", $FindBin::Bin;

use MIME::Base64 qw(encode_base64 encode_base64url);
use Math::BigInt;
use Test::More;
use NginxConfiguration qw(check_configuration in_http in_server);
use OAuth2Test::Mint qw(
  certificate root_dir run_dir run_file read_file write_file key jwks pem secret
);

make_keys();

my $directory = run_dir();
my (@messages, @reasons);
read_tables(read_file(root_dir() . '/docs/directives.md'));
ok(@messages > 0 && @reasons > 0, 'docs/directives.md has tables of messages and of reasons');

my @cases = read_cases();
check_case($_) for @cases;
for my $row (@messages, @reasons) {
    ok($row->{seen}, "a configuration leads to: $row->{text}");
}
done_testing();

# A case: directives, then the message, after its level.
sub read_cases {
    local $/ = '';
    return map {
        my ($text, $level, $message) = /\A(.*)^(emerg|warn): (.*?)\s*\z/ms or die "no case: $_";
        s/\$DIR\b/$directory/g for $text, $message;
        {text => $text, level => $level, message => $message};
    } <DATA>;
}

sub check_case {
    my ($case) = @_;
    my $configuration =
        $case->{text} =~ s/^# http\n//
      ? in_http($case->{text})
      : in_server("oauth2_resolver stateless;\n$case->{text}");
    my ($passed, $output) = check_configuration($configuration);
    my @said = map { /nginx: \[$case->{level}\] (.*?)(?: \(server at .*?\))?(?: in \S+:\d+)?$/ ? $1 : () }
      split /\n/, $output;
    my $name = "$case->{level}: $case->{message}";

    is($passed ? 1 : 0, $case->{level} eq 'warn' ? 1 : 0, "$name - whether it passes");
    ok((grep { $_ eq $case->{message} } @said), "$name - is said") or diag($output);
    ok(documented($case->{message}), "$name - is documented");
}

sub documented {
    my ($message) = @_;
    for my $row (@messages) {
        $message =~ $row->{pattern} or next;
        my $reason = $+{reason};
        my ($why) = grep { !defined $reason || $reason =~ $_->{pattern} } @reasons;
        next if !$why;
        $row->{seen} = 1;
        $why->{seen} = 1 if defined $reason;
        return 1;
    }
    return 0;
}

# A table's rows, each a message in backquotes. Words in capitals stand for whatever is there.
sub read_tables {
    my ($text) = @_;
    my $rows;
    for my $line (split /\n/, $text) {
        $rows = \@messages if $line =~ /^\| Message \|/;
        $rows = \@reasons if $line =~ /^\| Reason \|/;
        undef $rows if $line !~ /^\|/;
        push @$rows, {text => $1, pattern => pattern($1)} if $rows && $line =~ /^\| `(.+?)` \|/;
    }
}

sub pattern {
    my ($text) = @_;
    my $pattern = quotemeta $text;
    $pattern =~ s/\b(PATH|NAME|VALUE|TYPE|ID|KID|ALG|WORDS|WHY|N)\b/.+?/g;
    $pattern =~ s/REASON/(?<reason>.+?)/;
    return qr/\A$pattern\z/;
}

# ---- Keys that are of no use

sub make_keys {
    make_sets();
    make_broken_sets();
    make_secrets();
    make_keystores();
}

sub make_sets {
    jwks('keys/many.jwks', map { "ES256:kid=m$_" } 1 .. 9);
    jwks('keys/enc.jwks', 'RS256:kid=enc,use=enc');
    jwks('keys/agreement.jwks', '--private', 'ECDH-ES');
    jwks('keys/nameless.jwks', '--private', 'ECDH-ES:kid=');
    jwks('keys/five.jwks', map { "A128KW:kid=w$_" } 1 .. 5);
    jwks('keys/hs256.jwks', 'HS256');
    jwks('keys/es256.jwks', 'ES256');
    chmod 0644, jwks('keys/world.jwks', 'HS256');
    write_file(run_file('keys/text.jwks'), 'text');
    write_file(run_file('keys/long.jwks'), ' ' x (1024 * 1024 + 1));
}

sub make_broken_sets {
    my $one = Math::BigInt->bone;
    my %rsa = (
        short     => number($one->copy->blsft(2047)->bsub(1)),
        long16384 => number($one->copy->blsft(16384)->badd(1)),
        even      => number($one->copy->blsft(2047)),
        roca      => number(Math::BigInt->new(65537)->bpow(128)),
        exponent  => number($one->copy->blsft(2047)->badd(1)),
        missing   => '',
    );
    $rsa{longexponent} = $rsa{exponent};
    for my $name (keys %rsa) {
        my $e = {exponent => 'AQ', longexponent => $rsa{$name}}->{$name} // 'AQAB';
        make_set($name, qq({"kty":"RSA","kid":"$name","e":"$e","n":"$rsa{$name}"}));
    }
    my $x = encode_base64url("\1" x 32);
    make_set('point', qq({"kty":"EC","kid":"point","crv":"P-256","x":"$x","y":"$x"}));
    make_set('ec', '{"kty":"EC","kid":"ec","crv":"P-256","x":"AA","y":"AA"}');
    make_set('okp', '{"kty":"OKP","kid":"okp","crv":"Ed25519"}');
    make_set('low', '{"kty":"OKP","kid":"low","crv":"Ed25519","x":"' . encode_base64url("\0" x 32) . '"}');
    make_set('okplength', '{"kty":"OKP","kid":"okplength","crv":"Ed25519","x":"AA"}');
    make_set('oct', '{"kty":"oct","kid":"oct","k":"="}');
    make_set('hash', qq({"kty":"oct","kid":"hash","alg":"HS512","k":"$x"}));
    make_set('halves', qq({"kty":"OKP","kid":"halves","crv":"X25519","x":"$x","d":"$x"}));
    make_set('wrap', qq({"kty":"oct","kid":"wrap","alg":"A128KW","k":"$x"}));
    make_set('kid', '{"kty":"oct","kid":1}');
}

sub number { return encode_base64url(pack 'H*', substr $_[0]->to_hex =~ s/^(?=(..)*.$)/0/r, 0) }

sub make_set {
    my ($name, $key) = @_;
    write_file(run_file("keys/$name.jwks"), qq({"keys":[$key]}));
}

sub make_secrets {
    my $pem = read_file(pem('secrets/key.pem', 'ES256'));
    write_file(run_file('secrets/short'), encode_base64('x' x 31, ''));
    write_file(run_file('secrets/encoded'), encode_base64($pem, ''));
    write_file(run_file('secrets/foreign'), '!');
    write_file(run_file('secrets/foreign.pem'), '!');
    write_file(run_file('secrets/foreign.jwk'), '!');
    write_file(run_file('secrets/other.pem'), $pem =~ s/PUBLIC KEY/X509 CRL/gr);
    write_file(run_file('secrets/sealed.pem'), $pem =~ s/PUBLIC KEY/ENCRYPTED PRIVATE KEY/gr);
    write_file(run_file('secrets/curve.pem'), x25519_pem());
    write_file(run_file('secrets/length'), encode_base64('x' x 40, ''));
    write_file(run_file('secrets/public.jwk'), first_key(jwks('keys/public.jwks', 'RSA-OAEP')));
    secret('secrets/only/am.signing', 'HS256', 'base64');
    write_file(run_file('secrets/enc.jwk'), read_file(key('RS256:kid=enc,use=enc')));
    chmod 0644, secret('secrets/world', 'HS256', 'base64');
    $ENV{TEST_SHORT} = encode_base64('x' x 31, '');
    $ENV{TEST_SECRET} = encode_base64('x' x 32, '');
    # RFC 8017 appendix A.2.3: the parameters of SHA-1, which is also what they are where none are said.
    run('openssl', 'genpkey', '-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048', '-pkeyopt',
        'rsa_pss_keygen_md:sha1', '-pkeyopt', 'rsa_pss_keygen_mgf1_md:sha1', '-pkeyopt',
        'rsa_pss_keygen_saltlen:20', '-out', run_file('pss.key'));
    run('openssl', 'pkey', '-in', run_file('pss.key'), '-pubout', '-out', run_file('secrets/pss.pem'));
}

sub make_keystores {
    my @identity = ('-in', certificate('one.crt', 'RS256'), '-inkey', pem('one.key', 'RS256', '--private'),
        '-name', 'one', '-passout', 'pass:hush');
    write_file(run_file('secrets/pin'), 'hush');
    run('openssl', 'pkcs12', '-export', @identity, '-out', run_file('keys/good.p12'));
    run('openssl', 'pkcs12', '-export', @identity, '-nomac', '-out', run_file('keys/no-mac.p12'));
    # Its certificate is encrypted by RC2.
    run('openssl', 'pkcs12', '-export', @identity, '-legacy', '-out', run_file('keys/legacy.p12'));
    run(root_dir() . '/build/mint', 'keystore', '--password', 'hush', '--key',
        'weak=' . key('RS256:bits=1024'), '--out', run_file('keys/weak.p12'));
    chmod 0600, map { run_file("keys/$_.p12") } qw(good no-mac legacy weak);
}

sub run {
    my (@command) = @_;
    my $log = run_file('command.log');
    open my $out, '-|', "@command >$log 2>&1" or die "can't run @command: $!";
    close $out or die "failed: @command: " . read_file($log);
}

# The only key of a set.
sub first_key { return read_file($_[0]) =~ s/^\{\s*"keys":\s*\[//r =~ s/\]\s*\}\s*$//r }

# RFC 8410 section 4: a key that agrees on secrets and can't sign.
sub x25519_pem {
    my $der = pack('H*', '302a300506032b656e032100') . "\x09" . "\0" x 31;
    return "-----BEGIN PUBLIC KEY-----\n" . encode_base64($der) . "-----END PUBLIC KEY-----\n";
}

__DATA__
oauth2_skew 1s; oauth2_skew 2s;
emerg: "oauth2_skew" directive is duplicate

oauth2_scope read "";
emerg: "oauth2_scope" directive takes "" only where it is the one such directive of its level

location / { if ($uri) { oauth2_scope read; } }
emerg: "oauth2_scope" directive is not allowed here

oauth2_token_profile jwt;
emerg: oauth2_token_profile: invalid value "jwt", use one of any, am, rfc9068

oauth2_issuer https://$host;
warn: oauth2_issuer: "https://$host" is taken to the letter, variables are not replaced here

oauth2_audience https://api.example.com $host;
warn: oauth2_audience: "$host" is taken to the letter, variables are not replaced here

oauth2_scope 'say "hi"';
warn: oauth2_scope: "say \"hi\"" can be no scope, so good tokens are answered with 500; scopes are printable ASCII without " and \, with spaces between

oauth2_issuer "";
emerg: oauth2_resolver stateless needs oauth2_issuer: write the exact "iss" of the tokens

oauth2_verification_secret "";
emerg: oauth2_resolver stateless needs oauth2_verification_secret or oauth2_decryption_secret: name the secret that verifies or decrypts the tokens

oauth2_secret_store "";
emerg: oauth2_verification_secret has no oauth2_secret_store to look in: add one

oauth2_verification_secret null;
emerg: oauth2_verification_secret null goes with no jwks store: write any id instead of null, or remove that oauth2_secret_store

oauth2_verification_secret null; oauth2_secret_store ""; oauth2_algorithms RS256;
emerg: oauth2_verification_secret null goes with no oauth2_algorithms: no signature is looked at; name a secret, or remove oauth2_algorithms

oauth2_verification_secret null; oauth2_secret_store "";
warn: oauth2_verification_secret null: no signature is looked at, anyone can make a token; name a secret unless something else has verified it

oauth2_verification_secret as..signing;
emerg: oauth2_verification_secret: invalid secret id "as..signing"; an id is letters and digits, in segments joined by ".", "_" or "-"

oauth2_secret_store directory path=secrets;
emerg: oauth2_verification_secret: no oauth2_secret_store holds "as.signing"

oauth2_secret_store jwks file=keys/many.jwks;
warn: oauth2_verification_secret: 9 keys fit ES256; a token whose "kid" names none of them is tried with the first 8 only

oauth2_algorithms ES256;
emerg: oauth2_verification_secret: no key of "as.signing" is usable with the algorithms that oauth2_algorithms allows

oauth2_algorithms HS256 HS512; oauth2_secret_store jwks file=keys/hs256.jwks;
emerg: oauth2_algorithms: HS512 needs a longer secret than "as.signing"

oauth2_algorithms none;
emerg: oauth2_algorithms: unknown algorithm "none"; the algorithms are RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA HS256 HS384 HS512

oauth2_secret_store jwks file=keys/agreement.jwks;
emerg: oauth2_verification_secret: no key of "as.signing" may verify signatures; name a secret that does

oauth2_decryption_secret as..encryption;
emerg: oauth2_decryption_secret: invalid secret id "as..encryption"; an id is letters and digits, in segments joined by ".", "_" or "-"

oauth2_decryption_secret as.encryption; oauth2_verification_secret ""; oauth2_secret_store "";
emerg: oauth2_decryption_secret has no oauth2_secret_store to look in: add one

oauth2_decryption_secret as.encryption; oauth2_verification_secret am.signing; oauth2_secret_store directory path=secrets/only;
emerg: oauth2_decryption_secret: no oauth2_secret_store holds "as.encryption"

oauth2_decryption_secret as.encryption;
emerg: oauth2_decryption_secret: no key of "as.encryption" may decrypt; give a symmetric key, or a private one, whose "use", "key_ops" and "alg" allow it

oauth2_decryption_secret any; oauth2_verification_secret ""; oauth2_secret_store jwks file=keys/agreement.jwks;
emerg: oauth2_decryption_secret: key "ecdh-es" of "any" is a private key, and anyone can encrypt to its public half: name in oauth2_verification_secret what verifies the tokens inside, or use a symmetric key

oauth2_decryption_secret any; oauth2_verification_secret ""; oauth2_secret_store jwks file=keys/nameless.jwks;
emerg: oauth2_decryption_secret: a key of "any" is a private key, and anyone can encrypt to its public half: name in oauth2_verification_secret what verifies the tokens inside, or use a symmetric key

oauth2_decryption_secret any; oauth2_verification_secret ""; oauth2_secret_store jwks file=keys/five.jwks;
warn: oauth2_decryption_secret: 5 keys fit A128KW; a token whose "kid" names none of them is tried with the first 4 only

oauth2_decryption_secret any; oauth2_verification_secret null;
emerg: oauth2_verification_secret null goes with no oauth2_decryption_secret: name the secret that verifies the tokens inside, or, where a shared key encrypts bare claims, remove oauth2_verification_secret

oauth2_decryption_secret as.encryption; oauth2_verification_secret ""; oauth2_secret_store directory path=secrets; oauth2_algorithms RS256;
warn: oauth2_algorithms is of no use without oauth2_verification_secret: it names signature algorithms, and no signature is looked at

oauth2_audience "";
warn: oauth2_token_profile any without oauth2_audience: any JWT of that issuer might pass; set oauth2_audience or another profile

oauth2_confirmation_key required;
emerg: oauth2_confirmation_key required has no way to a certificate: add ssl_verify_client, or name in oauth2_client_certificate the header of a trusted proxy

oauth2_verification_secret null; oauth2_secret_store ""; oauth2_confirmation_key required;
emerg: oauth2_verification_secret null goes with no oauth2_confirmation_key required: anyone can write a "cnf"; name a secret, or remove oauth2_confirmation_key

oauth2_client_certificate $http_client_cert;
warn: oauth2_client_certificate depends on "$http_client_cert": a client can set this and so claim any certificate; let it count only from the proxy's addresses (a geo over $realip_remote_addr and a map)

oauth2_cache zone=tokens;
emerg: oauth2_cache: zone "tokens" has no size, write it once as zone=tokens:SIZE

oauth2_cache zone=tokens:8k;
emerg: oauth2_cache: zone "tokens" is too small, give it 32768 bytes at least

oauth2_cache zone=tokens:many;
emerg: oauth2_cache: invalid zone, write one zone=NAME:SIZE, as in zone=tokens:10m

oauth2_cache off zone=tokens:1m;
emerg: oauth2_cache: invalid parameter "off", it must be off alone, or zone=, default_timeout= and max_timeout=

oauth2_cache size=1m;
emerg: oauth2_cache: invalid parameter "size=1m", it must be off alone, or zone=, default_timeout= and max_timeout=

oauth2_cache zone=tokens:1m max_timeout=5m30s;
emerg: oauth2_cache: max_timeout: invalid duration "5m30s": units are days, hours, minutes, seconds and ms; write "," between parts

oauth2_cache max_timeout=1m;
emerg: "oauth2_cache" needs zone=NAME:SIZE or zone=NAME

oauth2_cache zone=tokens:1m max_timeout=zero;
emerg: oauth2_cache: max_timeout can't be zero, write oauth2_cache off to cache nothing

oauth2_bypass $arg_debug;
warn: oauth2_bypass depends on "$arg_debug": a client can set this and so leave out the check; use a map over what a client can't choose

oauth2_skew 5 fortnights;
emerg: oauth2_skew: invalid duration "5 fortnights": units are days, hours, minutes, seconds and ms; write "," between parts

oauth2_skew -5s;
emerg: oauth2_skew: invalid duration "-5s": each part is a number and a unit, as in "2 minutes"

oauth2_skew none;
emerg: oauth2_skew: invalid duration "none": "none" is ambiguous, write "zero"

oauth2_skew unlimited;
emerg: oauth2_skew: invalid duration "unlimited": a bound is needed here

oauth2_skew 99999999999999999d;
emerg: oauth2_skew: invalid duration "99999999999999999d": it is too long

# http
oauth2_claim_set city address city;
emerg: invalid variable name "city"

# http
oauth2_claim_set $city address city; oauth2_claim_set $city city;
emerg: the duplicate "city" variable

oauth2_secret_store vault id=1;
emerg: oauth2_secret_store vault: unknown type "vault"; the types are jwks, keystore, directory, environment and base64

oauth2_secret_store jwks keys/issuer.jwks;
emerg: oauth2_secret_store jwks: a parameter is not of the form name=value

oauth2_secret_store jwks file=keys/issuer.jwks path=keys;
emerg: oauth2_secret_store jwks: unknown parameter "path"; the parameters are file, cache_timeout, cache_miss_timeout, stale_timeout

oauth2_secret_store jwks file=keys/issuer.jwks stale_timeout=2h;
warn: oauth2_secret_store jwks: stale_timeout has no effect with file=: a file isn't fetched; leave it out

oauth2_secret_store jwks file=a file=b;
emerg: oauth2_secret_store jwks: a parameter is given twice

oauth2_secret_store jwks file=;
emerg: oauth2_secret_store jwks: it needs file=PATH or uri=/LOCATION

oauth2_secret_store jwks uri=/keys cache_timeout=zero; location = /keys { internal; }
emerg: oauth2_secret_store jwks: cache_timeout and cache_miss_timeout must be longer than zero: the authorization server would be asked without end

oauth2_secret_store jwks uri=/keys stale_timeout=5s; location = /keys { internal; }
warn: oauth2_secret_store jwks: stale_timeout is shorter than 10 seconds, which is seldom meant

# http
oauth2_secret_store jwks uri=/keys;
emerg: oauth2_secret_store: "/keys" means a location, which belongs to a server: move the directive into the server

oauth2_introspection_endpoint https://as.example.com/introspect;
emerg: oauth2_introspection_endpoint: "https://as.example.com/introspect" is no URI of a location: write the text that stands behind "location =", without arguments and variables

oauth2_secret_store jwks uri=/keys;
emerg: oauth2_secret_store: there is no location "= /keys": add one with "internal" that proxies to the authorization server

oauth2_secret_store jwks uri=/keys; location = /keys { proxy_pass http://127.0.0.1:8080; }
emerg: oauth2_secret_store: the location "= /keys" is open to clients: add "internal" to it

# http
server { listen 127.0.0.1:20080; oauth2_resolver introspection; }
emerg: oauth2_resolver introspection needs oauth2_introspection_endpoint: write the URI of an internal location that proxies to the endpoint

oauth2_secret_store directory suffix=.pem;
emerg: oauth2_secret_store directory: it needs path=DIR

oauth2_secret_store directory path=secrets format=hex;
emerg: oauth2_secret_store directory: unknown format; the formats are base64, plain, pem and jwk

oauth2_secret_store environment format=hex;
emerg: oauth2_secret_store environment: unknown format; the formats are base64, plain, pem and jwk

oauth2_secret_store directory path=secrets suffix=/key;
emerg: oauth2_secret_store directory: a suffix holds no "/"

oauth2_secret_store base64;
emerg: oauth2_secret_store base64: it needs a secret, as in ID=VALUE

oauth2_secret_store base64 as..signing=AAAA;
emerg: oauth2_secret_store base64: an ID before "=" is no secret id; write each as ID=VALUE

oauth2_secret_store jwks file=keys/none.jwks;
emerg: oauth2_secret_store jwks: there is no file "$DIR/keys/none.jwks"

oauth2_secret_store jwks file=keys;
emerg: oauth2_secret_store jwks: can't read "$DIR/keys": it is no regular file

oauth2_secret_store jwks file=keys/long.jwks;
emerg: oauth2_secret_store jwks: can't read "$DIR/keys/long.jwks": it is longer than 1 MiB

oauth2_secret_store jwks file=keys/text.jwks/none;
emerg: oauth2_secret_store jwks: can't read "$DIR/keys/text.jwks/none": Not a directory

oauth2_secret_store jwks file=keys/text.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/text.jwks": it is no JSON Web Key Set (an object with an array "keys")

oauth2_secret_store jwks file=keys/enc.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/enc.jwks" holds no key that may verify signatures or decrypt

oauth2_secret_store jwks file=keys/world.jwks;
warn: oauth2_secret_store jwks: "$DIR/keys/world.jwks" holds a private or symmetric key and can be read by everybody; take that right away with chmod o-r

oauth2_secret_store jwks file=keys/short.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/short.jwks": key 1 "short": its RSA modulus is shorter than 2048 bits; replace or remove that key

oauth2_secret_store jwks file=keys/long16384.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/long16384.jwks": key 1 "long16384": its RSA modulus is longer than 16384 bits; replace or remove that key

oauth2_secret_store jwks file=keys/even.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/even.jwks": key 1 "even": its RSA modulus is even; replace or remove that key

oauth2_secret_store jwks file=keys/roca.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/roca.jwks": key 1 "roca": its RSA modulus can be factored (CVE-2017-15361); replace or remove that key

oauth2_secret_store jwks file=keys/exponent.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/exponent.jwks": key 1 "exponent": its RSA exponent is 1 or even; replace or remove that key

oauth2_secret_store jwks file=keys/missing.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/missing.jwks": key 1 "missing": "n" or "e" is missing or isn't base64url; replace or remove that key

oauth2_secret_store jwks file=keys/point.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/point.jwks": key 1 "point": its point isn't on the curve; replace or remove that key

oauth2_secret_store jwks file=keys/ec.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/ec.jwks": key 1 "ec": "x" or "y" is missing, isn't base64url or has the wrong length; replace or remove that key

oauth2_secret_store jwks file=keys/okp.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/okp.jwks": key 1 "okp": "x" is missing or isn't base64url; replace or remove that key

oauth2_secret_store jwks file=keys/okplength.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/okplength.jwks": key 1 "okplength": "x" has the wrong length; replace or remove that key

oauth2_secret_store jwks file=keys/oct.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/oct.jwks": key 1 "oct": "k" is missing, empty or isn't base64url; replace or remove that key

oauth2_secret_store jwks file=keys/hash.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/hash.jwks": key 1 "hash": it is shorter than the hash of its "alg"; replace or remove that key

oauth2_secret_store jwks file=keys/kid.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/kid.jwks": key 1: it is no JSON object, or its "kid" or "alg" is no text; replace or remove that key

oauth2_secret_store directory path=none;
emerg: oauth2_secret_store directory: there is no directory "$DIR/none/" that can be read

oauth2_secret_store directory path=secrets; oauth2_verification_secret world;
warn: oauth2_secret_store directory: "$DIR/secrets/world" holds a private or symmetric key and can be read by everybody; take that right away with chmod o-r

oauth2_secret_store directory path=secrets; oauth2_verification_secret short;
emerg: oauth2_secret_store directory: "$DIR/secrets/short": it is shorter than the 32 bytes that HS256 wants

oauth2_secret_store directory path=secrets; oauth2_verification_secret encoded;
emerg: oauth2_secret_store directory: "$DIR/secrets/encoded": it is the encoding of a key or a certificate, no secret

oauth2_secret_store directory path=secrets; oauth2_verification_secret foreign;
emerg: oauth2_secret_store directory: "$DIR/secrets/foreign": it isn't base64 (RFC 4648 section 4, with padding)

oauth2_secret_store directory path=secrets format=pem suffix=.pem; oauth2_verification_secret foreign;
emerg: oauth2_secret_store directory: "$DIR/secrets/foreign.pem": it holds no PEM block

oauth2_secret_store directory path=secrets format=pem suffix=.pem; oauth2_verification_secret other;
emerg: oauth2_secret_store directory: "$DIR/secrets/other.pem": its PEM block is no certificate and no key

oauth2_secret_store directory path=secrets format=pem suffix=.pem; oauth2_verification_secret sealed;
emerg: oauth2_secret_store directory: "$DIR/secrets/sealed.pem": it is encrypted; give it without a passphrase, or a public key to verify with

oauth2_secret_store directory path=secrets format=pem suffix=.pem; oauth2_verification_secret curve;
emerg: oauth2_secret_store directory: "$DIR/secrets/curve.pem": its key type or curve signs no token, or there is no private half to decrypt with

oauth2_secret_store directory path=secrets format=jwk suffix=.jwk; oauth2_verification_secret foreign;
emerg: oauth2_secret_store directory: "$DIR/secrets/foreign.jwk": it is no JSON Web Key

oauth2_decryption_secret public; oauth2_verification_secret ""; oauth2_secret_store directory path=secrets format=jwk suffix=.jwk;
emerg: oauth2_secret_store directory: "$DIR/secrets/public.jwk": it can't decrypt: it must be symmetric, or a private key whose "use", "key_ops", "alg" and curve, or its certificate's key usage, allow it

oauth2_decryption_secret any; oauth2_verification_secret ""; oauth2_secret_store jwks file=keys/halves.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/halves.jwks": key 1 "halves": its private half isn't base64url or doesn't fit the public one; replace or remove that key

oauth2_decryption_secret length; oauth2_verification_secret ""; oauth2_secret_store directory path=secrets;
emerg: oauth2_secret_store directory: "$DIR/secrets/length": its length is that of no encryption (16, 24, 32, 48 or 64 bytes)

oauth2_decryption_secret any; oauth2_verification_secret ""; oauth2_secret_store jwks file=keys/wrap.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/wrap.jwks": key 1 "wrap": its length is not that of its "alg"; replace or remove that key

oauth2_secret_store directory path=secrets format=jwk suffix=.jwk; oauth2_verification_secret enc;
emerg: oauth2_secret_store directory: "$DIR/secrets/enc.jwk": it may not verify: see its "use", "key_ops", "alg" and curve, or its certificate's key usage

oauth2_secret_store environment; oauth2_verification_secret test.short;
emerg: oauth2_secret_store environment: environment variable TEST_SHORT: it is shorter than the 32 bytes that HS256 wants

oauth2_secret_store environment; oauth2_verification_secret test.secret; oauth2_decryption_secret test-secret;
emerg: oauth2_secret_store environment: "test-secret" and "test.secret" are both read from TEST_SECRET; rename one

oauth2_secret_store keystore file=;
emerg: oauth2_secret_store keystore: it needs file=PATH

oauth2_secret_store keystore file=keys/good.p12 map=a;
emerg: oauth2_secret_store keystore: map wants ID:ALIAS[,ALIAS...]

oauth2_secret_store keystore file=keys/good.p12 map=a:one,;
emerg: oauth2_secret_store keystore: map names an empty alias for "a"

oauth2_secret_store keystore file=keys/good.p12 password_secret=hush!;
emerg: oauth2_secret_store keystore: password_secret is no secret id; it names a secret of another oauth2_secret_store, which holds the password

oauth2_secret_store keystore file=keys/none.p12;
emerg: oauth2_secret_store keystore: there is no file "$DIR/keys/none.p12"

oauth2_secret_store keystore file=keys/good.p12 map=a:one map=a:two;
emerg: oauth2_secret_store keystore: map names "a" twice; write its aliases in one

oauth2_secret_store keystore file=keys/good.p12; oauth2_secret_store directory path=secrets format=plain; oauth2_verification_secret one;
emerg: oauth2_secret_store keystore: "$DIR/keys/good.p12": the password of password_secret doesn't open it

oauth2_secret_store keystore file=keys/good.p12 password_secret=pin map=one:one,two; oauth2_secret_store directory path=secrets format=plain; oauth2_verification_secret one;
emerg: oauth2_secret_store keystore: "$DIR/keys/good.p12": it has no alias "two"

oauth2_secret_store keystore file=keys/good.p12 password_secret=none; oauth2_verification_secret one;
emerg: oauth2_secret_store keystore: password_secret: no other oauth2_secret_store holds "none"

oauth2_secret_store keystore file=keys/weak.p12 password_secret=pin; oauth2_secret_store directory path=secrets format=plain; oauth2_verification_secret weak;
emerg: oauth2_secret_store keystore: "$DIR/keys/weak.p12": alias "weak": its RSA modulus is shorter than 2048 bits

oauth2_secret_store keystore file=keys/text.jwks password_secret=pin; oauth2_secret_store directory path=secrets format=plain; oauth2_verification_secret one;
emerg: oauth2_secret_store keystore: "$DIR/keys/text.jwks": it is no PKCS#12 keystore

oauth2_secret_store keystore file=keys/no-mac.p12 password_secret=pin; oauth2_secret_store directory path=secrets format=plain; oauth2_verification_secret one;
emerg: oauth2_secret_store keystore: "$DIR/keys/no-mac.p12": it has no MAC, so nobody can say whether it was changed

oauth2_secret_store keystore file=keys/legacy.p12 password_secret=pin; oauth2_secret_store directory path=secrets format=plain; oauth2_verification_secret one;
emerg: oauth2_secret_store keystore: "$DIR/keys/legacy.p12": a part of it can't be read; make it anew with AES (openssl pkcs12 -export does)

oauth2_secret_store jwks file=keys/issuer.jwks cache_timeout=zero;
emerg: oauth2_secret_store jwks: cache_timeout must be longer than zero; leave it out to never re-read

oauth2_secret_store jwks file=keys/issuer.jwks cache_timeout=1s;
warn: oauth2_secret_store jwks: cache_timeout is shorter than 10 seconds, which is seldom meant

oauth2_secret_store jwks file=keys/longexponent.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/longexponent.jwks": key 1 "longexponent": its RSA exponent is too long: OpenSSL verifies nothing with it; replace or remove that key

oauth2_secret_store jwks file=keys/low.jwks;
emerg: oauth2_secret_store jwks: "$DIR/keys/low.jwks": key 1 "low": its point is of a low order, so that anyone can sign for it; replace or remove that key

oauth2_secret_store directory path=secrets format=pem suffix=.pem; oauth2_verification_secret pss;
emerg: oauth2_secret_store directory: "$DIR/secrets/pss.pem": its RSASSA-PSS parameters are those of no algorithm of JOSE

oauth2_secret_store base64 as.signing=AAAA;
emerg: oauth2_secret_store base64: secret "as.signing": it is shorter than the 32 bytes that HS256 wants
