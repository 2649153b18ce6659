package NginxConfiguration;

# Runs configurations through `nginx -t` with the module loaded, in a folder of the test file's own
# that holds the key files which the documents name.

use v5.20;
use warnings;

use Exporter qw(import);
use OAuth2Test::Mint qw(
  root_dir run_dir run_file read_file write_file key jwks pem secret certificate
);

our @EXPORT_OK = qw(check_configuration in_http in_server in_location);

$ENV{PATH} .= ':/usr/sbin:/sbin';

my $nginx  = $ENV{TEST_NGINX_BINARY} // 'nginx';
# Empty where the module is linked into that nginx.
my $module = $ENV{TEST_NGINX_LOAD_MODULES}
  // root_dir() . '/build/ngx_http_oauth2_rs_module.so';

# NGINX opens these while it tests, and its compiled-in places may belong to root.
my @places = map { [$_ . '_temp_path', "temp/$_"] } qw(client_body proxy fastcgi uwsgi scgi);

# A complete resolver that is off, for excerpts.
my $defaults = <<'CONFIG';
oauth2_issuer https://as.example.com;
oauth2_audience https://api.example.com;
oauth2_secret_store jwks file=keys/issuer.jwks;
oauth2_verification_secret as.signing;
CONFIG

make_files();

sub make_files {
    jwks('keys/issuer.jwks', 'RS256');
    jwks('keys/partner.jwks', 'ES256', 'RS256:kid=second');
    pem('secrets/partner.signing.pem', 'ES256');
    secret('secrets/am.signing', 'HS256', 'base64');
    secret('secrets/as.encryption', 'dir', 'base64');
    secret("secrets/$_/am.signing", "A256KW:kid=$_", 'base64') for qw(new old);
    pem('private/as.signing.pem', 'ES256');
    pem('private/api.decryption.pem', 'RSA-OAEP-256', '--private');
    jwks('keys/decryption.jwks', '--private', 'RSA-OAEP-256');
    jwks('private/decryption.jwks', '--private', 'RSA-OAEP-256', 'ECDH-ES:curve=X25519');
    write_file(run_file('pins/keystore.pin'), "the password\n");
    keystore('keys/decryption.p12', 'the password', 'api-2025' => 'RSA-OAEP:kid=2025',
        'api-2024' => 'RSA-OAEP:kid=2024');
    $ENV{AS_ENCRYPTION} = read_file(run_file('secrets/as.encryption')) =~ s/\n\z//r;
    certificate('tls/api.crt', 'ES256');
    certificate('tls/ca.crt', 'ES256:kid=ca');
    pem('tls/api.key', 'ES256', '--private');
    write_file(run_file('listen.conf'), "listen 127.0.0.1:20443 ssl;\n");
    write_file(run_file('introspection.conf'),
        "location = /oauth2/introspect { internal; proxy_pass http://127.0.0.1:8080; }\n");
    write_file(run_file("$_/.keep"), '') for qw(logs temp);
}

sub keystore {
    my ($file, $password, %keys) = @_;
    my $path = run_file($file);
    OAuth2Test::Mint::run_mint('keystore', '--password', $password, '--out', $path,
        map { ('--key', "$_=" . key($keys{$_})) } sort keys %keys);
    return $path;
}

# Whether the text of a whole configuration file passes, and what NGINX says to it.
sub check_configuration {
    my ($text) = @_;
    my $path = write_file(run_file('nginx.conf'), at_home($text));
    my @command = ($nginx, '-t', '-e', 'logs/start.log', '-p', run_dir() . '/', '-c', $path);
    my $output = qx{cd @{[run_dir()]} && @command 2>&1};
    return ($? == 0, $output);
}

# The file with its module and its places moved here. NGINX binds the ports while it tests, which
# below 1024 takes root: they become high ones of the loopback address.
sub at_home {
    my ($text) = @_;
    $text =~ s/^\s*load_module\s+\S+;//mg;
    $text =~ s{/var/log/nginx/}{logs/}g;
    $text =~ s{/var/cache/nginx/}{temp/}g;
    $text =~ s/\blisten\s+\K(\d+)(?=[\s;])/'127.0.0.1:' . (20000 + $1 % 10000)/ge;

    my $http = join '', map { $text =~ /\b$_->[0]\b/ ? '' : "$_->[0] $_->[1];\n" } @places;
    $http .= "access_log logs/access.log;\n";
    $text =~ s/^\s*http\s*\{\K/\n$http/m;

    my $pid = $text =~ /^\s*pid\s/m ? '' : "pid nginx.pid;\n";
    return ($module eq '' ? '' : "load_module $module;\n") . "$pid$text";
}

sub in_http {
    my ($text) = @_;
    return "events {}\nhttp {\n$text\n}\n";
}

sub in_server {
    my ($text) = @_;
    my $listen = $text =~ /^\s*listen\s/m ? '' : 'listen 127.0.0.1:20080;';
    return in_http("$defaults\nserver {\n$listen\n$text\n}");
}

sub in_location {
    my ($text) = @_;
    return in_server("location / {\n$text\n}");
}

1;
