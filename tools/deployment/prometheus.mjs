/** A real Prometheus with the rules of this repository, and a client that sends one message. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { parse, stringify } from 'yaml';
import { root } from '../install.mjs';
import { find } from '../programs.mjs';
import { origin } from '../proxies/node.mjs';

/**
 * Starts Prometheus with `deploy/prometheus/prometheus.yml`, which scrapes one server every second. Resolves when it is ready.
 *
 * @param {number} target the port of the server
 * @param {string} token the METRICS_TOKEN of the server
 */
export async function startPrometheus(target, token) {
  const folder = mkdtempSync(join(tmpdir(), 'usher-prometheus-'));
  const config = parse(readFileSync(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8'));
  config.global = { scrape_interval: '1s', evaluation_interval: '1s' };
  const [job] = config.scrape_configs;
  job.authorization = { credentials_file: join(folder, 'token') };
  job.static_configs = [{ targets: [`127.0.0.1:${target}`] }];
  writeFileSync(join(folder, 'token'), token);
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
  cpSync(join(root, 'deploy/prometheus/usher.rules.yml'), join(folder, 'usher.rules.yml'));
  const port = await freePort();
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=exemplar-storage',
  ];
  const child = spawn(find('prometheus') ?? 'prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  const ready = new Promise((resolve, reject) => {
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (output.includes('Server is ready to receive web requests')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Prometheus exited with ${code} before it was ready:\n${output}`)));
  });
  await ready;
  const get = async (path) => {
    const { status, data, error } = await (await fetch(`http://127.0.0.1:${port}${path}`)).json();
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  };
  return {
    get,
    /** Returns the values of an instant query. Rejects if Prometheus rejects it. */
    async query(expression) {
      const { result } = await get(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      return result.map(({ value: [, value] }) => value);
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Signs in, opens a socket and sends a message to `general`. Resolves when the sender has received it. */
export async function openSocket(port) {
  const url = `http://127.0.0.1:${port}`;
  const signIn = await fetch(`${url}/api/auth`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'maggie', pwd: 'secret' }),
  });
  const { token } = await signIn.json();
  const { ticket } = await (
    await fetch(`${url}/api/ws_ticket`, { headers: { authorization: `Bearer ${token}` } })
  ).json();
  const ws = new WebSocket(`ws://127.0.0.1:${port}/api/ws?ticket=${ticket}`, 'usher.v1', { origin });
  const frames = [
    { type: 'join', id: 1, room: 'general' },
    { type: 'send', id: 2, room: 'general', key: crypto.randomUUID(), text: 'measured' },
  ];
  return new Promise((resolve, reject) => {
    ws.once('error', reject);
    ws.once('close', (code) => reject(new Error(`the socket closed with ${code}`)));
    ws.on('message', (data) => {
      const { type, text } = JSON.parse(data.toString());
      if (type === 'welcome') for (const frame of frames) ws.send(JSON.stringify(frame));
      if (type === 'message' && text === 'measured') resolve(ws);
    });
  });
}
