# Ordinary access tokens of common issuers, with the members that their documentation shows; the
# values are ours. With each goes what the same issuer signs and what is no access token.

use lib 't/lib';
use JSON::PP;
use Test::Nginx::Socket 'no_plan';
use OAuth2Test;

my $now = time;
my %times = (iat => $now - 5, exp => $now + 3600);
my $tenant = '6f1c0c8e-3a52-4d8e-9a57-0e2b8d5f7c11';

# What an issuer's tokens are made of: the header, the issuer and audience configured, the claims.
our %issuers = (
    # The gateway's own issuer, an access management server with client-based tokens.
    am => {
        header => {typ => 'JWT', zip => 'NONE'},
        claims => {
            %times, nbf => $now - 5, iss => 'https://am.example.com:443/am/oauth2/realms/root/alpha',
            sub => '(usr!alice)', subname => 'alice', cts => 'OAUTH2_STATELESS_GRANT',
            auditTrackingId => '7d0b3f7e-4c2a-4a3b-8f0b-2b1f6f3f9a51-1423', auth_level => 0,
            tokenName => 'access_token', token_type => 'Bearer', authGrantId => 'Qk1xW0u2l8',
            aud => 'myClient', client_id => 'myClient', grant_type => 'authorization_code',
            scope => ['mail', 'employeenumber'], auth_time => $now - 60, realm => '/alpha',
            expires_in => 3600, jti => 'z3aVv1gcO5',
        },
        audience => 'myClient',
        scope => 'employeenumber mail',
        profile => 'am',
    },
    rfc9068 => {
        header => {typ => 'at+JWT'},
        claims => {
            %times, iss => 'https://authorization-server.example.com/',
            sub => '5ba552d67', aud => 'https://rs.example.com/', jti => 'dbe39bf3a3ba4238a513f51d6e1691c4',
            client_id => 's6BhdRkqt3', scope => 'openid profile reademail', auth_time => $now - 60,
            acr => '1', groups => ['staff'], roles => ['reader'],
        },
        audience => 'https://rs.example.com/',
        scope => 'reademail',
        profile => 'rfc9068',
    },
    keycloak => {
        header => {typ => 'JWT'},
        claims => {
            %times, auth_time => $now - 60, jti => 'onrtac:3f4c0d44-6c0b-41f0-9d2c-2f7b9d6cf1f0',
            iss => 'https://keycloak.example.com/realms/demo', aud => ['orders', 'account'],
            sub => 'a1f7e2ce-0d84-4a5c-8f37-56f0a1d0c0de', typ => 'Bearer', azp => 'web-app',
            sid => '5bb1e8b0-6e58-4c62-b3f3-8c3e3cf5f5a7', acr => '1',
            'allowed-origins' => ['https://app.example.com'],
            realm_access => {roles => ['offline_access', 'default-roles-demo', 'buyer']},
            resource_access => {account => {roles => ['manage-account', 'view-profile']}},
            scope => 'openid email profile', email_verified => JSON::PP::true, name => 'Alice Liddell',
            preferred_username => 'alice', given_name => 'Alice', family_name => 'Liddell',
            email => 'alice@example.com',
        },
        audience => 'orders',
        scope => 'email profile',
    },
    'entra-v1' => {
        header => {typ => 'JWT', x5t => 'i6lGk3FZzxRcUb2C3nEQ7syHJlY'},
        claims => {
            %times, nbf => $now - 5, aud => 'api://11112222-bbbb-3333-cccc-4444dddd5555',
            iss => "https://sts.windows.net/$tenant/", aio => 'E2RgYFjSuWyT', amr => ['pwd'],
            appid => '00001111-aaaa-2222-bbbb-3333cccc4444', appidacr => '1', ipaddr => '192.0.2.1',
            name => 'Alice Liddell', oid => 'aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb', rh => '0.AQ.',
            scp => 'access_as_user Files.Read', sub => 'l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA',
            tid => $tenant, unique_name => 'alice@example.com', upn => 'alice@example.com',
            uti => 'fqiBqXLPj0eQa82S-IYFAA', ver => '1.0',
        },
        audience => 'api://11112222-bbbb-3333-cccc-4444dddd5555',
        scope => 'access_as_user',
    },
    'entra-v2' => {
        header => {typ => 'JWT'},
        claims => {
            %times, nbf => $now - 5, aud => '11112222-bbbb-3333-cccc-4444dddd5555',
            iss => "https://login.microsoftonline.com/$tenant/v2.0", aio => 'AYQAe', azp => '00001111-aaaa',
            azpacr => '0', name => 'Alice Liddell', oid => 'aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb',
            preferred_username => 'alice@example.com', rh => '0.AQ.', scp => 'access_as_user',
            sub => 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ', tid => $tenant,
            uti => 'fqiBqXLPj0eQa82S-IYFAA', ver => '2.0',
        },
        audience => '11112222-bbbb-3333-cccc-4444dddd5555',
        scope => 'access_as_user',
    },
    okta => {
        header => {},
        claims => {
            %times, ver => 1, jti => 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
            iss => 'https://id.example.com/oauth2/default', aud => 'api://default', cid => 'nmdP1fcyvdVO11AL7ECm',
            uid => '00ujmkLgagxeRrAg20g3', scp => ['openid', 'email', 'orders:read'],
            auth_time => $now - 60, sub => 'alice@example.com',
        },
        audience => 'api://default',
        scope => 'orders:read',
    },
    auth0 => {
        header => {typ => 'JWT'},
        claims => {
            %times, iss => 'https://tenant.eu.auth0.example/', sub => 'auth0|5f7c8ec7c33c6c004bbafe82',
            aud => ['https://orders.example.com', 'https://tenant.eu.auth0.example/userinfo'],
            azp => 'my_client_id', gty => 'password', scope => 'openid profile read:orders',
            permissions => ['read:orders'],
        },
        audience => 'https://orders.example.com',
        scope => 'read:orders',
    },
    cognito => {
        header => {},
        claims => {
            %times, sub => 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', 'cognito:groups' => ['testgroup'],
            iss => 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example', version => 2,
            client_id => 'xxxxxxxxxxxxexample', origin_jti => 'aaaaaaaa-bbbb-cccc-dddd-000000000001',
            event_id => '64f513be-32db-42b0-b78e-b02127b4f463', token_use => 'access',
            scope => 'aws.cognito.signin.user.admin', auth_time => $now - 60,
            jti => 'aaaaaaaa-bbbb-cccc-dddd-000000000002', username => 'alice',
        },
        scope => 'aws.cognito.signin.user.admin',
    },
);
our @names = sort keys %issuers;

