import { setTimeout as sleep } from 'node:timers/promises';
import { countStatements } from '../cluster/postgres.ts';
import { figuresOf } from '../figures.ts';
import type { LeanSocket } from '../load/frames.ts';
import type { Load } from '../load/load.ts';
import { eventLoopLagMs } from '../load/meter.ts';
import { untilComplete } from '../progress.ts';
import { compare, RollingClient } from '../load/rolling-client.ts';
import { createRoom } from '../load/rooms.ts';
import type { Measurement } from '../measurement.ts';

const settleMs = 2_000;
/** How long to wait until every node issues tickets again, on a busy machine. The goal is much shorter. */
const recoverWithinMs = 60_000;
const connectsPerRound = 2_000;
const readsPerRoom = 'reads of heads and messages per room';
const loopDelay = 'maximum event-loop delay of a node, ms';

/** Resolves to the seconds until a ticket of this node opens a connection. Rejects after a minute. */
async function secondsToConnect(load: Load): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    try {
      (await load.connect(load.line())).cut();
      return (performance.now() - startedAt) / 1_000;
    } catch (error) {
      if (performance.now() - startedAt > recoverWithinMs) throw error;
      await sleep(10);
    }
  }
}

/** Counts the presence updates that the members receive until another listener replaces this one. */
function countPresence(sockets: readonly LeanSocket[]): { updates: number; offline: number } {
  const counts = { updates: 0, offline: 0 };
  for (const socket of sockets) {
    socket.onText = (bytes, start, end) => {
      const frame = bytes.toString('latin1', start, end);
      if (!frame.startsWith('{"type":"presence"')) return;
      counts.updates += 1;
      if (frame.includes('"status":"offline"')) counts.offline += 1;
    };
  }
  return counts;
}

/** One message in each room. Resolves when every member has received exactly one. Rejects if none arrives for 30 s. */
async function sendToAll(load: Load, rooms: ReadonlyMap<string, readonly LeanSocket[]>): Promise<void> {
  let missing = 0;
  for (const sockets of rooms.values()) {
    for (const socket of sockets) {
      missing += 1;
      socket.onText = (bytes, start) => {
        if (load.dialect.kindOf(bytes, start) === 'message') missing -= 1;
      };
    }
  }
  for (const [room, [sender]] of rooms) sender?.write(load.dialect.publish('after the restart', room));
  await untilComplete(() => missing, 'deliveries are missing after the restart of Redis');
  if (missing < 0) throw new Error(`${-missing} messages were delivered twice after the restart of Redis`);
}

/**
 * Kills Redis with members on three nodes and starts it again without data. The value is the time from then until every node has
 * issued a ticket and accepted a connection with it. Afterwards one message must reach all members of every room.
 */
export const redisRestart: Measurement = {
  name: 'redis-restart',
  title: 'Restart of Redis with 3,000 members in 300 rooms on 3 nodes: time until all nodes accept tickets',
  unit: 's',
  better: 'less',
  peers: ['usher-cluster'],
  subject: 'usher-cluster',
  goals: [{ bound: 2 }, { extra: readsPerRoom, bound: 2 }, { extra: loopDelay, bound: 200 }],
  rounds: { full: 5, quick: 1 },
  async prepare(load, quick) {
    const count = quick ? 30 : 300;
    const statements = await countStatements(load.deployment.order.postgres.url);
    // New connections, so that their statements are counted.
    for (const index of load.deployment.nodes.keys()) await load.deployment.restartNode(index);
    const rooms = new Map<string, LeanSocket[]>();
    for (let n = 0; n < count; n += 1) {
      const room = `restart-${n}`;
      await createRoom(load, room);
      rooms.set(room, (await load.spread(10, room)).flat());
    }
    await sendToAll(load, rooms);
    return async () => {
      const nodes = load.nodes();
      await load.ready(connectsPerRound);
      await sleep(settleMs);
      for (const node of nodes) await eventLoopLagMs(node.target);
      await statements.reset();
      const presence = countPresence([...rooms.values()].flat());
      const stop = load.meter();
      await load.deployment.restartRedis();
      const seconds = await Promise.all(nodes.map(secondsToConnect));
      await sleep(settleMs);
      const reads = await statements.reads();
      const lags = await Promise.all(nodes.map((node) => eventLoopLagMs(node.target, 'max')));
      const startedAt = performance.now();
      await sendToAll(load, rooms);
      return {
        value: Math.max(...seconds),
        operations: count,
        usage: stop(),
        extras: {
          [readsPerRoom]: reads / count,
          [loopDelay]: Math.max(...lags.map((lag) => lag ?? NaN)),
          'presence updates per member': presence.updates / (10 * count),
          '… of these, offline': presence.offline / (10 * count),
          'a message in every room, s': (performance.now() - startedAt) / 1_000,
        },
      };
    };
  },
};

