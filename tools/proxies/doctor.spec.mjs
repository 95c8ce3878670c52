/** `usher doctor` against the real server behind nginx with the shipped configuration, and with one mistake each. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { node as nodeProgram, root } from '../install.mjs';
import { createCertificate } from './certificate.mjs';
import { startNginx } from './nginx.mjs';
import { origin, startNode } from './node.mjs';

const password = 'secret';

/** The start of a node or nginx takes seconds on a busy machine. */
const testMs = 60_000;

let tls;
let node;
beforeAll(async () => {
  tls = createCertificate();
  node = await startNode({ MAX_CONNECTIONS_PER_USER: '100' });
}, testMs);
afterAll(async () => {
  tls?.remove();
  await node?.stop();
});

/** Runs the command and resolves to its report. */
async function examine(url, ...args) {
  const program = ['--conditions=@usher/source', join(root, 'libs/cli/src/main.ts'), 'doctor', url, '--json'];
  const child = spawn(nodeProgram, [...program, '--user', 'maggie', '--origin', origin, ...args], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, USHER_PASSWORD: password },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  const report = JSON.parse(output);
  expect(code).toBe(report.ok ? 0 : 1);
  expect(output).not.toMatch(/ticket=|eyJ/);
  return report;
}

/** The failed checks with their culprits. */
const failures = ({ checks }) => checks.filter(({ culprit }) => culprit).map(({ name, culprit }) => [name, culprit]);

async function startProxy(options) {
  const proxy = await startNginx({ nodes: [node.address], ...options });
  onTestFinished(() => proxy.stop());
  return proxy;
}

test(
  'accepts the shipped configuration, which logs no ticket',
  async () => {
    const proxy = await startProxy({});
    const report = await examine(`http://127.0.0.1:${proxy.port}`, '--access-log', proxy.accessLog);
    expect(failures(report)).toEqual([]);
    expect(report.checks.filter(({ status }) => status === 'skipped').map(({ name }) => name)).toEqual(['watch']);
  },
  testMs,
);

test.each([
  [
    'a missing Upgrade header',
    [['proxy_set_header Upgrade $http_upgrade;', '']],
    [],
    ['handshake', 'upgrade_not_forwarded'],
  ],
  [
    'a removed Authorization header',
    [['proxy_set_header Host $http_host;', 'proxy_set_header Host $http_host; proxy_set_header Authorization "";']],
    [],
    ['ticket', 'authorization_removed'],
  ],
  [
    'a hidden Cache-Control',
    [['proxy_http_version 1.1;', 'proxy_http_version 1.1; proxy_hide_header Cache-Control;']],
    [],
    ['ticket', 'cache_control_lost'],
  ],
  [
    'an idle timeout that is shorter than the heartbeat',
    [['proxy_read_timeout 90s;', 'proxy_read_timeout 1s;']],
    ['--watch', '20'],
    ['watch', 'idle_timeout'],
  ],
])(
  'names %s',
  async (_title, changes, args, expected) => {
    const proxy = await startProxy({ changes });
    expect(failures(await examine(`http://127.0.0.1:${proxy.port}`, ...args))).toEqual([expected]);
  },
  testMs,
);

test(
  'names an access log that contains the ticket',
  async () => {
    const proxy = await startProxy({ changes: [['"$request_method $uri $server_protocol"', '"$request"']] });
    const report = await examine(`http://127.0.0.1:${proxy.port}`, '--access-log', proxy.accessLog);
    expect(failures(report)).toEqual([['access log', 'ticket_in_access_log']]);
    expect(readFileSync(proxy.accessLog, 'utf8')).toContain('ticket=');
  },
  testMs,
);

test(
  'names a certificate that is not accepted',
  async () => {
    const proxy = await startProxy({ tls });
    expect(failures(await examine(`https://127.0.0.1:${proxy.port}`))).toEqual([['reach', 'tls']]);
  },
  testMs,
);

test('names a TLS server that speaks HTTP/2 only', async () => {
  // Rejects the handshake of TLS, as servers without HTTP/1.1 do (RFC 7301 §3.2).
  const files = { cert: readFileSync(tls.certificate), key: readFileSync(tls.key) };
  const server = createServer({ ...files, ALPNCallback: ({ protocols }) => protocols.find((name) => name === 'h2') });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const report = await examine(`https://127.0.0.1:${server.address().port}`, '--ca', tls.certificate);
  expect(failures(report)).toEqual([['reach', 'http2_only']]);
});