our $config = "oauth2_audience \"\";\nproxy_set_header X-Value \"\$oauth2_claim_sub\";\n";
for my $name (@names) {
    my $issuer = $issuers{$name};
    my $audience = $issuer->{audience} // '""';
    my $profile = $issuer->{profile} // 'any';
    $config .= <<"CONFIG";
location = /$name {
    oauth2_resolver stateless;
    oauth2_issuer $issuer->{claims}{iss};
    oauth2_audience $audience;
    oauth2_token_profile $profile;
    oauth2_scope $issuer->{scope};
    proxy_pass http://echo/;
}
CONFIG
}
default_config($config);
default_http_config(<<'CONFIG');
oauth2_claim_set $roles realm_access roles;
oauth2_claim_set $groups cognito:groups;
oauth2_claim_set $tracking auditTrackingId;
CONFIG

# A token of that issuer; claims of $changes replace its own, undefined ones go away.
sub issued {
    my ($name, $changes, $header) = @_;
    my %claims = (%{$issuers{$name}{claims}}, %{$changes // {}});
    my %header = (%{$issuers{$name}{header}}, %{$header // {}});
    my $json = JSON::PP->new->canonical->allow_nonref;
    return '= ' . token('RS256', '--no-claim', '*', '--no-header', 'typ',
        (map { ('--header', "$_=" . $json->encode($header{$_})) } sort keys %header),
        (map { defined $claims{$_} ? ('--claim', "$_=" . $json->encode($claims{$_})) : () } sort keys %claims));
}

sub subjects { return map { "$issuers{$_}{claims}{sub}\n" } @_ }

run_tests();

__DATA__

=== the access token of each issuer
--- request eval
[map { "GET /$_" } @::names]
--- token eval
::lines map { ::issued($_) } @::names
--- refused eval
::lines(('-') x @::names)
--- response_body eval
[::subjects(@::names)]



=== at another issuer's location none is good
--- request eval
[map { "GET /$_" } @::names[1 .. $#::names, 0]]
--- token eval
::lines map { ::issued($_) } @::names
--- refused eval
::lines(('issuer_mismatch') x @::names)



=== each issuer's token without its scope
--- request eval
[map { "GET /$_" } @::names]
--- token eval
::lines map { ::issued($_, {scope => undef, scp => undef}) } @::names
--- refused eval
::lines(('insufficient_scope') x @::names)
--- error_code eval
[(403) x @::names]
--- response_headers eval
[map { "WWW-Authenticate: Bearer scope=\"$::issuers{$_}{scope}\", error=\"insufficient_scope\", error_description=\"The request requires higher privileges than provided by the access token.\"" } @::names]



=== each issuer's token for another audience
--- request eval
[map { "GET /$_" } grep { $::issuers{$_}{audience} } @::names]
--- token eval
::lines map { ::issued($_, {aud => 'other'}) } grep { $::issuers{$_}{audience} } @::names
--- refused: audience_mismatch x 7



=== each issuer's token when its time is over
--- request eval
[map { "GET /$_" } @::names]
--- token eval
::lines map { ::issued($_, {exp => time - 60}) } @::names
--- refused eval
::lines(('expired') x @::names)



=== the gateway's issuer: a refresh token and an ID token
--- request eval
['GET /am', 'GET /am', 'GET /am']
--- token eval
::lines ::issued('am', {tokenName => 'refresh_token'}),
    ::issued('am', {tokenName => 'id_token', at_hash => 'x'}), ::issued('am', {tokenName => undef})
--- refused: wrong_token_type x 3



=== the gateway's issuer: expires_in in milliseconds, or zero, doesn't count
--- request eval
['GET /am', 'GET /am']
--- token eval
::lines ::issued('am', {expires_in => 3600000}), ::issued('am', {expires_in => 0})
--- refused: - x 2



=== RFC 9068: a token of another type, and without a required claim
--- request eval
['GET /rfc9068', 'GET /rfc9068', 'GET /rfc9068']
--- token eval
::lines ::issued('rfc9068', {}, {typ => 'JWT'}), ::issued('rfc9068', {client_id => undef}),
    ::issued('rfc9068', {jti => undef})
--- refused
wrong_token_type
malformed_claims
malformed_claims



=== Keycloak: an ID token and a logout token
--- request eval
['GET /keycloak', 'GET /keycloak']
--- token eval
::lines ::issued('keycloak', {typ => 'ID', at_hash => 'T0Sx', scope => undef}),
    ::issued('keycloak', {typ => 'Logout', events => {'http://schemas.openid.net/event/backchannel-logout' => {}}})
--- refused: wrong_token_type x 2



=== Cognito: an ID token
--- request
GET /cognito
--- token eval
::issued('cognito', {token_use => 'id', at_hash => 'x', aud => 'xxxxxxxxxxxxexample'})
--- refused: wrong_token_type



=== Entra: an application's token has roles and no scp
--- config
location = /t {
    oauth2_resolver stateless;
    oauth2_issuer https://login.microsoftonline.com/6f1c0c8e-3a52-4d8e-9a57-0e2b8d5f7c11/v2.0;
    oauth2_audience 11112222-bbbb-3333-cccc-4444dddd5555;
    proxy_set_header X-Value $oauth2_claim_roles;
    proxy_pass http://echo/;
}
--- token eval
::issued('entra-v2', {scp => undef, roles => ['Orders.Read.All'], idtyp => 'app'})
--- granted
--- response_body
["Orders.Read.All"]



=== claims of an issuer that need oauth2_claim_set
--- config
oauth2_resolver stateless;
oauth2_audience "";
location = /keycloak {
    oauth2_issuer https://keycloak.example.com/realms/demo;
    proxy_set_header X-Value $roles;
    proxy_pass http://echo/;
}
location = /cognito {
    oauth2_issuer https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example;
    proxy_set_header X-Value $groups;
    proxy_pass http://echo/;
}
location = /am {
    oauth2_issuer https://am.example.com:443/am/oauth2/realms/root/alpha;
    proxy_set_header X-Value $tracking;
    proxy_pass http://echo/;
}
--- request eval
['GET /keycloak', 'GET /cognito', 'GET /am']
--- token eval
::lines map { ::issued($_) } qw(keycloak cognito am)
--- refused: - x 3
--- response_body eval
["[\"offline_access\",\"default-roles-demo\",\"buyer\"]\n", "[\"testgroup\"]\n", "7d0b3f7e-4c2a-4a3b-8f0b-2b1f6f3f9a51-1423\n"]
