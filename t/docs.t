#!/usr/bin/env perl

# The documents, held against the module:
#  - every block of NGINX configuration in them, and every examples/*.conf, passes `nginx -t`;
#  - every directive, variable and reason word is documented, and no other, and it is said what to do
#    about each reason;
#  - links between documents and the tests that they name exist.
#
# The info string of a block says where it belongs and what is to come of it:
#
#   ```nginx [main|http|server|location] [fails: MESSAGE | warns: MESSAGE]
#
# `main` is a whole file, `http` (the default) the content of an http block. Those stand alone. `server`
# and `location` are excerpts: they inherit an issuer, an audience, a store and a secret.

use v5.20;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib", "$FindBin::Bin/docs";

use File::Basename qw(dirname);
use Test::More;
use NginxConfiguration qw(check_configuration in_http in_server in_location);
use OAuth2Test::Mint qw(root_dir read_file);

my %contexts = (
    main     => sub { $_[0] },
    http     => \&in_http,
    server   => \&in_server,
    location => \&in_location,
);

chdir root_dir() or die "can't enter the project's folder: $!";
my @documents = glob '*.md docs/*.md';
my %text = map { $_ => read_file($_) } @documents;

check_blocks();
check_names();
check_links($_) for @documents;
check_tests_named($_) for @documents;
done_testing();

# ---- Configuration

sub check_blocks {
    my @blocks = map { blocks($_) } @documents;
    ok(@blocks > 0, 'there are blocks of configuration in the documents');
    check_block($_) for @blocks;

    my @examples = glob 'examples/*.conf';
    ok(@examples > 0, 'there are examples');
    check_block({name => $_, info => 'main', text => read_file($_)}) for @examples;
}

# The fenced blocks of a document. Configuration in a block of another language would go unseen.
sub blocks {
    my ($document) = @_;
    my (@blocks, $open);
    my $number = 0;
    for my $line (split /\n/, $text{$document}) {
        $number++;
        if (defined $open) {
            if ($line =~ /^```\s*$/) {
                push @blocks, $open if $open->{language} eq 'nginx';
                fail("$open->{name}: configuration in a block of '$open->{language}'")
                  if $open->{language} ne 'nginx' && $open->{text} =~ /^\s*oauth2_\w+ .*;/m;
                undef $open;
            } else {
                $open->{text} .= "$line\n";
            }
        } elsif ($line =~ /^```(\w*)\s*(.*)$/) {
            $open = {name => "$document:$number", language => $1, info => $2, text => ''};
        }
    }
    fail("$open->{name}: a block that isn't closed") if defined $open;
    return @blocks;
}

sub check_block {
    my ($block) = @_;
    my ($context, $outcome, $message) = $block->{info} =~
      /^(main|http|server|location)?\s*(?:(fails|warns): (.+))?$/;
    return fail("$block->{name}: an info string that says nothing: $block->{info}")
      if $block->{info} ne '' && !defined $context && !defined $outcome;

    my ($passed, $output) =
      check_configuration($contexts{$context // 'http'}->($block->{text}));
    my @complaints = $output =~ /\[(?:warn|error|crit|alert|emerg)\] (.*)/g;
    my $good =
        !defined $outcome   ? $passed && !@complaints
      : $outcome eq 'fails' ? !$passed && grep { index($_, $message) == 0 } @complaints
      :                       $passed && grep { index($_, $message) == 0 } @complaints;
    ok($good, "$block->{name}: " . ($outcome // 'passes')) or diag($output);
}

# ---- Names

sub check_names {
    my $module = read_file('src/ngx_http_oauth2_rs_module.cpp');
    my ($commands) = $module =~ /ngx_command_t \w+\[\] = \{(.*?)ngx_null_command/s;
    my ($variables) = $module =~ /ngx_http_variable_t \w+\[\] = \{(.*?)ngx_http_null_variable/s;
    my @directives = $commands =~ /\{ngx_string\("(\w+)"\)/g;
    my @variables = map { /_$/ ? "\$${_}NAME" : "\$$_" } $variables =~ /\{ngx_string\("(\w+)"\)/g;
    my @reasons = read_file('src/base/denial.cpp') =~ s/^#include.*//mgr =~ /"(\w+)"/g;

    same_names('directives', \@directives,
        [$text{'docs/directives.md'} =~ /^#+ (oauth2_\w+)$/mg]);
    same_names('variables', \@variables,
        [$text{'docs/variables-and-answers.md'} =~ /^#+ (\$oauth2_\w+)$/mg]);
    same_names('reasons', \@reasons,
        [$text{'docs/variables-and-answers.md'} =~ /^\| `(\w+)` \| \d{3} \|/mg]);
    check_syntax($_) for @directives;
    check_advice($_) for @reasons;
    check_answers();
}

sub same_names {
    my ($what, $registered, $documented) = @_;
    ok(@$registered > 0, "there are $what");
    is_deeply([sort @$documented], [sort @$registered], "$what in the documents are those of the module");
}

sub check_syntax {
    my ($directive) = @_;
    like($text{'docs/directives.md'},
        qr/^## $directive\n\n- \*\*Syntax\*\*: `$directive .+;`\n- \*\*Default\*\*: .+\n- \*\*Context\*\*: .+\n/m,
        "$directive has syntax, default and context");
}

sub check_answers {
    my @statuses = read_file('src/shim/challenge.cpp') =~ /return \{(\d{3}),/g;
    ok(@statuses > 0, 'there are answers');
    my ($answers) = $text{'docs/variables-and-answers.md'} =~ /^## Answers\n(.*?)^## /ms;
    like($answers, qr/\| $_ \|/, "status $_ is documented") for @statuses;
}

sub check_advice {
    my ($reason) = @_;
    like($text{'docs/operations.md'}, qr/^\|[^|]*`$reason`[^|]*\| \S/m,
        "docs/operations.md says what to look at for $reason");
}

# ---- Links

sub check_links {
    my ($document) = @_;
    my @links = prose($text{$document}) =~ /\]\(([^)\s]+)\)/g;
    for my $link (grep { !/^[a-z]+:/ } @links) {
        my ($path, $anchor) = split /#/, $link, 2;
        my $target = $path eq '' ? $document : dirname($document) . "/$path";
        $target =~ s{^\./}{};
        $target =~ s{[^/]+/\.\./}{};
        my $found = -e $target
          && (!defined $anchor || grep { $_ eq $anchor } anchors(read_file($target)));
        ok($found, "$document: $link leads somewhere");
    }
}

# A document without its fenced blocks.
sub prose { return $_[0] =~ s/^```.*?^```$//msgr }

# The anchors that GitHub makes of headings.
sub anchors {
    my @headings = prose($_[0]) =~ /^#+ (.*)$/mg;
    return map { lc(s/[^\w\- ]//gr) =~ tr/ /-/r } @headings;
}

# A row of a table that names a test file, and blocks or functions of it in italics.
sub check_tests_named {
    my ($document) = @_;
    for my $row (grep { /^\|/ } split /\n/, $text{$document}) {
        while ($row =~ m{`(t/[\w/]+\.(?:t|c|cpp|mjs))`(?:: ((?:\*[^*]+\*(?:, )?)+))?}g) {
            my ($file, $names) = ($1, $2 // '');
            ok(-e $file, "$document: there is $file");
            my $tests = -e $file ? read_file($file) : '';
            ok($tests =~ /^=== \Q$_\E$|\bcmocka_unit_test\(\Q$_\E\)/m, "$document: $file has a test '$_'")
              for $names =~ /\*([^*]+)\*/g;
        }
    }
}
