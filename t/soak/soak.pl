#!/usr/bin/env perl
# Minutes of good and bad traffic against an NGINX that is reloaded, whose workers are killed, whose keys
# change and whose authorization server comes and goes, and an account of every answer. `./build.sh soak [MINUTES]` calls it:
#   TEST_NGINX_BINARY        the nginx that the module is for
#   TEST_NGINX_LOAD_MODULES  the module
#   TEST_NGINX_SERVER_PORT   the first of the ports that are used, 1984 where it is not set
#   SOAK_CLIENTS             how many clients send requests, 4 where it is not set
# Ends with success only if no answer was wrong, none was lost, none had to be asked for again but where
# a worker was killed or told to leave, and neither memory nor descriptors grew.

use v5.20;
use warnings;

use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/lib', dirname(__FILE__) . '/../lib';
use Time::HiRes qw(sleep time);
use Soak::AuthorizationServer;
use Soak::Client;
use Soak::Gauge;
use Soak::Keys;
use Soak::Report qw(print_report);
use Soak::Server;
use Soak::Traffic qw(kinds);
use Soak::Troubles;

$| = 1;
# What was started ends with it.
$SIG{INT} = $SIG{TERM} = sub { die "soak: stopped\n" };
my $minutes = shift // 10;
die "soak: MINUTES is a number: ./build.sh soak [MINUTES]\n" if $minutes !~ /^\d+(?:\.\d+)?$/ || !$minutes;

my $keys = Soak::Keys->new;
my $issuer = Soak::AuthorizationServer->new;
my $server = Soak::Server->new($keys, $issuer)->start;
my $troubles = Soak::Troubles->new($server, $keys, $issuer);
my $gauge = Soak::Gauge->new($server);
my @clients = map { Soak::Client->new($_, kinds($server, $keys))->start } 1 .. $ENV{SOAK_CLIENTS} || 4;

my $started = time;
my $end = $started + 60 * $minutes;
while ((my $now = time) < $end) {
    $troubles->make($now - $started);
    $gauge->read($troubles->is_calm($now - $started));
    for my $client (@clients) {
        die "soak: a client has ended\n" if !$client->is_alive;
    }
    sleep 0.1;
}
# All at once: from now on no file is changed in its time.
$_->leave for @clients;
my @results = map { $_->account } @clients;
$server->stop;
$issuer->stop;
exit print_report(
    minutes  => $minutes,
    results  => \@results,
    issuer   => $issuer,
    troubles => $troubles,
    gauge    => $gauge,
    log      => $server->log,
);
