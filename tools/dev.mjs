/** `npm run dev`: the API, restarted on change, and the development server with live reload, until Ctrl+C. */
import { spawn } from 'node:child_process';
import { install, projectEnv, root } from './install.mjs';

await install();
const env = projectEnv({ DEMO_USERS: process.env.DEMO_USERS ?? 'true', SIGN_UP: process.env.SIGN_UP ?? 'open' });
// The development server would take it for its own port; it expects the API at its usual one.
delete env.PORT;
const programs = [
  ['nx', ['run', 'api:serve', '--output-style=stream']],
  ['nx', ['run', 'web:serve', '--output-style=stream']],
].map(([command, args]) =>
  spawn(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: process.platform !== 'win32',
  }),
);

let ending = false;
function end(code) {
  if (ending) return;
  ending = true;
  process.exitCode = code;
  signalAll('SIGTERM');
  // Whoever has not ended by then does not mean to.
  setTimeout(() => signalAll('SIGKILL'), 5_000);
}

/** The whole groups: Nx starts programs of its own. */
function signalAll(signal) {
  for (const { pid } of programs) {
    if (pid === undefined) continue;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal);
    } catch {
      // It has ended already.
    }
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));
for (const program of programs) program.once('exit', (code) => end(code ?? 1));
