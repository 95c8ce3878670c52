import { randomBytes } from 'node:crypto';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { problem } from '@usher/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { examineAt, examineBehind, failures, type Setup } from '../testing/examine-behind.ts';
import { startProxy } from '../testing/start-proxy.ts';
import { listen, startServer, token } from '../testing/start-server.ts';

const isTicketCall = (url: string | undefined): boolean => url === '/api/ws_ticket';

/** Removes a header. */
function without(name: string) {
  return (headers: OutgoingHttpHeaders): OutgoingHttpHeaders =>
    Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
}

/** Forwards one direction, and reads the other one without forwarding it. */
function oneWay(from: Duplex, to: Duplex): void {
  from.pipe(to);
  to.resume();
}

const html = '<!doctype html><title>Shop</title>';

test('accepts a deployment without a fault', async () => {
  const report = await examineBehind();
  expect(report.checks.map(({ name, status }) => [name, status])).toEqual([
    ['reach', 'ok'],
    ['cors', 'ok'],
    ['ticket', 'ok'],
    ['clock', 'ok'],
    ['token', 'ok'],
    ['handshake', 'ok'],
    ['first frame', 'ok'],
    ['heartbeat', 'ok'],
    ['used ticket', 'ok'],
    ['watch', 'skipped'],
    ['access log', 'skipped'],
  ]);
  expect(report.ok).toBe(true);
});

const cases: readonly (readonly [string, Setup, readonly string[]])[] = [
  [
    'a page server that responds to the ticket call',
    { fault: { respond: (_request, response) => Boolean(response.setHeader('content-type', 'text/html').end(html)) } },
    ['reach', 'ticket_call_not_forwarded'],
  ],
  ['a changed path', { fault: { url: (url) => url.replace('/api', '') } }, ['reach', 'ticket_call_not_forwarded']],
  [
    'a redirect',
    {
      fault: {
        respond: (_request, response) => Boolean(response.writeHead(301, { location: 'https://a.example' }).end()),
      },
    },
    ['reach', 'redirect'],
  ],
  [
    'a server that refuses HTTP/1.1',
    { fault: { respond: (_request, response) => Boolean(response.writeHead(505).end()) } },
    ['reach', 'http2_only'],
  ],
  [
    'a server that is down',
    { fault: { respond: (_request, response) => Boolean(response.writeHead(502).end()) } },
    ['reach', 'upstream_down'],
  ],
  [
    'a password of the proxy',
    {
      fault: {
        respond: (_request, response) =>
          Boolean(response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()),
      },
    },
    ['reach', 'proxy_authentication'],
  ],
  [
    'a removed Authorization header',
    { fault: { requestHeaders: without('authorization') } },
    ['ticket', 'authorization_removed'],
  ],
  ['a token that is not valid', { options: { access: { token: 'another-token' } } }, ['token', 'token_rejected']],
  [
    'a limit that is reached',
    {
      server: {
        authenticate: () => {
          throw Object.assign(new Error('too many calls'), { code: 'rate_limited' });
        },
      },
    },
    ['ticket', 'ticket_refused'],
  ],
  [
    'a header Age',
    { fault: { responseHeaders: (headers) => ({ ...headers, age: '3' }) } },
    ['ticket', 'ticket_call_cached'],
  ],
  ['a lost Cache-Control', { fault: { responseHeaders: without('cache-control') } }, ['ticket', 'cache_control_lost']],
  [
    'a clock that is ahead',
    { fault: { responseHeaders: (headers) => ({ ...headers, date: new Date(Date.now() + 60_000).toUTCString() }) } },
    ['clock', 'clock_skew'],
  ],
  [
    'a clock that is behind',
    { fault: { responseHeaders: (headers) => ({ ...headers, date: new Date(Date.now() - 60_000).toUTCString() }) } },
    ['clock', 'clock_skew'],
  ],
  ['an upgrade that is not forwarded', { fault: { dropsUpgrade: true } }, ['handshake', 'upgrade_not_forwarded']],
  [
    'an upgrade without a response',
    { fault: { ignoresUpgrade: true }, options: { timeoutMs: 1_000 } },
    ['handshake', 'upgrade_not_forwarded'],
  ],
  ['a removed query', { fault: { url: (url) => url.split('?')[0] ?? '' } }, ['handshake', 'query_removed']],
  [
    'a ticket that another node issued',
    { fault: { url: (url) => url.replace(/ticket=.*/, `ticket=${randomBytes(32).toString('base64url')}`) } },
    ['handshake', 'ticket_rejected'],
  ],
  ['another subprotocol', { options: { protocol: 'shop.v1' } }, ['handshake', 'protocol_not_supported']],
  [
    'a proxy that holds the data of the server back',
    {
      fault: { connect: oneWay },
      options: { timeoutMs: 1_000 },
    },
    ['first frame', 'buffering'],
  ],
  [
    'a proxy that holds the data of the client back',
    {
      fault: {
        connect: (client, upstream) => {
          oneWay(upstream, client);
        },
      },
      options: { timeoutMs: 1_000 },
    },
    ['heartbeat', 'buffering'],
  ],
];

