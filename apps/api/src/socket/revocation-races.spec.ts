import { expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';
import { TestSocket } from '../testing/test-socket.ts';

/** The row of the session is cached while its ticket is issued, so these tests fail if a revocation leaves it in the cache. */

test('a session that ends between ticket and handshake opens no socket', async () => {
  const { signIn, ticket, call, dial } = await newApp();
  const token = await signIn();
  const issued = await ticket(token);
  expect((await call('DELETE', '/api/auth', { token })).status).toBe(204);
  expect(await dial(`?ticket=${issued}`)).toMatchObject({ status: 401, body: { title: 'Invalid ticket' } });
  expect(await call('GET', '/api/ws_ticket', { token })).toMatchObject({
    status: 401,
    json: { code: 'session_ended' },
  });
});

test('a session that ends during the handshake opens no socket that stays open', async () => {
  const { signIn, ticket, call, dial } = await newApp();
  const outcomes = new Set<number>();
  for (let round = 0; round < 40; round++) {
    const token = await signIn();
    const issued = await ticket(token);
    const opening = dial(`?ticket=${issued}`);
    // Spreads the end over the steps of the handshake.
    for (let turn = 0; turn < round % 8; turn++) await new Promise((resolve) => setImmediate(resolve));
    const [opened, ended] = await Promise.all([opening, call('DELETE', '/api/auth', { token })]);
    expect(ended.status).toBe(204);
    outcomes.add(opened instanceof TestSocket ? await opened.closed : opened.status);
  }
  for (const outcome of outcomes) expect([401, 4501]).toContain(outcome);
});
