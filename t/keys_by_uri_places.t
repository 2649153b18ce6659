# Where key sets can come from: names, TLS, caches, files; and an NGINX that is one process.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::KeyPeer;
use OAuth2Test::Mint qw(certificate jwks pem read_file run_file token write_file);
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

my $port = OAuth2Test::Nginx::port();
my $tls_port = OAuth2Test::Nginx::tls_port();
my $nobody = $port + 12;
my %sets = map { $_ => read_file(jwks("$_.jwks", "RS256:kid=$_")) } qw(first second);
my %tokens = map { $_ => token("RS256:kid=$_") } qw(first second);
my $peer = OAuth2Test::KeyPeer->new(port => $port + 10, sets => \%sets);
my $tells = OAuth2Test::Peer->new(port => $port + 11, name => 'tells', answer => sub {
    return OAuth2Test::Peer::json({active => $_[1]{body} =~ /^token=good&/ ? \1 : \0});
});
my $certificate = certificate('as.crt', 'RS256', '--san', 'DNS:as.example.com');
my $key = pem('as.key', 'RS256', '--private');
my $foreign = certificate('foreign.crt', 'ES256', '--san', 'DNS:as.example.com');
my $file = write_file(run_file('served.jwks'), $sets{first}, 0644);
my ($longest, $too_long) = map {
    write_file(run_file("$_.jwks"), $sets{first} . ' ' x ($_ - length $sets{first}), 0644)
} 65536, 65537;

# Name, what the location holds, and what becomes of a good token.
my @places = (
    ['file', "alias $file;", '200'],
    ['answer', "default_type application/json; return 200 '" . $sets{first} =~ s/\s+/ /gr . "';", '200'],
    ['nothing', '', '503'],
    ['down', "proxy_pass http://127.0.0.1:$nobody;", '503'],
    ['resolved', 'set $as as.example.com; proxy_pass http://$as;', '503'],
    ['trusted', tls("proxy_ssl_trusted_certificate $certificate; proxy_ssl_name as.example.com;"), '200'],
    ['untrusted', tls("proxy_ssl_trusted_certificate $foreign; proxy_ssl_name as.example.com;"), '503'],
    ['misnamed', tls("proxy_ssl_trusted_certificate $certificate; proxy_ssl_name as.example.org;"), '503'],
    ['paged', "error_page 502 =200 /served.jwks; proxy_pass http://127.0.0.1:$nobody;", '503'],
    ['intercepted', 'proxy_intercept_errors on; error_page 404 =200 /served.jwks; '
          . "proxy_pass https://127.0.0.1:$tls_port/missing;", '503'],
    ['longest', "proxy_pass https://127.0.0.1:$tls_port/longest;", '200'],
    ['too_long', "proxy_pass https://127.0.0.1:$tls_port/too_long;", '503'],
    ['too_long_file', "alias $too_long;", '503'],
    ['unbuffered', "proxy_buffering off; proxy_pass http://127.0.0.1:$peer->{port};", '200'],
    ['kept', 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://kept;', '200'],
    ['rewritten', "rewrite ^ /file.keys last;", '200'],
);

sub tls { return "proxy_ssl_verify on; $_[0] proxy_pass https://127.0.0.1:$tls_port/jwks;" }

my $settings = <<'CONFIG';
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
CONFIG

my $locations = join '', map {
    my ($name, $location) = @$_;
    "        location = /$name.keys { internal; $location }\n"
      . "        location = /$name { oauth2_resolver stateless; oauth2_secret_store jwks uri=/$name.keys; empty_gif; }\n";
} @places;

my $nginx = OAuth2Test::Nginx->new(name => 'places', http => <<"CONFIG")->start;
$settings
    sendfile on;
    proxy_ssl_session_reuse off;
    upstream kept {
        server 127.0.0.1:$peer->{port};
        keepalive 2;
    }
    server {
        listen 127.0.0.1:$tls_port ssl;
        ssl_certificate $certificate;
        ssl_certificate_key $key;
        location = /jwks { alias $file; }
        location = /longest { alias $longest; }
        location = /too_long { alias $too_long; }
    }
    server {
        listen 127.0.0.1:$port;
        root html;
        resolver 127.0.0.1:$nobody valid=1s;
        resolver_timeout 500ms;
        location = /served.jwks { internal; alias $file; }
$locations
    }
CONFIG

sub ask {
    my ($nginx, $path, $token) = @_;
    return $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port$path")->{status};
}

for my $place (@places) {
    my ($name, undef, $expected) = @$place;
    is(ask($nginx, "/$name", $tokens{first}), $expected, "$name: a good token");
    is(ask($nginx, "/$name", $tokens{second}), $expected eq '200' ? '401' : '503', "$name: another");
}
$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg)\]|exited on signal|open socket/, 'places: no process died, nothing was left open');

