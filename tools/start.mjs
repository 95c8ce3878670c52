/** `npm start`: install what is missing, build the page if it is out of date, start the server, say where to go. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install, node, projectEnv, root, run, fail } from './install.mjs';
import { pageIsFresh, rememberPage } from './page-build.mjs';

await install();
if (!pageIsFresh()) {
  process.stderr.write('Building the page …\n');
  const code = await run('nx', ['run', 'web:build', '--output-style=stream'], { stdio: ['ignore', 2, 2] });
  if (code !== 0) fail(`The page could not be built (exit code ${code}); the reason stands above.`);
  rememberPage();
}

const env = projectEnv({
  DEMO_USERS: process.env.DEMO_USERS ?? 'true',
  SIGN_UP: process.env.SIGN_UP ?? 'open',
  // A person looks at this terminal: what matters is said below, and what goes wrong in the log.
  LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
});
// A group of its own: Ctrl+C reaches the whole group of the terminal, and the server must hear of it once, from here.
// The IPC channel is the other half: should this process be killed, the server sees the channel close and drains by itself.
const server = spawn(node, ['--conditions=@usher/source', join(root, 'apps/api/src/main.ts')], {
  cwd: root,
  env,
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
server.on('message', (message) => {
  if (message?.type !== 'ready') return;
  const people =
    env.DEMO_USERS === 'true'
      ? 'Sign in as maggie, bart or lisa (admin is the operator); the password is secret'
      : 'Sign in with an account of this server';
  process.stdout.write(
    `\n  Usher is ready: ${message.url}\n  ${people}\n  Ctrl+C stops it; npm test checks everything; README.md tells the rest\n\n`,
  );
});
let ending = false;
function end() {
  if (ending) return;
  ending = true;
  server.kill('SIGTERM');
}
// npm hands a signal to the shell that it started, and to nobody else: the script in package.json begins with `exec`, so that
// the shell is this process (a Windows shell has no `exec` and goes on behind the `||`).
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
// Where the parent was killed outright, nobody is left to say so.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) end();
}, 500).unref();
server.once('error', (error) => fail(`The server could not be started: ${error.message}`));
server.once('exit', (code) => process.exit(code ?? 1));
