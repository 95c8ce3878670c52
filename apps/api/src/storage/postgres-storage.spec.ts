import { randomUUID } from 'node:crypto';
import { PostgresServer } from '@usher/test-servers';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await PostgresServer.start();
  return () => server.stop();
});

const secret = 'a secret of at least thirty-two bytes';

async function newPostgresApp(settings: Readonly<Record<string, string>> = {}) {
  return newApp({ DATABASE_URL: await server.newDatabaseUrl(), JWT_SECRET: secret, ...settings });
}

describe('the server on PostgreSQL', () => {
  test('serves sign-in, rooms, messages, unread counts and search', async () => {
    const { call, signIn, connect } = await newPostgresApp();
    const [maggie, bart] = [await signIn('maggie'), await signIn('bart')];
    const room = { room: 'plans', title: 'Plans', private: true };
    expect((await call('POST', '/api/rooms', { token: maggie, body: room })).status).toBe(201);
    expect((await call('PUT', '/api/rooms/plans/members/bart', { token: maggie })).status).toBe(204);
    const socket = await connect('maggie', maggie);
    await socket.data('join', { room: 'plans' });
    await socket.data('send', { room: 'plans', key: randomUUID(), text: 'Crème brûlée for @bart' });
    const rooms = (await call('GET', '/api/rooms', { token: bart })).json?.['rooms'];
    expect(rooms).toContainEqual(
      expect.objectContaining({ room: 'plans', seq: 1, unread: 1, mentions: 1, isMember: true }),
    );
    const found = await call('GET', '/api/search?q=creme%20bru', { token: bart });
    expect(found.json).toMatchObject({ messages: [{ room: 'plans', seq: 1 }] });
    const history = await call('GET', '/api/rooms/plans/messages', { token: bart });
    expect(history.json).toMatchObject({ messages: [{ text: 'Crème brûlée for @bart' }] });
    expect((await call('GET', '/api/rooms/plans/messages', { token: await signIn('lisa') })).status).toBe(404);
  });

  test('keeps accounts, sessions and messages over a restart', async () => {
    const settings = { DATABASE_URL: await server.newDatabaseUrl() };
    const first = await newPostgresApp(settings);
    const token = await first.signIn('maggie');
    const socket = await first.connect('maggie', token);
    await socket.data('join', { room: 'general' });
    await socket.data('send', { room: 'general', key: randomUUID(), text: 'before the restart' });
    await first.app.close();
    const second = await newPostgresApp(settings);
    const { json } = await second.call('GET', '/api/rooms/general/messages', { token });
    expect(json).toMatchObject({ messages: [{ text: 'before the restart' }] });
  });

  test('shares users, sessions and history between two nodes', async () => {
    const settings = { DATABASE_URL: await server.newDatabaseUrl() };
    const [here, there] = [await newPostgresApp(settings), await newPostgresApp(settings)];
    const token = await here.signIn('maggie');
    expect((await there.call('GET', '/api/me', { token })).status).toBe(200);
    const [one, two] = [await here.connect('maggie', token), await there.connect('maggie', token)];
    for (const socket of [one, two]) await socket.data('join', { room: 'general' });
    const key = randomUUID();
    const sent = await Promise.all(
      [one, two].map((socket) => socket.data('send', { room: 'general', key, text: 'once' })),
    );
    expect(sent.map(({ seq }) => seq)).toEqual([1, 1]);
    expect((await here.call('DELETE', '/api/auth', { token })).status).toBe(204);
    expect((await there.call('GET', '/api/me', { token })).status).toBe(401);
  });

  test('returns store errors and is not ready while PostgreSQL is unreachable, and recovers without a restart', async () => {
    const { call, signIn, connect } = await newPostgresApp();
    const token = await signIn('maggie');
    const socket = await connect('maggie', token);
    await socket.data('join', { room: 'general' });
    await server.kill();
    onTestFinished(() => server.start().catch(() => undefined));
    expect((await call('GET', '/api/health/ready')).status).toBe(503);
    expect((await call('GET', '/api/ws_ticket', { token })).status).toBeGreaterThanOrEqual(500);
    const failed = await socket.ask('send', { room: 'general', key: randomUUID(), text: 'lost' });
    expect(failed).toMatchObject({ type: 'error' });
    await server.start();
    await expect.poll(async () => (await call('GET', '/api/health/ready')).status).toBe(200);
    expect(await socket.data('send', { room: 'general', key: randomUUID(), text: 'again' })).toMatchObject({ seq: 1 });
  });

  test('enforces the bytes that a user may store', async () => {
    const { signIn, connect } = await newPostgresApp({ MAX_MB_PER_USER_PER_DAY: '1', SENDS_PER_SECOND: '0' });
    const socket = await connect('maggie', await signIn('maggie'));
    await socket.data('join', { room: 'general' });
    const send = () => socket.ask('send', { room: 'general', key: randomUUID(), text: 'x'.repeat(4_000) });
    const replies = [];
    for (let n = 0; n < 240; n += 1) replies.push(await send());
    expect(replies.findIndex((reply) => reply['code'] === 'quota_exceeded')).toBe(Math.floor(1e6 / 4_400));
  });

  test.each([
    [{ JWT_SECRET: '' }, /invalid JWT_SECRET: must be set with DATABASE_URL/],
    [
      { DATABASE_URL: 'mysql://usher:hidden@localhost/usher' },
      /^Invalid settings:\n {2}invalid DATABASE_URL: must be a URL like postgres:/,
    ],
    [{ DATABASE_URL: 'postgres://usher:hidden@127.0.0.1:1/usher' }, /PostgreSQL refuses connections/],
  ])('does not start with %j, and names the reason', async (settings, reason) => {
    const error = await newPostgresApp(settings).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(reason);
    expect((error as Error).message).not.toContain('hidden');
  });
});
