package OAuth2Test::Nginx;

# An NGINX of a test's own: any configuration, a master process under the test's control, and curl.
# For what Test::Nginx has no place for: `nginx -t`, TLS, reloads.

use v5.20;
use warnings;

use IO::Socket::INET;
use POSIX qw(WNOHANG);
use Time::HiRes qw(time);
use OAuth2Test::Mint qw(read_file root_dir run_file write_file);

# Seconds. TEST_NGINX_TIMEOUT is set where NGINX is slow, as under valgrind.
my $patience = $ENV{TEST_NGINX_TIMEOUT} || 20;

# The server and its TLS sibling listen on these.
sub port { return $ENV{TEST_NGINX_SERVER_PORT} || 1984 }

sub tls_port { return port() + 1 }

# `http` is what stands in the http block, `name` tells the servers of one test file apart, `workers`
# is how many there are, and `preload` names a source of t/preload and the environment that it reads:
# [clock => (TEST_CLOCK_FILE => $path)].
sub new {
    my ($class, %options) = @_;
    my $self = bless {
        prefix  => run_file($options{name} // 'nginx'),
        http    => $options{http},
        workers => $options{workers} // 1,
        preload => $options{preload},
    }, $class;
    write_file("$self->{prefix}/logs/error.log", '');
    write_file("$self->{prefix}/conf/nginx.conf", $self->configuration);
    return $self;
}

sub configuration {
    my ($self) = @_;
    my @modules = split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
    my $modules = join '', map { "load_module $_;\n" } @modules;
    my $user = $> == 0 ? "user root;\n" : '';
    return <<"CONFIG";
$modules${user}worker_processes $self->{workers};
pid logs/nginx.pid;
error_log logs/error.log info;
events {
    worker_connections 64;
}
http {
    access_log off;
    client_body_temp_path temp_body;
    proxy_temp_path temp_proxy;
    fastcgi_temp_path temp_fastcgi;
    scgi_temp_path temp_scgi;
    uwsgi_temp_path temp_uwsgi;
$self->{http}
}
CONFIG
}

sub command {
    my ($self, @arguments) = @_;
    my $prefix = $self->{prefix};
    return ($ENV{TEST_NGINX_BINARY} || 'nginx', '-p', "$prefix/", '-e', "$prefix/logs/error.log",
        '-c', "$prefix/conf/nginx.conf", @arguments);
}

# `nginx -t`: its exit status and what it said.
sub check {
    my ($self) = @_;
    my $pid = open my $out, '-|';
    die "can't fork: $!" if !defined $pid;
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        exec $self->command('-t') or POSIX::_exit(127);
    }
    my $text = do { local $/; <$out> };
    close $out;
    return ($? >> 8, $text // '');
}

sub start {
    my ($self) = @_;
    my %environment = $self->{preload} ? $self->preload_environment : ();
    my $pid_file = "$self->{prefix}/logs/nginx.pid";
    unlink $pid_file;
    $self->{pid} = fork // die "can't fork: $!";
    if (!$self->{pid}) {
        @ENV{keys %environment} = values %environment;
        exec $self->command('-g', 'daemon off;') or POSIX::_exit(127);
    }
    $self->wait_for('NGINX to listen', sub {
        die 'NGINX ended: ' . $self->log if waitpid($self->{pid}, WNOHANG);
        # NGINX listens before it knows its signals, and knows them before it writes that file.
        return -s $pid_file && IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => port());
    });
    return $self;
}

sub preload_environment {
    my ($self) = @_;
    my ($name, %environment) = @{$self->{preload}};
    my $library = run_file("$name.so");
    system('cc', '-shared', '-fPIC', '-O2', '-fno-builtin', '-o', $library,
        root_dir() . "/t/preload/$name.c") == 0
      or die "can't build $name.so";
    return (%environment, LD_PRELOAD => $library);
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill QUIT => $pid;
    $self->wait_for('NGINX to end', sub { return waitpid($pid, WNOHANG) });
}

# After a test that ended before its time. The workers go with their master, or they would hold the
# pipe that the results are read from.
sub DESTROY {
    my ($self) = @_;
    local $?;
    kill KILL => $self->workers, $self->{pid} if $self->{pid};
}

# The process ids of the workers there are now.
sub workers {
    my ($self) = @_;
    return split ' ', read_file("/proc/$self->{pid}/task/$self->{pid}/children");
}

# Kills the only worker, and waits for the one that replaces it.
sub kill_worker {
    my ($self) = @_;
    my ($pid) = $self->workers;
    kill KILL => $pid;
    $self->wait_for('another worker', sub { my ($new) = $self->workers; return $new && $new != $pid });
}

sub log { return read_file("$_[0]{prefix}/logs/error.log") }

# Reloads, and waits until the master is done with it: until the old workers are gone, or the new
# configuration has failed. Returns what was logged meanwhile.
sub reload {
    my ($self) = @_;
    my $position = length $self->log;
    kill HUP => $self->{pid};
    my $logged;
    $self->wait_for('the reload', sub {
        $logged = substr $self->log, $position;
        return $logged =~ /\[emerg\]|worker process \d+ exited/;
    });
    return $logged;
}

# Waits for a condition, with a bound. Returns its value.
sub wait_for {
    my ($self, $what, $condition) = @_;
    my $end = time + $patience;
    while (time < $end) {
        my $value = $condition->();
        return $value if $value;
        select undef, undef, undef, 0.005;
    }
    die "waited in vain for $what: " . $self->log;
}

# The answer that curl gets: {status, version, headers, body}. The headers are lines, their names in
# lower case as HTTP/2 has them.
sub curl {
    my ($self, @arguments) = @_;
    open my $out, '-|', 'curl', '-s', '-i', '--max-time', $patience, @arguments
      or die "can't run curl: $!";
    my $text = do { local $/; <$out> };
    close $out;
    return answer($text // '');
}

sub answer {
    my ($text) = @_;
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    my ($line, @headers) = split /\r\n/, $head // '';
    my ($version, $status) = ($line // '') =~ m{^HTTP/(\S+) (\d+)};
    return {
        status  => $status // 0,
        version => $version // '',
        headers => [map { /^([^:]+)(:.*)$/ ? lc($1) . $2 : $_ } @headers],
        body    => $body // '',
    };
}

# What a token comes to at a URL: status, X-Cache and X-Reason, as in "200 [HIT][]"; and the body. Status
# 0: no answer came.
sub outcome {
    my ($self, $url, $token, @headers) = @_;
    my $answer = $self->curl(map({ ('-H', $_) } "Authorization: Bearer $token", @headers), $url);
    my ($cache, $reason) = map { header($answer, $_) } 'x-cache', 'x-reason';
    return (join('', "$answer->{status} ", $cache // '', $reason // ''), $answer->{body});
}

# The values of a header of an answer.
sub header {
    my ($answer, $name) = @_;
    return map { /^\Q$name\E: (.*)$/ ? $1 : () } @{$answer->{headers}};
}

1;
