package OAuth2Test;

# What the Test::Nginx files share: a default configuration, tokens made while a block is prepared,
# and the checks every block is subject to. A block states its outcome in one of three ways:
#
#   --- granted              status 200, no challenge, no refusal in the error log
#   --- refused: REASON      the status and the challenge of that reason, one info line naming it
#   --- error_code: NNN      anything else; still no refusal in the error log
#
# `--- token` holds one line for each request (make_tokens() in OAuth2Test::Mint tells their form),
# and a request whose line is "-" has no Authorization header. Several lines make several requests;
# then `--- refused` has a line for each, "-" means granted, and "REASON x 5" stands for five lines.
# A block's own `--- error_code` and `--- response_headers` replace what these sections would ask
# for; the log is checked all the same.
#
# Whatever the outcome: nothing at level error or above is logged, and no part of a token is - but
# where NGINX itself does that and the block says so by `--- logged_by_nginx`.

use v5.20;
use warnings;

use Exporter qw(import);
use Test::More ();
use Test::Nginx::Socket;
use OAuth2Test::Mint qw(
  root_dir key_dir run_dir run_file write_file read_file
  key jwks pem secret certificate token make_tokens signed
);

our @EXPORT = qw(
  root_dir key_dir run_dir run_file write_file read_file
  key jwks pem secret certificate token signed
  default_config default_http_config lines
);

my $unauthorized = 'Bearer';
my $invalid_token =
    'Bearer error="invalid_token", error_description="The access token provided is expired, '
  . 'revoked, malformed, or invalid for other reasons."';

# What a client gets for a reason where no realm is set. A challenge of insufficient_scope names the
# scopes, so that a block has to state it.
my %answers = (
    https_required  => [403, undef],
    no_token        => [401, $unauthorized],
    scope_undefined => [500, undef],
    insufficient_scope => [403, undef],
    (
        map { $_ => [401, $invalid_token] }
          qw(malformed_token unsupported_algorithm unsupported_header unknown_key bad_signature
          decryption_failed
          issuer_mismatch expiry_missing expired not_yet_valid audience_mismatch wrong_token_type
          malformed_claims certificate_missing confirmation_missing confirmation_mismatch
          confirmation_unsupported)
    ),
);

# A resolver is complete at http level but switched off: a location needs `oauth2_resolver stateless`
# and what it wants otherwise. The upstream `echo` answers with what it was sent.
my $http_config = <<'CONFIG';
oauth2_require_https off;
oauth2_issuer https://as.example.com;
oauth2_audience https://api.example.com;
oauth2_verification_secret any.id;
oauth2_secret_store jwks file=$TEST_NGINX_RUN/default.jwks;
CONFIG

my $echo_config = <<'CONFIG';
upstream echo {
    server 127.0.0.1:$TEST_NGINX_ECHO_PORT;
}
server {
    listen 127.0.0.1:$TEST_NGINX_ECHO_PORT;
    location / {
        return 200 "$http_x_value\n";
    }
    location = /authorization {
        return 200 "$http_authorization\n";
    }
    location = /injected {
        return 200 "[$http_x_value][$http_x_injected]\n";
    }
}
CONFIG

my $config = <<'CONFIG';
location = /t {
    oauth2_resolver stateless;
    empty_gif;
}
CONFIG

my $file_http_config = '';

# The configuration of blocks that have none.
sub default_config { $config = shift }

# What stands at http level in every block of this file.
sub default_http_config { $file_http_config = shift }

sub lines { return join "\n", @_ }

# The block's tokens, reasons and place in the error log, for the check of its responses.
my %state;