const slotToleranceMs = 1_000;
const doubled = 'messages stored twice';
const late = 'clients that were back more than 1 s after their slot';

/**
 * Restarts three nodes one after another while members send one message per second each. Fails if a member misses a message or
 * receives it twice.
 */
export const rollingRestart: Measurement = {
  name: 'rolling-restart',
  title: 'Rolling restart of 3 nodes under traffic: acknowledged sends that are lost',
  unit: 'sends',
  better: 'less',
  peers: ['usher-cluster'],
  subject: 'usher-cluster',
  goals: [{ bound: 0 }, { extra: doubled, bound: 0 }, { extra: late, bound: 0 }],
  rounds: { full: 5, quick: 1 },
  settings: { DRAIN_SECONDS: '2', CONNECTS_PER_SECOND: '10' },
  prepare(load, quick) {
    const count = quick ? 30 : 150;
    return async () => {
      await load.ready(count);
      const { promise: failure, reject } = Promise.withResolvers<never>();
      // Observed at the end; a rejection before must not end the process.
      failure.catch(() => undefined);
      const nodes = load.nodes();
      const clients = Array.from({ length: count }, (_, index) => {
        return new RollingClient(`client ${index}`, { loads: nodes, token: load.sessions.take() }, reject);
      });
      for (const client of clients) await client.connect();
      const [first] = clients;
      if (first === undefined) throw new RangeError('there are no clients');
      const before = first.last;
      const stop = load.meter();
      let next = 0;
      const timer = setInterval(() => clients[next++ % count]?.send(), 1_000 / count);
      try {
        const restarts = async (): Promise<void> => {
          for (const index of load.deployment.nodes.keys()) await load.deployment.restartNode(index);
          await sleep(settleMs);
        };
        await Promise.race([restarts(), failure]);
        clearInterval(timer);
        const acknowledged = () => clients.flatMap((client) => [...client.acknowledged.keys()]);
        await Promise.race([settled(clients), failure]);
        const history = await Promise.race([first.history(before), failure]);
        await Promise.race([received(clients, before + history.length), failure]);
        const result = compare(acknowledged(), history);
        const returns = clients.flatMap((client) => client.returns);
        return {
          value: result.lost,
          operations: acknowledged().length,
          usage: stop(),
          extras: {
            [doubled]: result.doubled,
            [late]: returns.filter(({ afterSlotMs }) => afterSlotMs > slotToleranceMs).length,
            'acknowledged sends': acknowledged().length,
            returns: returns.length,
            'back after the disconnect, median, s': figuresOf(returns.map(({ totalMs }) => totalMs)).median / 1_000,
            'back after the disconnect, maximum, s': figuresOf(returns.map(({ totalMs }) => totalMs)).max / 1_000,
          },
        };
      } finally {
        clearInterval(timer);
        for (const client of clients) client.stop();
      }
    };
  },
};

/** Resolves when all sends are acknowledged. Rejects if no acknowledgement arrives for 30 s. */
function settled(clients: readonly RollingClient[]): Promise<void> {
  const unsettled = (): number => clients.reduce((sum, client) => sum + client.unacknowledged, 0);
  return untilComplete(unsettled, 'sends were not acknowledged');
}

/** Resolves when all clients have the message `seq`. Rejects if no message arrives for 30 s. */
function received(clients: readonly RollingClient[], seq: number): Promise<void> {
  const missing = (): number => clients.reduce((sum, { last }) => sum + Math.max(0, seq - last), 0);
  return untilComplete(missing, 'messages did not reach their clients');
}
