import { compileProtocol, defineRooms } from '@usher/protocol/server';
import { Type } from 'typebox';
import { onTestFinished } from 'vitest';
import type { Bus } from '../bus/bus.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { createConnections } from '../connections/connections.ts';
import {
  createMemoryMemberships,
  createMemoryReadMarkers,
  MemoryMembershipStore,
} from '../membership/memory-memberships.ts';
import type { History } from '../rooms/history.ts';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import { createRooms } from '../rooms/rooms.ts';
import { createFakeSocket } from './fake-socket.ts';
import { newLog } from './new-node.ts';

/** Rooms with moves on a board as payload, and a request of the application. */
export const board = defineRooms({
  payload: Type.Object(
    { x: Type.Integer({ minimum: 0 }), note: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
  requests: { size: { params: Type.Object({}), reply: Type.Object({ size: Type.Integer() }) } },
});
export type Board = typeof board;
const codec = compileProtocol(board);

/** A node with the room `game`, which every user may join. Stopped when the test ends. */
export function newBoard(options: { readonly bus?: Bus; readonly history?: History } = {}) {
  const log = newLog();
  const history = options.history ?? createMemoryHistory({ rooms: ['game'] });
  const bus = options.bus ?? createMemoryBus();
  const connections = createConnections({ log, heartbeatMs: 3_600_000, codec });
  connections.handle('size', () => ({ size: 8 }));
  const memberships = new MemoryMembershipStore(history);
  const rooms = createRooms({
    ...{ log, connections, history, bus, gapTimeoutMs: 1 },
    authorize: () => 'allowed',
    memberships: createMemoryMemberships(memberships),
    readMarkers: createMemoryReadMarkers(memberships),
  });
  onTestFinished(() => {
    connections.stop();
    void rooms.stop();
  });
  function connect(user: string) {
    const client = createFakeSocket();
    client.listener = connections.open(client, { user, session: `session of ${user}`, roles: [] }).listener;
    return client;
  }
  return { connections, rooms, history, bus, log, connect };
}
