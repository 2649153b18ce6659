// Keys and certificates, made by the project's own mint.

import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { mintPath } from './folders.mjs';

function mint(...args) {
    return execFileSync(mintPath, args, { encoding: 'utf8' });
}

/**
 * A key pair with a certificate for NAME, in files of FOLDER: self-signed, or issued by an identity
 * of this function. `alternatives` are the mint's: "DNS:localhost,IP:127.0.0.1".
 */
export function makeIdentity(folder, name, { issuer, alternatives } = {}) {
    const jwk = join(folder, `${name}.jwk`);
    const keyFile = join(folder, `${name}.key`);
    const certificateFile = join(folder, `${name}.crt`);
    const by = issuer ? ['--ca', issuer.certificateFile, '--ca-key', issuer.jwk] : [];
    const san = alternatives ? ['--san', alternatives] : [];

    mint('key', 'ES256', '--kid', name, '--out', jwk);
    mint('pem', '--private', jwk, '--out', keyFile);
    mint('cert', jwk, '--subject', name, ...san, ...by, '--out', certificateFile);

    return {
        name,
        jwk,
        keyFile,
        certificateFile,
        key: readFileSync(keyFile, 'utf8'),
        certificate: readFileSync(certificateFile, 'utf8'),
    };
}

function x509(identity) {
    return new X509Certificate(identity.certificate);
}

/** RFC 8705 section 3.1, by other means than the module's. */
export function thumbprint(identity) {
    return Buffer.from(x509(identity).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
}

/** The public key with its certificate in "x5c", as a self-signed client registers it. */
export function registeredKey(identity) {
    const certificate = x509(identity);
    return {
        ...certificate.publicKey.export({ format: 'jwk' }),
        use: 'sig',
        x5c: [certificate.raw.toString('base64')],
    };
}
