// An NGINX with the module, for the time of a test.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { modulePath, writeFile } from './folders.mjs';

const waitMs = 10_000;

/** So many ports of 127.0.0.1 that nobody listens on. */
export async function freePorts(count) {
    const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
    await Promise.all(servers.map((server) => once(server, 'listening')));
    const ports = servers.map((server) => server.address().port);
    servers.forEach((server) => server.close());
    await Promise.all(servers.map((server) => once(server, 'close')));
    return ports;
}

function wholeConfiguration(folder, http) {
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `    ${name}_temp_path ${folder}/${name};`);
    return `load_module ${modulePath};
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
events {}
http {
${places.join('\n')}
    access_log ${folder}/access.log;
${http}
}
`;
}

/**
 * Starts NGINX with this text in its http block. It listens when this returns: the command itself
 * ends once the sockets are open.
 */
export async function startNginx(folder, http) {
    mkdirSync(folder, { recursive: true });
    const file = writeFile(join(folder, 'nginx.conf'), wholeConfiguration(folder, http));
    const command = spawn(
        process.env.NGINX_BINARY,
        ['-p', folder, '-e', `${folder}/error.log`, '-c', file],
        // The last one is a pipe that all processes of this NGINX hold: it closes when they are gone.
        { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
    );
    const pipe = command.stdio[3].resume();
    const [words, [code]] = await Promise.all([text(command.stderr), once(command, 'exit')]);
    if (code !== 0) {
        throw new Error(`nginx did not start:\n${words}`);
    }
    return {
        errorLog: () => readFileSync(join(folder, 'error.log'), 'utf8'),
        async stop() {
            process.kill(Number(readFileSync(join(folder, 'nginx.pid'), 'utf8')), 'SIGTERM');
            await once(pipe, 'close', { signal: AbortSignal.timeout(waitMs) });
        },
    };
}
