# cache_timeout= where the workers can't read the file: the start says so, and the loaded keys stay.

use lib 't/lib';
use v5.20;
use warnings;

use File::Temp qw(tempdir);
use Test::More;
use OAuth2Test::Mint qw(jwks read_file token write_file);
use OAuth2Test::Nginx;

plan skip_all => 'only root can give workers another user' if $> != 0;
my $group = getgrgid((getpwnam 'nobody')[3] // 0);

my $port = OAuth2Test::Nginx::port();
my $public = jwks('public.jwks', 'RS256');
# The checkout may stand in a folder that is closed to others.
my $dir = tempdir(TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir or die "can't change the mode of $dir: $!";
my $file = "$dir/private.jwks";
my %keys = map { $_ => read_file(jwks("made-$_.jwks", '--private', "RSA-OAEP:kid=$_")) } qw(first second);
write_file($file, $keys{first});
chmod 0644, $public;

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG");
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any;
    oauth2_decryption_secret any;
    oauth2_secret_store jwks file=$public;
    oauth2_secret_store jwks file=$file cache_timeout=20ms;
    server {
        listen 127.0.0.1:$port;
        location / {
            oauth2_resolver stateless;
            empty_gif;
        }
    }
CONFIG
write_file("$nginx->{prefix}/conf/nginx.conf", $nginx->configuration =~ s/^user root;/user nobody $group;/mr);
$nginx->start;

sub status_of {
    my ($key) = @_;
    my $token = token('RS256', '--encrypt', "RSA-OAEP:kid=$key");
    return $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port/")->{status};
}

sub errors { return scalar(() = $nginx->log =~ /\[error\][^\n]*the keys stay as they were/g) }

my $warned = qr/\[warn\][^\n]*the workers can't read "\Q$file\E", so cache_timeout has no effect/;
$nginx->wait_for('the worker that looks at the file', sub { $nginx->log =~ $warned });
pass('the start warns');
is(status_of('first'), 200, 'the key of the start');

write_file($file, $keys{second});
$nginx->wait_for('the change to be seen', sub { errors() });
is(status_of('first'), 200, 'the key of the start stays');
is(status_of('second'), 401, 'the new one is not there');

unlike($nginx->reload, qr/\[(?:emerg|alert|crit)\]/, 'a reload');
is(status_of('second'), 200, 'the new key after a reload');
is(status_of('first'), 401, 'without the old one');

chmod 0644, $file;
write_file($file, $keys{first}, 0644);
$nginx->wait_for('the key that can be read', sub { status_of('first') == 200 });
pass('a file that can be read is re-read');
is(errors(), 1, 'what could not be read was logged once');
$nginx->stop;

done_testing;