sub prepare_block {
    my ($block) = @_;
    my $name = $block->name;

    if (!grep { defined $block->$_ } qw(granted refused error_code must_die)) {
        bail_out("$name - the block doesn't say what is to happen");
    }
    $block->set_value('http_config',
        "$echo_config$http_config$file_http_config" . ($block->http_config // ''));
    $block->set_value('config', $config) if !defined $block->config;
    $block->set_value('request', 'GET /t')
      if !grep { defined $block->$_ } qw(request raw_request pipelined_requests);
    $block->set_value('no_error_log', ['[alert]', '[crit]', '[error]'])
      if !defined $block->no_error_log;

    my @tokens = make_tokens($block->token // '');
    my @reasons = map { /(\S+) x (\d+)/ ? ($1) x $2 : $_ } split /\n/, $block->refused // '';
    %state = (
        position => 0,
        reasons  => \@reasons,
        secrets  => [map { token_parts($_) } authorizations($block), grep { defined } @tokens],
    );
    expect($block, \@tokens, \@reasons);
}

# The Authorization values that the block writes itself.
sub authorizations {
    my ($block) = @_;
    my @sections = ($block->more_headers, $block->raw_request);
    my @texts = map { ref $_ eq 'ARRAY' ? @$_ : $_ // () } @sections;
    return map { /^Authorization:\s*\S+ +(\S+)/img } @texts;
}

# The parts of a token that must not be logged. Short ones could occur by chance.
sub token_parts {
    my ($token) = @_;
    return grep { length > 15 } split /[.\s]/, $token;
}

sub expect {
    my ($block, $tokens, $reasons) = @_;
    my $count = (sort { $b <=> $a } 1, scalar @$tokens, scalar @$reasons)[0];
    my $own = defined $block->pipelined_requests || ref $block->request;
    my @outcomes = map { expected_outcome($_) } @$reasons ? @$reasons : ('-') x $count;

    if ($count > 1 && !$own && !defined $block->raw_request) {
        $block->set_value('request', [($block->request) x $count]);
    }
    if (@$tokens) {
        my $more = $block->more_headers // '';
        my @headers = map { $more . (defined $_ ? "Authorization: Bearer $_\n" : '') } @$tokens;
        $block->set_value('more_headers', @headers > 1 ? \@headers : $headers[0]);
    }
    return if !grep { defined $block->$_ } qw(granted refused);

    my $many = $count > 1 || defined $block->pipelined_requests;
    set_default($block, 'error_code', $many, map { $_->{status} } @outcomes);
    set_default($block, 'raw_response_headers_unlike', $many,
        ('(?i)www-authenticate:.*www-authenticate:') x @outcomes);
    if (!defined $block->response_headers_like) {
        set_default($block, 'response_headers', $many, map { $_->{challenge} } @outcomes);
    }
}

sub expected_outcome {
    my ($reason) = @_;
    my ($status, $challenge) = $reason eq '-' ? (200) : @{$answers{$reason} // []};
    return {
        status    => $status // 0,
        challenge => defined $challenge
        ? "WWW-Authenticate: $challenge"
        : '! WWW-Authenticate',
    };
}

sub set_default {
    my ($block, $section, $many, @values) = @_;
    return if defined $block->$section;
    $block->set_value($section, $many ? \@values : $values[0]);
}

# The refusals that were logged since the last call, and whether a token was.
sub check_log {
    my ($block, undef, $request, $repeat, $dry_run) = @_;
    return if $dry_run;
    return if $request && defined $block->pipelined_requests;

    my $name = $block->name . " - request $request, repeat $repeat";
    my $log = new_log_text();
    my @logged = $log =~ /\[info\].*?oauth2: request refused: (\w+) \(.+?\)/g;
    my @expected =
      defined $block->pipelined_requests
      ? @{$state{reasons}}
      : $state{reasons}[$request] // '-';
    @expected = grep { $_ ne '-' } @expected;
    Test::More::is_deeply(\@logged, \@expected, "$name - refusals logged");
    return if defined $block->logged_by_nginx;
    Test::More::ok(!(grep { index($log, $_) >= 0 } @{$state{secrets}}), "$name - no token logged");
}

# The module logs before it answers, so that whoever has the answer finds the line.
sub new_log_text {
    my $log = read_file(server_root() . '/logs/error.log');
    my $text = substr $log, $state{position};
    $state{position} = length $log;
    return $text;
}

sub set_up {
    my ($port) = server_port() =~ /(\d+)$/;
    $ENV{TEST_NGINX_SERVER_PORT} = $port;
    # Unset, Test::Nginx would derive it from the address below.
    $ENV{TEST_NGINX_STREAM_PORT} //= $port + 3;
    $ENV{TEST_NGINX_TLS_PORT} = $port + 1;
    $ENV{TEST_NGINX_ECHO_PORT} = $port + 2;
    $ENV{TEST_NGINX_RUN} = run_dir();
    # With HUP, Test::Nginx asks the server itself by address and port.
    server_port("127.0.0.1:$port") if !$Test::Nginx::Util::UseHup;
    server_port_for_client($port);

    log_level('info');
    repeat_each(2);
    no_long_string();
    jwks('default.jwks', 'RS256');
    add_block_preprocessor(\&prepare_block);
    add_response_body_check(\&check_log);
}

set_up();

1;
