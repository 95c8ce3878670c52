import { randomUUID } from 'node:crypto';
import { compileProtocol, roomsProtocol } from '@usher/protocol/server';
import type { RoomsProtocol } from '@usher/protocol';
import { onTestFinished } from 'vitest';
import type { Connection, Identity } from '../connections/connection.ts';
import { createConnections } from '../connections/connections.ts';
import type { ConnectionsOptions } from '../connections/connections-types.ts';
import type { Logger } from '../support/log.ts';
import { createMemoryBus } from '../bus/memory-bus.ts';
import type { Bus } from '../bus/bus.ts';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import { createMemoryPresence } from '../presence/memory-presence.ts';
import type { Presence } from '../presence/presence.ts';
import type { RoomsOptions } from '../rooms/room-types.ts';
import { createRooms } from '../rooms/rooms.ts';
import { createFakeSocket, type FakeSocket } from './fake-socket.ts';

const codec = compileProtocol(roomsProtocol);

export interface Client extends FakeSocket {
  readonly connection: Connection;
}

/** A logger that collects its lines. */
export function newLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const note = (level: string) => (_fields: object, message: string) => {
    lines.push(`${level} ${message}`);
  };
  return { lines, debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
}

const presences = new WeakMap<Bus, Presence>();

/** Nodes that share a bus also share a presence store. */
function presenceOn(bus: Bus): Presence {
  let presence = presences.get(bus);
  if (presence === undefined) presences.set(bus, (presence = createMemoryPresence()));
  return presence;
}

/**
 * A node with the rooms `general` and `random`. By default every user may join them. Stopped when the test ends. Heartbeats are due after an
 * hour, because a fake socket does not reply to them: with fake timers, a connection would otherwise close at a random time.
 */
export function newNode(options: Partial<ConnectionsOptions<RoomsProtocol>> & Partial<RoomsOptions> = {}) {
  const log = newLog();
  const history = options.history ?? createMemoryHistory({ rooms: ['general', 'random'] });
  const bus = options.bus ?? createMemoryBus();
  const connections = createConnections<RoomsProtocol>({ log, heartbeatMs: 3_600_000, ...options, codec });
  const presence = options.presence ?? presenceOn(bus);
  const rooms = createRooms({ log, authorize: () => 'allowed', ...options, connections, history, bus, presence });
  onTestFinished(() => {
    connections.stop();
    void rooms.stop();
  });

  function connect(user = 'maggie', identity: Partial<Identity> = {}): Client {
    const client = createFakeSocket();
    const { connection, listener } = connections.open(client, {
      user,
      session: `session of ${user}`,
      roles: [],
      ...identity,
    });
    client.listener = listener;
    return Object.assign(client, { connection });
  }

  return { connections, rooms, history, bus, presence, log, connect };
}

export function newKey(): string {
  return randomUUID();
}

/** Sends texts one after the other and waits for each reply. */
export async function sendAll(client: FakeSocket, room: string, texts: readonly string[]): Promise<void> {
  for (const text of texts) await client.request('send', { room, key: newKey(), text });
}

/** Lets pending callbacks and promises complete that do not depend on timers or I/O. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** The sequence numbers of the messages that a client received live. */
export function liveSeqs(client: FakeSocket): unknown[] {
  return client.received('message').map((frame) => frame['seq']);
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
