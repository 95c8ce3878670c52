import { setTimeout as sleep } from 'node:timers/promises';
import { figuresOf } from '../figures.ts';
import { clientFrame, type LeanSocket } from '../load/frames.ts';
import type { Load } from '../load/load.ts';
import { connectionLimit, settledBytes } from '../load/meter.ts';
import { fanOutRoom, createRoom, send } from '../load/rooms.ts';
import { manyRounds, type Measurement } from '../measurement.ts';

/**
 * The additional resident memory of a server per idle connection, with 10,000 connections in one room. Garbage is collected
 * before both readings. Kernel memory is not included.
 */
export const memory: Measurement = {
  name: 'memory',
  title: 'Resident memory per idle connection in one room, 10,000 of them',
  unit: 'kB',
  better: 'less',
  peers: ['ws', 'fastify-websocket', 'first-message', 'socket-io', 'bun', 'usher'],
  goals: [
    { to: 'ws', bound: 1.25 },
    { to: 'socket-io', bound: 0.35 },
  ],
  rounds: { full: 3, quick: 1 },
  fresh: true,
  async prepare(load, quick) {
    const count = quick ? 1_500 : 10_000;
    const { pid } = load.target;
    // Open and close connections first, to exclude one-time allocations.
    for (const member of await load.members(quick ? 300 : 1_000)) member.cut();
    return async () => {
      const before = await settledBytes(pid);
      const stop = load.meter();
      await load.members(count);
      const usage = stop();
      const after = await settledBytes(pid);
      return {
        value: (after - before) / count / 1_000,
        operations: count,
        usage,
        extras: { 'resident before, MB': before / 1e6 },
      };
    };
  },
};

/**
 * Compares the cost of a connection at several numbers of idle members of one room: the resident memory that they add, and the
 * CPU time of the server for one further authenticated connect, ticket included.
 */
export const connectionsFlat: Measurement = {
  name: 'connections-flat',
  title: 'Cost per connection with 20,000 open connections, compared with 1,000',
  unit: '× the cost at 1,000, the higher one of CPU and memory',
  better: 'less',
  peers: ['ws', 'usher'],
  goals: [{ bound: 1.2 }],
  rounds: { full: 5, quick: 1 },
  fresh: true,
  async prepare(load, quick) {
    const levels = levelsOf(load, quick ? [250, 500, 1_000] : [1_000, 5_000, 10_000, 20_000]);
    // Enough connects to include a major garbage collection at every level.
    const connects = quick ? 300 : 6_000;
    // Exclude one-time allocations. More connections would leave memory behind that the first level reuses.
    for (const early of await load.members(100)) early.cut();
    return async () => {
      const before = await settledBytes(load.target.pid);
      const stop = load.meter();
      const extras: Record<string, number> = {};
      const micros: number[] = [];
      const kilobytes: number[] = [];
      let open = 0;
      for (const level of levels) {
        await load.members(level - open);
        open = level;
        kilobytes.push(((await settledBytes(load.target.pid)) - before) / level / 1_000);
        // The first connects are slow, because V8 has not optimized the code yet.
        if (micros.length === 0) await connectsMicros(load, connects / 3);
        micros.push(await connectsMicros(load, connects));
        const at = level.toLocaleString('en-US');
        extras[`CPU µs per connect at ${at}`] = micros.at(-1) ?? 0;
        extras[`kB each at ${at}`] = kilobytes.at(-1) ?? 0;
      }
      const growth = (of: readonly number[]): number => (of.at(-1) ?? NaN) / (of[0] ?? NaN);
      return { value: Math.max(growth(micros), growth(kilobytes)), operations: open, usage: stop(), extras };
    };
  },
};

/** Measures the CPU time of the server per connect with an immediate disconnect, in microseconds. */
async function connectsMicros(load: Load, count: number): Promise<number> {
  await load.ready(count);
  const stop = load.meter();
  await load.each(count, async (line) => {
    (await load.connect(line)).cut();
  });
  const { serverMs } = stop();
  if (serverMs === undefined) throw new Error('this system does not report CPU time per process');
  return (serverMs * 1_000) / count;
}

/** Replaces the levels that the system does not permit by the maximum, and reports it on standard error. */
function levelsOf({ target }: Load, requested: readonly number[]): number[] {
  const { connections, reason } = connectionLimit(target.pid, process.pid);
  const most = Math.floor(connections / 100) * 100;
  const above = requested.filter((level) => level > most);
  if (above.length === 0) return [...requested];
  const levels = requested.filter((level) => level < most);
  if (levels.length === 0) throw new Error(`the system permits only ${most} connections: ${reason}`);
  process.stderr.write(`    ${target.peer}: at most ${most} connections instead of ${above.join(', ')}: ${reason}\n`);
  return [...levels, most];
}

const comparedFrom = 100;

/**
 * Compares the CPU time of the server per delivery in small and large rooms, with one message in flight, so that no messages
 * are batched. Each message also has a fixed cost (reading, validation, storage, reply), which dominates in small rooms.
 * Only rooms with at least 100 members are therefore compared.
 */
