package Bench::Server;

# An NGINX of the benchmark, with the locations of its arms.

use v5.20;
use warnings;

use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(usleep);

my $next_port = $ENV{BENCH_PORT} || 19500;
my $patience  = 60;

# name, dir, arms; workers, tls; single: one process, for what can watch but one.
sub new {
    my ($class, %self) = @_;
    my $self = bless {workers => 1, port => $next_port++, %self}, $class;
    $self->{prefix} = "$self->{dir}/$self->{name}";
    mkdir $self->{prefix};
    return $self;
}

sub is_plain { return $_[0]{name} =~ /^plain/ }

sub locations {
    my ($self) = @_;
    my $text = '';
    for my $arm (@{$self->{arms}}) {
        my $content  = 'empty_gif;' . ($self->is_plain ? '' : " $arm->{location}");
        my $path     = $arm->{path} =~ s/%d:.*//r;
        my @suffixes = $arm->{count} ? (0 .. $arm->{count} - 1) : ('');
        $text .= "        location = $path$_ { $content }\n" for @suffixes;
    }
    return $text;
}

sub directives {
    my ($self) = @_;
    return '' if $self->is_plain;
    my $dir = $self->{dir};
    return <<"END";
    oauth2_issuer https://as.example.com;
    oauth2_audience https://api.example.com;
    oauth2_require_https off;
    oauth2_secret_store directory path=$dir format=jwk suffix=.jwk;
END
}

sub configuration {
    my ($self) = @_;
    my $dir    = $self->{dir};
    my $load   = $self->is_plain ? '' : "load_module $ENV{MODULE_FILE};\n";
    my $user   = $> == 0         ? "user root;\n"                : '';
    my $listen = "listen 127.0.0.1:$self->{port}";
    my $tls    = '';
    if ($self->{tls}) {
        $listen .= ' ssl';
        $tls = "        ssl_certificate $dir/server.crt;\n"
            . "        ssl_certificate_key $dir/server.key;\n"
            . "        ssl_verify_client optional_no_ca;\n";
    }
    my $single = $self->{single} ? "master_process off;\n" : '';
    my $affinity = join ' ', map { '1' . '0' x $_ } 0 .. $self->{workers} - 1;
    return <<"END";
$load${user}daemon off;
${single}worker_processes $self->{workers};
worker_cpu_affinity $affinity;
pid nginx.pid;
error_log error.log error;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    large_client_header_buffers 4 32k;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
@{[$self->directives]}    server {
        $listen;
$tls@{[$self->locations]}    }
}
END
}

sub command {
    my ($self) = @_;
    my $prefix = $self->{prefix};
    open my $conf, '>', "$prefix/nginx.conf" or die "$prefix/nginx.conf: $!\n";
    print {$conf} $self->configuration =~ s{file=keys-}{file=$self->{dir}/keys-}gr;
    close $conf or die "$prefix/nginx.conf: $!\n";
    return ($ENV{NGINX_BINARY}, '-p', "$prefix/", '-e', 'error.log', '-c', "$prefix/nginx.conf");
}

sub start {
    my ($self, @wrapper) = @_;
    my @command = $self->command;
    $self->{pid} = fork // die "can't fork: $!\n";
    if (!$self->{pid}) {
        open STDERR, '>', "$self->{prefix}/stderr.log";
        exec @wrapper, @command or POSIX::_exit(127);
    }
    my $until = time + $patience;
    while (!$self->is_ready) {
        die "nginx does not start, see $self->{prefix}/error.log and stderr.log\n"
            if time > $until || waitpid($self->{pid}, POSIX::WNOHANG) != 0;
        usleep(10_000);
    }
    return $self;
}

# A single process is its own worker; valgrind or perf may stand before it.
sub is_ready {
    my ($self) = @_;
    return @{$self->find_workers} == $self->{workers} if !$self->{single};
    my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$self->{port}") or return 0;
    $self->{pids} = @{$self->find_workers} ? $self->{pids} : [$self->{pid}];
    return 1;
}

sub find_workers {
    my ($self) = @_;
    open my $file, '<', "/proc/$self->{pid}/task/$self->{pid}/children" or return [];
    $self->{pids} = [split ' ', <$file> // ''];
    return $self->{pids};
}

# Kilobytes of memory that the worker has beside what it maps from files.
sub kilobytes {
    my ($self) = @_;
    open my $file, '<', "/proc/$self->{pids}[0]/smaps_rollup" or die "no smaps_rollup: $!\n";
    my ($anonymous) = map { /^Anonymous:\s+(\d+)/ ? $1 : () } <$file>;
    return $anonymous;
}

sub stop {
    my ($self) = @_;
    return if !$self->{pid};
    kill CONT => @{$self->{pids} // []};    # a measurement that failed may have left them held
    kill QUIT => $self->{single} ? @{$self->{pids}} : $self->{pid};
    waitpid $self->{pid}, 0;
    delete $self->{pid};
    return;
}

1;
