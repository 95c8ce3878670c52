import type { TicketResponse } from '@usher/protocol';
import { describe, expect, test, vi } from 'vitest';
import { type Identity, identityOf } from './identity.ts';
import { newJwt, settle } from '../testing/new-socket.ts';
import { TicketRefused } from './errors.ts';
import { ann, annAgain, annRefreshed, bob, newPage, openPage, textsOf } from '../testing/new-identity-page.ts';

describe('an identity', () => {
  test.each<[string, string, Identity | string]>([
    ['sub and sid', ann, { user: 'ann', session: 's1' }],
    ['sub alone', newJwt({ sub: 'ann' }), { user: 'ann' }],
    ['characters outside ASCII', newJwt({ sub: 'Jörg 🎉' }), { user: 'Jörg 🎉' }],
    ['sid alone', 'x.eyJzaWQiOiJzMSJ9.x', 'x.eyJzaWQiOiJzMSJ9.x'],
    ['a sub that is a number', newJwt({ sub: 7 }), newJwt({ sub: 7 })],
    ['an empty sub', newJwt({ sub: '' }), newJwt({ sub: '' })],
    ['an opaque token', 'secret', 'secret'],
    ['two dots and no JSON', 'a.b.c', 'a.b.c'],
    ['null as claims', `a.${btoa('null')}.c`, `a.${btoa('null')}.c`],
  ])('is read from a token with %s', (_, token, identity) => {
    expect(identityOf(token)).toEqual(identity);
  });
});

describe('when another user signs in on the same page', () => {
  test('the messages are sent and shown as the new user after the next connect()', async () => {
    const { server, page, socket, room, shown } = await openPage(ann);
    room.send('from ann');
    await settle();
    page.token = undefined;
    page.token = bob;
    socket.connect();
    room.open();
    room.send('from bob');
    await settle();
    expect(server.userOf(server.last)).toBe('bob');
    expect(server.sockets.map(textsOf)).toEqual([['from ann'], ['from bob']]);
    expect(server.live).toHaveLength(1);
    expect(shown()).toEqual(['ann: from ann', 'bob: from bob']);
  });

  test('without any call, the first frame detects the change: it is not sent, and the socket connects as the new user', async () => {
    const { server, page, socket } = await openPage(ann);
    const before = server.last.received.length;
    page.token = bob;
    await expect(socket.request('send', { room: 'general', key: 'k', text: 'from bob' })).rejects.toMatchObject({
      name: 'Disconnected',
    });
    expect(server.sockets[0]?.received).toHaveLength(before);
    expect(server.sockets[0]?.closedByClient).toBe(1000);
    await settle();
    expect(socket.welcome?.user).toBe('bob');
  });

  test('a message for the previous user is not delivered', async () => {
    const { server, page, socket, shown } = await openPage(ann);
    const events: unknown[] = [];
    socket.events$.subscribe((event) => events.push(event));
    page.token = bob;
    server.send('general', 'lisa', 'for ann');
    expect(events).toEqual([]);
    expect(shown()).toEqual([]);
  });

  test('unsent messages, unread counts and open rooms of the previous user are deleted at once', async () => {
    const { server, page, socket, rooms, room, shown } = await openPage(ann);
    server.page.emit('offline');
    room.send('never sent');
    expect(shown()).toEqual(['ann: never sent']);
    page.token = bob;
    const cleared = vi.fn();
    socket.cleared$.subscribe(cleared);
    socket.recheck();
    expect(cleared).toHaveBeenCalledOnce();
    expect(shown()).toEqual([]);
    await settle(30_000);
    expect(socket.welcome?.user).toBe('bob');
    expect(server.last.received).toEqual([]);
    let unsent: unknown;
    rooms.room('general').unsent$.subscribe((all) => (unsent = all));
    expect(unsent).toEqual([]);
  });

  test('their first message is kept while those of the previous user are deleted', async () => {
    const { server, page, room } = await openPage(ann);
    server.page.emit('offline');
    room.send('from ann');
    page.token = bob;
    room.send('from bob');
    room.open();
    await settle(30_000);
    expect(server.sockets.flatMap(textsOf)).toEqual(['from bob']);
  });

  test('a ticket that was requested for the previous user opens no socket', async () => {
    const { server, page, socket } = newPage(ann);
    const late = Promise.withResolvers<TicketResponse>();
    server.ticket = () => late.promise;
    socket.connect();
    await settle();
    server.ticket = () => Promise.resolve(server.issue('bob'));
    page.token = bob;
    late.resolve(server.issue('ann'));
    await settle();
    expect(server.sockets).toHaveLength(1);
    expect(socket.welcome?.user).toBe('bob');
  });

  test('a ticket that waits for its slot opens no socket', async () => {
    const { server, page, socket } = newPage(ann);
    server.connectAfterMs = 1_000;
    socket.connect();
    await settle();
    server.connectAfterMs = 0;
    page.token = bob;
    await settle(1_000);
    expect(server.sockets.map((each) => server.userOf(each))).toEqual(['bob']);
  });

  test('a rejected ticket call and a close that concern the previous user do not sign out the new one', async () => {
    const { server, page, socket } = await openPage(ann);
    page.token = bob;
    server.last.end(4501, 'session ended');
    await settle();
    expect(socket.welcome?.user).toBe('bob');
    const late = Promise.withResolvers<TicketResponse>();
    server.ticket = () => late.promise;
    socket.drop();
    await settle(20_000 - 1);
    page.token = ann;
    server.ticket = () => Promise.resolve(server.issue('ann'));
    late.reject(new TicketRefused('session_ended', 401));
    await settle(20_000);
    expect(socket.welcome?.user).toBe('ann');
  });

  test('another session of the same user counts as another identity', async () => {
    const { server, page, socket } = await openPage(ann);
    page.token = annAgain;
    socket.recheck();
    await settle();
    expect(server.sockets).toHaveLength(2);
  });

  test('a pending request rejects with Disconnected', async () => {
    const { server, page, socket } = await openPage(ann);
    server.handle('ping', () => undefined);
    const ping = socket.ping();
    page.token = bob;
    socket.recheck();
    await expect(ping).rejects.toMatchObject({ name: 'Disconnected', message: 'not connected' });
  });
});

