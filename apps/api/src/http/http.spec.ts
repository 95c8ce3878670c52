import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';
import type { HttpTimeouts } from './connection-limits.ts';

/** Sends raw bytes and reads until the server closes the connection. */
async function raw(url: string, bytes: string): Promise<{ head: string; body: string }> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(bytes);
  const response = await text(socket);
  const [head = '', body = ''] = response.split('\r\n\r\n');
  return { head, body };
}

const short: HttpTimeouts = { headersMs: 50, requestMs: 100, stallMs: 10_000, checkMs: 20 };

describe('every response', () => {
  test('has the security headers', async () => {
    const { call } = await newApp();
    for (const path of ['/api/health/live', '/api/me', '/api/nowhere', '/nowhere', '/metrics', '/api/ws', '/api/%ff']) {
      const { headers } = await call('GET', path);
      expect(headers.get('referrer-policy'), path).toBe('no-referrer');
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    }
  });

  test('restricts the page to this server without inline scripts', async () => {
    const { call } = await newApp({ PUBLIC_URL: 'https://chat.example.org' });
    const { headers } = await call('GET', '/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy.split(';')).toEqual(
      expect.arrayContaining([
        "default-src 'self'",
        "script-src 'self'",
        "connect-src 'self' wss://chat.example.org",
        "object-src 'none'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
  });

  test('has HSTS only if PUBLIC_URL is https', async () => {
    const { call } = await newApp();
    const { headers } = await call('GET', '/');
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
  });
});

describe('problem documents', () => {
  test.each([
    ['GET', '/api/nowhere', 404, 'not_found'],
    ['POST', '/nowhere', 404, 'not_found'],
    ['PUT', '/api/auth', 404, 'not_found'],
    ['GET', '/api/%ff', 400, 'bad_request'],
    ['GET', '/api/rooms/general/messages?limit=201', 400, 'bad_request'],
    ['GET', '/api/rooms/general/messages?before=0', 400, 'bad_request'],
    ['GET', `/api/rooms/${'x'.repeat(200)}/messages`, 404, 'not_found'],
  ])('%s %s: %i %s', async (method, path, status, code) => {
    const { call, signIn } = await newApp();
    const response = await call(method, path, { token: await signIn() });
    expect(response).toMatchObject({ status, json: { status, code, type: `urn:usher:problem:${code}` } });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  test('name the location and rule of a violation, but never the value', async () => {
    const { call } = await newApp();
    const details = [];
    for (const body of ['{"user":"maggie","pwd":', '{"user":"maggie"}', '{"user":"maggie","pwd":["hidden-value"]}']) {
      const response = await call('POST', '/api/auth', { body, headers: { 'content-type': 'application/json' } });
      expect(response).toMatchObject({ status: 400, json: { code: 'bad_request' } });
      expect(JSON.stringify(response.json)).not.toContain('hidden-value');
      details.push((response.json as { detail?: string }).detail);
    }
    expect(details).toEqual([
      'body: not JSON',
      expect.stringMatching(/^body: .*pwd/),
      expect.stringMatching(/^body\/pwd: .*string/),
    ]);
  });

  test('are returned for invalid HTTP', async () => {
    const { url } = await newApp();
    const { head, body } = await raw(url, 'this is not HTTP\r\n\r\n');
    expect(head).toContain('HTTP/1.1 400 Bad request');
    expect(head).toContain('Content-Type: application/problem+json');
    expect(head).toContain('Referrer-Policy: no-referrer');
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'bad_request' });
  });

  test.each([
    ['half of the headers', 'GET / HTTP/1.1\r\nHost: localhost\r\n'],
    ['half of a request line', 'GET /api'],
    [
      'half of a body',
      'POST /api/auth HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"us',
    ],
    ['half of an upgrade', 'GET /api/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'],
  ])('are returned with 408 for a connection that sends %s and then nothing', async (_what, bytes) => {
    const { url } = await newApp({}, '/nowhere', { timeouts: short });
    const { head, body } = await raw(url, bytes);
    expect(head).toContain('HTTP/1.1 408 Request timeout');
    expect(JSON.parse(body)).toMatchObject({ status: 408, code: 'request_timeout' });
  });

  test('are not sent on a connection that never sent a request', async () => {
    const { url } = await newApp({}, '/nowhere', { timeouts: short });
    expect(await raw(url, '')).toEqual({ head: '', body: '' });
  });

  test('are returned for endless headers', async () => {
    const { url } = await newApp();
    const { head } = await raw(url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(head).toContain('HTTP/1.1 413 Too large');
  });

  test('do not contain the message of an internal error, which is logged', async () => {
    const { app, call, log, signIn } = await newApp();
    const token = await signIn();
    app.authenticate = () => Promise.reject(new Error('the cellar is under water'));
    const response = await call('GET', '/api/me', { token });
    expect(response).toMatchObject({ status: 500, json: { code: 'internal', title: 'Internal error' } });
    expect(response.text).not.toContain('cellar');
    expect(log.join('')).toContain('the cellar is under water');
  });
});

describe('health', () => {
  test('is live and ready', async () => {
    const { call } = await newApp();
    expect((await call('GET', '/api/health/live')).status).toBe(200);
    expect((await call('GET', '/api/health/ready')).status).toBe(200);
  });

  test('is live but not ready during a drain', async () => {
    const { app, call } = await newApp();
    await app.drain();
    expect((await call('GET', '/api/health/live')).status).toBe(200);
    const ready = await call('GET', '/api/health/ready');
    expect(ready).toMatchObject({
      status: 503,
      json: { code: 'draining', retryAfterMs: expect.any(Number) as unknown },
    });
    expect(ready.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});

describe('metrics', () => {
  test('are available to direct local requests, but not through a proxy', async () => {
    const { call } = await newApp();
    const direct = await call('GET', '/metrics');
    expect(direct.status).toBe(200);
    expect(direct.headers.get('content-type')).toContain('text/plain');
    for (const header of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP']) {
      const through = await call('GET', '/metrics', { headers: { [header]: 'for=192.0.2.1' } });
      expect(through).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    }
  });

  test.each(['localhost', 'LOCALHOST:80', '127.0.0.1:1', '127.1.2.3', '[::1]:3000'])(
    'are available for the host %s',
    async (host) => {
      const { url } = await newApp();
      const { head } = await raw(url, `GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(head).toContain('HTTP/1.1 200');
    },
  );

  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    '192.0.2.1',
    '',
  ])('are rejected for the host "%s" (DNS rebinding)', async (host) => {
    const { url } = await newApp();
    const { head } = await raw(url, `GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(head).toContain('HTTP/1.1 403');
  });

  test('are rejected for another host in an absolute target, regardless of the Host header', async () => {
    const { url } = await newApp();
    const headers = 'HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    expect((await raw(url, `GET http://evil.example/metrics ${headers}`)).head).toContain('HTTP/1.1 403');
    expect((await raw(url, `GET http://localhost/metrics ${headers}`)).head).toContain('HTTP/1.1 200');
  });

  test('require METRICS_TOKEN if it is set', async () => {
    const { call } = await newApp({ METRICS_TOKEN: 'let-me-look' });
    expect(await call('GET', '/metrics')).toMatchObject({ status: 401, json: { code: 'missing_token' } });
    expect(await call('GET', '/metrics', { token: 'let-me-look!' })).toMatchObject({
      status: 401,
      json: { code: 'invalid_token' },
    });
    const headers = { 'x-forwarded-for': '192.0.2.1' };
    expect((await call('GET', '/metrics', { token: 'let-me-look', headers })).status).toBe(200);
  });

  test('count events and contain no user names', async () => {
    const { call, signIn, connect, dial } = await newApp();
    const token = await signIn();
    const socket = await connect('maggie', token);
    await dial('?ticket=wrong');
    await socket.data('join', { room: 'general' });
    await socket.data('send', { room: 'general', key: crypto.randomUUID(), text: 'hello' });
    await socket.ask('join', { room: 'cellar' });
    const { text: lines } = await call('GET', '/metrics');
    expect(lines).toMatch(/^usher_connections 1$/m);
    expect(lines).toMatch(/^usher_ticket_calls_total\{outcome="issued"\} 1$/m);
    expect(lines).toMatch(/^usher_handshakes_total\{outcome="admitted"\} 1$/m);
    expect(lines).toMatch(/^usher_handshakes_total\{outcome="invalid_ticket",reason="malformed"\} 1$/m);
    expect(lines).toMatch(/^usher_messages_total 1$/m);
    expect(lines).toMatch(/^usher_socket_requests_total\{type="join",outcome="not_found"\} 1$/m);
    expect(lines).toMatch(/^nodejs_eventloop_lag_seconds /m);
    expect(lines).not.toMatch(/maggie|general|cellar/);
  });
});
