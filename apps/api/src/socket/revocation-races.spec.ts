import { PostgresServer } from '@usher/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { twoNodes } from '../testing/both-storages.ts';
import { newApp } from '../testing/new-app.ts';
import { TestSocket } from '../testing/test-socket.ts';

/** On SQLite, the row of the session is cached while its ticket is issued: these tests fail if a revocation leaves it in the cache. */

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

test('a ticket of a session that ended in the database opens no socket, although no node revoked it', async () => {
  const server = await PostgresServer.start();
  onTestFinished(() => server.stop());
  const [node] = await twoNodes(server);
  const issued = await node.ticket(await node.signIn());
  // As if the node that ended the session stopped before it reached Redis.
  await node.execute("UPDATE sessions SET ended_at = 1, ended_cause = 'signed_out'");
  expect(await node.dial(`?ticket=${issued}`)).toMatchObject({ status: 401, body: { title: 'Invalid ticket' } });
});
