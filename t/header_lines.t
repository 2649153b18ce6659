# Beside a module that writes lines of the request's header, as headers-more does. It may replace the token
# between two locations: what was found out about one token counts for no other. And it may add lines to
# what an authorization server is asked.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Mint qw(jwks root_dir run_file token);
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

# Where NGINX was configured to build ours: t/module is built against the same.
my $tree = root_dir() . '/build/nginx' . ($ENV{NGINX_SRC} ? '-src' : '');
plan skip_all => "there is no configured NGINX in $tree" if !-e "$tree/objs/ngx_auto_config.h";
my $module = run_file('header_line.so');
system('cc', '-shared', '-fPIC', '-O1', '-o', $module, "-I$tree/objs",
    (map { "-I$tree/src/$_" } qw(core event event/modules event/quic os/unix http http/modules http/v2 http/v3)),
    root_dir() . '/t/module/header_line.c') == 0
  or die "can't build $module";
$ENV{TEST_NGINX_LOAD_MODULES} = join ' ', $ENV{TEST_NGINX_LOAD_MODULES} // (), $module;

my $port = OAuth2Test::Nginx::port();
my $peer = OAuth2Test::Peer->new(port => $port + 10, answer => sub {
    my ($client, $request) = @_;
    my ($word) = $request->{body} =~ /^token=(\w+)/;
    return OAuth2Test::Peer::json({active => $word =~ /^good/ ? \1 : \0, sub => $word});
});

my $nginx = OAuth2Test::Nginx->new(http => <<"CONFIG");
    oauth2_require_https off;
    server {
        listen 127.0.0.1:$port;
        root html;
        add_header X-Sub "\$oauth2_claim_sub" always;
        oauth2_issuer https://as.example.com;
        oauth2_audience https://api.example.com;
        oauth2_verification_secret any.id;
        oauth2_secret_store jwks file=@{[jwks('default.jwks', 'RS256')]};
        location = /introspect {
            internal;
            header_line X-One 1; header_line X-Two 2; header_line X-Three 3;
            proxy_pass http://127.0.0.1:$peer->{port};
        }
        location /stateless/ {
            oauth2_resolver stateless;
            header_line Authorization "Bearer \$cookie_first";
            try_files /none /stateless/second;
            location = /stateless/second {
                header_line Authorization "Bearer \$cookie_second";
                empty_gif;
            }
        }
        location /introspection/ {
            oauth2_resolver introspection;
            oauth2_audience "";
            oauth2_issuer "";
            oauth2_introspection_endpoint /introspect;
            header_line Authorization "Bearer \$cookie_first";
            try_files /none /introspection/second;
            location = /introspection/second {
                header_line Authorization "Bearer \$cookie_second";
                empty_gif;
            }
            location = /introspection/between {
                header_line Authorization "Bearer \$cookie_first";
                try_files /none /introspection/other;
            }
            location = /introspection/other {
                oauth2_issuer https://as.example.com;
                header_line Authorization "Bearer \$cookie_other";
                try_files /none /introspection/second;
            }
        }
    }
CONFIG
my ($status, $said) = $nginx->check;
plan skip_all => "this NGINX is another one than that of $tree"
  if $status != 0 && $said =~ /is not binary compatible|version \d+ instead of/;
is($status, 0, 'the configuration') or diag $said;
$nginx->start;

sub says {
    my ($path, %cookies) = @_;
    my $cookies = join '; ', map { "$_=$cookies{$_}" } sort keys %cookies;
    my $answer = $nginx->curl('-H', "Cookie: $cookies", "http://127.0.0.1:$port$path");
    return join ' ', $answer->{status}, OAuth2Test::Nginx::header($answer, 'x-sub');
}

my %tokens = map { $_ => token('RS256', '--claim', "sub=$_") } qw(alice bob);
my $forged = $tokens{alice} =~ s/\.[^.]+$/.AAAA/r;
is(says('/stateless/', first => $tokens{alice}, second => $tokens{alice}), '200 alice', 'the same token');
is(says('/stateless/', first => $tokens{alice}, second => $tokens{bob}), '200 bob', 'another good one');
is(says('/stateless/', first => $tokens{alice}, second => $forged), '401', 'a bad one');
is(says('/introspection/', first => 'good1', second => 'good2'), '200 good2', 'another good one is asked about');
is(says('/introspection/', first => 'good1', second => 'bad'), '401', 'so is a bad one');
is(says('/introspection/between', first => 'good1', other => 'good2', second => 'bad'), '401',
    'a bad one under the first resolver again');

my @lines = map { my $headers = $_->{headers}; join ' ', map { $headers->{"x-$_"} // 'none' } qw(one two three) } $peer->requests;
is_deeply([keys %{{map { $_ => 1 } @lines}}], ['1 2 3'], 'lines that the location adds are in each question');
is(scalar @lines, 7, 'one for each token');

$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg|crit)\]|exited on signal|open socket/, 'no process died, nothing was left open');
$peer->stop;
done_testing();
