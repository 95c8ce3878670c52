import type { Load } from '../load/load.ts';
import { syncsPerSecond } from '../load/meter.ts';
import { fanOutRoom, openPacedRoom, send } from '../load/rooms.ts';
import { startUnauthenticatedClients } from '../load/unauthenticated.ts';
import { manyRounds, type Measurement, type Round } from '../measurement.ts';

async function prepare(load: Load, members: number, window: number, forMs: number): Promise<Round> {
  const sockets = await load.members(members);
  return async () => {
    const { delivered, usage } = await fanOutRoom(load, sockets, { window, forMs });
    return { value: (delivered * 1_000) / usage.wallMs, operations: delivered, usage };
  };
}

const peers = ['ws', 'ws-framed', 'fastify-websocket', 'first-message', 'socket-io', 'bun', 'usher'] as const;

export const fanOut: Measurement = {
  name: 'fan-out',
  title: 'Fan-out: 1 publisher, 1,000 members, 200-byte texts, 16 on the way',
  unit: 'deliveries/s',
  better: 'more',
  peers,
  goals: [
    { to: 'ws', bound: 9 },
    { to: 'socket-io', bound: 10 },
    { to: 'bun', bound: 0.8 },
  ],
  rounds: manyRounds,
  prepare: (load, quick) => prepare(load, quick ? 400 : 1_000, 16, quick ? 400 : 1_000),
};

export const fanOutOne: Measurement = {
  name: 'fan-out-one',
  title: 'Fan-out: the same with one on the way, nothing to gather',
  unit: 'deliveries/s',
  better: 'more',
  peers,
  goals: [{ to: 'ws', bound: 0.95 }],
  rounds: manyRounds,
  prepare: (load, quick) => prepare(load, quick ? 400 : 1_000, 1, quick ? 400 : 1_000),
};

/** A moderately active room: 20 messages per second to 1,000 members. A server that batches must not delay single messages. */
export const paced: Measurement = {
  name: 'paced',
  title: 'Delivery p99 at 20,000 deliveries/s (1,000 members)',
  unit: 'ms',
  better: 'less',
  peers: ['ws', 'ws-framed', 'fastify-websocket', 'first-message', 'socket-io', 'bun', 'usher'],
  goals: [
    { to: 'ws', bound: 1 },
    { to: 'socket-io', bound: 0.65 },
  ],
  rounds: manyRounds,
  async prepare(load, quick) {
    const room = await openPacedRoom(load, quick ? 400 : 1_000);
    return async () => {
      const stop = load.meter();
      const { median, p99, deliveries } = await room.publish(quick ? 10 : 40);
      return { value: p99, operations: deliveries, usage: stop(), extras: { 'median, ms': median } };
    };
  },
};

const clients = 100;

/** 100 clients, each with one `ping` in flight: the cost of reading, validating and answering a request. */
export const echo: Measurement = {
  name: 'echo',
  title: '`ping` to `reply`, 100 clients, one on the way each',
  unit: 'replies/s',
  better: 'more',
  peers: ['ws', 'fastify-websocket', 'first-message', 'socket-io', 'bun', 'usher'],
  goals: [
    { to: 'ws', bound: 0.9 },
    { to: 'socket-io', bound: 1.8 },
  ],
  rounds: manyRounds,
  async prepare(load, quick) {
    const { dialect } = load;
    const sockets = await load.members(clients);
    const forMs = quick ? 400 : 1_000;
    return async () => {
      let replies = 0;
      let waiting = clients;
      const { promise: over, resolve } = Promise.withResolvers<undefined>();
      const stop = load.meter();
      const until = performance.now() + forMs;
      for (const socket of sockets) {
        socket.heard = (bytes, start) => {
          if (dialect.kindOf(bytes, start) !== 'reply') return;
          replies += 1;
          if (performance.now() < until) socket.write(dialect.ping());
          else if (--waiting === 0) resolve(undefined);
        };
        socket.write(dialect.ping());
      }
      await over;
      const usage = stop();
      return { value: (replies * 1_000) / usage.wallMs, operations: replies, usage };
    };
  },
};

/** Four members of one room who send as fast as they are answered. Each answer means that the message survives a power cut. */
export const durableSends: Measurement = {
  name: 'durable-sends',
  title: 'Durable sends: one room, 4 senders, 200 on the way each',
  unit: 'sends/s',
  better: 'more',
  peers: ['usher'],
  goals: [{ bound: 10_000 }],
  rounds: manyRounds,
  async prepare(load, quick) {
    const sockets = await load.members(4);
    const forMs = quick ? 400 : 1_000;
    return async () => {
      const syncs = syncsPerSecond(quick ? 100 : 300);
      const stop = load.meter();
      const until = performance.now() + forMs;
      const answered = await send(load, sockets, {
        room: 'general',
        // The server takes 256.
        onTheWay: 200,
        more: () => performance.now() < until,
      });
      const usage = stop();
      const value = (answered * 1_000) / usage.wallMs;
      return { value, operations: answered, usage, extras: { 'fsync/s of this disk': syncs } };
    };
  },
};

const perSecond = 2_000;

/** A room as in `paced`, without and with a load of rejected handshakes: the ratio of the delivery latencies. */
export const strangers: Measurement = {
  name: 'strangers',
  title: '2,000 refused handshakes/s beside 1,000 members: their p99, against the quiet one',
  unit: '× the quiet p99',
  better: 'less',
  peers: ['ws', 'fastify-websocket', 'bun', 'usher'],
  goals: [{ bound: 2 }],
  rounds: manyRounds,
  async prepare(load, quick) {
    const messages = quick ? 10 : 40;
    const room = await openPacedRoom(load, quick ? 400 : 1_000);
    const clients = await startUnauthenticatedClients(load.target);
    return async () => {
      const stop = load.meter();
      const quiet = await room.publish(messages);
      await clients.begin(perSecond);
      const loud = await room.publish(messages);
      const reached = await clients.end();
      return {
        value: loud.p99 / quiet.p99,
        operations: quiet.deliveries + loud.deliveries,
        usage: stop(),
        extras: { 'quiet p99, ms': quiet.p99, 'p99 with strangers, ms': loud.p99, 'refused/s': reached },
      };
    };
  },
};
