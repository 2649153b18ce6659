// The project's own mint of keys and tokens.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { mintPath } from '../lib/folders.mjs';

export function mint(...words) {
    return execFileSync(mintPath, words, { encoding: 'utf8' }).trimEnd();
}

let keysMade = 0;

/** A new key of a row of algorithms.mjs: its file, and both halves as JWKs. */
export function makeKey(folder, row) {
    keysMade += 1;
    const file = join(folder, `${keysMade}.jwk`);
    mint('key', row.alg, ...row.keyOptions, '--out', file);
    return {
        file,
        privateJwk: JSON.parse(readFileSync(file, 'utf8')),
        publicJwk: JSON.parse(mint('jwks', file)).keys[0],
    };
}
