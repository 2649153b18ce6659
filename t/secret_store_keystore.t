# oauth2_secret_store keystore and environment: PKCS#12 files, their aliases and passwords, variables.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(certificate jwks pem read_file run_file secret token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();

# A keystore with the private key and the certificate of a key, under an alias.
sub keystore {
    my ($file, $key, $alias, $password, @more) = @_;
    my $path = run_file($file);
    my $certificate = certificate("$alias.crt", $key, @more);
    my $private = pem("$alias.pem", $key, '--private');
    system('openssl', 'pkcs12', '-export', '-name', $alias, '-in', $certificate, '-inkey', $private,
        '-passout', "pass:$password", '-out', $path) == 0 or die "can't make $path";
    chmod 0600, $path;
    return $path;
}

my $good = keystore('good.p12', 'RS256', 'signing', 'hush');
my $expired = keystore('expired.p12', 'RS256', 'expired', 'hush', '--days', '-1');
my $ec = keystore('ec.p12', 'ES256', 'elliptic', 'hush');
my $weak = keystore('weak.p12', 'RS256:bits=1024', 'weak', 'hush');
# Certificates whose key usage (RFC 5280 section 4.2.1.3) is for one thing alone.
my %usage;
for my $usage (qw(digitalSignature keyEncipherment keyCertSign)) {
    my $private = pem('usage.pem', 'RS256:no-alg', '--private');
    my $certificate = run_file("$usage.crt");
    system('openssl', 'req', '-x509', '-key', $private, '-subj', "/CN=$usage", '-addext',
        "keyUsage=critical,$usage", '-out', $certificate) == 0 or die "can't make $certificate";
    $usage{$usage} = run_file("$usage.p12");
    system('openssl', 'pkcs12', '-export', '-name', 'used', '-in', $certificate, '-inkey', $private,
        '-passout', 'pass:hush', '-out', $usage{$usage}) == 0 or die "can't make $usage{$usage}";
    chmod 0600, $usage{$usage};
}
write_file(run_file('secrets/keystore.password'), "hush\n");
write_file(run_file('secrets/wrong.password'), "hash\n");
write_file(run_file('no.p12'), 'no keystore');
my $passwords = 'oauth2_secret_store directory path=' . run_file('secrets') . ' format=plain;';
my $open = "$passwords oauth2_secret_store keystore password_secret=keystore.password";

sub configuration {
    my ($stores, $id) = @_;
    return <<"CONFIG";
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret $id;
    $stores
    server {
        listen 127.0.0.1:$port;
        location / {
            oauth2_resolver stateless;
            empty_gif;
        }
    }
CONFIG
}

sub status_of {
    my ($nginx, $token) = @_;
    return $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port/")->{status};
}

sub serves {
    my ($name, $stores, $id, @expected) = @_;
    my $nginx = OAuth2Test::Nginx->new(name => 'serves', http => configuration($stores, $id))->start;
    while (my ($token, $status) = splice @expected, 0, 2) {
        is(status_of($nginx, $token), $status, $name);
    }
    $nginx->stop;
}

my $rsa = token('RS256');
my $elliptic = token('ES256');
my $named = token('RS256', '--header', 'kid=signing');
my $foreign = token('RS256', '--bad', 'wrong-key');
serves('an alias as the id', "$open file=$good;", 'signing', $rsa, 200, $named, 200, $foreign, 401);
serves('a mapped alias', "$open file=$good map=as.key:signing;", 'as.key', $rsa, 200, $foreign, 401);
serves('an expired certificate: its key counts', "$open file=$expired;", 'expired', $rsa, 200);
serves('a key whose certificate is for signatures', "$open file=$usage{digitalSignature};", 'used',
    token('RS256:no-alg', '--alg', 'RS256'), 200);
serves('two stores in order', "$open file=$ec map=as.key:elliptic; oauth2_secret_store keystore "
      . "password_secret=keystore.password file=$good map=as.key:signing;",
    'as.key', $rsa, 200, $elliptic, 200, $foreign, 401);

