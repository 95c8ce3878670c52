import { setTimeout as sleep } from 'node:timers/promises';
import { figuresOf } from '../figures.ts';
import type { LeanSocket } from '../load/frames.ts';
import { eventLoopLagMs } from '../load/meter.ts';
import { reconnect, sendSome } from '../load/rooms.ts';
import { manyRounds, type Measurement } from '../measurement.ts';

/**
 * Clients connect with a concurrency of 64. Each requests a ticket over a keep-alive connection if the peer requires one,
 * completes the handshake, waits for the first frame, and disconnects.
 */
export const connect: Measurement = {
  name: 'connect',
  title: 'Authenticated connect, ticket included, to the first frame',
  unit: 'connects/s',
  better: 'more',
  peers: [
    'ws',
    'fastify-websocket',
    'first-message',
    'jwt-in-url',
    'address-agent',
    'ticket-gate',
    'socket-io',
    'bun',
    'usher',
  ],
  goals: [
    { to: 'ws', bound: 0.8 },
    { to: 'first-message', bound: 1 },
    { to: 'socket-io', bound: 1.8 },
  ],
  rounds: manyRounds,
  async prepare(load, quick) {
    const count = quick ? 400 : 2_000;
    const lines = load.lines();
    await load.introduce();
    return async () => {
      await load.ready(count);
      const stop = load.meter();
      await load.each(
        count,
        async (line) => {
          (await load.connect(line)).cut();
        },
        lines,
      );
      const usage = stop();
      return { value: (count * 1_000) / usage.wallMs, operations: count, usage };
    };
  },
};

/** Like `connect` with a concurrency of 1: the latency from the ticket request, if the peer requires a ticket, to the first frame. */
export const connectAlone: Measurement = {
  name: 'connect-alone',
  title: 'Authenticated connect, one at a time',
  unit: 'ms',
  better: 'less',
  peers: ['ws', 'first-message', 'jwt-in-url', 'address-agent', 'ticket-gate', 'usher'],
  goals: [],
  rounds: manyRounds,
  async prepare(load, quick) {
    const count = quick ? 100 : 500;
    const line = load.line();
    await load.introduce();
    return async () => {
      await load.ready(count);
      const latencies: number[] = [];
      const stop = load.meter();
      for (let n = 0; n < count; n += 1) {
        const startedAt = performance.now();
        const socket = await load.connect(line);
        latencies.push(performance.now() - startedAt);
        socket.cut();
      }
      return { value: figuresOf(latencies).median, operations: count, usage: stop() };
    };
  },
};

/** Like `connect`, but the tickets are requested before the clock starts: the cost of the gate and the upgrade alone. */
export const handshake: Measurement = {
  name: 'handshake',
  title: 'Handshake with an issued ticket, to the first frame',
  unit: 'handshakes/s',
  better: 'more',
  peers: ['ws', 'fastify-websocket', 'ticket-gate', 'bun', 'usher'],
  goals: [{ to: 'ws', bound: 0.95 }],
  rounds: manyRounds,
  prepare(load, quick) {
    const count = quick ? 400 : 2_000;
    return async () => {
      await load.ready(count);
      const tickets: string[] = [];
      await load.each(count, async (line) => {
        tickets.push(await load.ticket(line));
      });
      const stop = load.meter();
      await load.each(count, async () => {
        (await load.dial(tickets.pop() ?? '')).cut();
      });
      const usage = stop();
      return { value: (count * 1_000) / usage.wallMs, operations: count, usage };
    };
  },
};

/**
 * Handshakes of unauthenticated clients with a concurrency of 64, each on a new connection, until the client receives the
 * rejection. Peers that check a token after the handshake have accepted the socket by then.
 */
export const refused: Measurement = {
  name: 'refused',
  title: 'Rejected handshakes, compared with a plain `http` 401',
  unit: 'rejections/s',
  better: 'more',
  peers: ['http', 'ws', 'fastify-websocket', 'first-message', 'ticket-gate', 'socket-io', 'bun', 'usher'],
  goals: [{ to: 'http', bound: 1.3 }],
  rounds: manyRounds,
  prepare(load, quick) {
    const count = quick ? 600 : 4_000;
    return async () => {
      const stop = load.meter();
      await load.each(count, () => load.refused());
      const usage = stop();
      return { value: (count * 1_000) / usage.wallMs, operations: count, usage };
    };
  },
};

/** The pause between rounds, in which servers process the disconnects. */
const restMs = 500;

/**
 * All members are disconnected at once and reconnect at once, each with a new ticket over its keep-alive connection, and join their
 * room: the time until the last one has joined. In servers with a history, ten messages are acknowledged meanwhile, and the round
 * fails if a member misses one.
 */
export const crowd: Measurement = {
  name: 'crowd',
  title: 'Reconnect of 4,000 members that are disconnected at once',
  unit: 'ms',
  better: 'less',
  peers: ['ws', 'fastify-websocket', 'first-message', 'ticket-gate', 'socket-io', 'bun', 'usher'],
  goals: [{ to: 'ws', bound: 1.4 }],
  rounds: { full: 11, quick: 1 },
  async prepare(load, quick) {
    const count = quick ? 500 : 4_000;
    const lines = Array.from({ length: count }, () => load.line());
    const left = [...lines];
    let members: LeanSocket[] = [];
    await load.ready(count + 1);
    const sender = await load.enter(load.line());
    await load.each(count, async () => {
      const line = left.pop();
      if (line !== undefined) members.push(await load.enter(line));
    });
    // The first message determines the current sequence.
    let last = await sendSome(load, sender, 1);
    return async () => {
      await load.ready(count);
      await sleep(restMs);
      await eventLoopLagMs(load.target);
      const stop = load.meter();
      for (const member of members) member.cut();
      const sending = sendSome(load, sender, 10);
      const reconnected = await Promise.all(lines.map((line) => reconnect(load, line, last)));
      const usage = stop();
      last = await sending;
      const lag = await eventLoopLagMs(load.target);
      for (const each of reconnected) await each.receivedUpTo(last);
      members = reconnected.map(({ socket }) => socket);
      const extras = lag === undefined ? {} : { extras: { 'event loop p99, ms': lag } };
      return { value: usage.wallMs, operations: count, usage, ...extras };
    };
  },
};
