// One HTTPS request on a connection of its own.

import { once } from 'node:events';
import https from 'node:https';
import { text } from 'node:stream/consumers';

const waitMs = 10_000;

/**
 * `trusted` is the identity that issued the server's certificate, `identity` the client's own, or
 * nothing for a client without a certificate.
 */
export async function send(url, { method = 'GET', headers = {}, body, trusted, identity } = {}) {
    const request = https.request(url, {
        method,
        headers,
        ca: trusted.certificate,
        key: identity?.key,
        cert: identity?.certificate,
        agent: false,
        signal: AbortSignal.timeout(waitMs),
    });
    request.end(body);
    const [response] = await once(request, 'response');
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
}
