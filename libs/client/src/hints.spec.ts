import { expect, test, vi } from 'vitest';
import { newSocket, openSocket, settle } from './testing/new-socket.ts';
import { FakeServer } from './testing.ts';
import { TicketSocket } from './ticket-socket.ts';

test('a handshake without an answer hints at the dev proxy', async () => {
  const { server, socket } = newSocket();
  server.door = () => undefined;
  socket.connect();
  await settle(10_000);
  expect(socket.state).toMatchObject({ name: 'backoff', reason: { kind: 'timeout' } });
  expect(socket.state.reason.hint).toContain('ws: true');
});

test('a handshake that was accepted and has no welcome does not', async () => {
  const { server, socket } = newSocket();
  server.door = (dialed) => {
    dialed.accept();
  };
  socket.connect();
  await settle(10_000);
  expect(socket.state.reason).toEqual({ kind: 'timeout' });
});

test('the third refused handshake in a row hints at ALLOWED_ORIGINS', async () => {
  const { server, socket, states } = newSocket();
  server.door = (dialed) => {
    dialed.end(1006);
  };
  socket.connect();
  await settle(60_000);
  const hints = states.filter(({ name }) => name === 'backoff').map(({ reason }) => reason.hint);
  expect(hints.slice(0, 3)).toEqual([undefined, undefined, expect.stringContaining('ALLOWED_ORIGINS')]);
});

test('a connection that was open and is lost does not', async () => {
  const { server, socket, states } = await openSocket();
  for (let round = 0; round < 4; round++) {
    server.last.end(1006);
    await settle(20_000);
  }
  expect(socket.state.name).toBe('open');
  expect(states.some(({ reason }) => reason.hint !== undefined)).toBe(false);
});

test('without a WebSocket implementation connect() says what is needed', () => {
  const { ticket, url } = new FakeServer().options;
  vi.stubGlobal('WebSocket', undefined);
  const socket = new TicketSocket({ url, ticket });
  expect(() => {
    socket.connect();
  }).toThrow('no WebSocket: use Node 22 or later, or set the option `WebSocket`');
  expect(socket.state.name).toBe('idle');
  vi.unstubAllGlobals();
});
