import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { root } from '../install.mjs';
import { createCertificate } from './certificate.mjs';
import { Client } from './client.mjs';
import { haproxyConfig, startHaproxy } from './haproxy.mjs';
import { nginxConfig, startNginx } from './nginx.mjs';
import { origin, startNode } from './node.mjs';

const proxies = [
  {
    name: 'nginx',
    address: '127.0.0.2',
    otherAddress: '127.0.0.3',
    start: startNginx,
    http2: true,
    shortTimeouts: [
      ['proxy_read_timeout 90s;', 'proxy_read_timeout 3s;'],
      ['proxy_send_timeout 90s;', 'proxy_send_timeout 3s;'],
    ],
  },
  {
    name: 'HAProxy',
    address: '127.0.0.4',
    otherAddress: '127.0.0.5',
    start: startHaproxy,
    // If no node is ready, it responds itself.
    checksNodes: true,
    // Added to every response with `Upgrade: websocket`, including a 426. Clients ignore it without a 101.
    addedHeaders: ['sec-websocket-accept'],
    shortTimeouts: [['timeout tunnel 90s', 'timeout tunnel 3s']],
  },
];

/** No program listens on this port. */
const unreachable = '127.0.0.1:1';

let tls;
let redis;
let postgres;
/** A node for the tests that do not depend on its state. */
let node;
beforeAll(async () => {
  const { PostgresServer, RedisServer } = await import('@usher/test-servers');
  tls = createCertificate();
  [redis, postgres] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
  node = await startNode({ HEARTBEAT_MS: '500' });
});
afterAll(async () => {
  tls?.remove();
  await Promise.all([redis?.stop(), postgres?.stop(), node?.stop()]);
});

/** For `expect.poll` on a busy machine. */
const patient = { timeout: 30_000 };

async function startNodeForTest(onTestFinished, settings) {
  const started = await startNode(settings);
  onTestFinished(() => started.stop());
  return started;
}

/** Starts a proxy in front of nodes. Resolves to it with a client of it. */
async function startProxyForTest(onTestFinished, { start }, nodes, changes) {
  const proxy = await start({ nodes, tls, changes });
  onTestFinished(() => proxy.stop());
  return { proxy, client: new Client(proxy.port, tls.ca) };
}

/** Every ticket call has a random receipt. */
const withoutReceipt = ({ headers, ...rest }) => ({
  ...rest,
  headers: { ...headers, ...('usher-receipt' in headers ? { 'usher-receipt': ['a receipt'] } : {}) },
});

