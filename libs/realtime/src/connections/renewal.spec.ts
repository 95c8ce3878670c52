import { expect, onTestFinished, test, vi } from 'vitest';
import type { Identity } from './connection.ts';
import type { Renewal } from './connections-types.ts';
import { liveSeqs, newNode, quiet, sendAll } from '../testing/new-node.ts';

/** The room `random` requires the role `admin`. */
const adminsInRandom = ({ roles }: Identity, room: string) =>
  room !== 'random' || roles.includes('admin') ? 'allowed' : 'not_found';

test('a renewal without a role removes the connection from rooms that require it', async () => {
  const { connect } = newNode({ authorize: adminsInRandom, renew: () => Promise.resolve<Renewal>({ roles: [] }) });
  const [maggie, bart] = [connect('maggie', { roles: ['admin'] }), connect('bart', { roles: ['admin'] })];
  for (const client of [maggie, bart]) {
    await client.request('join', { room: 'general' });
    await client.request('join', { room: 'random' });
  }
  await maggie.request('renew', { ticket: 'fresh' });
  await quiet();
  expect(maggie.connection.identity).toMatchObject({ user: 'maggie', session: 'session of maggie', roles: [] });
  expect(maggie.received('removed')).toEqual([{ type: 'removed', room: 'random', code: 'not_found' }]);
  await sendAll(bart, 'random', ['for admins']);
  await sendAll(bart, 'general', ['for all members']);
  expect(liveSeqs(maggie)).toEqual([1]);
  expect(maggie.received('message')).toMatchObject([{ room: 'general' }]);
  expect(bart.received('removed')).toEqual([]);
});

test('a renewal with an additional role grants it without a reconnect', async () => {
  const { connect } = newNode({
    authorize: adminsInRandom,
    renew: () => Promise.resolve<Renewal>({ roles: ['admin'] }),
  });
  const client = connect();
  expect(await client.request('join', { room: 'random' })).toMatchObject({ code: 'not_found' });
  await client.request('renew', { ticket: 'fresh' });
  expect(await client.request('join', { room: 'random' })).toMatchObject({ type: 'reply' });
});

test('a renewal without roles keeps them, and a failed renewal authorizes nothing', async () => {
  const authorize = vi.fn(adminsInRandom);
  let renewal: Renewal | undefined = {};
  const { connect } = newNode({ authorize, renew: () => Promise.resolve(renewal) });
  const client = connect('maggie', { roles: ['admin'] });
  await client.request('join', { room: 'random' });
  await client.request('renew', { ticket: 'fresh' });
  await quiet();
  expect(authorize).toHaveBeenCalledTimes(2);
  renewal = undefined;
  expect(await client.request('renew', { ticket: 'another’s' })).toMatchObject({ code: 'invalid_ticket' });
  await quiet();
  expect(authorize).toHaveBeenCalledTimes(2);
  expect(client.received('removed')).toEqual([]);
});

test('a renewal keeps memberships when authorization fails with an error', async () => {
  let away = false;
  const { connect, log } = newNode({
    authorize: () => (away ? Promise.reject(new Error('away')) : 'allowed'),
    renew: () => Promise.resolve<Renewal>({}),
  });
  const client = connect();
  await client.request('join', { room: 'general' });
  away = true;
  await client.request('renew', { ticket: 'fresh' });
  await quiet();
  expect(client.received('removed')).toEqual([]);
  expect(log.lines).toContain('error a room membership could not be authorized again');
});

test('a renewal that does not settle is rejected with internal after 4 seconds, and the lease stays', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { connect, log } = newNode({ renew: () => new Promise(() => undefined) });
  const client = connect();
  const { lease } = client.connection;
  const reply = client.request('renew', { ticket: 'fresh' });
  await vi.advanceTimersByTimeAsync(3_999);
  expect(client.received('error')).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await reply).toMatchObject({ type: 'error', code: 'internal' });
  expect(client.connection.lease).toBe(lease);
  expect(log.lines).toEqual(['error a request handler threw an unexpected error']);
});