test.each(cases)('names %s', async (_title, setup, expected) => {
  const report = await examineBehind(setup);
  expect(failures(report)).toEqual([expected]);
  expect(report.ok).toBe(false);
});

test('names a cache that repeats the response to a ticket call', async () => {
  let cached: string | undefined;
  const port = await startServer();
  const url = await startProxy(port, {
    respond: (request, response) => {
      if (!isTicketCall(request.url) || request.headers.authorization === undefined) return false;
      const send = (body: string): unknown => response.writeHead(200, { 'cache-control': 'no-store' }).end(body);
      if (cached !== undefined) return Boolean(send(cached));
      void fetch(`http://127.0.0.1:${port}/api/ws_ticket`, { headers: { authorization: `Bearer ${token}` } })
        .then((upstream) => upstream.text())
        .then((body) => send((cached = body)));
      return true;
    },
  });
  expect(failures(await examineAt(url))).toEqual([['ticket', 'ticket_call_cached']]);
});

test('names an origin that is not allowed, with the setting', async () => {
  const report = await examineBehind({ options: { origin: 'https://other.example' } });
  expect(failures(report)).toEqual([
    ['cors', 'cors'],
    ['handshake', 'origin_not_allowed'],
  ]);
  expect(JSON.stringify(report)).toContain('Add https://other.example to ALLOWED_ORIGINS');
});

test('shows the receipt of a rejected handshake', async () => {
  const receipt = (_request: unknown, response: ServerResponse): boolean => {
    response.writeHead(503, { 'content-type': 'application/problem+json', 'usher-receipt': 'r-17' });
    return Boolean(response.end(JSON.stringify(problem('draining', 1_000))));
  };
  const report = await examineBehind({ fault: { respondToUpgrade: receipt } });
  expect(failures(report)).toEqual([['handshake', 'handshake_refused']]);
  expect(JSON.stringify(report)).toContain('503 draining instead of 101 (receipt \\"r-17\\")');
});

test('names a used ticket that is accepted again', async () => {
  // A proxy that gets a ticket of its own for each handshake hides that the ticket of the client was used.
  const port = await startServer();
  const fresh: string[] = [];
  const response = await fetch(`http://127.0.0.1:${port}/api/ws_ticket`, {
    headers: { authorization: `Bearer ${token}` },
  });
  fresh.push(((await response.json()) as { ticket: string }).ticket);
  let handshakes = 0;
  const url = await startProxy(port, {
    url: (path) => (path.includes('ticket=') && handshakes++ > 0 ? `/api/ws?ticket=${fresh.pop() ?? ''}` : path),
  });
  expect(failures(await examineAt(url))).toEqual([['used ticket', 'used_ticket_accepted']]);
});

test('names a host that is not reachable', async () => {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  expect(failures(await examineAt(new URL(`http://127.0.0.1:${port}`)))).toEqual([['reach', 'unreachable']]);
});

test('names a host that does not respond', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  server.on('connection', (socket) => {
    onTestFinished(() => void socket.destroy());
  });
  const url = new URL(`http://127.0.0.1:${await listen(server)}`);
  expect(failures(await examineAt(url, { timeoutMs: 500 }))).toEqual([['reach', 'unreachable']]);
});

test('names a port without TLS', async () => {
  const url = new URL(`https://127.0.0.1:${await startServer()}`);
  expect(failures(await examineAt(url))).toEqual([['reach', 'tls']]);
});

test('names a server that speaks HTTP/2 only', async () => {
  const server = createHttp2Server();
  onTestFinished(() => void server.close());
  server.on('session', (session) => {
    session.on('error', () => {
      session.destroy();
    });
  });
  const url = new URL(`http://127.0.0.1:${await listen(server)}`);
  expect(failures(await examineAt(url))).toEqual([['reach', 'http2_only']]);
});
