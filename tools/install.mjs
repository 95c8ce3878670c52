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
    NX_NO_CLOUD: 'true',
    NG_CLI_ANALYTICS: 'false',
    ...extra,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
  };
}

/** Runs a program of the project and passes its output through. Resolves to its exit code, or to 130 if a signal ended it. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: projectEnv(), stdio: 'inherit', shell: windows, ...options });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 130));
  });
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