describe.concurrent.each(proxies)('$name', (kind) => {
  test('passes rejections on byte for byte', async ({ expect, onTestFinished }) => {
    const small = await startNodeForTest(onTestFinished, {
      MAX_CONNECTIONS: '2',
      MAX_CONNECTIONS_PER_USER: '1',
      DRAIN_SECONDS: '60',
      DRAIN_DELAY_SECONDS: '50',
    });
    const { client } = await startProxyForTest(onTestFinished, kind, [small.address]);
    const direct = new Client(small.port);
    const [maggie, bart] = [await direct.signIn('maggie'), await direct.signIn('bart')];
    const [first, ...later] = await Promise.all(Array.from({ length: 5 }, () => direct.ticket(maggie)));
    const same = async (status, call) => {
      const expected = await call(direct);
      expect(expected.status).toBe(status);
      const { headers, ...rest } = await call(client);
      for (const name of kind.addedHeaders ?? []) delete headers[name];
      expect(withoutReceipt({ ...rest, headers })).toEqual(withoutReceipt(expected));
      return expected;
    };

    const missing = await same(401, (to) => to.handshake('/api/ws'));
    expect(missing.headers['content-type']).toEqual(['application/problem+json']);
    expect(missing.headers['www-authenticate']).toBeDefined();
    await same(401, (to) => to.handshake(`/api/ws?ticket=${'A'.repeat(43)}`));
    await same(401, (to) => to.request('/api/ws_ticket'));
    await same(403, (to) =>
      to.handshake(`/api/ws?ticket=${later.pop()}`, { headers: { origin: 'https://evil.example' } }),
    );
    await same(404, (to) => to.handshake('/api/nowhere'));
    await same(404, (to) => to.request('/api/nowhere'));
    const notAnUpgrade = await same(426, (to) => to.request('/api/ws'));
    expect(notAnUpgrade.headers['upgrade']).toEqual(['websocket']);
    const version = await same(426, (to) => to.handshake('/api/ws', { headers: { 'sec-websocket-version': '12' } }));
    expect(version.headers['sec-websocket-version']).toEqual(['13']);

    const sockets = [await direct.connect(first)];
    const limited = await same(429, (to) => to.handshake(`/api/ws?ticket=${later.pop()}`));
    expect(limited.headers['retry-after']).toEqual(['5']);
    await same(429, (to) => to.ticketCall(maggie));
    sockets.push(await direct.connect(await direct.ticket(bart)));
    const full = await same(503, (to) => to.handshake('/api/ws'));
    expect(full.headers['retry-after']).toEqual(['5']);
    expect(JSON.parse(full.body)).toMatchObject({ code: 'at_capacity' });
    await same(503, (to) => to.ticketCall(bart));

    small.signal('SIGTERM');
    await isDraining(expect, small);
    const draining = await direct.ticketCall(bart);
    expect(JSON.parse(draining.body)).toMatchObject({ code: 'draining' });
    const passedOn = await client.ticketCall(bart);
    if (kind.checksNodes) expect(passedOn.status).toBe(503);
    else expect(withoutReceipt(passedOn)).toEqual(withoutReceipt(draining));
    for (const { ws } of sockets) ws.terminate();
  });

  test('passes on WebSockets and large headers, and redirects to https', async ({ expect, onTestFinished }) => {
    const { proxy, client } = await startProxyForTest(onTestFinished, kind, [node.address]);
    const token = await client.signIn('maggie');
    const { ws, frames } = await client.connect(await client.ticket(token), { origin });
    expect(ws.protocol).toBe('usher.v1');
    ws.send('{"type":"join","id":1,"room":"general"}');
    const text = 'x'.repeat(4_000);
    ws.send(JSON.stringify({ type: 'send', id: 2, room: 'general', key: crypto.randomUUID(), text }));
    await expect.poll(() => frames.find(({ type }) => type === 'message')?.text, patient).toBe(text);
    ws.close();

    const cookie = `x=${'y'.repeat(12_000)}`;
    expect(
      await client.handshake(`/api/ws?ticket=${await client.ticket(token)}`, { headers: { cookie } }),
    ).toMatchObject({
      status: 101,
    });
    expect([400, 431]).toContain((await client.handshake('/api/ws', { headers: { cookie: cookie.repeat(3) } })).status);

    const redirect = await new Client(proxy.redirectPort).request('/rooms/general');
    expect([301, 302]).toContain(redirect.status);
    expect(redirect.headers.location).toEqual(['https://chat.example.org/rooms/general']);
  });

  test.runIf(kind.http2)(
    'returns the same responses over HTTP/2 as over HTTP/1.1',
    async ({ expect, onTestFinished }) => {
      const { client } = await startProxyForTest(onTestFinished, kind, [node.address]);
      for (const path of ['/api/ws', '/api/ws_ticket', '/api/health/ready', '/api/nowhere']) {
        const { status, body } = await client.request(path);
        expect(await client.requestOverHttp2(path)).toEqual({ status, body });
      }
    },
  );

  // Other systems have a single loopback address.
  test.skipIf(process.platform !== 'linux')('passes on the client address', async ({ expect, onTestFinished }) => {
    const { client } = await startProxyForTest(onTestFinished, kind, [node.address]);
    // The client's own entries of X-Forwarded-For are not trusted.
    const forged = { headers: { 'x-forwarded-for': '192.0.2.1' } };
    await client.handshake('/api/ws', { ...forged, localAddress: kind.address });
    const refused = () => node.log().filter(({ msg, reason }) => msg === 'handshake refused' && reason === undefined);
    await expect.poll(() => refused().map(({ address }) => address), patient).toContain(kind.address);
    expect(node.log().map(({ address }) => address)).not.toContain('192.0.2.1');
    const guess = (localAddress) =>
      client.post('/api/auth', { user: 'lisa', pwd: 'a wrong password' }, { ...forged, localAddress });
    for (let attempt = 0; attempt < 10; attempt += 1) await guess(kind.address);
    expect((await guess(kind.address)).status).toBe(429);
    expect((await guess(kind.otherAddress)).status).toBe(401);
  });

  test('logs no ticket, whatever happens to it', async ({ expect, onTestFinished }) => {
    const { proxy, client } = await startProxyForTest(onTestFinished, kind, [node.address]);
    const { proxy: withoutNodes, client: unlucky } = await startProxyForTest(onTestFinished, kind, [
      unreachable,
      unreachable,
    ]);
    const token = await client.signIn('maggie');
    const [accepted, undelivered, elsewhere, oversized, unencrypted] = await Promise.all(
      Array.from({ length: 5 }, () => client.ticket(token)),
    );
    const { ws, closed } = await client.connect(accepted);
    ws.close();
    await closed;
    const statuses = [
      await client.handshake(`/api/ws?ticket=${accepted}`),
      await client.handshake(`/api/ws/x?ticket=${elsewhere}`),
      await client.handshake(`/api/ws?ticket=${oversized}`, { headers: { cookie: 'x'.repeat(40_000) } }),
      await client.request(`/api/ws?ticket=${oversized}`, { method: 'GET ' }).catch(() => ({ status: 400 })),
      await new Client(proxy.redirectPort).request(`/api/ws?ticket=${unencrypted}`),
      await unlucky.handshake(`/api/ws?ticket=${undelivered}`, {
        headers: { referer: `${origin}?ticket=${accepted}` },
      }),
    ].map(({ status }) => status);
    expect(statuses.slice(0, 2)).toEqual([401, 404]);
    expect(statuses.at(-1)).toBeGreaterThanOrEqual(502);
    const logs = (await proxy.stop()) + (await withoutNodes.stop());
    expect(logs.match(/\/api\/ws\b/g)?.length).toBeGreaterThanOrEqual(4);
    for (const ticket of [accepted, undelivered, elsewhere, oversized, unencrypted]) expect(logs).not.toContain(ticket);
  });

  test('does not close an idle WebSocket, because heartbeats are more frequent than its timeouts', async ({
    expect,
    onTestFinished,
  }) => {
    const { client } = await startProxyForTest(onTestFinished, kind, [node.address], kind.shortTimeouts);
    const { ws, frames } = await client.connect(await client.ticket(await client.signIn('maggie')));
    const beats = () => frames.filter(({ type }) => type === 'beat').length;
    await expect.poll(beats, patient).toBeGreaterThanOrEqual(10);
    expect(ws.readyState).toBe(ws.OPEN);
    ws.terminate();
  });

  test('moves clients to another node while one drains', async ({ expect, onTestFinished }) => {
    const shared = {
      DATABASE_URL: await postgres.newDatabaseUrl(),
      REDIS_URL: `unix://${redis.socketPath}`,
      JWT_SECRET: 'the same secret on all of the nodes',
      // The connections of nodes that earlier tests killed still count.
      MAX_CONNECTIONS_PER_USER: '100',
    };
    const [leaving, staying] = await Promise.all([
      startNodeForTest(onTestFinished, { ...shared, DRAIN_SECONDS: '3', DRAIN_DELAY_SECONDS: '1' }),
      startNodeForTest(onTestFinished, shared),
    ]);
    const { client } = await startProxyForTest(onTestFinished, kind, [leaving.address, staying.address]);
    const token = await client.signIn('maggie');
    // All tickets first: with alternating calls, every ticket call would go to the same node.
    const tickets = [];
    while (tickets.length < 6) tickets.push(await client.ticket(token));
    const sockets = [];
    for (const ticket of tickets) sockets.push(await client.connect(ticket));
    const statuses = [];
    const use = async () => {
      const { status, body } = await client.ticketCall(token);
      statuses.push(status, (await client.request('/api/health/live')).status);
      if (status === 200) {
        statuses.push((await client.handshake(`/api/ws?ticket=${JSON.parse(body).ticket}`)).status);
      }
    };

    leaving.signal('SIGTERM');
    await isDraining(expect, leaving);
    for (let count = 0; count < 5; count += 1) await use();
    let gone = false;
    const exit = leaving.exited.then((code) => {
      gone = true;
      return code;
    });
    while (!gone) statuses.push((await client.request('/api/health/live')).status);
    expect(await exit).toBe(0);
    for (let count = 0; count < 5; count += 1) await use();
    expect([...new Set(statuses)].toSorted()).toEqual([101, 200]);
    const open = sockets.filter(({ ws }) => ws.readyState === ws.OPEN);
    const closed = sockets.filter((socket) => !open.includes(socket));
    expect([open.length > 0, closed.length > 0]).toEqual([true, true]);
    for (const socket of closed) expect(await socket.closed).toBe(1012);
    for (const { ws } of open) ws.terminate();
  });
});

