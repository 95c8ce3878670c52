import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root } from './install.mjs';

/** Resolves to a port that is currently free. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function start(port) {
  const folder = mkdtempSync(join(tmpdir(), 'usher-start-'));
  const env = { ...process.env, PORT: String(port), DATA_DIR: folder };
  // A separate process group, as a terminal creates for each command.
  const npm = spawn('npm', ['start'], { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(npm, 'exit');
  onTestFinished(async () => {
    if (npm.exitCode === null && npm.signalCode === null) process.kill(-npm.pid, 'SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  let output = '';
  for await (const text of npm.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    output += text;
    if (output.includes('Ctrl+C')) break;
  }
  npm.stdout.resume();
  return { npm, output, exited };
}

test.each([
  ['SIGTERM to npm alone', (pid) => process.kill(pid, 'SIGTERM')],
  ['SIGINT to npm alone', (pid) => process.kill(pid, 'SIGINT')],
  ['Ctrl+C, which reaches the whole group', (pid) => process.kill(-pid, 'SIGINT')],
])('npm start prints its URL and exits with code 0 after %s', { timeout: 180_000 }, async (_name, signal) => {
  const port = await freePort();
  const { npm, output, exited } = await start(port);
  expect(output).toContain(`http://127.0.0.1:${port}`);
  expect(output).toMatch(/maggie, bart or lisa/);
  const page = await fetch(`http://127.0.0.1:${port}/`);
  expect(await page.text()).toContain('<app-root');
  const signedIn = await fetch(`http://127.0.0.1:${port}/api/auth`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'maggie', pwd: 'secret' }),
  });
  expect(signedIn.status).toBe(200);
  signal(npm.pid);
  const [code] = await exited;
  expect(code).toBe(0);
  expect(await listens(port), 'the server is still listening').toBe(false);
});
