import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node, root } from '../install.mjs';

/** The origin that the nodes of the tests allow. */
export const origin = 'https://chat.example.org';

/** Starts a node behind one proxy. Resolves when it accepts connections. */
export async function startNode(settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'usher-node-'));
  const child = spawn(node, ['--conditions=@usher/source', join(root, 'apps/api/src/main.ts')], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATA_DIR: folder,
      DEMO_USERS: 'true',
      TRUST_PROXY: '1',
      ALLOWED_ORIGINS: origin,
      CALLS_PER_SECOND: '0',
      // Most of the start time is compilation, which the cache saves at the second start.
      NODE_COMPILE_CACHE: join(tmpdir(), 'usher-e2e-compiled'),
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = once(child, 'exit').then(([code]) => code);
  const ready = once(child, 'message').then(([{ url }]) => Number(new URL(url).port));
  const port = await Promise.race([
    ready,
    exited.then((code) => {
      throw new Error(`the node exited with ${code} before it was ready:\n${output}`);
    }),
  ]);
  return {
    port,
    address: `127.0.0.1:${port}`,
    exited,
    /** The log so far, as objects. */
    log: () =>
      output
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    signal: (name) => child.kill(name),
    async stop() {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
