// What jose makes, the module accepts: every algorithm, with keys from every kind of store.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import * as jose from 'jose';

import { makeFolder, writeFile } from '../lib/folders.mjs';
import { freePorts, startNginx } from '../lib/nginx.mjs';
import { encryptions, keyManagement, signatures } from './algorithms.mjs';
import { makeKey, mint } from './mint.mjs';

const issuer = 'https://as.example.com';
const folder = makeFolder('module');
const [port] = await freePorts(1);
const signingRow = signatures.find(({ alg }) => alg === 'ES256');
const signing = makeKey(folder, signingRow);
const publicJwks = join(folder, 'public.jwks');
mint('jwks', signing.file, '--out', publicJwks);

const now = Math.floor(Date.now() / 1000);
const bytes = (text) => new TextEncoder().encode(text);
const claimsFor = (sub) => JSON.stringify({ iss: issuer, sub, iat: now, exp: now + 300 });

// ---- Stores: each writes one key where it looks for it and answers the directives.

function directory(key, format, text) {
    const path = `${key.file}.${format}`;
    writeFile(join(path, 'secret'), text);
    return `oauth2_secret_store directory path=${path} format=${format};`;
}

const stores = {
    jwks(key) {
        const file = `${key.file}s`;
        mint('jwks', '--private', key.file, '--out', file);
        return `oauth2_secret_store jwks file=${file};`;
    },
    base64: (key) => `oauth2_secret_store base64 secret=${mint('secret', key.file)};`,
    file: (key) => directory(key, 'base64', mint('secret', key.file)),
    pem: (key) => directory(key, 'pem', mint('pem', '--private', key.file)),
    jwk: (key) => directory(key, 'jwk', JSON.stringify(key.privateJwk)),
    keystore(key) {
        const file = `${key.file}.p12`;
        mint('keystore', '--password', 'open sesame', '--key', `alias=${key.file}`, '--out', file);
        return `oauth2_secret_store base64 pin=${Buffer.from('open sesame').toString('base64')};
            oauth2_secret_store keystore file=${file} password_secret=pin map=secret:alias;`;
    },
};

const storesOf = ({ isShared }) =>
    (isShared ? ['base64', 'file', 'jwk', 'keystore'] : ['jwks', 'pem', 'jwk', 'keystore']);

// ---- Locations: one for each key in each store.

const locations = [];

function addLocation(directives) {
    locations.push(`
        location = /${locations.length} {
            oauth2_resolver stateless;
            ${directives}
            add_header Subject $oauth2_claim_sub always;
            add_header Reason $oauth2_error_reason always;
            empty_gif;
        }`);
    return `/${locations.length - 1}`;
}

const verification = `oauth2_secret_store jwks file=${publicJwks}; oauth2_verification_secret as.signing;`;

const decrypting = keyManagement.map((row) => {
    const key = makeKey(folder, row);
    const paths = storesOf(row).map((store) =>
        [store, `${stores[store](key)} oauth2_decryption_secret secret;`]);
    return {
        ...row,
        key,
        nested: paths.map(([store, directives]) => [store, addLocation(`${verification} ${directives}`)]),
        alone: row.isShared
            ? paths.map(([store, directives]) => [store, addLocation(directives)])
            : [],
    };
});

const verifying = signatures.map((row) => {
    const key = makeKey(folder, row);
    const path = addLocation(row.isShared
        ? `${stores.base64(key)} oauth2_verification_secret secret;`
        : `${stores.jwks(key)} oauth2_verification_secret secret;`);
    return { ...row, key, path };
});

const http = `
    server {
        listen 127.0.0.1:${port};
        oauth2_require_https off;
        oauth2_issuer ${issuer};
        ${locations.join('')}
    }`;

// ---- Tokens

const sign = async ({ library, alg }, jwk, sub) =>
    new library.CompactSign(bytes(claimsFor(sub)))
        .setProtectedHeader({ alg, typ: 'at+jwt', kid: jwk.kid })
        .sign(await library.importJWK(jwk, alg));

async function encrypt({ library, alg }, jwk, plaintext, header) {
    const made = new library.CompactEncrypt(bytes(plaintext))
        .setProtectedHeader({ alg, kid: jwk.kid, ...header });
    if (alg.startsWith('ECDH-ES')) {
        made.setKeyManagementParameters({ apu: bytes('Alice'), apv: bytes('Bob') });
    }
    return made.encrypt(await library.importJWK(jwk, alg));
}

const encryptNested = async (row, jwk, sub, header) =>
    encrypt(row, jwk, await sign(signingRow, signing.privateJwk, sub), { cty: 'JWT', ...header });

async function send(path, token) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { Authorization: `Bearer ${token}` },
    });
    await response.arrayBuffer();
    return {
        status: response.status,
        subject: response.headers.get('Subject'),
        reason: response.headers.get('Reason'),
    };
}

const granted = (subject) => ({ status: 200, subject, reason: null });

let nginx;
before(async () => { nginx = await startNginx(folder, http); });
after(() => nginx?.stop());

describe('the module verifies what jose signs', () => {
    for (const row of verifying) {
        test(row.name, async () => {
            const token = await sign(row, row.key.privateJwk, 'bob');
            assert.deepEqual(await send(row.path, token), granted('bob'));
        });
    }
});

describe('the module decrypts and verifies what jose signs and encrypts', () => {
    for (const row of decrypting) {
        test(row.name, async () => {
            for (const enc of row.encryptions) {
                const token = await encryptNested(row, row.key.publicJwk, enc, { enc });
                for (const [store, path] of row.nested) {
                    assert.deepEqual(await send(path, token), granted(enc), `${enc} from ${store}`);
                }
            }
        });
    }
});

describe('the module decrypts claims that jose encrypts with a shared key', () => {
    for (const row of decrypting.filter(({ isShared }) => isShared)) {
        test(row.name, async () => {
            for (const enc of row.encryptions) {
                const header = { enc, typ: 'at+jwt' };
                const token = await encrypt(row, row.key.publicJwk, claimsFor(enc), header);
                for (const [store, path] of row.alone) {
                    assert.deepEqual(await send(path, token), granted(enc), `${enc} from ${store}`);
                }
            }
        });
    }
});

describe('the module inflates what jose compresses', () => {
    const row = decrypting.find(({ alg }) => alg === 'A128KW');
    for (const enc of encryptions) {
        test(enc, async () => {
            const token = await encryptNested(row, row.key.publicJwk, 'bob', { enc, zip: 'DEF' });
            assert.deepEqual(await send(row.nested[0][1], token), granted('bob'));
        });
    }
});

describe('the module refuses what jose encrypts with another key', () => {
    for (const row of decrypting) {
        test(row.name, async () => {
            const { kid } = row.key.publicJwk;
            const other = { ...makeKey(folder, row).publicJwk, kid };
            const token = await encryptNested(row, other, 'mallory', { enc: row.encryptions[0] });
            for (const [, path] of row.nested) {
                const { status, reason } = await send(path, token);
                assert.deepEqual([status, reason], [401, 'decryption_failed']);
            }
        });
    }
});
