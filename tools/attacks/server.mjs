/** A real server to attack: the API of a checkout on loopback, with a temporary data directory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Starts a server and resolves once it accepts connections.
 *
 * @param {string} checkout directory of the checkout whose `apps/api` is started
 * @param {Record<string, string>} settings environment variables on top of the defaults below
 * @param {string[]} nodeOptions options for Node itself, for example `--max-old-space-size=512`
 * @param {number} [openFiles] limit on open files (`ulimit -n`) of the server
 * @throws Error when the process exits before it is ready
 */
export async function startServer(checkout, settings = {}, nodeOptions = [], openFiles) {
  const dataDir = mkdtempSync(join(tmpdir(), 'usher-attack-'));
  const args = [...nodeOptions, '--conditions=@usher/source', join(checkout, 'apps/api/src/main.ts')];
  const env = {
    ...process.env,
    PORT: '0',
    DATA_DIR: dataDir,
    DEMO_USERS: 'true',
    SIGN_UP: 'open',
    LOG_LEVEL: 'warn',
    ...settings,
  };
  const limited = ['-c', 'ulimit -n "$0" && exec "$@"', String(openFiles), process.execPath, ...args];
  const [program, programArgs] = openFiles === undefined ? [process.execPath, args] : ['sh', limited];
  const child = spawn(program, programArgs, { cwd: checkout, env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4_000)));
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const ready = once(child, 'message').then(([{ url }]) => url);
  const url = await Promise.race([
    ready,
    exited.then(({ code, signal }) => {
      throw new Error(`the server exited before it was ready (code ${code}, signal ${signal}): ${errors}`);
    }),
  ]);

  /** Resident memory of the server in MB, now or at its peak. */
  const memory = (field) => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1_024);
  };

  return {
    url,
    port: Number(new URL(url).port),
    dataDir,
    pid: child.pid,
    child,
    /** Resolves to `{code, signal}` when the process has exited. */
    exited,
    /** The last 4,000 characters of standard error. */
    errors: () => errors,
    /** Open file descriptors of the server (Linux only). */
    fileDescriptors: () => globSync(`/proc/${child.pid}/fd/*`).length,
    residentMb: () => memory('VmRSS'),
    peakMb: () => memory('VmHWM'),
    /** Kills the process and deletes its data. */
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