test('a refreshed token of the same identity keeps the connection', async () => {
  const { server, page, room } = await openPage(ann);
  page.token = annRefreshed;
  room.send('hello');
  await settle();
  expect(server.sockets).toHaveLength(1);
  expect(textsOf(server.last)).toEqual(['hello']);
});

test('without a token the next frame detects the sign-out: it is not sent, and everything is deleted', async () => {
  const { server, page, socket, room, shown } = await openPage(ann);
  page.token = undefined;
  room.send('too late');
  expect(socket.state).toMatchObject({ name: 'signed_out', reason: { kind: 'identity' } });
  await settle();
  expect(server.sockets.flatMap(textsOf)).toEqual([]);
  expect(shown().length).toBeLessThanOrEqual(1);
});

test('an asynchronous token of another user is detected at the next ticket, before the dial', async () => {
  const { server, page, socket, room, shown } = newPage(ann, {}, (token) => Promise.resolve(token));
  socket.connect();
  room.open();
  await settle();
  server.page.emit('offline');
  room.send('never sent');
  page.token = bob;
  await settle(30_000);
  expect(socket.welcome?.user).toBe('bob');
  expect(shown()).toEqual([]);
  expect(server.sockets.flatMap(textsOf)).toEqual([]);
});

test('a `who` that throws counts as no one signed in', async () => {
  let fails = false;
  const { socket } = await openPage(ann, {
    who: () => {
      if (fails) throw new Error('not ready');
      return 'ann';
    },
  });
  fails = true;
  socket.recheck();
  expect(socket.state.name).toBe('signed_out');
});
