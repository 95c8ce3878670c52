/** `npm start`: installs dependencies, builds the page if it is out of date, starts the server and prints its URL. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install, node, projectEnv, root, fail, stopPrograms } from './install.mjs';
import { buildPage } from './page-build.mjs';

let server;
let ending = false;
function end() {
  if (ending) return;
  ending = true;
  if (server === undefined) {
    stopPrograms(() => process.exit(0));
    return;
  }
  server.kill('SIGTERM');
  // The server exits in time, unless its event loop is blocked or it is suspended.
  setTimeout(() => server.kill('SIGKILL'), (drainSeconds() + 2) * 1_000);
}
// npm sends a signal only to the shell that it started: the script in package.json begins with `exec`, so that this process takes the
// place of the shell (a Windows shell has no `exec` and continues after the `||`).
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
// A killed parent sends no signal.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) end();
}, 500).unref();

await install();
await buildPage();

const env = projectEnv({
  DEMO_USERS: process.env.DEMO_USERS ?? 'true',
  SIGN_UP: process.env.SIGN_UP ?? 'open',
  // The URL is printed below, so the terminal shows only warnings and errors.
  LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
});

/** `DRAIN_SECONDS` as the server reads it. The server does not start if it is invalid. */
function drainSeconds() {
  const seconds = Number(process.env.DRAIN_SECONDS?.trim() || 10);
  return Number.isFinite(seconds) ? seconds : 10;
}

// A separate process group: Ctrl+C reaches the whole group of the terminal, but the server must receive a single signal, from here.
// If this process is killed, the IPC channel closes and the server drains.
server = spawn(node, ['--conditions=@usher/source', join(root, 'apps/api/src/main.ts')], {
  cwd: root,
  env,
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
server.on('message', (message) => {
  if (message?.type !== 'ready') return;
  const signInHint =
    env.DEMO_USERS === 'true'
      ? 'Sign in as maggie, bart or lisa (admin is the operator); the password is secret'
      : 'Sign in with an account of this server';
  process.stdout.write(
    `\n  Usher is ready: ${message.url}\n  ${signInHint}\n  Press Ctrl+C to stop. Run npm test to check everything. See README.md for more.\n\n`,
  );
});
server.once('error', (error) => fail(`Starting the server failed: ${error.message}`));
// A server that is still loading has no signal handler, so the signal ends it.
server.once('exit', (code, signal) => process.exit(code ?? (ending && signal === 'SIGTERM' ? 0 : 1)));
