/** `npm run dev`: runs the API with restart on change and the development server with live reload, until Ctrl+C. */
import { spawn } from 'node:child_process';
import { install, projectEnv, root } from './install.mjs';

await install();
const env = projectEnv({ DEMO_USERS: process.env.DEMO_USERS ?? 'true', SIGN_UP: process.env.SIGN_UP ?? 'open' });
// The development server would listen on PORT; it expects the API on the default port.
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
  // Kill the programs that ignore SIGTERM.
  setTimeout(() => signalAll('SIGKILL'), 5_000);
}

/** Signals the process groups, because Nx starts child processes. */
function signalAll(signal) {
  for (const { pid } of programs) {
    if (pid === undefined) continue;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal);
    } catch {
      // The process has exited already.
    }
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));
for (const program of programs) program.once('exit', (code) => end(code ?? 1));
