# A worker that replaces one that died begins with the keys that the files have now, and not with those
# that they had when the configuration was loaded.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(jwks read_file run_file token write_file);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $file = run_file('issuer.jwks');
my %keys = map { $_ => read_file(jwks("$_.jwks", "RS256:kid=$_")) } qw(first second);
write_file($file, $keys{first});

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any;
    oauth2_secret_store jwks file=$file cache_timeout=1d;
    server {
        listen 127.0.0.1:$port;
        location / {
            oauth2_resolver stateless;
            empty_gif;
        }
    }
CONFIG

sub status_of {
    my ($key) = @_;
    my $token = token("RS256:kid=$key");
    return $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port/")->{status};
}

is(status_of('first'), 200, 'the key that the file has at the start');
write_file("$file.new", $keys{second});
rename "$file.new", $file or die "can't rename: $!";
is(status_of('second'), 401, 'the next one, long before the files are looked at');

$nginx->kill_worker;
is(status_of('second'), 200, 'the new worker has the key that the file has now');
is(status_of('first'), 401, 'and not the one that it had');

$nginx->stop;
my @bad = $nginx->log =~ /\[(?:emerg|alert|crit|error)\]([^\n]*)/g;
is(scalar(@bad), 1, 'nothing bad was logged') or diag(@bad);
like($bad[0], qr/exited on signal 9/, 'but the end of the first worker');
done_testing();
