/** Runs a reverse proxy on free ports, with the configuration that the project ships. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How long a proxy may take to stop before it is killed, in milliseconds. */
const stopMs = 3_000;

/**
 * Replaces parts of a configuration file. Every part must exist, so that a test never runs a file other than the shipped one.
 *
 * @param {string} text the file
 * @param {[string | RegExp, string][]} replacements each matches at least once
 * @throws Error if one does not match
 */
export function replaceAll(text, replacements) {
  let result = text;
  for (const [part, replacement] of replacements) {
    const next = result.replaceAll(part, () => replacement);
    if (next === result && part !== replacement) throw new Error(`the configuration does not contain ${String(part)}`);
    result = next;
  }
  return result;
}

/** Creates a temporary folder that the unprivileged workers of a proxy can enter. */
export function proxyFolder() {
  return mkdtempSync(join(tmpdir(), 'usher-proxy-'));
}

/**
 * Binds a port. The proxy inherits the socket, so no other program can take the port before it starts.
 *
 * @param {number} port 0 selects a free one
 * @param {string} [host] defaults to 127.0.0.1
 */
export async function bind(port, host = '127.0.0.1') {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: server.address().port,
    // Node has no public way to read the descriptor of a server.
    fd: server._handle.fd,
    /** Closes the copy of this process. */
    close: () => server.close(),
  };
}

/**
 * Starts a proxy that inherits `listeners` as file descriptors 3, 4, …
 *
 * @param {object} options
 * @param {string} options.program
 * @param {string[]} options.args
 * @param {Record<string, string>} [options.env]
 * @param {object[]} options.listeners of `bind`
 * @param {string} options.folder deleted by `stop`
 * @param {() => string} [options.logFiles] reads the log files
 */
export function startProxy({ program, args, env = {}, listeners, folder, logFiles = () => '' }) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...listeners.map(({ fd }) => fd)],
  });
  for (const listener of listeners) listener.close();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = once(child, 'close');
  let stopped;
  exited.then(
    () => stopped === undefined && process.stderr.write(`${program} ended by itself:\n${output}\n`),
    () => undefined,
  );
  return {
    pid: child.pid,
    exited,
    /** Stops the proxy. Resolves to everything that it logged. */
    stop: () => (stopped ??= stop()),
  };

  async function stop() {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await exited.finally(() => clearTimeout(timer));
    const logs = logFiles() + output;
    rmSync(folder, { recursive: true, force: true });
    return logs;
  }
}
