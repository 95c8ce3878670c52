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
  title: 'Fan-out: 1 publisher, 1,000 members, 200-byte texts, 16 in flight',
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
  title: 'Fan-out: the same with one in flight, so that nothing is batched',
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
  peers,
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

/** 100 clients, each with one `ping` in flight: the cost of reading and validating a request, and of replying. */
export const echo: Measurement = {
  name: 'echo',
  title: '`ping` to `reply`, 100 clients, one in flight each',
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
      let active = clients;
      const { promise: over, resolve } = Promise.withResolvers<undefined>();
      const stop = load.meter();
      const until = performance.now() + forMs;
      for (const socket of sockets) {
        socket.onText = (bytes, start) => {
          if (dialect.kindOf(bytes, start) !== 'reply') return;
          replies += 1;
          if (performance.now() < until) socket.write(dialect.ping());
          else if (--active === 0) resolve(undefined);
        };
        socket.write(dialect.ping());
      }
      await over;
      const usage = stop();
      return { value: (replies * 1_000) / usage.wallMs, operations: replies, usage };
    };
  },
};

/** Four members of one room send as fast as the server acknowledges. An acknowledged message survives a power failure. */
export const durableSends: Measurement = {
  name: 'durable-sends',
  title: 'Durable sends: one room, 4 senders, 200 in flight each',
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
      const acknowledged = await send(load, sockets, {
        room: 'general',
        // Below the server's limit of 256.
        inFlight: 200,
        more: () => performance.now() < until,
      });
      const usage = stop();
      const value = (acknowledged * 1_000) / usage.wallMs;
      return { value, operations: acknowledged, usage, extras: { 'fdatasync/s of this disk': syncs } };
    };
  },
};

const perSecond = 2_000;

/** A room as in `paced`, without and with a load of rejected handshakes: the ratio of the delivery latencies. */
export const strangers: Measurement = {
  name: 'strangers',
  title: 'Delivery p99 to 1,000 members during 2,000 rejected handshakes/s, compared with the p99 without',
  unit: '× the p99 without',
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
      const baseline = await room.publish(messages);
      await clients.begin(perSecond);
      const loaded = await room.publish(messages);
      const rate = await clients.end();
      return {
        value: loaded.p99 / baseline.p99,
        operations: baseline.deliveries + loaded.deliveries,
        usage: stop(),
        extras: { 'p99 without, ms': baseline.p99, 'p99 during rejections, ms': loaded.p99, 'rejections/s': rate },
      };
    };
  },
};
