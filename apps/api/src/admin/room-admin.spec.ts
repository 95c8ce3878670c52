import { randomUUID } from 'node:crypto';
import { PostgresServer } from '@usher/test-servers';
import { beforeAll, describe, expect, test } from 'vitest';
import { onBothStorages, type StoredApp, twoNodes } from '../testing/both-storages.ts';
import { Browser } from '../testing/browser.ts';

const message = (text: string) => ({ room: 'general', key: randomUUID(), text });

/** An app with an admin, and with maggie in the room `general`, who has sent one message. */
async function withMessage(open: () => Promise<StoredApp>) {
  const app = await open();
  const admin = await new Browser(app).signIn('admin');
  const maggie = await new Browser(app).signIn('maggie');
  const socket = await app.connect('maggie', maggie.token);
  await socket.data('join', { room: 'general' });
  await socket.data('send', message('the first'));
  return { app, admin, maggie, socket };
}

onBothStorages('operators', (open) => {
  test('list all rooms with members and activity', async () => {
    const { admin, maggie } = await withMessage(open);
    await maggie.ask('POST', '/api/rooms', { room: 'plans', title: '100% Pläne', private: true });
    const list = async (query: string) => (await admin.ask('GET', `/api/admin/rooms?${query}`)).json;
    const namesOf = (json: Record<string, unknown> | undefined) =>
      (json?.['rooms'] as { room: string }[]).map(({ room }) => room);
    const first = await list('limit=2');
    expect([namesOf(first), first?.['total']]).toEqual([['plans', 'general'], 3]);
    expect(namesOf(await list(`limit=2&cursor=${String(first?.['next'])}`))).toEqual(['random']);
    expect(namesOf(await list('order=name'))).toEqual(['general', 'plans', 'random']);
    expect(namesOf(await list('order=name&limit=1&cursor=general'))).toEqual(['plans']);
    expect(namesOf(await list('q=gen'))).toEqual(['general']);
    expect(namesOf(await list('q=100%25'))).toEqual(['plans']);
    const [general] = (await list('q=gen'))?.['rooms'] as object[];
    expect(general).toMatchObject({
      ...{ room: 'general', title: 'General', private: false, archived: false, owner: 'admin' },
      ...{ members: 4, seq: 1, messagesPerMinute: 0.2 },
    });
    expect((await admin.ask('GET', '/api/admin/rooms?cursor=x')).status).toBe(400);
  });

  test('archive a room: it is read-only until it is restored', async () => {
    const { app, admin, maggie, socket } = await withMessage(open);
    // Members receive the event, also on connections that have not joined the room.
    const elsewhere = await app.connect('bart');
    const lisa = await new Browser(app).signIn('lisa');
    await app.connect('lisa', lisa.token);
    expect((await lisa.ask('DELETE', '/api/rooms/general/members/lisa')).status).toBe(204);
    expect(await admin.ask('PUT', '/api/admin/rooms/general', { archived: true })).toMatchObject({
      status: 200,
      json: { delivered: 2, nodes: [{ delivered: 2, ms: expect.any(Number) as unknown }] },
    });
    for (const member of [socket, elsewhere]) {
      expect(await member.next('archived')).toEqual({ type: 'archived', room: 'general', archived: true });
    }
    expect(await socket.ask('send', message('too late'))).toMatchObject({ code: 'forbidden' });
    expect(await socket.ask('edit', { ...message('x'), edits: 1 })).toMatchObject({ code: 'forbidden' });
    expect(await socket.ask('delete', { room: 'general', key: randomUUID(), deletes: 1 })).toMatchObject({
      code: 'forbidden',
    });
    const bart = await app.connect('bart');
    expect(await bart.data('join', { room: 'general' })).toMatchObject({ seq: 1, messages: [{ text: 'the first' }] });
    expect((await maggie.ask('GET', '/api/rooms/general/messages')).json).toMatchObject({ messages: [{ seq: 1 }] });
    expect((await admin.ask('GET', '/api/admin/rooms?q=general')).json).toMatchObject({ rooms: [{ archived: true }] });
    const listed = async (by: Browser) =>
      ((await by.ask('GET', '/api/rooms')).json?.['rooms'] as { room: string; archived?: boolean }[])
        .map(({ room, archived }) => `${room} ${String(archived)}`)
        .toSorted();
    // For a member, and for a user who is not.
    expect(await listed(maggie)).toEqual(['general true', 'random undefined']);
    expect(await listed(await new Browser(app).signIn('lisa'))).toEqual(['general true', 'random undefined']);
    expect((await admin.ask('DELETE', '/api/admin/rooms/general/messages/1')).status).toBe(204);
    expect((await admin.ask('PUT', '/api/admin/rooms/general', { archived: false })).status).toBe(200);
    expect(await socket.next('archived')).toEqual({ type: 'archived', room: 'general', archived: false });
    expect(await socket.ask('send', message('again'))).toMatchObject({ type: 'reply', data: { seq: 3 } });
    expect((await admin.ask('PUT', '/api/admin/rooms/unknown', { archived: true })).status).toBe(404);
  });

  test('delete a message of another user: members receive the deletion in order', async () => {
    const { admin, socket } = await withMessage(open);
    const path = '/api/admin/rooms/general/messages/1';
    expect((await admin.ask('DELETE', path)).status).toBe(204);
    expect(await socket.take(({ seq }) => seq === 2)).toMatchObject({
      type: 'message',
      from: 'admin',
      deletes: 1,
      text: '',
    });
    // A repeated call has the same response and writes nothing.
    expect((await admin.ask('DELETE', path)).status).toBe(204);
    expect((await admin.ask('GET', '/api/rooms/general/messages')).json).toMatchObject({
      messages: [{ seq: 1, from: 'maggie', text: '', deleted: expect.any(Number) as unknown }, { seq: 2 }],
    });
    for (const seq of [2, 99]) {
      expect((await admin.ask('DELETE', `/api/admin/rooms/general/messages/${seq}`)).status).toBe(404);
    }
    expect((await admin.ask('DELETE', '/api/admin/rooms/unknown/messages/1')).status).toBe(404);
    expect((await admin.ask('DELETE', '/api/admin/rooms/general/messages/x')).status).toBe(400);
    const { json } = await admin.ask('GET', '/api/admin/audit?action=message.delete&limit=200');
    expect((json?.['entries'] as unknown[]).toReversed().slice(0, 2)).toMatchObject([
      { by: 'admin', target: 'general', detail: { seq: 1 } },
      { completes: 1, detail: { deleted: true, by: 2 } },
    ]);
  });

  test('close a room: members are removed, no user sees it, and the messages are kept', async () => {
    const { app, admin, maggie, socket } = await withMessage(open);
    const bart = await app.connect('bart');
    const { status, json } = await admin.ask('DELETE', '/api/admin/rooms/general');
    expect([status, json]).toMatchObject([200, { closed: 1, nodes: [{ closed: 1 }] }]);
    expect(await socket.next('removed')).toMatchObject({ room: 'general', code: 'not_found' });
    // Members who have not joined it on this connection.
    expect(await bart.next('left')).toEqual({ type: 'left', room: 'general' });
    expect(await socket.ask('send', message('x'))).toMatchObject({ code: 'not_joined' });
    expect(await socket.ask('join', { room: 'general' })).toMatchObject({ code: 'not_found' });
    for (const user of [admin, maggie]) {
      expect(JSON.stringify((await user.ask('GET', '/api/rooms')).json)).not.toContain('general');
      for (const path of ['messages', 'members']) {
        expect((await user.ask('GET', `/api/rooms/general/${path}`)).status).toBe(404);
      }
      expect((await user.ask('GET', '/api/search?q=first')).json).toMatchObject({ messages: [] });
      expect((await user.ask('PUT', '/api/rooms/general/members/maggie')).status).toBe(404);
    }
    expect((await admin.ask('GET', '/api/admin/rooms')).json).toMatchObject({ total: 1, rooms: [{ room: 'random' }] });
    expect((await admin.ask('DELETE', '/api/admin/rooms/general')).status).toBe(404);
    // Its name stays taken, because the messages are kept. Its title is free.
    const create = (room: string) => maggie.ask('POST', '/api/rooms', { room, title: 'General' });
    expect((await create('general')).json).toMatchObject({ code: 'room_taken' });
    expect((await create('general-2')).status).toBe(201);
    expect(await app.dump('messages')).toContain('the first');
    await admin.ask('POST', '/api/admin/users', { user: 'milhouse' });
    expect(await app.dump('memberships')).not.toMatch(/"general"/);
  });
});

