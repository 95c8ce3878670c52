import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AcceptTokens } from './accept-tokens.ts';
import { allowedOrigin, type GateServer, sendHandshake, startGateServer } from './testing/gate-server.ts';

const nextYear = new Date(Date.now() + 365 * 86_400_000);

afterEach(() => {
  vi.useRealTimers();
});

/** Starts a server that accepts the token `maggies-token` in the URL. */
function start(acceptTokens: Partial<AcceptTokens> = {}, options: object = {}): Promise<GateServer> {
  return startGateServer({
    acceptTokens: {
      until: nextYear,
      verify: (token) => (token === 'maggies-token' ? { user: 'maggie', session: 'session-1' } : undefined),
      ...acceptTokens,
    },
    ...options,
  });
}

describe('until the date', () => {
  test('accepts a valid token, and reports for each handshake what was presented', async () => {
    const { port, ticket, outcomes } = await start();
    expect((await sendHandshake(port, '/api/ws?token=maggies-token')).status).toBe(101);
    expect((await sendHandshake(port, '/api/ws?token=maggies-token')).status).toBe(101);
    expect((await sendHandshake(port, `/api/ws?ticket=${await ticket()}`)).status).toBe(101);
    const claims = { user: 'maggie', session: 'session-1', endpoint: '/api/ws' };
    expect(outcomes).toMatchObject([
      { outcome: 'admitted', credential: 'token', claims },
      { outcome: 'admitted', credential: 'token', claims },
      { outcome: 'admitted', credential: 'ticket', claims },
    ]);
  });

  test('rejects an invalid token with the bytes of an invalid ticket', async () => {
    const { port, outcomes } = await start();
    const byToken = await sendHandshake(port, '/api/ws?token=wrong');
    expect(byToken.status).toBe(401);
    expect(byToken.raw).toBe((await sendHandshake(port, '/api/ws?ticket=wrong')).raw);
    expect(outcomes[0]).toMatchObject({ outcome: 'invalid_ticket', reason: 'invalid_token', credential: 'token' });
  });

  test('rejects two tokens, no token and an empty one', async () => {
    const { port } = await start();
    expect((await sendHandshake(port, '/api/ws?token=maggies-token&token=maggies-token')).status).toBe(401);
    expect((await sendHandshake(port, '/api/ws')).body).toContain('Missing ticket');
    expect((await sendHandshake(port, '/api/ws?token=')).body).toContain('Missing ticket');
  });

  test('a ticket decides alone, whatever token comes with it', async () => {
    const { port, ticket } = await start();
    expect((await sendHandshake(port, '/api/ws?ticket=wrong&token=maggies-token')).status).toBe(401);
    expect((await sendHandshake(port, `/api/ws?ticket=${await ticket()}&token=wrong`)).status).toBe(101);
  });

  test('does not accept tokens on other paths', async () => {
    const { port } = await start();
    expect((await sendHandshake(port, '/plain?token=maggies-token')).status).toBe(404);
  });

  test.each([
    ['origin', { origin: 'https://evil.example' }, 403],
    ['subprotocol', { origin: allowedOrigin, 'sec-websocket-protocol': 'chat' }, 400],
  ])('still checks the %s', async (_name, headers, status) => {
    const { port } = await start();
    expect((await sendHandshake(port, '/api/ws?token=maggies-token', { headers })).status).toBe(status);
  });

  test('still asks admit', async () => {
    const admit = vi.fn(() => ({ ok: false, reason: 'revoked' }) as const);
    const { port, outcomes } = await start({}, { admit });
    expect((await sendHandshake(port, '/api/ws?token=maggies-token')).status).toBe(401);
    expect(admit).toHaveBeenCalledOnce();
    expect(outcomes).toMatchObject([{ reason: 'revoked', credential: 'token' }]);
  });

  test('an error with a problem code is a rejection, any other error a 500, and a late result a 503', async () => {
    const failing = (error: Error) => () => Promise.reject(error);
    const expired = await start({ verify: failing(Object.assign(new Error(), { code: 'token_expired' })) });
    expect((await sendHandshake(expired.port, '/api/ws?token=x')).status).toBe(401);
    const broken = await start({ verify: failing(new Error('the key server is down')) });
    expect((await sendHandshake(broken.port, '/api/ws?token=x')).status).toBe(500);
    const hung = await start({ verify: () => new Promise(() => undefined) }, { storeTimeoutMs: 20 });
    expect((await sendHandshake(hung.port, '/api/ws?token=x')).status).toBe(503);
  });

  test('a result without a user or a session is a 500', async () => {
    const { port } = await start({ verify: () => ({ user: 'maggie', session: '' }) });
    expect((await sendHandshake(port, '/api/ws?token=x')).status).toBe(500);
  });
});

test('from the date on, a token counts as a missing ticket, and the outcome names the reason', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const verify = vi.fn(() => ({ user: 'maggie', session: 'session-1' }));
  const { port, outcomes, ticket } = await start({ until: new Date(Date.now() + 60_000), verify });
  expect((await sendHandshake(port, '/api/ws?token=maggies-token')).status).toBe(101);
  vi.setSystemTime(Date.now() + 60_000);
  const response = await sendHandshake(port, '/api/ws?token=maggies-token');
  expect(response).toMatchObject({ status: 401 });
  expect(response.raw).toBe((await sendHandshake(port, '/api/ws')).raw);
  expect(verify).toHaveBeenCalledOnce();
  expect(outcomes[1]).toMatchObject({ outcome: 'missing_ticket', reason: 'tokens_closed' });
  expect((await sendHandshake(port, `/api/ws?ticket=${await ticket()}`)).status).toBe(101);
});

test('no token appears in the log, whatever happens to it', async () => {
  const { port, log, outcomes } = await start({ parameter: 'access_token' });
  for (const query of ['access_token=maggies-token', 'access_token=wrong-token', 'x=1&access%5Ftoken=maggies-token']) {
    await sendHandshake(port, `/api/ws?${query}`);
    await sendHandshake(port, `/plain?${query}`);
  }
  expect(outcomes.map(({ outcome }) => outcome)).toContain('admitted');
  const written = log() + JSON.stringify(outcomes);
  expect(written).not.toContain('maggies-token');
  expect(written).not.toContain('wrong-token');
});

test.each<[string, Partial<AcceptTokens>]>([
  ['acceptTokens.until', { until: new Date('soon') }],
  ['acceptTokens.until', { until: '2027-01-01' as never }],
  ['acceptTokens.verify', { verify: undefined as never }],
  ['acceptTokens.parameter', { parameter: 'q' }],
  ['acceptTokens.parameter', { parameter: 'ticket' }],
])('an invalid %s stops the start', async (name, options) => {
  await expect(start(options)).rejects.toThrow(`invalid ${name}`);
});

test('without the option, a token in the URL opens nothing', async () => {
  const { port } = await startGateServer();
  expect((await sendHandshake(port, '/api/ws?token=maggies-token')).body).toContain('Missing ticket');
});
