import { expect, test } from 'vitest';
import { type ApiResponse, newApp, type TestApp } from '../testing/new-app.ts';
import { CallBudget } from './call-budget.ts';
import type { ClientRequest } from './client-address.ts';

/** Repeats a call until it is rejected, and counts the calls before. */
async function callsUntilRefused(
  call: () => Promise<ApiResponse>,
  max: number,
): Promise<{ count: number; last: ApiResponse }> {
  for (let count = 0; ; count++) {
    const last = await call();
    if (last.status === 429 || count === max) return { count, last };
  }
}

// Five points per second are fifty per window of ten seconds.
const tight = { CALLS_PER_SECOND: '5' };
const me = ({ call }: TestApp, token: string) => call('GET', '/api/me', { token });

test('rejects calls above the budget of a user with 429 and the time to wait', async () => {
  const app = await newApp(tight);
  const token = await app.signIn();
  const { count, last } = await callsUntilRefused(() => me(app, token), 60);
  expect(count).toBe(50);
  expect(last).toMatchObject({ status: 429, json: { code: 'rate_limited', type: 'urn:usher:problem:rate_limited' } });
  const { retryAfterMs } = last.json as { retryAfterMs: number };
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(retryAfterMs).toBeLessThanOrEqual(10_000);
  expect(last.headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1_000)));
  expect(last.headers.get('x-content-type-options')).toBe('nosniff');
});

test('has one budget per user for all sessions and addresses, separate from other users', async () => {
  const app = await newApp(tight);
  const [token, second] = [await app.signIn(), await app.signIn()];
  await callsUntilRefused(() => me(app, token), 60);
  expect(await me(app, second)).toMatchObject({ status: 429 });
  expect(await app.call('GET', '/api/ws_ticket', { token })).toMatchObject({
    status: 429,
    json: { code: 'rate_limited' },
  });
  expect((await me(app, await app.signIn('bart'))).status).toBe(200);
});

test.each([
  ['/api/rooms', 10],
  ['/api/search?q=hello', 10],
  ['/api/rooms/general/messages', 2],
  ['/api/rooms/general/members', 5],
])('charges a call of %s with %i points', async (path, cost) => {
  const { call, signIn } = await newApp(tight);
  const token = await signIn();
  expect((await callsUntilRefused(() => call('GET', path, { token }), 60)).count).toBe(50 / cost);
});

test('charges calls without a valid token to the address', async () => {
  const app = await newApp({ CALLS_PER_SECOND: '1' });
  const token = await app.signIn();
  const { call } = app;
  const bad = { token: 'not-a-token' };
  const calls = [
    () => call('GET', '/api/me'),
    () => call('GET', '/api/me', bad),
    () => call('GET', '/api/nowhere'),
    () => call('POST', '/api/auth/refresh', bad),
    () => call('POST', '/api/users', { ...bad, body: { user: 'x' } }),
  ];
  let refused = 0;
  for (let round = 0; round < 22; round++) {
    for (const { status } of await Promise.all(calls.map((one) => one()))) if (status === 429) refused += 1;
  }
  // The sign-in cost one of 100 points.
  expect(refused).toBe(22 * calls.length - 99);
  expect(await call('POST', '/api/auth', { body: { user: 'lisa', pwd: 'secret' } })).toMatchObject({
    status: 429,
    json: { code: 'rate_limited' },
  });
  expect((await me(app, token)).status).toBe(200);
  expect((await call('GET', '/api/health/live')).status).toBe(200);
  expect((await call('GET', '/api/health/ready')).status).toBe(200);
  expect((await call('GET', '/metrics')).status).toBe(200);
});

test('charges the address of the client behind a proxy', async () => {
  const { call } = await newApp({ CALLS_PER_SECOND: '1', TRUST_PROXY: '1' });
  const from = (address: string) => call('GET', '/api/me', { headers: { 'x-forwarded-for': address } });
  expect((await callsUntilRefused(() => from('2001:db8::1'), 110)).count).toBe(100);
  expect((await from('2001:db8::2')).status).toBe(429);
  expect((await from('2001:db8:0:1::1')).status).toBe(401);
});

test('has no limit with 0', async () => {
  const app = await newApp({ CALLS_PER_SECOND: '0' });
  const token = await app.signIn();
  expect((await callsUntilRefused(() => me(app, token), 400)).last.status).toBe(200);
});

test('an API key has ten times the budget of a user, apart from other keys', async () => {
  const budget = new CallBudget({ callsPerSecond: 1 });
  const request = (): ClientRequest => ({ raw: {}, clientAddress: '192.0.2.1' }) as unknown as ClientRequest;
  for (let call = 0; call < 100; call++) await budget.chargeKey('one', request());
  await expect(budget.chargeKey('one', request())).rejects.toMatchObject({ code: 'rate_limited' });
  await budget.chargeKey('two', request());
});
