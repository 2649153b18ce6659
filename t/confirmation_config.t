# oauth2_confirmation_key and oauth2_client_certificate at `nginx -t`: what fails, what warns, and beside
# each what passes without a word.

use lib 't/lib';
use v5.20;
use warnings;

use Test::More;
use OAuth2Test::Clients;
use OAuth2Test::Mint qw(jwks);
use OAuth2Test::Nginx;

my $port = OAuth2Test::Nginx::port();
my $server = client('server');
my $jwks = jwks('good.jwks', 'RS256');

my $surroundings = <<"CONFIG";
ssl_certificate $server->{certificate};
ssl_certificate_key $server->{key};
map \$remote_addr \$proxied {
    default "";
}
CONFIG
my $settings = <<'CONFIG';
oauth2_resolver stateless;
oauth2_issuer https://as.example.com;
oauth2_audience https://api.example.com;
CONFIG
my $keys = "oauth2_verification_secret any.id; oauth2_secret_store jwks file=$jwks;";
my $complete = $settings . $keys;
my $null = "$settings oauth2_verification_secret null;";

my $required = 'oauth2_confirmation_key required;';
my $asks = 'ssl_verify_client optional_no_ca;';
my $text = 'oauth2_client_certificate $proxied;';

sub in_servers { return join "\n", map { "server {\nlisten 127.0.0.1:$port ssl;\n$_\n}" } @_ }

sub in_location { return in_servers("$_[0] location / {\n$_[1]\n}") }

my $no_way = qr/oauth2_confirmation_key required has no way to a certificate: add ssl_verify_client, /;
my $anyone = qr/oauth2_verification_secret null goes with no oauth2_confirmation_key required: anyone /;
my $by_ca = "ssl_client_certificate $server->{certificate};";
my $on = 'oauth2_confirmation_key on;';
my $limited = "limit_except GET { $required }";
my $nested = "location /a { $required }";

# What is wrong, the configuration, the message, the mended one.
my @failing = (
    ['required, and TLS asks for no certificate', in_servers("$complete $required"), $no_way,
        in_servers("$asks $complete $required")],
    ['required, and TLS asks for none: a text', in_servers("$complete $required"), $no_way,
        in_servers("$complete $required $text")],
    ['required, and TLS asks for none: on', in_servers("$complete $required"), $no_way,
        in_servers("$complete $on")],
    ['required, and ssl_verify_client off', in_servers("ssl_verify_client off; $complete $required"),
        $no_way, in_servers("ssl_verify_client optional; $by_ca $complete $required")],
    ['required, and ssl_verify_client left out', in_servers("$by_ca $complete $required"), $no_way,
        in_servers("ssl_verify_client on; $by_ca $complete $required")],
    ['required in a location', in_location($complete, $required), $no_way,
        in_location("$asks $complete", $required)],
    ['required in a nested location', in_location($complete, $nested), $no_way,
        in_location("$asks $complete", $nested)],
    ['required in limit_except', in_location($complete, $limited), $no_way,
        in_location("$asks $complete", $limited)],
    ['required at http level', $required . in_servers($complete), $no_way,
        $required . in_servers("$asks $complete")],
    ['a text that is taken back',
        in_location("$complete $required $text", 'oauth2_client_certificate tls;'), $no_way,
        in_location("$complete $required $text", '')],
    ['a text that is taken back by ""',
        in_location("$complete $required $text", 'oauth2_client_certificate "";'), $no_way,
        in_location("$complete $on", "$required $text")],
    ['TLS asks in another server', in_servers("$complete $required", "server_name other; $asks"),
        $no_way, in_servers("$complete $required $asks", 'server_name other;')],

    ['required with null', in_servers("$asks $null $required"), $anyone,
        in_servers("$asks $complete $required")],
    ['required with null, in a location that shares its chain', in_servers("$asks $null $nested"),
        $anyone, in_servers("$asks $complete $nested")],
    ['required with null, in a location beside one that shares its chain',
        in_servers("$asks location /a { $null } location /b { $null $required }"), $anyone,
        in_servers("$asks location /a { $complete } location /b { $complete $required }")],

    ['an unknown mode', in_servers("$complete oauth2_confirmation_key always;"),
        qr/oauth2_confirmation_key: invalid value "always", use one of on, off, required/,
        in_servers("$complete oauth2_confirmation_key off;")],
    ['the mode twice', in_servers("$complete $on $on"),
        qr/"oauth2_confirmation_key" directive is duplicate/, in_servers("$complete $on")],
    ['the mode twice, once as ""', in_servers("$complete oauth2_confirmation_key ''; $on"),
        qr/"oauth2_confirmation_key" directive is duplicate/, in_servers("$complete $on")],
    ['the text twice', in_servers("$complete $text $text"),
        qr/"oauth2_client_certificate" directive is duplicate/, in_servers("$complete $text")],
    ['the text twice, once as tls', in_servers("$complete oauth2_client_certificate tls; $text"),
        qr/"oauth2_client_certificate" directive is duplicate/, in_servers("$complete $text")],
    ['an unknown variable', in_servers("$complete oauth2_client_certificate \$no_such;"),
        qr/unknown "no_such" variable/, in_servers("$complete $text")],
);
for my $directive (qw(oauth2_confirmation_key oauth2_client_certificate)) {
    my $mended = in_servers("$complete $directive '';");
    push @failing,
      ["$directive without a value", in_servers("$complete $directive;"),
        qr/invalid number of arguments in "$directive" directive/, $mended],
      ["$directive of two values", in_servers("$complete $directive on off;"),
        qr/invalid number of arguments in "$directive" directive/, $mended],
      ["$directive in an if", in_servers("$complete location / { if (\$uri) { $directive ''; } }"),
        qr/"$directive" directive is not allowed here/, $mended];
}

