// Certificate-bound access tokens (RFC 8705) of a real authorization server.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { makeIdentity, registeredKey, thumbprint } from './lib/certificates.mjs';
import { makeFolder, writeFile } from './lib/folders.mjs';
import { send } from './lib/https.mjs';
import { freePorts, startNginx } from './lib/nginx.mjs';
import { makeProof } from './lib/proof.mjs';
import {
    claimsOf, fetchKeys, metadata, requestToken, resource, startProvider,
} from './lib/provider.mjs';

const secret = 'a-secret-of-the-test-that-guards-nothing';

const folder = makeFolder('confirmation');
const authority = makeIdentity(folder, 'authority');
const server = makeIdentity(folder, 'server', {
    issuer: authority, alternatives: 'IP:127.0.0.1',
});
const identities = {
    'self-signed': makeIdentity(folder, 'self-signed'),
    pki: makeIdentity(folder, 'pki', { issuer: authority }),
    'self-signed stranger': makeIdentity(folder, 'stranger'),
    'pki stranger': makeIdentity(folder, 'other', { issuer: authority }),
    nobody: undefined,
};

const clients = [
    {
        client_id: 'self-signed',
        token_endpoint_auth_method: 'self_signed_tls_client_auth',
        tls_client_certificate_bound_access_tokens: true,
        jwks: { keys: [registeredKey(identities['self-signed'])] },
    },
    {
        client_id: 'pki',
        token_endpoint_auth_method: 'tls_client_auth',
        tls_client_certificate_bound_access_tokens: true,
        tls_client_auth_subject_dn: 'CN=pki',
    },
    { client_id: 'unbound', token_endpoint_auth_method: 'client_secret_basic', client_secret: secret },
];

// `optional` locations take what is bound and what isn't; a header tells the tests the reason.
const http = (issuer) => `
    server {
        listen 127.0.0.1:${port} ssl http2;
        ssl_certificate ${server.certificateFile};
        ssl_certificate_key ${server.keyFile};
        ssl_verify_client optional_no_ca;

        oauth2_resolver stateless;
        oauth2_issuer ${issuer};
        oauth2_audience ${resource};
        oauth2_token_profile rfc9068;
        oauth2_secret_store jwks file=${folder}/provider.jwks;
        oauth2_verification_secret provider;
        add_header X-Reason $oauth2_error_reason always;

        location /optional {
            proxy_pass http://api/;
        }
        location /required {
            oauth2_confirmation_key required;
            proxy_pass http://api/;
        }
        location /off {
            oauth2_confirmation_key off;
            proxy_pass http://api/;
        }
        proxy_set_header X-Client $oauth2_claim_client_id;
        proxy_set_header X-Method $oauth2_confirmation;
        proxy_set_header X-Thumbprint $oauth2_client_thumbprint;
    }
    upstream api {
        server 127.0.0.1:${upstreamPort};
    }
    server {
        listen 127.0.0.1:${upstreamPort};
        location / {
            return 200 "$http_x_client $http_x_method $http_x_thumbprint";
        }
    }
`;

async function makeTokens() {
    const { issuer } = provider;
    const tokens = {};
    for (const name of ['self-signed', 'pki']) {
        tokens[name] = await requestToken(issuer, authority, name, { identity: identities[name] });
    }
    tokens.unbound = await requestToken(issuer, authority, 'unbound', { secret });
    const { token_endpoint: endpoint } = await metadata(issuer, authority);
    tokens.dpop = await requestToken(issuer, authority, 'unbound', {
        secret, headers: { dpop: makeProof('POST', endpoint) },
    });
    return tokens;
}

const signingKey = JSON.parse(readFileSync(makeIdentity(folder, 'signing').jwk, 'utf8'));
const provider = await startProvider({ server, authority, signingKey, clients });
const tokens = await makeTokens();
writeFile(join(folder, 'provider.jwks'), await fetchKeys(provider.issuer, authority));
const [port, upstreamPort] = await freePorts(2);
const nginx = await startNginx(folder, http(provider.issuer));

