/** `npm start`: installs dependencies, builds the page if it is out of date, starts the server and prints its URL. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install, node, projectEnv, root, run, fail } from './install.mjs';
import { pageIsFresh, rememberPage } from './page-build.mjs';

await install();
if (!pageIsFresh()) {
  process.stderr.write('Building the page …\n');
  const code = await run('nx', ['run', 'web:build', '--output-style=stream'], { stdio: ['ignore', 2, 2] });
  if (code !== 0) fail(`Building the page failed (exit code ${code}). See the output above.`);
  rememberPage();
}

const env = projectEnv({
  DEMO_USERS: process.env.DEMO_USERS ?? 'true',
  SIGN_UP: process.env.SIGN_UP ?? 'open',
  // Keep the terminal readable: only warnings and errors besides the summary below.
  LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
});
// Ctrl+C signals the terminal's whole process group. The server runs in its own group, so that it receives the signal once, from this process.
// If this process is killed, the IPC channel closes and the server drains.
const server = spawn(node, ['--conditions=@usher/source', join(root, 'apps/api/src/main.ts')], {
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
let ending = false;
function end() {
  if (ending) return;
  ending = true;
  server.kill('SIGTERM');
}
// npm forwards a signal only to the shell that it started. The script in package.json begins with `exec`, which replaces that shell
// with this process. A Windows shell has no `exec` and runs the command after `||`.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
// A parent that was killed forwards no signal, so poll for it.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) end();
}, 500).unref();
server.once('error', (error) => fail(`Starting the server failed: ${error.message}`));
server.once('exit', (code) => process.exit(code ?? 1));