my @spoofable = ('$http_client_cert', '${http_client_cert}', '$HTTP_Client_Cert', ':$http_client_cert:',
    '$proxied$http_x', '$arg_certificate', '$cookie_certificate', '"a $http_x"');
my @trusted = ('$proxied', '$ssl_client_escaped_cert', '"$proxied"', 'tls', '""');

sub check { return OAuth2Test::Nginx->new(http => "$surroundings$_[0]")->check }

sub passes_silently {
    my ($name, $configuration) = @_;
    my ($status, $output) = check($configuration);
    is($status, 0, "$name: passes") or diag($output);
    unlike($output, qr/\[\w+\]/, "$name: without a word");
}

for my $case (@failing) {
    my ($name, $broken, $message, $mended) = @$case;
    my ($status, $output) = check($broken);
    isnt($status, 0, "$name: fails");
    like($output, qr/^nginx: \[emerg\] $message/m, "$name: the message names what is wrong");
    passes_silently("$name: mended", $mended);
}

passes_silently('required where the resolver is off', in_servers("$keys $required oauth2_resolver off;"));
passes_silently('required where there is no resolver', $required . in_servers(''));

for my $value (@spoofable) {
    my ($status, $output) = check(in_servers("$complete oauth2_client_certificate $value;"));
    is($status, 0, "$value: passes") or diag($output);
    like($output, qr/^nginx: \[warn\] oauth2_client_certificate depends on "/m, "$value: with a warning");
}
passes_silently($_, in_servers("$complete oauth2_client_certificate $_;")) for @trusted;

# Nobody's word is worth anything under null, but a location may say that it doesn't look.
for my $mode (qw(on off)) {
    my ($status, $output) = check(in_servers("$null oauth2_confirmation_key $mode;"));
    is($status, 0, "null with $mode: passes") or diag($output);
}

# The message tells which server.
my $broken = in_servers("server_name good; $asks $complete", "server_name bad; $complete $required");
my ($status, $output) = check($broken);
my ($line) = $output =~ /^nginx: \[emerg\] $no_way.*\(server at \S+nginx\.conf:(\d+)\)$/m;
my @lines = split /\n/, OAuth2Test::Nginx->new(http => "$surroundings$broken")->configuration;
like($lines[($line // 0) + 1], qr/server_name bad/, 'the message names the server');

done_testing();
