import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { PostgresServer } from '@usher/test-servers';
import { beforeAll, describe, expect, test } from 'vitest';
import { onBothStorages, type StoredApp, twoNodes } from '../testing/both-storages.ts';
import { Browser } from '../testing/browser.ts';
import { clock } from '../testing/per-test.ts';

const all = ['messages:write', 'events:write'];

async function newKey(admin: Browser, body: object = {}): Promise<{ readonly id: string; readonly key: string }> {
  const { status, json } = await admin.ask('POST', '/api/admin/keys', { name: 'CI – Builds!', scopes: all, ...body });
  expect(status).toBe(201);
  return json as { id: string; key: string };
}

async function withKey(open: () => Promise<StoredApp>, body: object = {}) {
  const app = await open();
  const admin = await new Browser(app).signIn('admin');
  const { id, key } = await newKey(admin, body);
  const post = (path: string, content: unknown, token = key) =>
    app.call('POST', `/api/server/${path}`, { token, body: content });
  const send = (content: object = {}, token = key) =>
    post('rooms/general/messages', { key: randomUUID(), text: 'built', ...content }, token);
  return { app, admin, id, key, post, send };
}

onBothStorages('API keys', (open) => {
  test('are shown once, stored as a hash, and never logged', async () => {
    const { app, admin, id, key, send } = await withKey(open);
    expect(key).toMatch(/^usk_[A-Za-z0-9_-]{43}$/);
    expect((await send()).status).toBe(200);
    const { text, json } = await admin.ask('GET', '/api/admin/keys');
    expect(json).toMatchObject({ keys: [{ id, name: 'CI – Builds!', scopes: all.toSorted(), createdBy: 'admin' }] });
    const stored = `${await app.dump('api_keys')}${await app.dump('audit')}`;
    for (const place of [text, stored, app.log.join('')]) expect(place).not.toContain(key.slice(4));
    app.app.log.warn(`a library reports ${key}`);
    expect(app.log.at(-1)).not.toContain(key.slice(4));
  });

  test('record their last use to the minute', async () => {
    const time = clock();
    const { app, admin, send } = await withKey(open);
    const usedAt = async () => ((await admin.ask('GET', '/api/admin/keys')).json?.['keys'] as object[])[0];
    expect(await usedAt()).not.toHaveProperty('usedAt');
    await send();
    const minute = Math.floor(time.now() / 60_000) * 60_000;
    expect(await usedAt()).toMatchObject({ usedAt: minute });
    time.advance(60_000);
    await send();
    await app.app.close();
    expect(await app.dump('api_keys')).toMatch(new RegExp(`"used_at":"?${minute + 60_000}`));
  });

  test('are revoked at once, and expire', async () => {
    const time = clock();
    const { admin, id, send } = await withKey(open);
    expect((await admin.ask('DELETE', `/api/admin/keys/${id}`)).status).toBe(204);
    expect(await send()).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    expect((await admin.ask('DELETE', `/api/admin/keys/${id}`)).status).toBe(404);
    expect((await admin.ask('GET', '/api/admin/keys')).json).toMatchObject({
      keys: [{ id, revokedAt: expect.any(Number) as unknown }],
    });
    const { key } = await newKey(admin, { expiresAt: time.now() + 60_000 });
    expect((await send({}, key)).status).toBe(200);
    time.advance(60_000);
    expect((await send({}, key)).status).toBe(401);
    const past = await admin.ask('POST', '/api/admin/keys', { name: 'x', scopes: all, expiresAt: 1 });
    expect(past.status).toBe(400);
  });

  test('need their scope', async () => {
    const { post, send } = await withKey(open, { scopes: ['messages:write'] });
    expect((await send()).status).toBe(200);
    expect(await post('users/bart/events', { type: 'x', data: {} })).toMatchObject({
      ...{ status: 403, json: { code: 'forbidden' } },
    });
  });

  test('open no other route and no socket, and no access token opens theirs', async () => {
    const { app, admin, key, send } = await withKey(open);
    for (const [method, path] of [
      ['GET', '/api/me'],
      ['GET', '/api/rooms'],
      ['GET', '/api/ws_ticket'],
      ['GET', '/api/admin/users'],
      ['POST', '/api/admin/keys'],
      ['DELETE', '/api/sessions'],
    ] as const) {
      const body = method === 'POST' ? { body: { name: 'x', scopes: all } } : {};
      const response = await app.call(method, path, { token: key, ...body });
      expect([path, response.status, response.json?.['code']]).toEqual([path, 401, 'invalid_token']);
    }
    expect(await app.dial(`?ticket=${key}`)).toMatchObject({ status: 401 });
    for (const token of [admin.token, `usk_${'A'.repeat(43)}`, 'usk_', `${key}A`]) {
      expect(await send({}, token)).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    }
    const none = await app.call('POST', '/api/server/rooms/general/messages', {
      body: { key: randomUUID(), text: 'x' },
    });
    expect(none).toMatchObject({ status: 401, json: { code: 'missing_token' } });
  });
});

