package OAuth2Test::KeyPeer;

# A peer that serves key sets, well or badly. What it answers is said by a file, so that it can change
# while it runs.

use v5.20;
use warnings;

use parent 'OAuth2Test::Peer';

use Compress::Zlib ();
use OAuth2Test::Mint qw(read_file run_file write_file);

# `sets` are the texts that it can serve, by name; faults are made of the one called "first". It begins
# with `says`. The other options are those of a peer.
sub new {
    my ($class, %options) = @_;
    my $name = $options{name} // 'peer';
    my $answers = {answers($options{sets}, $name)};
    say_by($name, $options{says} // 'first');
    return $class->SUPER::new(%options, answer => sub { $answers->{said($name)}->($_[0]) });
}

# From now on it answers that.
sub says {
    my ($self, $what) = @_;
    say_by($self->{name} // 'peer', $what);
}

sub say_by {
    my ($name, $what) = @_;
    my $file = run_file("$name.says");
    write_file("$file.new", $what);
    rename "$file.new", $file or die "can't rename $file: $!";
}

sub said { return read_file(run_file("$_[0].says")) }

# How often it was asked.
sub asked { return scalar(my @requests = $_[0]->requests) }

my $head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

sub json { return OAuth2Test::Peer::answer(200, 'application/json', @_) }

# So that NGINX reads it piece by piece.
sub pieces {
    my ($client, $set) = @_;
    for my $piece (unpack '(a200)*', json($set)) {
        syswrite $client, $piece or return;
        select undef, undef, undef, 0.02;
    }
    return;
}

# The names of answers that are of no use.
sub faults {
    my $self = shift;
    my %good = map { $_ => 1, "$_ in pieces" => 1 } keys %{$self->{sets}}, qw(hold jwk_type);
    my %all = answers($self->{sets}, '');
    return sort grep { !$good{$_} } keys %all;
}

sub answers {
    my ($sets, $name) = @_;
    my $good = $sets->{first};
    return (
        (map { my $set = $sets->{$_}; ($_ => sub { json($set) }, "$_ in pieces" => sub { pieces($_[0], $set) }) } keys %$sets),
        jwk_type => sub { OAuth2Test::Peer::answer(200, 'application/jwk-set+json', $good) },
        # Waits until something else is to be answered.
        hold => sub {
            OAuth2Test::Peer->wait_for('leave to answer', sub { said($name) ne 'hold' });
            return json($sets->{said($name)} // '');
        },
        status_faults($good),
        body_faults($good),
        slow_faults($good),
    );
}

sub status_faults {
    my ($good) = @_;
    return (
        (map { my $status = $_; ("status$status" => sub { OAuth2Test::Peer::answer($status, 'application/json', $good) }) }
            201, 204, 404, 500),
        redirect => sub { OAuth2Test::Peer::answer(302, 'application/json', $good, 'Location: /first') },
        hung_up => sub { return },
        no_http => sub { "SSH-2.0-OpenSSH\r\n" },
    );
}

sub body_faults {
    my ($good) = @_;
    return (
        html => sub { OAuth2Test::Peer::answer(200, 'text/html', '<html>hello</html>') },
        empty => sub { json('') },
        truncated => sub { json(substr $good, 0, -3) },
        cut => sub { syswrite $_[0], "${head}Content-Length: 10000\r\n\r\n$good"; return },
        duplicates => sub { json($good =~ s/"keys"/"keys":[],"keys"/r) },
        duplicate_members => sub { json($good =~ s/"kty"/"kty":"RSA","kty"/r) },
        no_keys => sub { json('{"keys":[]}') },
        unusable => sub { json('{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}') },
        encryption_keys => sub { json($good =~ s/"kty"/"use":"enc","kty"/gr) },
        gzip => sub { json(Compress::Zlib::memGzip($good), 'Content-Encoding: gzip') },
        claimed_gzip => sub { json($good, 'Content-Encoding: gzip') },
        ten_mib => sub { json($good . ' ' x 10485760) },
    );
}

# A byte each third of a second: more often than the location's timeouts would notice.
sub slow_faults {
    my ($good) = @_;
    my $drip = sub {
        my ($client, $text) = @_;
        for my $byte (split //, $text) {
            syswrite $client, $byte or return;
            select undef, undef, undef, 0.3;
        }
        return;
    };
    return (
        dripping => sub { syswrite $_[0], "${head}Content-Length: 500\r\n\r\n"; $drip->($_[0], $good) },
        dripping_head => sub { $drip->($_[0], $head . "X: y\r\n" x 50) },
    );
}

1;
