/**
 * Installs the dependencies of a fresh clone. Imports only Node's built-in modules and runs on Node 20 or later, because nothing is installed yet.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const windows = process.platform === 'win32';

/** The project's own Node, pinned by the `node` package. */
export const node = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');

/** The environment with the pinned Node and the project's tools first in PATH. */
export function projectEnv(extra = {}) {
  const bin = [join(root, 'node_modules', 'node', 'bin'), join(root, 'node_modules', '.bin')].join(delimiter);
  return {
    ...process.env,
    NX_DAEMON: 'false',
    // Compiled code is kept between processes: a server starts in two thirds of the time.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
    NX_NO_CLOUD: 'true',
    NG_CLI_ANALYTICS: 'false',
    ...extra,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
  };
}

/** The programs that `run` started and that have not exited, each with the process id to signal. */
const running = new Map();
let onAllExited = () => undefined;

/**
 * Runs a program of the project with its output passed through; resolves to its exit code (130 if a signal ended it).
 * With the option `detached` it has a separate process group, which `stopPrograms` ends as a whole.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: projectEnv(), stdio: 'inherit', shell: windows, ...options });
    child.once('error', reject);
    if (child.pid !== undefined) running.set(child, options.detached === true && !windows ? -child.pid : child.pid);
    child.once('exit', (code) => {
      running.delete(child);
      if (running.size === 0) onAllExited();
      resolve(code ?? 130);
    });
  });
}

/** Ends every program that `run` started, after 3 seconds with SIGKILL. Calls `done` once all have exited, before `run` resolves. */
export function stopPrograms(done) {
  if (running.size === 0) return done();
  onAllExited = done;
  signalPrograms('SIGTERM');
  setTimeout(() => signalPrograms('SIGKILL'), 3_000);
}

function signalPrograms(signal) {
  for (const pid of running.values()) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has exited already.
    }
  }
}

/** Whether node_modules matches the lockfile. Ignores missing optional packages, which may not exist for this platform. */
function installed() {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden) || !existsSync(node)) return false;
  const have = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  for (const [path, { version, optional, devOptional, peer, link }] of Object.entries(want)) {
    if (path === '' || link === true) continue;
    const found = have[path];
    if (found === undefined ? !(optional || devOptional || peer) : found.version !== version) return false;
  }
  return true;
}

/** Installs the dependencies if they are missing or out of date, including the pinned Node. Ends the process on failure. */
export async function install() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    fail(
      `Node ${process.versions.node} is too old: Usher requires Node 20 or later (it installs its own version for everything else).`,
    );
  if (installed()) return;
  process.stderr.write('Installing dependencies (once, takes a minute or two) …\n');
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    env: process.env,
    stdio: ['ignore', 2, 2],
  });
  if (code !== 0) fail(`npm ci failed (exit code ${code}). See the output above.`);
  if (!existsSync(node)) fail('The pinned Node is missing after npm ci: run `npm rebuild node`.');
}

export function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
