import { insertsPerSecond } from '../cluster/postgres.ts';
import type { LeanSocket } from '../load/frames.ts';
import type { Load } from '../load/load.ts';
import { syncsPerSecond } from '../load/meter.ts';
import { createRoom, fanOutRoom, pacedRoom, send } from '../load/rooms.ts';
import { type Goal, manyRounds, type Measurement, type Round } from '../measurement.ts';

/** Below the server's limit of 256 per connection. */
const inFlightPerSender = 200;

/** Sends in several rooms, `senders` members per room, as fast as the server acknowledges. */
async function durableSends(load: Load, quick: boolean, rooms: readonly string[], senders: number): Promise<Round> {
  const inFlight = Math.min(inFlightPerSender, Math.ceil(2_000 / (rooms.length * senders)));
  const members = new Map<string, LeanSocket[]>();
  for (const room of rooms) {
    if (room !== 'general') await createRoom(load, room);
    members.set(room, await load.members(senders, room));
  }
  const forMs = quick ? 500 : 2_000;
  return async () => {
    const syncs = syncsPerSecond(forMs / 4);
    const inserts = await insertsPerSecond(load.deployment.order.postgres.url, forMs / 2);
    const stop = load.meter();
    const until = performance.now() + forMs;
    const more = (): boolean => performance.now() < until;
    const counts = await Promise.all(
      [...members].map(([room, sockets]) => send(load, sockets, { room, inFlight, more })),
    );
    const usage = stop();
    const acknowledged = counts.reduce((sum, count) => sum + count, 0);
    return {
      value: (acknowledged * 1_000) / usage.wallMs,
      operations: acknowledged,
      usage,
      extras: { 'fdatasync/s of this disk': syncs, 'single-row inserts/s, 20 connections': inserts },
    };
  };
}

/** The acknowledged sends of one node whose messages are in PostgreSQL. An acknowledged message survives a power failure. */
export const postgresSends: Measurement = {
  name: 'postgres-sends',
  title: 'Durable sends, 1 node on PostgreSQL: one room, 4 senders, 200 in flight each',
  unit: 'sends/s',
  better: 'more',
  peers: ['usher-postgres'],
  subject: 'usher-postgres',
  goals: [{ bound: 4_000 }],
  rounds: manyRounds,
  prepare: (load, quick) => durableSends(load, quick, ['general'], 4),
};

export const postgresSendsRooms: Measurement = {
  name: 'postgres-sends-rooms',
  title: 'Durable sends, 1 node on PostgreSQL: 50 rooms, 1 sender each, 40 in flight each',
  unit: 'sends/s',
  better: 'more',
  peers: ['usher-postgres'],
  subject: 'usher-postgres',
  goals: [{ bound: 8_000 }],
  rounds: manyRounds,
  prepare: (load, quick) =>
    durableSends(
      load,
      quick,
      Array.from({ length: 50 }, (_, index) => `sends-${index}`),
      1,
    ),
};

const atMost = (bound: number): Goal[] => [
  { to: 'socket-io-redis', bound },
  { to: 'socket-io-streams', bound },
];

/**
 * A room with members on three nodes, one of which publishes. The value counts the CPU time of all nodes and of Redis; for Usher
 * also that of PostgreSQL, because its messages are durable.
 */
export const clusterFanOut: Measurement = {
  name: 'cluster-fan-out',
  title: 'Fan-out over 3 nodes: 1 publisher, 1,000 members, 200-byte texts, 16 in flight',
  unit: 'deliveries per CPU second',
  better: 'more',
  peers: ['socket-io-redis', 'socket-io-streams', 'usher-cluster'],
  subject: 'usher-cluster',
  goals: atMost(4),
  rounds: manyRounds,
  async prepare(load, quick) {
    const sockets = (await load.spread(quick ? 300 : 1_000)).flat();
    const forMs = quick ? 500 : 2_000;
    return async () => {
      const { delivered, usage } = await fanOutRoom(load, sockets, { window: 16, forMs });
      if (usage.serverMs === undefined) throw new Error('this system does not report CPU time per process');
      return {
        value: (delivered * 1_000) / usage.serverMs,
        operations: delivered,
        usage,
        extras: { 'deliveries/s': (delivered * 1_000) / usage.wallMs },
      };
    };
  },
};

/** As `paced`, with the members on three nodes. Only deliveries on other nodes than the publisher's count. */
export const clusterPaced: Measurement = {
  name: 'cluster-paced',
  title: 'Delivery p99 from one node to two others at 20,000 deliveries/s (1,000 members), compared with one node',
  unit: 'ms',
  better: 'less',
  peers: ['usher-postgres', 'usher-cluster'],
  subject: 'usher-cluster',
  goals: [{ to: 'usher-postgres', bound: 1.3 }],
  rounds: manyRounds,
  async prepare(load, quick) {
    const [publishing = [], ...others] = await load.spread(quick ? 300 : 1_000);
    const measured = others.length === 0 ? publishing : others.flat();
    const room = pacedRoom(load, [...publishing, ...others.flat()], new Set(measured));
    return async () => {
      const stop = load.meter();
      const { median, p99, deliveries } = await room.publish(quick ? 10 : 40);
      return { value: p99, operations: deliveries, usage: stop(), extras: { 'median, ms': median } };
    };
  },
};

/**
 * Rooms with one member on each of three nodes, so that the bus is a large part of the cost. On one node the same three members
 * need no bus: the difference is the cost of a publish and three receipts.
 */
export const clusterBus: Measurement = {
  name: 'cluster-bus',
  title: 'CPU time of the nodes per message in rooms of 3 members, 1 per node, compared with one node',
  unit: 'µs',
  better: 'less',
  peers: ['usher-postgres', 'usher-cluster'],
  subject: 'usher-cluster',
  goals: [],
  rounds: manyRounds,
  async prepare(load, quick) {
    const rooms: { readonly room: string; readonly sender: LeanSocket }[] = [];
    for (let n = 0; n < 50; n += 1) {
      const room = `bus-${n}`;
      await createRoom(load, room);
      const members = (await load.spread(3, room)).flat();
      const sender = members[n % members.length];
      if (sender !== undefined) rooms.push({ room, sender });
    }
    const forMs = quick ? 500 : 2_000;
    return async () => {
      const stop = load.meter();
      const until = performance.now() + forMs;
      const more = (): boolean => performance.now() < until;
      const counts = await Promise.all(
        rooms.map(({ room, sender }) => send(load, [sender], { room, inFlight: 10, more })),
      );
      const usage = stop();
      const messages = counts.reduce((sum, count) => sum + count, 0);
      const nodesMs = usage.parts?.['nodes'];
      if (nodesMs === undefined) throw new Error('this system does not report CPU time per process');
      return {
        value: (nodesMs * 1_000) / messages,
        operations: messages,
        usage,
        extras: { 'messages/s': (messages * 1_000) / usage.wallMs },
      };
    };
  },
};