# A node that asks once, whatever the number of its servers and locations; a rotation is seen all the same.
$peer->forget;
my $cache = run_file('cache');
my $cached = join '', map {
    "        location = /keys$_ { internal; proxy_cache keys; proxy_cache_key \$proxy_host/jwks; proxy_cache_lock on; "
      . "proxy_cache_valid 200 3s; proxy_pass http://127.0.0.1:$peer->{port}/jwks; }\n"
      . "        location = /$_ { oauth2_resolver stateless; oauth2_secret_store jwks uri=/keys$_ cache_miss_timeout=1ms; empty_gif; }\n"
} 1 .. 5;
$peer->says('hold');
$nginx = OAuth2Test::Nginx->new(name => 'cached', http => <<"CONFIG")->start;
$settings
    proxy_cache_path $cache keys_zone=keys:1m;
    server {
        listen 127.0.0.1:$port;
$cached
    }
CONFIG
my @waiting = map {
    open my $out, '-|', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', 20,
      '-H', "Authorization: Bearer $tokens{first}", "http://127.0.0.1:$port/$_";
    $out;
} 1 .. 5;
$nginx->wait_for('the fetch', sub { $peer->asked });
$peer->says('first');
is(join(' ', map { scalar <$_> } @waiting), '200 200 200 200 200', 'five stores get their keys');
is($peer->asked, 1, 'by one question');
$peer->says('second');
$nginx->wait_for('the rotation', sub { ask($nginx, "/$_", $tokens{second}) eq '200' }) for 1 .. 5;
pass('each store gets the new keys when the cached set is no longer valid');
$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg)\]|exited on signal|open socket/, 'cached: no process died, nothing was left open');

# Limits are for clients: what a worker fetches for itself is not among those counted.
$peer->says('hold');
$peer->forget;
my $limited = join '', map {
    "        location = /keys$_ { internal; limit_req zone=rate; limit_conn count 1; proxy_pass http://127.0.0.1:$peer->{port}; }\n"
      . "        location = /$_ { oauth2_resolver stateless; oauth2_secret_store jwks uri=/keys$_; empty_gif; }\n"
} 1 .. 3;
$nginx = OAuth2Test::Nginx->new(name => 'limited', http => <<"CONFIG")->start;
$settings
    limit_req_zone all zone=rate:1m rate=1r/m;
    limit_conn_zone all zone=count:1m;
    server {
        listen 127.0.0.1:$port;
$limited
    }
CONFIG
$nginx->wait_for('three fetches at a time', sub { $peer->asked == 3 });
$peer->says('first');
is(ask($nginx, "/$_", $tokens{first}), '200', "limits: store $_ has its keys") for 1 .. 3;
$nginx->stop;
unlike($nginx->log, qr/limiting|\[(?:alert|emerg)\]|exited on signal|open socket/, 'limits: nothing was limited');

# One process, without a master.
$peer->says('hold');
$peer->forget;
$nginx = OAuth2Test::Nginx->new(name => 'alone', http => <<"CONFIG");
$settings
    server {
        listen 127.0.0.1:$port;
        location = /keys { internal; proxy_pass http://127.0.0.1:$peer->{port}; }
        location = / { oauth2_resolver stateless; oauth2_secret_store jwks uri=/keys; empty_gif; }
        location = /introspect { internal; proxy_pass http://127.0.0.1:$tells->{port}; }
        location = /opaque {
            oauth2_resolver introspection;
            oauth2_introspection_endpoint /introspect;
            oauth2_audience "";
            empty_gif;
        }
    }
CONFIG
my $configuration = "$nginx->{prefix}/conf/nginx.conf";
write_file($configuration, "master_process off;\n" . read_file($configuration));
$nginx->start;
open my $cold, '-|', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', 20,
  '-H', "Authorization: Bearer $tokens{first}", "http://127.0.0.1:$port/";
$nginx->wait_for('the fetch', sub { $peer->asked });
is(ask($nginx, '/opaque', 'good'), '200', 'one process: introspection');
is(ask($nginx, '/opaque', 'bad'), '401', 'one process: a token that is not active');
$peer->says('first');
is(scalar(<$cold>), '200', 'one process: keys');
is(ask($nginx, '/', $tokens{second}), '401', 'one process: another key');
$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg)\]/, 'one process: no alert');

$_->stop for $peer, $tells;
done_testing();
