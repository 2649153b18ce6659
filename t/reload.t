# Reloading: keys are read then and only then, and a broken configuration changes nothing.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(jwks read_file run_file token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $first = read_file(jwks('first.jwks', 'RS256:kid=first'));
my $second = read_file(jwks('second.jwks', 'RS256:kid=second'));
my $file = run_file('keys/keys.jwks');
write_file($file, $first);

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
    oauth2_secret_store jwks file=$file;
    server {
        listen 127.0.0.1:$port;
        location / {
            oauth2_resolver stateless;
            empty_gif;
        }
    }
CONFIG

my %tokens = (first => token('RS256:kid=first'), second => token('RS256:kid=second'));

sub statuses_are {
    my ($first_status, $second_status, $name) = @_;
    my %expected = (first => $first_status, second => $second_status);
    for my $key (qw(first second)) {
        my $answer = $nginx->curl('-H', "Authorization: Bearer $tokens{$key}", "http://127.0.0.1:$port/");
        is($answer->{status}, $expected{$key}, "$name: a token of the $key key");
    }
}

statuses_are(200, 401, 'at start');

write_file($file, $second);
statuses_are(200, 401, 'the file has changed');
unlike($nginx->reload, qr/\[(?:emerg|alert|crit|error)\]/, 'a good configuration is loaded');
statuses_are(401, 200, 'after a reload');

# Each of these fails the reload; the old configuration goes on serving.
my %broken = (
    'no JSON' => '{"keys":[',
    'an empty file' => '',
    'no keys' => '{"keys":[]}',
    'a weak key' => read_file(jwks('weak.jwks', 'RS256:bits=1024')),
);
for my $name (sort keys %broken) {
    write_file($file, $broken{$name});
    like($nginx->reload, qr/\[emerg\] .*oauth2_secret_store/, "$name: the reload fails");
    statuses_are(401, 200, "$name");
}

unlink $file or die "can't remove $file: $!";
like($nginx->reload, qr/\[emerg\] .*oauth2_secret_store/, 'no file: the reload fails');
statuses_are(401, 200, 'no file');

write_file($file, $first);
unlike($nginx->reload, qr/\[(?:emerg|alert|crit|error)\]/, 'mended: it is loaded');
statuses_are(200, 401, 'mended');

$nginx->stop;
unlike($nginx->log, qr/exited on signal|\[alert\]/, 'no process died');
unlike($nginx->log, qr/\Q$tokens{$_}\E/, "the log holds no token of the $_ key") for qw(first second);

done_testing();