after(async () => {
    await nginx.stop();
    await provider.stop();
});

function call(location, token, identity) {
    return send(`https://127.0.0.1:${port}/${location}`, {
        headers: token === undefined ? {} : { authorization: `Bearer ${tokens[token]}` },
        trusted: authority,
        identity: identities[identity],
    });
}

describe('the provider binds its tokens', () => {
    for (const name of ['self-signed', 'pki']) {
        test(`${name}: to the certificate of the client`, () => {
            assert.deepEqual(claimsOf(tokens[name]).cnf, { 'x5t#S256': thumbprint(identities[name]) });
        });
    }
    test('unbound: to nothing', () => assert.equal(claimsOf(tokens.unbound).cnf, undefined));
    test('dpop: to a key', () => assert.deepEqual(Object.keys(claimsOf(tokens.dpop).cnf), ['jkt']));
    test('self-signed: not without its certificate', async () => {
        const asking = requestToken(provider.issuer, authority, 'self-signed', {
            identity: identities['self-signed stranger'],
        });
        await assert.rejects(asking, /invalid_client/);
    });
});

describe('a token passes from its own certificate', () => {
    for (const location of ['optional', 'required']) {
        for (const name of ['self-signed', 'pki']) {
            test(`${name} at ${location}`, async () => {
                const answer = await call(location, name, name);
                assert.equal(answer.status, 200);
                assert.equal(answer.body, `${name} x5t#S256 ${thumbprint(identities[name])}`);
                assert.equal(answer.headers['x-reason'], undefined);
            });
        }
    }
});

// Token, certificate, and the reasons at "optional" and at "required"; null: it passes.
const refusals = [
    ['self-signed', 'pki', 'confirmation_mismatch', 'confirmation_mismatch'],
    ['self-signed', 'self-signed stranger', 'confirmation_mismatch', 'confirmation_mismatch'],
    ['self-signed', 'nobody', 'certificate_missing', 'certificate_missing'],
    ['pki', 'self-signed', 'confirmation_mismatch', 'confirmation_mismatch'],
    ['pki', 'pki stranger', 'confirmation_mismatch', 'confirmation_mismatch'],
    ['pki', 'nobody', 'certificate_missing', 'certificate_missing'],
    ['unbound', 'pki', null, 'confirmation_missing'],
    ['unbound', 'nobody', null, 'confirmation_missing'],
    ['dpop', 'pki', 'confirmation_unsupported', 'confirmation_unsupported'],
    ['dpop', 'nobody', 'confirmation_unsupported', 'confirmation_unsupported'],
];

function checkAnswer(answer, reason) {
    assert.equal(answer.headers['x-reason'] ?? null, reason);
    assert.equal(answer.status, reason === null ? 200 : 401);
    const challenge = answer.headers['www-authenticate'];
    if (reason === null) {
        assert.equal(challenge, undefined);
    } else {
        assert.match(challenge, /^Bearer error="invalid_token", error_description="[^"]+"$/);
    }
}

describe('a token from another certificate, from none, and of another kind', () => {
    for (const [token, identity, optional, required] of refusals) {
        test(`${token} from ${identity}`, async () => {
            checkAnswer(await call('optional', token, identity), optional);
            checkAnswer(await call('required', token, identity), required);
            checkAnswer(await call('off', token, identity), null);
        });
    }
    test('no token at all', async () => {
        const answer = await call('required', undefined, 'pki');
        assert.equal(answer.status, 401);
        assert.equal(answer.headers['www-authenticate'], 'Bearer');
        assert.equal(answer.headers['x-reason'], 'no_token');
    });
});

test('no token and no part of one was logged', () => {
    const log = nginx.errorLog();
    assert.match(log, /oauth2: request refused: confirmation_mismatch/);
    for (const token of Object.values(tokens)) {
        for (const part of token.split('.')) {
            assert.ok(!log.includes(part));
        }
    }
});
