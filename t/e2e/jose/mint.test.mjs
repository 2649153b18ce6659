// What the mint makes, jose reads: every algorithm of signatures and of encryption.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as jose from 'jose';

import { makeFolder } from '../lib/folders.mjs';
import { encryptions, keyManagement, signatures } from './algorithms.mjs';
import { makeKey, mint } from './mint.mjs';

const folder = makeFolder('mint');
const signing = makeKey(folder, signatures.find(({ alg }) => alg === 'ES256'));

const claimsOf = (payload) => JSON.parse(new TextDecoder().decode(payload));

async function verify({ library, alg }, jwk, token) {
    const { payload, protectedHeader } =
        await library.compactVerify(token, await library.importJWK(jwk, alg), { algorithms: [alg] });
    assert.equal(protectedHeader.alg, alg);
    return claimsOf(payload);
}

async function decrypt({ library, alg }, jwk, token) {
    const { plaintext, protectedHeader } =
        await library.compactDecrypt(token, await library.importJWK(jwk, alg));
    assert.equal(protectedHeader.alg, alg);
    return { plaintext, header: protectedHeader };
}

async function decryptNested(row, jwk, token) {
    const { plaintext, header } = await decrypt(row, jwk, token);
    assert.equal(header.cty, 'JWT');
    const inner = new TextDecoder().decode(plaintext);
    return { claims: await verify({ library: jose, alg: 'ES256' }, signing.publicJwk, inner), header };
}

describe('jose verifies what the mint signs', () => {
    for (const row of signatures) {
        test(row.name, async () => {
            const key = makeKey(folder, row);
            const token = mint('token', key.file, '--claim', 'sub=bob');
            assert.equal((await verify(row, key.publicJwk, token)).sub, 'bob');
        });
    }
});

describe('jose decrypts and verifies what the mint signs and encrypts', () => {
    for (const row of keyManagement) {
        test(row.name, async () => {
            const key = makeKey(folder, row);
            for (const enc of row.encryptions) {
                const token =
                    mint('token', signing.file, '--claim', 'sub=bob', '--encrypt', key.file, '--enc', enc);
                const { claims, header } = await decryptNested(row, key.privateJwk, token);
                assert.equal(header.enc, enc);
                assert.equal(claims.sub, 'bob');
            }
        });
    }
});

describe('jose decrypts claims that the mint encrypts without a signature', () => {
    for (const row of keyManagement.filter(({ isShared }) => isShared)) {
        test(row.name, async () => {
            const key = makeKey(folder, row);
            const token = mint('token', '--encrypt-only', key.file, '--claim', 'sub=bob');
            const { plaintext } = await decrypt(row, key.privateJwk, token);
            assert.equal(claimsOf(plaintext).sub, 'bob');
        });
    }
});

describe('jose inflates what the mint compresses', () => {
    const row = keyManagement.find(({ alg }) => alg === 'A128KW');
    for (const enc of encryptions) {
        test(enc, async () => {
            const key = makeKey(folder, row);
            const token = mint('token', signing.file, '--encrypt', key.file, '--enc', enc, '--zip');
            const { claims, header } = await decryptNested(row, key.privateJwk, token);
            assert.equal(header.zip, 'DEF');
            assert.equal(claims.sub, 'alice');
        });
    }
});

test('jose agrees with the mint on a key bound to both parties', async () => {
    for (const row of keyManagement.filter(({ alg }) => alg.startsWith('ECDH-ES'))) {
        const key = makeKey(folder, row);
        const token = mint('token', signing.file, '--encrypt', key.file,
            '--encrypt-header', 'apu=QWxpY2U', '--encrypt-header', 'apv=Qm9i');
        const { header } = await decryptNested(row, key.privateJwk, token);
        assert.equal(header.apu, 'QWxpY2U');
    }
});