onBothStorages('a backend', (open) => {
  test('sends a message that members receive from a program, not from a user', async () => {
    const { app, send } = await withKey(open);
    const socket = await app.connect('maggie');
    await socket.data('join', { room: 'general' });
    const { status, json } = await send({ text: 'build 7 for @maggie' });
    expect([status, json]).toMatchObject([200, { seq: 1, from: 'app:ci-builds' }]);
    expect(await socket.next('message')).toMatchObject({ seq: 1, from: 'app:ci-builds', text: 'build 7 for @maggie' });
    expect((await send({ from: 'deploy' })).json).toMatchObject({ seq: 2, from: 'app:deploy' });
  });

  test('stores a message once, however often and in parallel it is sent', async () => {
    const { app, send } = await withKey(open);
    const keys = Array.from({ length: 4 }, () => randomUUID());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }), async (sent) => {
        const responses = await Promise.all(
          sent.map(async (index) => {
            const key = keys[index] ?? '';
            const { status, json } = await send({
              key: Math.random() < 0.5 ? key.toUpperCase() : key,
              text: `text ${index}`,
            });
            expect(status).toBe(200);
            return [index, json?.['seq']] as const;
          }),
        );
        const seqs = new Map(responses);
        for (const [index, seq] of responses) expect(seq).toBe(seqs.get(index));
        expect(new Set(seqs.values()).size).toBe(seqs.size);
      }),
      { numRuns: 15 },
    );
    const stored = JSON.parse(await app.dump('messages')) as { readonly key: string }[];
    expect(new Set(stored.map(({ key }) => key)).size).toBe(stored.length);
    expect(stored.length).toBeLessThanOrEqual(4);
  });

  test('is rejected in unknown, closed and archived rooms, and with invalid content', async () => {
    const { admin, post, send } = await withKey(open);
    const body = { key: randomUUID(), text: 'x' };
    expect((await post('rooms/unknown/messages', body)).status).toBe(404);
    await admin.ask('PUT', '/api/admin/rooms/general', { archived: true });
    expect(await send()).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    await admin.ask('DELETE', '/api/admin/rooms/general');
    expect((await send()).status).toBe(404);
    for (const wrong of [
      { key: 'x' },
      { text: '' },
      { text: 'a\0b' },
      { text: 'x'.repeat(4_001) },
      { from: 'Maggie' },
      { from: 'app:x' },
      { from: '' },
    ]) {
      expect((await post('rooms/random/messages', { ...body, ...wrong })).status).toBe(400);
    }
    expect((await post('rooms/random/messages', { ...body, text: '😀'.repeat(3_000) })).status).toBe(200);
  });

  test('sends an event to every connection of a user', async () => {
    const { app, post } = await withKey(open);
    const sockets = [await app.connect('bart'), await app.connect('bart'), await app.connect('maggie')];
    const event = { type: 'order.paid', data: { order: 7, list: [null, 'x'] } };
    const { status, json } = await post('users/bart/events', event);
    expect([status, json]).toMatchObject([202, { delivered: 2, nodes: [{ delivered: 2 }] }]);
    for (const socket of sockets.slice(0, 2)) {
      expect(await socket.next('event')).toEqual({ type: 'event', name: 'order.paid', data: event.data });
    }
    await sockets[2]?.data('ping');
    expect(sockets[2]?.received.filter(({ type }) => type === 'event')).toEqual([]);
    // The response does not show whether a user exists.
    for (const user of ['lisa', 'unknown']) {
      expect((await post(`users/${user}/events`, event)).json).toMatchObject({ delivered: 0 });
    }
    for (const type of ['usher', 'usher.x', 'Order', '', 'x'.repeat(65)]) {
      expect((await post('users/bart/events', { ...event, type })).status).toBe(400);
    }
    for (const data of [7, [], null, undefined]) {
      expect((await post('users/bart/events', { type: 'x', data })).status).toBe(400);
    }
    expect((await post('users/bart/events', { type: 'x', data: { x: 'x'.repeat(17_000) } })).status).toBe(413);
  });
});

describe('backends of two nodes', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
    return () => server.stop();
  });

  test('send a message once over both, and an event to the connections of both', async () => {
    const [here, there] = await twoNodes(server);
    const admin = await new Browser(here).signIn('admin');
    const { id, key: token } = await newKey(admin);
    const sockets = [await here.connect('bart'), await there.connect('bart')];
    for (const socket of sockets) await socket.data('join', { room: 'general' });
    const body = { key: randomUUID(), text: 'once' };
    const send = (node: StoredApp) => node.call('POST', '/api/server/rooms/general/messages', { token, body });
    const responses = await Promise.all([send(here), send(there), send(there), send(here)]);
    expect(responses.map(({ json }) => json?.['seq'])).toEqual([1, 1, 1, 1]);
    for (const socket of sockets) expect(await socket.next('message')).toMatchObject({ seq: 1, text: 'once' });
    const event = { token, body: { type: 'paid', data: {} } };
    expect((await there.call('POST', '/api/server/users/bart/events', event)).json).toMatchObject({
      ...{ delivered: 2, nodes: [{ delivered: 1 }, { delivered: 1 }] },
    });
    for (const socket of sockets) expect(await socket.next('event')).toMatchObject({ name: 'paid' });
    await admin.ask('DELETE', `/api/admin/keys/${id}`);
    for (const node of [here, there]) expect((await send(node)).status).toBe(401);
  });
});
