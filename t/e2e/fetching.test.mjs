// Keys by URL and introspection at a real authorization server, over verified TLS.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';

import { makeIdentity } from './lib/certificates.mjs';
import { makeFolder } from './lib/folders.mjs';
import { send } from './lib/https.mjs';
import { freePorts, startNginx } from './lib/nginx.mjs';
import {
    metadata, opaqueResource, requestToken, resource, revokeToken, startProvider,
} from './lib/provider.mjs';

const secret = 'a-secret-of-the-test-that-guards-nothing';
const folder = makeFolder('fetching');
const authority = makeIdentity(folder, 'authority');
const stranger = makeIdentity(folder, 'stranger');
const server = makeIdentity(folder, 'server', {
    issuer: authority, alternatives: 'DNS:as.example.com,IP:127.0.0.1',
});
const gateway = makeIdentity(folder, 'gateway', { issuer: authority });
const [first, second, third] = ['first', 'second', 'third'].map((name) =>
    JSON.parse(readFileSync(makeIdentity(folder, name).jwk, 'utf8')));

const provider = await startProvider({
    server,
    authority,
    signingKey: first,
    clients: [
        { client_id: 'api', token_endpoint_auth_method: 'client_secret_basic', client_secret: secret },
        {
            client_id: 'gateway',
            token_endpoint_auth_method: 'tls_client_auth',
            tls_client_auth_subject_dn: 'CN=gateway',
        },
        {
            client_id: 'bound',
            token_endpoint_auth_method: 'tls_client_auth',
            tls_client_auth_subject_dn: 'CN=gateway',
            tls_client_certificate_bound_access_tokens: true,
        },
    ],
});
const {
    jwks_uri: keysAt, introspection_endpoint: introspectionAt,
} = await metadata(provider.issuer, authority);
const [port] = await freePorts(1);

const basic = (password) => `proxy_set_header Authorization "Basic ${btoa(`api:${password}`)}";`;

const trusting = (identity) => `
            internal;
            proxy_ssl_verify on;
            proxy_ssl_trusted_certificate ${identity.certificateFile};
            proxy_ssl_name as.example.com;
            proxy_ssl_session_reuse off;`;

const keys = (name, trusted) => `
        location /${name} {
            oauth2_secret_store jwks uri=/keys-of-${name} cache_miss_timeout=1ms;
            oauth2_resolver stateless;
            oauth2_audience ${resource};
            oauth2_token_profile rfc9068;
            empty_gif;
        }
        location = /keys-of-${name} {
            ${trusting(trusted)}
            proxy_pass ${keysAt};
        }`;

const introspection = (name, trusted, authentication) => `
        location /${name} {
            oauth2_resolver introspection;
            oauth2_introspection_endpoint /introspect-${name};
            oauth2_audience ${opaqueResource};
            add_header X-Reason $oauth2_error_reason always;
            add_header X-Client $oauth2_claim_client_id;
            add_header X-Scope $oauth2_scope;
            empty_gif;
        }
        location = /introspect-${name} {
            ${trusting(trusted)}
            ${authentication}
            proxy_pass ${introspectionAt};
        }`;

const nginx = await startNginx(folder, `
    server {
        listen 127.0.0.1:${port} ssl;
        ssl_certificate ${server.certificateFile};
        ssl_certificate_key ${server.keyFile};
        ssl_verify_client optional_no_ca;
        oauth2_issuer ${provider.issuer};
        oauth2_verification_secret provider;
        add_header X-Reason $oauth2_error_reason always;
        ${keys('signed', authority)}
        ${keys('untrusted', stranger)}
        ${introspection('opaque', authority, basic(secret))}
        ${introspection('by-certificate', authority, `
            proxy_ssl_certificate ${gateway.certificateFile};
            proxy_ssl_certificate_key ${gateway.keyFile};
            proxy_set_body "$request_body&client_id=gateway";`)}
        ${introspection('unknown', authority, basic('wrong'))}
        ${introspection('nobody', authority, '')}
        ${introspection('distrusted', stranger, basic(secret))}
    }
`);

after(async () => {
    await nginx.stop();
    await provider.stop();
});

async function call(location, token, identity) {
    const answer = await send(`https://127.0.0.1:${port}/${location}`, {
        headers: { authorization: `Bearer ${token}` }, trusted: authority, identity,
    });
    return [answer.status, answer.headers['x-reason']].filter(Boolean).join(' ');
}

const signed = () => requestToken(provider.issuer, authority, 'api', { secret });
const opaque = () => requestToken(provider.issuer, authority, 'api', { secret, resource: opaqueResource });

describe('keys by URL', () => {
    test('a token of the published key passes', async () => {
        assert.equal(await call('signed', await signed()), '200');
    });
    test('keys of a server that is not trusted are not taken', async () => {
        assert.equal(await call('untrusted', await signed()), '503 keys_unavailable');
    });
    test('the first token of a key that was added passes, and those of the old one', async () => {
        const old = await signed();
        provider.rotate([second, first]);
        assert.equal(await call('signed', await signed()), '200');
        assert.equal(await call('signed', old), '200');
    });
    test('a key that was taken away is forgotten with the next fetch', async () => {
        const old = await signed();
        provider.rotate([third]);
        assert.equal(await call('signed', old), '200', 'nobody has asked since');
        assert.equal(await call('signed', await signed()), '200');
        assert.equal(await call('signed', old), '401 bad_signature');
    });
});

describe('introspection', () => {
    for (const location of ['opaque', 'by-certificate']) {
        test(`${location}: a token passes until it is revoked`, async () => {
            const token = await opaque();
            assert.ok(!token.includes('.'));
            assert.equal(await call(location, token), '200');
            await revokeToken(provider.issuer, authority, 'api', secret, token);
            assert.equal(await call(location, token), '401 inactive');
        });
    }
    test('a text that is no token', async () => {
        assert.equal(await call('opaque', 'nothing-of-yours'), '401 inactive');
    });
    test('what is told of a token', async () => {
        const answer = await send(`https://127.0.0.1:${port}/opaque`, {
            headers: { authorization: `Bearer ${await opaque()}` }, trusted: authority,
        });
        assert.equal(answer.headers['x-client'], 'api');
        assert.equal(answer.headers['x-scope'], 'read');
    });
    test('a token that is bound to a certificate', async () => {
        const token = await requestToken(provider.issuer, authority, 'bound', {
            identity: gateway, resource: opaqueResource,
        });
        assert.equal(await call('opaque', token, gateway), '200');
        assert.equal(await call('opaque', token, stranger), '401 confirmation_mismatch');
        assert.equal(await call('opaque', token), '401 certificate_missing');
    });
    for (const location of ['unknown', 'nobody', 'distrusted']) {
        test(`${location}: a good token is not judged`, async () => {
            assert.equal(await call(location, await opaque()), '503 introspection_unavailable');
        });
    }
});

test('no token and no secret was logged', async () => {
    const log = nginx.errorLog();
    assert.match(log, /oauth2: request refused: inactive/);
    assert.ok(!log.includes(secret));
    assert.ok(!log.includes(btoa(`api:${secret}`)));
});
