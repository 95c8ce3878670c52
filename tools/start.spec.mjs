import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { root } from './install.mjs';

const drainSeconds = 2;

/** A port that is free now. */
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
  const env = { ...process.env, PORT: String(port), DATA_DIR: folder, DRAIN_SECONDS: String(drainSeconds) };
  // A separate process group, as a terminal creates for each program.
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
])(
  'npm start prints the URL and exits with 0, even with half-sent requests: %s',
  { timeout: 180_000 },
  async (name, signal) => {
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
    // Without these connections, the server would exit immediately.
    const held = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    for (const socket of held) {
      socket.on('error', () => undefined);
      await once(socket, 'connect');
    }
    await new Promise((resolve) => held[0].write('POST /api/auth HTTP/1.1\r\nHost: us', resolve));
    const begin = performance.now();
    signal(npm.pid);
    const [code] = await exited;
    expect(code).toBe(0);
    // The bound is documented, so the test asserts the time.
    expect(performance.now() - begin).toBeLessThanOrEqual((drainSeconds + 2) * 1_000);
    expect(await listens(port), 'the server is still running').toBe(false);
    process.stdout.write(`npm start, ${name}: ${Math.round(performance.now() - begin)} ms\n`);
  },
);

test(
  'a signal while npm start builds the page leaves no program behind, and exits with 0',
  { timeout: 60_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'usher-start-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const pidFile = join(folder, 'pid');
    // The program of the build writes its process id and never exits by itself.
    const source = `
    import { run, stopPrograms } from ${JSON.stringify(join(root, 'tools/install.mjs'))};
    process.on('SIGTERM', () => stopPrograms(() => process.exit(0)));
    const code = await run('sh', ['-c', 'sleep 600 & echo $! > "$0.part" && mv "$0.part" "$0"; wait', ${JSON.stringify(pidFile)}], { detached: true });
    process.exit(code);`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'inherit' });
    const exited = once(starter, 'exit');
    while (!existsSync(pidFile)) await delay(20);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    starter.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    // The program received the signal before the starter exited, but the starter waits only for its own children.
    await expect
      .poll(() => existsSync(`/proc/${pid}/exe`), { message: 'the program is still running', timeout: 10_000 })
      .toBe(false);
  },
);
