# New decryption keys without a reload (cache_timeout=), and with one: directory, keystore, jwks.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(jwks key pem read_file run_file secret token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $public = jwks('public.jwks', 'RS256');

# Each kind of store: how it is written, and how the keys of those names get into it; the first is the
# active one.
write_file(run_file('passwords/pin'), "open sesame\n");
my $directory = run_file('directory');
my $jwks = run_file('keys/keys.jwks');
my $keystore = run_file('keys/keys.p12');
my %stores = (
    directory => {
        text  => "oauth2_secret_store directory path=$directory cache_timeout=20ms;",
        write => sub { write_file("$directory/enc", read_file(secret('made', $_[0], 'base64'))) },
    },
    pem => {
        text  => "oauth2_secret_store directory path=$directory format=pem suffix=.pem cache_timeout=20ms;",
        write => sub { write_file("$directory/enc.pem", read_file(pem('made.pem', $_[0], '--private'))) },
    },
    jwks => {
        text  => "oauth2_secret_store jwks file=$jwks cache_timeout=20ms;",
        write => sub { write_file($jwks, read_file(jwks('made.jwks', '--private', @_))) },
    },
    keystore => {
        text => 'oauth2_secret_store directory path=' . run_file('passwords') . ' format=plain;'
          . " oauth2_secret_store keystore file=$keystore password_secret=pin map=enc:active,old"
          . ' cache_timeout=20ms;',
        write => sub { write_file($keystore, keystore_of(@_)) },
    },
);

# A keystore with the key of that name as the active one, and another, or the same, as the old one.
sub keystore_of {
    my ($active, $old) = @_;
    return OAuth2Test::Mint::run_mint('keystore', '--password', 'open sesame', '--key',
        'active=' . key($active), '--key', 'old=' . key($old // $active));
}

my @symmetric = map { "A256KW:kid=$_" } qw(first second);
my @private = map { "RSA-OAEP:kid=$_" } qw(first second);
my %keys = (directory => \@symmetric, pem => \@private, jwks => \@private, keystore => \@symmetric);

# A second directory beside the first, which holds a key only while keys change.
my $old = run_file('old');
mkdir $old or die "can't make $old: $!";
my $second = "oauth2_secret_store directory path=$old cache_timeout=20ms;";
$keys{second} = $keys{directory};

sub configuration {
    my %texts = ((map { $_ => $stores{$_}{text} } keys %stores), second => "$stores{directory}{text} $second");
    my $locations = join '', map { <<"LOCATION" } sort keys %texts;
        location = /$_ {
            oauth2_resolver stateless;
            oauth2_secret_store jwks file=$public;
            $texts{$_}
            add_header X-Reason "[\$oauth2_error_reason]" always;
            empty_gif;
        }
LOCATION
    return <<"CONFIG";
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any;
    oauth2_decryption_secret enc;
    server {
        listen 127.0.0.1:$port;
$locations
    }
CONFIG
}

$stores{$_}{write}->($keys{$_}[0]) for keys %stores;
my $nginx = OAuth2Test::Nginx->new(http => configuration())->start;

# The answer to a token that is encrypted with that key and names none.
sub answer {
    my ($kind, $key) = @_;
    state %tokens;
    my $token = $tokens{$key} //= token('RS256', '--encrypt', $key, '--no-encrypt-header', 'kid');
    my $answer = $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port/$kind");
    return "$answer->{status} " . (OAuth2Test::Nginx::header($answer, 'x-reason'))[0];
}

sub answers {
    my ($kind, $name, @expected) = @_;
    is(answer($kind, $keys{$kind}[$_]), $expected[$_], "$kind, $name: key $_") for 0 .. $#expected;
}

for my $kind (sort keys %stores) {
    my ($first, $second) = @{$keys{$kind}};
    my $write = $stores{$kind}{write};
    answers($kind, 'at start', '200 []', '401 [decryption_failed]');

    $write->($second);
    $nginx->wait_for('the new key', sub { answer($kind, $second) eq '200 []' });
    answers($kind, 'after the change', '401 [decryption_failed]', '200 []');
}

# The old key beside the new one, for the time in which both are in use.
for my $kind (qw(jwks keystore)) {
    my ($first, $second) = @{$keys{$kind}};
    $stores{$kind}{write}->($first, $second);
    $nginx->wait_for('both keys', sub { answer($kind, $first) eq '200 []' });
    answers($kind, 'both', '200 []', '200 []');
}
answers('second', 'before the old key is moved', '401 [decryption_failed]', '200 []');
write_file("$old/enc", read_file(secret('made', $keys{second}[0], 'base64')));
$nginx->wait_for('the file that was not there', sub { answer('second', $keys{second}[0]) eq '200 []' });
answers('second', 'both', '200 []', '200 []');
unlike($nginx->log, qr/\[error\]/, 'nothing at level error');

# A broken file leaves the keys in use, and is logged once.
my %broken = (
    directory => ["$directory/enc", "c2hvcnQ=\n"],
    pem       => ["$directory/enc.pem", read_file(pem('other.pem', 'RSA-OAEP:kid=first'))],
    jwks      => [$jwks, '{"keys":['],
    keystore  => [$keystore, 'no keystore'],
);
for my $kind (sort keys %broken) {
    my ($path, $bytes) = @{$broken{$kind}};
    my $good = read_file($path);
    write_file($path, $bytes);
    my $seen = qr/\[error\][^\n]*\Q$path\E"[^\n]*the keys stay as they were/;
    $nginx->wait_for('the broken file to be seen', sub { $nginx->log =~ $seen });
    is(answer($kind, $keys{$kind}[1]), '200 []', "$kind: a broken file leaves the keys in use");
    write_file($path, $good);
    unlike($nginx->log, qr/open sesame/, "$kind: no password is logged");
}
is(scalar(() = $nginx->log =~ /\[error\]/g), 4, 'each broken file was logged once');

# Another password than the one that was read at start.
write_file($keystore, OAuth2Test::Mint::run_mint('keystore', '--password', 'another', '--key',
    'active=' . key($symmetric[0]), '--key', 'old=' . key($symmetric[0])));
$nginx->wait_for('the other password', sub { $nginx->log =~ /the password of password_secret doesn't open it/ });
is(answer('keystore', $symmetric[1]), '200 []', 'a keystore of another password leaves the keys in use');
write_file(run_file('passwords/pin'), "another\n");
unlike($nginx->reload, qr/\[(?:emerg|alert|crit)\]/, 'a reload reads the password anew');
answers('keystore', 'after the reload', '200 []', '401 [decryption_failed]');

# A configuration that can't decrypt any more doesn't take the place of the one that can.
write_file($jwks, read_file(jwks('publics.jwks', 'RSA-OAEP:kid=first')));
like($nginx->reload, qr/\[emerg\] .*keys\.jwks" holds no key that may/, 'a reload without a private key fails');
is(answer('keystore', $symmetric[0]), '200 []', 'and changes nothing');

$nginx->stop;
done_testing;