# The environment of the start.
{
    local $ENV{AS_HMAC_KEY} = read_file(secret('hmac', 'HS256', 'base64')) =~ s/\n\z//r;
    local $ENV{AS_PEM} = read_file(pem('as.pem', 'RS256'));
    serves('a secret in the environment', 'oauth2_secret_store environment;', 'as.hmac-key',
        token('HS256'), 200, token('HS256', '--bad', 'wrong-key'), 401);
    serves('a PEM key in the environment', 'oauth2_secret_store environment format=pem;', 'as.pem',
        $rsa, 200, $foreign, 401);
}

# What fails nginx -t, with what is said.
for my $case (
    ['a wrong password', "$passwords oauth2_secret_store keystore password_secret=wrong.password file=$good;",
        'signing', qr/good\.p12": the password of password_secret doesn't open it/],
    ['no password', "oauth2_secret_store keystore file=$good;", 'signing', qr/doesn't open it/],
    ['an unknown password', "oauth2_secret_store keystore password_secret=none file=$good;", 'signing',
        qr/password_secret: no other oauth2_secret_store holds "none"/],
    ['no such alias', "$open file=$good map=as.key:other;", 'as.key', qr/it has no alias "other"/],
    ['no such id', "$open file=$good;", 'other', qr/no oauth2_secret_store holds "other"/],
    ['a weak key', "$open file=$weak;", 'weak', qr/alias "weak": its RSA modulus is shorter than 2048/],
    ['a certificate for encryption', "$open file=$usage{keyEncipherment};", 'used',
        qr/alias "used": it may not verify: see .* its certificate's key usage/],
    ['a certificate for issuing others', "$open file=$usage{keyCertSign};", 'used',
        qr/alias "used": it may not verify: see .* its certificate's key usage/],
    ['a certificate for signatures where tokens are decrypted',
        "$open file=$usage{digitalSignature} map=as.sign:used map=as.enc:used; oauth2_decryption_secret as.enc;",
        'as.sign', qr/alias "used": it can't decrypt: .* its certificate's key usage/],
    ['no keystore', "$open file=" . run_file('no.p12') . ';', 'signing', qr/it is no PKCS#12 keystore/],
    ['no file', "$open file=absent.p12;", 'signing', qr/there is no file/],
    ['a bad map', "$open file=$good map=signing;", 'signing', qr/map wants ID:ALIAS/],
    ['a map twice', "$open file=$good map=a:signing map=a:signing;", 'a', qr/map names "a" twice/],
    ['no timeout', "$open file=$good cache_timeout=zero;", 'signing', qr/cache_timeout must be longer/],
    ['a variable that is not set', 'oauth2_secret_store environment;', 'absent.secret',
        qr/no oauth2_secret_store holds "absent.secret"/],
) {
    my ($name, $stores, $id, $message) = @$case;
    my ($status, $said) =
      OAuth2Test::Nginx->new(name => 'check', http => configuration($stores, $id))->check;
    isnt($status, 0, "$name: fails");
    like($said, $message, "$name: says so");
    unlike($said, qr/hush/, "$name: shows no password");
}

# A changed file is read anew; a broken one leaves the keys that were loaded.
my $file = run_file('keys/changing.jwks');
my $first = read_file(jwks('first.jwks', 'RS256'));
my $second = read_file(jwks('second.jwks', 'ES256'));
write_file($file, $first);
my $nginx = OAuth2Test::Nginx->new(http =>
      configuration("oauth2_secret_store jwks file=$file cache_timeout=30ms;", 'any.id'))->start;
is(status_of($nginx, $rsa), 200, 'the key of the start');
is(status_of($nginx, $elliptic), 401, 'a key that is not there yet');
write_file($file, $second);
$nginx->wait_for('the new key', sub { status_of($nginx, $elliptic) == 200 });
is(status_of($nginx, $rsa), 401, 'the key of the start is gone');
write_file($file, '{"keys":[');
$nginx->wait_for('the broken file to be seen', sub { $nginx->log =~ /\[error\].*the keys stay as they were/ });
is(status_of($nginx, $elliptic), 200, 'a broken file leaves the keys in use');
write_file($file, $first);
$nginx->wait_for('the mended file', sub { status_of($nginx, $rsa) == 200 });
is(scalar(() = $nginx->log =~ /\[error\]/g), 1, 'the broken file was logged once');
$nginx->stop;

done_testing;