describe('operators of two nodes', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
    return () => server.stop();
  });

  test('archive, delete and close on both', async () => {
    const [here, there] = await twoNodes(server);
    const admin = await new Browser(here).signIn('admin');
    const sockets = [await here.connect('maggie'), await there.connect('bart')];
    for (const socket of sockets) await socket.data('join', { room: 'general' });
    for (const socket of sockets) await socket.data('send', message('x'));
    expect((await admin.ask('PUT', '/api/admin/rooms/general', { archived: true })).json).toMatchObject({
      ...{ delivered: 2, nodes: [{ delivered: 1 }, { delivered: 1 }] },
    });
    for (const socket of sockets) {
      expect(await socket.next('archived')).toMatchObject({ room: 'general', archived: true });
    }
    for (const socket of sockets) expect(await socket.ask('send', message('y'))).toMatchObject({ code: 'forbidden' });
    await admin.ask('DELETE', '/api/admin/rooms/general/messages/2');
    for (const socket of sockets) expect(await socket.take(({ seq }) => seq === 3)).toMatchObject({ deletes: 2 });
    expect((await admin.ask('DELETE', '/api/admin/rooms/general')).json).toMatchObject({
      ...{ closed: 2, nodes: [{ closed: 1 }, { closed: 1 }] },
    });
    for (const socket of sockets) {
      expect(await socket.next('removed')).toMatchObject({ room: 'general' });
      expect(await socket.ask('join', { room: 'general' })).toMatchObject({ code: 'not_found' });
    }
  });
});
