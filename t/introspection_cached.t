# Where the introspection's location caches its answers, against the advice: what was said of one token is
# never taken for what is said of another.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(run_file);
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

my $port = OAuth2Test::Nginx::port();
my $peer = OAuth2Test::Peer->new(port => $port + 10, answer => sub {
    my ($client, $request) = @_;
    my ($word) = $request->{body} =~ /^token=(\w+)/;
    return OAuth2Test::Peer::json({active => $word =~ /^good/ ? \1 : \0, sub => $word});
});
my $proxied = "internal; proxy_cache answers; proxy_cache_methods POST; proxy_cache_valid 200 1m; "
  . "proxy_pass http://127.0.0.1:$peer->{port};";

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG")->start;
    proxy_cache_path @{[run_file('cache')]} keys_zone=answers:1m;
    oauth2_require_https off;
    server {
        listen 127.0.0.1:$port;
        add_header X-Sub "\$oauth2_claim_sub" always;
        location = /shared {
            oauth2_resolver introspection;
            oauth2_introspection_endpoint /introspect/shared;
            empty_gif;
        }
        location = /own {
            oauth2_resolver introspection;
            oauth2_introspection_endpoint /introspect/own;
            empty_gif;
        }
        location = /introspect/shared { $proxied }
        location = /introspect/own { proxy_cache_key "own \$request_body"; $proxied }
    }
CONFIG

sub says {
    my ($path, $token) = @_;
    my $answer = $nginx->curl('-H', "Authorization: Bearer $token", "http://127.0.0.1:$port$path");
    return join ' ', $answer->{status}, OAuth2Test::Nginx::header($answer, 'x-sub');
}

sub asked { return scalar(my @requests = $peer->requests) }

is(says('/shared', 'good'), '200 good', 'the answer to the very question');
is(says('/shared', $_), '503', "one from the cache, to $_") for qw(bad good goodness);
my @told = $nginx->log =~ /oauth2: the answer of "\/introspect\/shared" comes from a cache whose key lacks/g;
is(scalar @told, 3, 'each is told of');
is(asked(), 1, 'nobody was asked');

$peer->forget;
is(says('/own', $_), '200 good', 'a key that holds the question') for qw(good good);
is(says('/own', 'goodness'), '200 goodness', 'another token');
is(says('/own', 'bad'), '401', 'one that is not active') for 1 .. 2;
is(asked(), 3, 'asked once for each');

$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg|crit)\]|exited on signal|open socket/, 'no process died, nothing was left open');
$peer->stop;
done_testing();
