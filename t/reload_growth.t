# Two hundred reloads don't grow the master.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(jwks pem run_file secret token);
use OAuth2Test::Nginx;

# What the master may grow by over the last 150 reloads: less than 2 KiB each, where one key that is
# not freed costs more, and the configuration below has over a hundred.
my $allowed_kib = 256;

my $port = OAuth2Test::Nginx::port();
my $jwks = jwks('all.jwks', qw(RS256 RS384 PS256 ES256 ES384 ES512 ES256K Ed25519 Ed448 HS256 HS512));
pem("directory/$_.pem", $_) for qw(RS256 ES256);
my $directory = run_file('directory');
my $secret = secret('secret', 'HS256', 'base64');
my $base64 = do { open my $in, '<', $secret or die; local $/; <$in> } =~ s/\s//gr;

my $locations = join '', map { <<"CONFIG" } 1 .. 10;
        location = /$_ {
            oauth2_issuer https://as$_.example.com;
            oauth2_scope read \$arg_scope;
            oauth2_realm "realm \$arg_realm";
            oauth2_skew ${_}s;
            empty_gif;
        }
        location = /$_/directory {
            oauth2_issuer https://as$_.example.com;
            oauth2_secret_store directory path=$directory format=pem suffix=.pem;
            oauth2_secret_store base64 RS256=$base64;
            oauth2_verification_secret RS256;
            oauth2_algorithms RS256 PS256 HS256;
            empty_gif;
        }
CONFIG

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    oauth2_claim_set \$roles realm_access roles;
    server {
        listen 127.0.0.1:$port;
        oauth2_require_https off;
        oauth2_issuer https://as.example.com;
        oauth2_audience https://api.example.com https://other.example.com;
        oauth2_verification_secret any.id;
        oauth2_secret_store jwks file=$jwks;
        oauth2_resolver stateless;
        location = / {
            add_header X-Roles \$roles;
            empty_gif;
        }
$locations
    }
CONFIG

sub resident_kib {
    my ($pid) = @_;
    open my $in, '<', "/proc/$pid/status" or die "can't read the status of $pid: $!";
    my ($kib) = map { /^VmRSS:\s+(\d+) kB/ ? $1 : () } <$in>;
    return $kib;
}

my @failed;
my %resident;
for my $reload (1 .. 200) {
    push @failed, $reload if $nginx->reload =~ /\[(?:emerg|alert|crit|error)\]/;
    $resident{$reload} = resident_kib($nginx->{pid}) if $reload == 50 || $reload == 200;
}
is_deeply(\@failed, [], 'every reload succeeds');

my $growth = $resident{200} - $resident{50};
SKIP: {
    skip 'a sanitizer holds back what is freed, and looks for leaks itself', 1
      if $ENV{TEST_NGINX_SANITIZED};
    cmp_ok($growth, '<', $allowed_kib, "the master's memory grows by less than $allowed_kib KiB");
}
diag("$resident{50} KiB after 50 reloads, $resident{200} KiB after 200");

my $answer = $nginx->curl('-H', 'Authorization: Bearer ' . token('RS256'), "http://127.0.0.1:$port/");
is($answer->{status}, 200, 'and it serves');

$nginx->stop;
unlike($nginx->log, qr/exited on signal|\[alert\]/, 'no process died');

done_testing();
