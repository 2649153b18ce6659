// A certified OpenID provider as the authorization server: mutual TLS on loopback, client credentials,
// JWT access tokens for one API and opaque ones for another, which are introspected and revoked.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import https from 'node:https';

import Provider from 'oidc-provider';

import { send } from './https.mjs';

export const resource = 'https://api.example.com';
export const opaqueResource = 'https://opaque.example.com';

const peerCertificate = (ctx) => ctx.socket.getPeerX509Certificate();

const mutualTls = {
    enabled: true,
    certificateBoundAccessTokens: true,
    selfSignedTlsClientAuth: true,
    tlsClientAuth: true,
    getCertificate: peerCertificate,
    certificateAuthorized: (ctx) => ctx.socket.authorized,
    certificateSubjectMatches: (ctx, property, expected) =>
        property === 'tls_client_auth_subject_dn' && peerCertificate(ctx).subject === expected,
};

const resourceIndicators = {
    enabled: true,
    getResourceServerInfo: (ctx, wanted) => ({
        audience: wanted,
        scope: 'read write',
        accessTokenFormat: wanted === opaqueResource ? 'opaque' : 'jwt',
        jwt: { sign: { alg: 'ES256' } },
    }),
};

function configuration(signingKeys, clients) {
    return {
        clients: clients.map((client) => ({
            grant_types: ['client_credentials'],
            redirect_uris: [],
            response_types: [],
            ...client,
        })),
        clientAuthMethods: [
            'client_secret_basic', 'tls_client_auth', 'self_signed_tls_client_auth',
        ],
        clientDefaults: { id_token_signed_response_alg: 'ES256' },
        cookies: { keys: [randomUUID()] },
        features: {
            clientCredentials: { enabled: true },
            devInteractions: { enabled: false },
            dPoP: { enabled: true },
            introspection: { enabled: true },
            mTLS: mutualTls,
            resourceIndicators,
            revocation: { enabled: true },
        },
        jwks: { keys: signingKeys },
        ttl: { ClientCredentials: 600 },
    };
}

/**
 * Starts the provider. `server` is its own identity, `authority` the one that vouches for the
 * clients of tls_client_auth, `signingKey` a private JWK, `clients` its registered clients.
 */
export async function startProvider({ server, authority, signingKey, clients }) {
    const listener = https.createServer({
        key: server.key,
        cert: server.certificate,
        ca: authority.certificate,
        requestCert: true,
        rejectUnauthorized: false,
    });
    await once(listener.listen(0, '127.0.0.1'), 'listening');

    const issuer = `https://127.0.0.1:${listener.address().port}`;
    const serve = (keys) => {
        listener.removeAllListeners('request');
        listener.on('request', new Provider(issuer, configuration(keys, clients)).callback());
    };
    serve([signingKey]);

    return {
        issuer,
        /** Publishes these private keys from now on, and signs with the first; tokens stay known. */
        rotate: serve,
        async stop() {
            listener.close();
            listener.closeAllConnections();
            await once(listener, 'close');
        },
    };
}

/** What the provider says at one of its addresses, as JSON. */
async function ask(url, options) {
    const answer = await send(url, options);
    if (answer.status !== 200) {
        throw new Error(`${url}: ${answer.status} ${answer.body}`);
    }
    return JSON.parse(answer.body);
}

/** The provider's own description of itself (RFC 8414). */
export function metadata(issuer, trusted) {
    return ask(`${issuer}/.well-known/openid-configuration`, { trusted });
}

/** The text of its JWK Set. */
export async function fetchKeys(issuer, trusted) {
    const { jwks_uri: address } = await metadata(issuer, trusted);
    return JSON.stringify(await ask(address, { trusted }));
}

/** Has the provider forget a token (RFC 7009). */
export async function revokeToken(issuer, trusted, clientId, secret, token) {
    const { revocation_endpoint: address } = await metadata(issuer, trusted);
    const answer = await send(address, {
        method: 'POST',
        headers: {
            'content-type': 'application/x-www-form-urlencoded',
            authorization: `Basic ${btoa(`${clientId}:${secret}`)}`,
        },
        body: new URLSearchParams({ token }).toString(),
        trusted,
    });
    if (answer.status !== 200) {
        throw new Error(`${address}: ${answer.status} ${answer.body}`);
    }
}

/** An access token by client credentials. `how`: identity, secret, headers, resource. */
export async function requestToken(issuer, trusted, clientId, how = {}) {
    const { identity, secret, headers, resource: wanted = resource } = how;
    const { token_endpoint: address } = await metadata(issuer, trusted);
    const form = new URLSearchParams({
        grant_type: 'client_credentials', resource: wanted, scope: 'read',
    });
    const credentials = {};
    if (secret) {
        credentials.authorization = `Basic ${btoa(`${clientId}:${secret}`)}`;
    } else {
        form.set('client_id', clientId);
    }
    const { access_token: token } = await ask(address, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...credentials, ...headers },
        body: form.toString(),
        trusted,
        identity,
    });
    return token;
}

/** The claims of a JWT, unverified. */
export function claimsOf(token) {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}
