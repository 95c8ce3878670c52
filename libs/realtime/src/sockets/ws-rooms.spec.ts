import { once } from 'node:events';
import { compileProtocol, roomsProtocol } from '@usher/protocol/server';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createConnections } from '../connections/connections.ts';
import type { Closed } from '../connections/connections-types.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import { createRooms } from '../rooms/rooms.ts';
import type { Socket } from '../connections/socket.ts';
import { newKey, range } from '../testing/new-node.ts';
import { newWsServer, RawClient } from '../testing/ws-server.ts';
import { attach } from '../ws.ts';
import { eventually } from '../testing/eventually.ts';

/** Rooms on real sockets. */
async function roomsServer(now?: { closeGraceMs: number }) {
  const closed: Closed[] = [];
  const connections = createConnections({
    codec: compileProtocol(roomsProtocol),
    limits: { sendsPerSecond: 0 },
    onClosed: (_, how) => closed.push(how),
    ...now,
  });
  createRooms({
    connections,
    history: createMemoryHistory({ rooms: ['general'] }),
    bus: createMemoryBus(),
    authorize: () => 'allowed',
  });
  const sockets: Socket[] = [];
  let users = 0;
  const port = await newWsServer((ws) => {
    attach(ws, (socket) => {
      sockets.push(socket);
      return connections.open(socket, { user: `user-${++users}`, session: `session-${users}`, roles: [] }).listener;
    });
  });
  onTestFinished(() => {
    connections.stop();
  });
  return { connections, port, closed, sockets };
}

test('rooms over real sockets deliver every message once and in order to every member', async () => {
  const { port } = await roomsServer();
  const count = 8;
  const each = 40;
  const clients = await Promise.all(
    range(1, count).map(async () => {
      const ws = new WebSocket(`ws://127.0.0.1:${port}`, roomsProtocol.name);
      const seqs: number[] = [];
      const done = Promise.withResolvers<undefined>();
      ws.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as { type: string; seq: number; data?: { present?: unknown } };
        if (frame.type === 'reply' && frame.data?.present !== undefined) ws.emit('joined');
        if (frame.type === 'message' && seqs.push(frame.seq) === count * each) done.resolve(undefined);
      });
      const joined = once(ws, 'joined');
      await once(ws, 'open');
      ws.send(JSON.stringify({ id: 1, type: 'join', room: 'general' }));
      await joined;
      return { ws, seqs, done: done.promise };
    }),
  );
  for (const { ws } of clients) {
    for (const id of range(2, each + 1)) {
      ws.send(JSON.stringify({ id, type: 'send', room: 'general', key: newKey(), text: `text ${id}` }));
    }
  }
  await Promise.all(clients.map(({ done }) => done));
  for (const { seqs } of clients) expect(seqs).toEqual(range(1, count * each));
  for (const { ws } of clients) ws.terminate();
});

test('closes a client that does not read with 4009 and bounded memory, without delaying others', async () => {
  const { port, closed, sockets, connections } = await roomsServer({ closeGraceMs: 200 });
  const slow = await RawClient.open(port);
  slow.say(1, JSON.stringify({ id: 1, type: 'join', room: 'general' }));
  await slow.until(() => slow.texts().length === 2);
  slow.socket.pause();
  const sender = await RawClient.open(port);
  sender.say(1, JSON.stringify({ id: 1, type: 'join', room: 'general' }));
  await sender.until(() => sender.texts().length === 2);
  let most = 0;
  const text = 'x'.repeat(4_000);
  // The kernel buffers a few megabytes before anything is buffered here.
  let id = 1;
  while (closed.length === 0) {
    for (let more = 0; more < 10; more++) {
      sender.say(1, JSON.stringify({ id: ++id, type: 'send', room: 'general', key: newKey(), text }));
    }
    const want = 2 + (id - 1) * 2;
    await sender.until(() => sender.frames.length >= want);
    most = Math.max(most, sockets[0]?.bufferedBytes ?? 0);
  }
  expect(closed).toEqual([{ code: 4009, name: 'slow_consumer' }]);
  expect(most).toBeGreaterThan(512 * 1024);
  expect(most).toBeLessThan(1024 * 1024 + 16 * 1024);
  expect(connections.size).toBe(1);
  // The client never reads the close frame, so the socket is terminated.
  await eventually(() => {
    expect(sockets[0]?.bufferedBytes).toBe(0);
  });
}, 30_000);
