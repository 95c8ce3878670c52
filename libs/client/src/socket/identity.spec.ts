import type { RoomsProtocol, TicketResponse } from '@usher/protocol';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createRooms } from '../rooms.ts';
import { FakeServer, type FakeSocket } from '../testing.ts';
import { fetchTicket } from './fetch-ticket.ts';
import { type Identity, identityOf, type Who } from './identity.ts';
import type { TicketSocketOptions } from './options.ts';
import { newJwt, settle, startAt, userOf } from '../testing/new-socket.ts';
import { TicketRefused } from './errors.ts';
import { TicketSocket } from './ticket-socket.ts';

const ann = newJwt({ sub: 'ann', sid: 's1' });
const annRefreshed = newJwt({ sub: 'ann', sid: 's1', iat: 2 });
const annAgain = newJwt({ sub: 'ann', sid: 's2' });
const bob = newJwt({ sub: 'bob', sid: 's3' });

/** A page that uses the client as in the README: a variable holds the token. */
function newPage(
  token?: string,
  more: Partial<TicketSocketOptions> = {},
  read?: (token: string | undefined) => string | undefined | Promise<string | undefined>,
) {
  vi.useFakeTimers({ now: startAt });
  const server = new FakeServer();
  const page = { token };
  const ticket = fetchTicket({
    url: '/api/ws_ticket',
    token: () => (read ? read(page.token) : page.token),
    fetch: async (_, init) => {
      const authorization = new Headers(init?.headers).get('authorization');
      server.ticketCalls++;
      server.user = authorization?.includes('.') ? userOf(authorization) : server.user;
      return Response.json(await server.ticket(init?.signal ?? new AbortController().signal));
    },
  });
  server.ticket = () => Promise.resolve(server.issue(server.user));
  const socket = new TicketSocket<RoomsProtocol>({ ...server.options, ticket, ...more });
  const rooms = createRooms(socket);
  const room = rooms.room('general');
  let shown: readonly string[] = [];
  room.messages$.subscribe((messages) => {
    shown = messages.map(({ from, text }) => `${from}: ${text}`);
  });
  onTestFinished(() => {
    socket.stop();
    expect(vi.getTimerCount()).toBe(0);
    expect(server.live).toEqual([]);
    vi.useRealTimers();
  });
  return { server, page, socket, rooms, room, shown: () => shown };
}

async function openPage(token: string, more?: Partial<TicketSocketOptions>) {
  const setup = newPage(token, more);
  setup.socket.connect();
  setup.room.open();
  await settle();
  expect(setup.socket.state.name).toBe('open');
  return setup;
}

const textsOf = (socket: FakeSocket | undefined): unknown[] =>
  (socket?.received ?? []).flatMap(({ type, text }) => (type === 'send' ? [text] : []));

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

  test('a refusal and a close that concern the previous user do not sign out the new one', async () => {
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

describe('connect() before the sign-in', () => {
  test('waits without a timer or a request, and connects when recheck() finds a token', async () => {
    const { server, page, socket } = newPage();
    socket.connect();
    expect(socket.state).toMatchObject({ name: 'idle', reason: { kind: 'sign_in' } });
    expect(vi.getTimerCount()).toBe(0);
    server.page.emit('visibilitychange');
    server.page.emit('pagehide');
    socket.drop();
    socket.recheck();
    expect(socket.state.name).toBe('idle');
    expect(server.ticketCalls).toBe(0);
    page.token = ann;
    socket.recheck();
    await settle();
    expect(socket.welcome?.user).toBe('ann');
  });

  test.each(['connect', 'retryNow'] as const)('connects at the next %s() after it', async (call) => {
    const { page, socket } = newPage();
    socket.connect();
    page.token = ann;
    socket[call]();
    await settle();
    expect(socket.welcome?.user).toBe('ann');
  });

  test('connects when the page becomes visible after it', async () => {
    const { server, page, socket } = newPage();
    socket.connect();
    page.token = ann;
    server.page.emit('visibilitychange');
    await settle();
    expect(socket.welcome?.user).toBe('ann');
  });

  test('waits for an asynchronous token too', async () => {
    const { page, socket } = newPage(undefined, {}, (token) => Promise.resolve(token));
    socket.connect();
    await settle(120_000);
    expect(socket.state).toMatchObject({ name: 'idle', reason: { kind: 'sign_in' } });
    page.token = ann;
    socket.connect();
    await settle();
    expect(socket.welcome?.user).toBe('ann');
  });

  test('ends with stop()', () => {
    const { socket, page } = newPage();
    socket.connect();
    socket.stop();
    page.token = ann;
    socket.recheck();
    expect(socket.state.name).toBe('stopped');
  });
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

describe('a welcome that names another user than the token', () => {
  test('stops the socket, and nothing is sent', async () => {
    const { server, socket, room } = newPage(ann);
    server.ticket = () => Promise.resolve(server.issue('bob'));
    room.open();
    room.send('from ann');
    socket.connect();
    await settle(60_000);
    expect(socket.state).toMatchObject({ name: 'stopped', reason: { kind: 'identity' } });
    expect(server.sockets).toHaveLength(1);
    expect(server.last.received).toEqual([]);
  });

  test('is accepted if `who` uses another name for the user', async () => {
    const { server, socket } = newPage(ann, { who: () => 'account 7' });
    server.ticket = () => Promise.resolve(server.issue('bob'));
    socket.connect();
    await settle();
    expect(socket.welcome?.user).toBe('bob');
  });
});

describe('a token that names no user', () => {
  test('is an identity of its own: another one closes the socket and deletes everything', async () => {
    const { server, page, socket, room, shown } = await openPage('opaque 1');
    server.page.emit('offline');
    room.send('never sent');
    page.token = 'opaque 2';
    socket.recheck();
    expect(shown()).toEqual([]);
    await settle();
    expect(server.sockets).toHaveLength(2);
  });

  test('may change if `who` returns the identity', async () => {
    let who: ReturnType<Who> = 'ann in session 1';
    const { server, page, socket } = await openPage('opaque 1', { who: () => who });
    page.token = 'opaque 2';
    socket.recheck();
    expect(server.sockets).toHaveLength(1);
    who = 'bob in session 2';
    socket.recheck();
    await settle();
    expect(server.sockets).toHaveLength(2);
  });
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
