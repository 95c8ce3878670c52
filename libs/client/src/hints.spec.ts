import { expect, test, vi } from 'vitest';
import { newSocket, openSocket, settle } from './testing/new-socket.ts';
import { FakeServer } from './testing.ts';
import { TicketSocket } from './ticket-socket.ts';

test('adds a hint about the dev proxy if a handshake gets no answer', async () => {
  const { server, socket } = newSocket();
  server.onHandshake = () => undefined;
  socket.connect();
  await settle(10_000);
  expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'timeout' } });
  expect(socket.state.reason.hint).toContain('ws: true');
});

test('adds no hint if an accepted handshake gets no welcome', async () => {
  const { server, socket } = newSocket();
  server.onHandshake = (dialed) => {
    dialed.accept();
  };
  socket.connect();
  await settle(10_000);
  expect(socket.state.reason).toEqual({ kind: 'timeout' });
});

test('adds a hint about ALLOWED_ORIGINS after three rejected handshakes in a row', async () => {
  const { server, socket, states } = newSocket();
  server.onHandshake = (dialed) => {
    dialed.end(1006);
  };
  socket.connect();
  await settle(60_000);
  const hints = states.filter(({ name }) => name === 'backoff').map(({ reason }) => reason.hint);
  expect(hints.slice(0, 3)).toEqual([undefined, undefined, expect.stringContaining('ALLOWED_ORIGINS')]);
});

test('adds no hint if an open connection is lost', async () => {
  const { server, socket, states } = await openSocket();
  for (let round = 0; round < 4; round++) {
    server.last.end(1006);
    await settle(20_000);
  }
  expect(socket.state.name).toBe('open');
  expect(states.some(({ reason }) => reason.hint !== undefined)).toBe(false);
});

test('connect() throws an error with the fix if there is no WebSocket implementation', () => {
  const { ticket, url } = new FakeServer().options;
  vi.stubGlobal('WebSocket', undefined);
  const socket = new TicketSocket({ url, ticket });
  expect(() => {
    socket.connect();
  }).toThrow('no WebSocket: use Node 22 or later, or set the option `WebSocket`');
  expect(socket.state.name).toBe('idle');
  vi.unstubAllGlobals();
});
