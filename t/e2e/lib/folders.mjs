// Where things are, and where a test may write.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = process.env.E2E_ROOT;

export const modulePath = join(root, 'build/ngx_http_oauth2_rs_module.so');
export const mintPath = join(root, 'build/mint');

/** A new folder of one test's own, below build/. */
export function makeFolder(name) {
    const runs = join(root, 'build/e2e/run');
    mkdirSync(runs, { recursive: true });
    return mkdtempSync(join(runs, `${name}-`));
}

export function writeFile(path, text) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
}