export const membersFlat: Measurement = {
  name: 'members-flat',
  title: 'Cost of a delivery in rooms of 100, 1,000 and 5,000 members: the highest compared with the lowest',
  unit: '× the lowest',
  better: 'less',
  peers: ['usher'],
  goals: [{ bound: 1.2 }],
  rounds: manyRounds,
  async prepare(load, quick) {
    const sizes = quick ? [1, 10, 100, 300] : [1, 10, 100, 1_000, 5_000];
    const forMs = quick ? 200 : 1_000;
    const rooms: { readonly room: string; readonly sockets: readonly LeanSocket[] }[] = [];
    for (const size of sizes) {
      const room = `members-${size}`;
      await createRoom(load, room);
      rooms.push({ room, sockets: await load.members(size, room) });
    }
    return async () => {
      const stop = load.meter();
      const extras: Record<string, number> = {};
      const each: number[] = [];
      let operations = 0;
      for (const { room, sockets } of rooms) {
        const { delivered, usage } = await fanOutRoom(load, sockets, { room, window: 1, forMs });
        if (usage.serverMs === undefined) throw new Error('this system does not report CPU time per process');
        operations += delivered;
        const micros = (usage.serverMs * 1_000) / delivered;
        const size = sockets.length;
        extras[`CPU µs per delivery to ${size.toLocaleString('en-US')}`] = micros;
        if (size >= comparedFrom) each.push(micros);
      }
      return { value: Math.max(...each) / Math.min(...each), operations, usage: stop(), extras };
    };
  },
};

const short = 'short';
const long = 'long';
const few = 10;

/**
 * Joins of a room with 100,000 messages and of one with 10, alternating on one connection. Both replies contain ten missed
 * messages, so that only the length of the history differs.
 */
export const longRoom: Measurement = {
  name: 'long-room',
  title: 'Join of a room with 100,000 messages, compared with one with 10',
  unit: '× the short room',
  better: 'less',
  peers: ['usher'],
  goals: [{ bound: 1.2 }],
  rounds: manyRounds,
  async prepare(load, quick) {
    const messages = quick ? 10_000 : 100_000;
    await createRoom(load, short);
    await createRoom(load, long);
    const socket = await load.enter(load.line(), short);
    const fill = async (room: string, count: number): Promise<void> => {
      let left = count;
      await send(load, [socket], { room, inFlight: 200, more: () => left-- > 0 });
    };
    await fill(short, few);
    await load.request(socket, join(load, long), 'reply');
    await fill(long, messages);
    return async () => {
      const times: Record<string, number[]> = { [short]: [], [long]: [], 'short, first': [], 'long, first': [] };
      const time = async (name: string, frame: Buffer): Promise<void> => {
        const startedAt = performance.now();
        await load.request(socket, frame, 'reply');
        times[name]?.push(performance.now() - startedAt);
      };
      const joins = quick ? 100 : 500;
      const stop = load.meter();
      const joinAll = [
        () => time(short, join(load, short, 0)),
        () => time(long, join(load, long, messages - few)),
        () => time('short, first', join(load, short)),
        () => time('long, first', join(load, long)),
      ];
      for (let n = 0; n < joins; n += 1) {
        for (const each of joinAll) await each();
        // A join after a large reply is slower, so alternate the order.
        joinAll.reverse();
      }
      const usage = stop();
      const median = (name: string): number => figuresOf(times[name] ?? []).median;
      return {
        value: median(long) / median(short),
        operations: 4 * joins,
        usage,
        extras: {
          'short, ms': median(short),
          'long, ms': median(long),
          'first join (50 messages compared with 10), ×': median('long, first') / median('short, first'),
        },
      };
    };
  },
};

function join({ dialect }: Load, room: string, after?: number): Buffer {
  if (dialect.join === undefined) throw new TypeError('this peer has no rooms');
  return dialect.join(room, after);
}

const beat = clientFrame(JSON.stringify({ type: 'beat' }));

/** The cost of a heartbeat for the server: idle connections with one heartbeat per second each. */
export const heartbeats: Measurement = {
  name: 'heartbeats',
  title: 'Heartbeats: CPU time of the server per heartbeat and reply, 5,000 idle connections',
  unit: 'µs',
  better: 'less',
  peers: ['usher'],
  goals: [],
  rounds: manyRounds,
  settings: { HEARTBEAT_MS: '1000', HEARTBEAT_GRACE_MS: '10000' },
  async prepare(load, quick) {
    const { dialect } = load;
    let beats = 0;
    for (const socket of await load.members(quick ? 500 : 5_000)) {
      socket.onText = (bytes, start) => {
        if (dialect.kindOf(bytes, start) !== 'beat') return;
        beats += 1;
        socket.write(beat);
      };
    }
    return async () => {
      beats = 0;
      const stop = load.meter();
      await sleep(quick ? 2_000 : 4_000);
      const usage = stop();
      if (usage.serverMs === undefined) throw new Error('this system does not report CPU time per process');
      if (beats === 0) throw new Error('the server sent no heartbeats');
      return { value: (usage.serverMs * 1_000) / beats, operations: beats, usage };
    };
  },
};
