# What one server fetches or remembers is never another's, however alike the two are written, and
# whatever becomes of their file.

use lib 't/lib';
use v5.20;
use warnings;

use JSON::PP;
use Test::More;
use OAuth2Test::KeyPeer;
use OAuth2Test::Mint qw(jwks read_file run_file token write_file);
use OAuth2Test::Nginx;
use OAuth2Test::Peer;

my $port = OAuth2Test::Nginx::port();
my %sets = map { $_ => read_file(jwks("$_.jwks", "RS256:kid=$_")) } qw(first second);
my %tokens = map { $_ => token("RS256:kid=$_") } qw(first second);
my %keys = (
    one => OAuth2Test::KeyPeer->new(port => $port + 10, sets => \%sets, name => 'keys1'),
    two => OAuth2Test::KeyPeer->new(port => $port + 11, sets => \%sets, name => 'keys2', says => 'second'),
);
# Each knows the opaque token that bears its name, and no other.
my %tells = map {
    my ($name, $at) = @$_;
    $name => OAuth2Test::Peer->new(port => $port + $at, name => "tells$name", answer => sub {
        return OAuth2Test::Peer::json({active => $_[1]{body} =~ /^token=$name&/ ? \1 : \0});
    });
} (['one', 12], ['two', 13]);

# All that both servers say of tokens.
my $shared = write_file(run_file('shared.conf'), <<'CONFIG', 0644);
location / {
    oauth2_resolver stateless;
    oauth2_secret_store jwks uri=/keys cache_miss_timeout=1h;
    empty_gif;
}
location /opaque {
    oauth2_resolver introspection;
    oauth2_introspection_endpoint /tells;
    oauth2_cache zone=tokens:1m default_timeout=1h;
    add_header X-Cache "$oauth2_cache_status" always;
    empty_gif;
}
CONFIG

sub location {
    my ($uri, $peer) = @_;
    return "location = $uri { internal; proxy_pass http://127.0.0.1:$peer->{port}; }";
}

sub server {
    my ($name, $listen, $which) = @_;
    return "server { listen 127.0.0.1:$port $listen; server_name $name; include $shared; "
      . location('/keys', $keys{$which}) . ' ' . location('/tells', $tells{$which}) . ' }';
}

sub configuration {
    my (@servers) = @_;
    return <<"CONFIG" . join '', @servers, "\n";
    oauth2_require_https off;
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_verification_secret any.id;
CONFIG
}

sub ask {
    my ($nginx, $host, $path, $token, $at) = @_;
    my $address = '127.0.0.1:' . ($at // $port);
    my $answer = $nginx->curl('-H', "Host: $host", '-H', "Authorization: Bearer $token", "http://$address$path");
    return join ' ', $answer->{status}, OAuth2Test::Nginx::header($answer, 'x-cache');
}

sub configure {
    my ($nginx, @servers) = @_;
    $nginx->{http} = configuration(@servers);
    write_file("$nginx->{prefix}/conf/nginx.conf", $nginx->configuration);
}

# Introspected answers say nothing of an audience.
s/introspection;/introspection; oauth2_audience "";/ for my $text = read_file($shared);
write_file($shared, $text, 0644);

sub keys_are_apart {
    my ($nginx, $when, $one, $two) = @_;
    is(ask($nginx, $one, '/', $tokens{first}), '200', "$when: a token of the one server's keys");
    is(ask($nginx, $two, '/', $tokens{first}), '401', "$when: it is none of the other's");
    is(ask($nginx, $two, '/', $tokens{second}), '200', "$when: a token of the other server's keys");
    is(ask($nginx, $one, '/', $tokens{second}), '401', "$when: it is none of the one's");
}

sub fetched { return $keys{one}->asked > 0 && $keys{two}->asked > 0 }

# On one line of one file, and with the same included file.
my $nginx = OAuth2Test::Nginx->new(name => 'line', http => configuration(server('one', '', 'one'), server('two', '', 'two')))->start;
$nginx->wait_for('the keys of both', \&fetched);
keys_are_apart($nginx, 'on one line', 'one', 'two');
is(ask($nginx, 'one', '/opaque', 'one'), '200 MISS', 'one server asks about a token');
is(ask($nginx, 'one', '/opaque', 'one'), '200 HIT', 'and remembers');
is(ask($nginx, 'two', '/opaque', 'one'), '401 MISS', 'the other asks its own authorization server');

# They change places while nobody answers: each finds its own keys, and no token of the other's.
$_->says('status500') for values %keys;
configure($nginx, server('two', '', 'two'), server('one', '', 'one'));
$nginx->reload;
keys_are_apart($nginx, 'after changing places', 'one', 'two');
is(ask($nginx, 'two', '/opaque', 'one'), '401 MISS', 'in the other place the token is asked about anew');
$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg)\]|exited on signal/, 'no process died, no alert');

# Of the same names and addresses: requests reach both, the default one by any other name.
$keys{one}->says('first');
$keys{two}->says('second');
$_->forget for values %keys;
$nginx = OAuth2Test::Nginx->new(name => 'twins', http => configuration(server('same', '', 'one'), server('same', 'default_server', 'two')))->start;
$nginx->wait_for('the keys of both', \&fetched);
keys_are_apart($nginx, 'of the same name', 'same', 'any');
is(ask($nginx, 'same', '/opaque', 'one'), '200 MISS', 'one of the same name asks about a token');
is(ask($nginx, 'any', '/opaque', 'one'), '401 MISS', 'the other asks its own authorization server');

# Which was which is not known after a reload: nothing is kept.
$_->says('status500') for values %keys;
configure($nginx, server('same', 'default_server', 'two'), server('same', '', 'one'));
$nginx->reload;
is(ask($nginx, 'any', '/', $tokens{$_}), '503', "keys of the same name are forgotten: $_") for qw(first second);
is(ask($nginx, 'any', '/opaque', 'one'), '401 MISS', 'and so is what was said of tokens');
$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg)\]|exited on signal/, 'no process died, no alert');

# The name of one is the address of the other.
$keys{one}->says('first');
$keys{two}->says('second');
$_->forget for values %keys;
my $more = $port + 14;
my $named = server("same 127.0.0.1:$port", 'default_server', 'two') =~ s/listen 127.0.0.1:$port/listen 127.0.0.1:$more/r;
$nginx = OAuth2Test::Nginx->new(name => 'alike', http => configuration(server('same', "; listen 127.0.0.1:$more", 'one'), $named))->start;
$nginx->wait_for('the keys of both', \&fetched);
is(ask($nginx, 'same', '/', $tokens{first}), '200', 'of names like addresses: a token of the one server');
is(ask($nginx, 'any', '/', $tokens{first}, $more), '401', 'of names like addresses: it is none of the other');
is(ask($nginx, 'any', '/', $tokens{second}, $more), '200', 'of names like addresses: a token of the other server');
is(ask($nginx, 'same', '/', $tokens{second}), '401', 'of names like addresses: it is none of the one');
is(ask($nginx, 'same', '/opaque', 'one'), '200 MISS', 'of names like addresses: one asks about a token');
is(ask($nginx, 'any', '/opaque', 'one', $more), '401 MISS', 'of names like addresses: the other asks as well');
$nginx->stop;
unlike($nginx->log, qr/\[(?:alert|emerg)\]|exited on signal/, 'no process died, no alert');

$_->stop for values %keys, values %tells;
done_testing();