test('the documentation shows the tested files', ({ expect }) => {
  const documentation = readFileSync(join(root, 'docs/deploying.md'), 'utf8');
  const shown = [...documentation.matchAll(/<!-- file: (\S+) -->\n\n```\w+\n(.*?)```\n\n<!-- \/file -->/gs)].map(
    ([, file, text]) => [file, text],
  );
  expect(shown).toEqual([
    ['deploy/nginx/usher.conf', nginxConfig()],
    ['deploy/haproxy/haproxy.cfg', haproxyConfig()],
  ]);
});

test('the timeouts of the proxies are longer than the default heartbeat with its grace period', ({ expect }) => {
  const settings = readFileSync(join(root, 'docs/deploying.md'), 'utf8');
  const defaultOf = (name) => Number(new RegExp(`\\| \`${name}\` +\\| \`(\\d+)\``).exec(settings)?.[1]);
  const heartbeat = (defaultOf('HEARTBEAT_MS') + defaultOf('HEARTBEAT_GRACE_MS')) / 1_000;
  const timeouts = [
    ...nginxConfig().matchAll(/proxy_(?:read|send)_timeout (\d+)s;/g),
    ...haproxyConfig().matchAll(/timeout tunnel (\d+)s$/gm),
  ].map(([, seconds]) => Number(seconds));
  expect(timeouts).toHaveLength(3);
  for (const seconds of timeouts) expect(seconds).toBeGreaterThan(heartbeat);
});

async function isDraining(expect, { port }) {
  const direct = new Client(port);
  await expect.poll(async () => (await direct.request('/api/health/ready')).status, patient).toBe(503);
}
