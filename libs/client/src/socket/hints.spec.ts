import { expect, test, vi } from 'vitest';
import { fetchTicket } from './fetch-ticket.ts';
import { developerHints } from './hints.ts';
import { newJwt, newSocket, openSocket, settle } from '../testing/new-socket.ts';
import { FakeServer } from '../testing.ts';
import { TicketSocket } from './ticket-socket.ts';

type Setup = ReturnType<typeof newSocket>;

/** Collects the hints for a socket whose ticket function reports the identity. */
function hintsOf({ socket, server }: Setup): string[] {
  const hints: string[] = [];
  const { ticket } = server.options;
  developerHints(socket, { ticket: Object.assign(ticket, { who: () => ({ user: 'maggie' }) }) }).subscribe((hint) =>
    hints.push(hint),
  );
  return hints;
}

test('a handshake without a response produces a hint about the dev proxy, once', async () => {
  const setup = newSocket();
  const hints = hintsOf(setup);
  setup.server.onHandshake = () => undefined;
  setup.socket.connect();
  await settle(60_000);
  expect(hints).toEqual([expect.stringContaining('ws: true')]);
});

test('an accepted handshake without a welcome produces no hint', async () => {
  const setup = newSocket();
  const hints = hintsOf(setup);
  setup.server.onHandshake = (dialed) => {
    dialed.accept();
  };
  setup.socket.connect();
  await settle(10_000);
  expect(setup.socket.state.reason).toEqual({ kind: 'timeout' });
  expect(hints).toEqual([]);
});

test('a ticket call without a response produces no hint', async () => {
  const setup = newSocket();
  const hints = hintsOf(setup);
  setup.server.ticket = () => new Promise(() => undefined);
  setup.socket.connect();
  await settle(60_000);
  expect(hints).toEqual([]);
});

test('the third rejected handshake in a row produces a hint about ALLOWED_ORIGINS', async () => {
  const setup = newSocket();
  const hints = hintsOf(setup);
  const { server, socket } = setup;
  server.onHandshake = (dialed) => {
    dialed.end(1006);
    expect(hints).toHaveLength(server.sockets.length < 3 ? 0 : 1);
  };
  socket.connect();
  await settle(60_000);
  expect(server.sockets.length).toBeGreaterThan(3);
  expect(hints).toEqual([expect.stringContaining('ALLOWED_ORIGINS')]);
});

test('a lost connection produces no hint', async () => {
  const setup = await openSocket();
  const hints = hintsOf(setup);
  for (let round = 0; round < 4; round++) {
    setup.server.last.end(1006);
    await settle(20_000);
  }
  expect(setup.socket.state.name).toBe('open');
  expect(hints).toEqual([]);
});

test('a welcome that names another user than the token produces a hint about `who`', async () => {
  const server = new FakeServer();
  const { socket } = newSocket({ ...server.options, who: () => ({ user: 'bart' }) });
  const hints: string[] = [];
  developerHints(socket, { ...server.options, who: () => ({ user: 'bart' }) }).subscribe((hint) => hints.push(hint));
  socket.connect();
  await settle();
  expect(socket.state).toMatchObject({ name: 'stopped', reason: { kind: 'identity' } });
  expect(hints).toEqual([expect.stringContaining('another user')]);
});

test.each([
  ['an opaque token', () => 'opaque', 1],
  ['a JWT with a `sub`', () => newJwt({ sub: 'ann' }), 0],
])('a token function that returns %s produces the hint to set `who` this often', async (_, token, times) => {
  const { socket } = newSocket();
  const hints: string[] = [];
  const ticket = fetchTicket({ url: '/api/ws_ticket', token });
  developerHints(socket, { ticket }).subscribe((hint) => hints.push(hint));
  socket.connect();
  await settle();
  socket.drop();
  await settle(20_000);
  expect(hints).toEqual(Array.from({ length: times }, () => expect.stringContaining('`who`') as unknown));
});

test('hints contain no ticket and no token', async () => {
  const { server, socket } = newSocket();
  const hints: string[] = [];
  const ticket = fetchTicket({ url: '/api/ws_ticket', token: () => 'secret-token' });
  developerHints(socket, { ticket }).subscribe((hint) => hints.push(hint));
  server.onHandshake = (dialed) => {
    dialed.end(1006);
  };
  socket.connect();
  await settle(60_000);
  expect(hints).toHaveLength(2);
  expect(hints.join()).not.toMatch(/secret-token|ticket-\d/);
});

test('a missing WebSocket implementation stops the socket and produces a hint with the fix', async () => {
  const { ticket, url } = new FakeServer().options;
  vi.stubGlobal('WebSocket', undefined);
  const socket = new TicketSocket({ url, ticket });
  const hints: string[] = [];
  developerHints(socket, { ticket, who: () => 'maggie' }).subscribe((hint) => hints.push(hint));
  socket.connect();
  await vi.waitFor(() => {
    expect(socket.state).toMatchObject({ name: 'stopped', reason: { kind: 'closed', text: 'TypeError' } });
  });
  expect(hints).toEqual(['There is no WebSocket. Use Node 22 or later, or set the option `WebSocket`.']);
  vi.unstubAllGlobals();
});
