package Soak::Traffic;

# What the clients send: kinds of requests, each with the answer that it must have.

use v5.20;
use warnings;

use Exporter qw(import);
use OAuth2Test::Clients;
use OAuth2Test::Mint qw(token);

our @EXPORT_OK = qw(kinds);

my @lasting = ('--claim', 'exp=@+604800');

# Each kind: its name; how often it is sent; the URI; the token and its subject, or what gives both; the
# status; the client whose certificate is shown over TLS, '' for TLS without one.
sub kinds {
    my ($server, $keys) = @_;
    my $alice = token('RS256', @lasting);
    my $forged = token('RS256', @lasting, '--bad', 'wrong-key');
    my @bound = (token('ES256', @lasting, '--claim', 'cnf=' . bound_to('client')), 'alice');
    return (
        good('signed', 4, '/signed', $alice),
        good('cached', 4, '/cached', $alice),
        (map { good('crowded cache', 1, '/crowded', subject_token("crowd$_"), "crowd$_") } 1 .. 40),
        good('scopes', 2, '/scoped', $alice),
        good('encrypted', 1, '/encrypted', token('RS256', @lasting, '--encrypt', 'RSA-OAEP-256')),
        good('rotated key', 4, '/ring', sub { return $keys->good }),
        good('rotated key, cached', 4, '/ring-cached', sub { return $keys->good }),
        bad('key gone', 2, '/ring', sub { return $keys->gone }),
        bad('key gone, cached', 2, '/ring-cached', sub { return $keys->gone }),
        shows('client', good('bound, its client', 2, '/bound', @bound)),
        shows('another', bad('bound, another client', 2, '/bound', $bound[0])),
        shows('', bad('bound, no certificate', 1, '/bound', $bound[0])),
        bad('bound, no TLS', 1, '/bound', $bound[0]),
        shows('client', bad('not bound', 1, '/bound', $alice)),
        bad('forged', 2, '/signed', $forged),
        bad('forged, cached', 2, '/cached', $forged),
        bad('expired', 1, '/cached', token('RS256', '--bad', 'expired')),
        bad('none', 1, '/signed', token('RS256', @lasting, '--bad', 'alg-none')),
        bad('not encrypted', 1, '/encrypted', $alice),
        bad('scope missing', 1, '/scoped', token('RS256', @lasting, '--claim', 'scope=read'), 403),
        bad('rubbish', 1, '/signed', join '', map { chr(33 + $_ % 90) } 1 .. 3000),
        bad('no token', 1, '/signed', undef),
    );
}

sub subject_token { return token('RS256', @lasting, '--claim', "sub=$_[0]") }

# Over TLS, with that client's certificate.
sub shows { return {%{$_[1]}, client => $_[0]} }

sub good {
    my ($name, $weight, $uri, $token, $subject) = @_;
    return {name => $name, weight => $weight, uri => $uri, token => $token, status => 200,
        subject => $subject // 'alice'};
}

sub bad {
    my ($name, $weight, $uri, $token, $status) = @_;
    return {name => $name, weight => $weight, uri => $uri, token => $token,
        status => $status // 401, subject => ''};
}

1;
