import { figuresOf } from '../figures.ts';
import { signIn } from '../accounts.ts';
import { startFanOut } from '../load/fan-out-process.ts';
import { ClosedByServer } from '../load/frames.ts';
import type { Load } from '../load/load.ts';
import { manyRounds, type Measurement, type Sample } from '../measurement.ts';

/** The additional values of `redisTickets`; goals refer to it by name. */
const aloneMs = 'one at a time, p50, ms';

/**
 * As `connect` and `connect-alone`, with tickets in the memory of the node and in Redis. The CPU time includes the node, Redis and
 * PostgreSQL, which holds the sessions in both cases.
 */
export const redisTickets: Measurement = {
  name: 'redis-tickets',
  title: 'Authenticated connect with tickets in Redis, compared with tickets in memory: CPU time',
  unit: 'µs of CPU per connect',
  better: 'less',
  peers: ['usher-postgres', 'usher-redis'],
  subject: 'usher-redis',
  goals: [
    { to: 'usher-postgres', bound: 1.15 },
    { to: 'usher-postgres', extra: aloneMs, by: 'difference', bound: 0.5 },
  ],
  rounds: manyRounds,
  prepare(load, quick) {
    const [count, alone] = quick ? [400, 100] : [2_000, 400];
    const line = load.line();
    const lines = load.lines();
    return async () => {
      await load.ready(count + alone);
      const latencies: number[] = [];
      for (let n = 0; n < alone; n += 1) {
        const startedAt = performance.now();
        const socket = await load.connect(line);
        latencies.push(performance.now() - startedAt);
        socket.cut();
      }
      const stop = load.meter();
      await load.each(
        count,
        async (each) => {
          (await load.connect(each)).cut();
        },
        lines,
      );
      const usage = stop();
      if (usage.serverMs === undefined) throw new Error('this system does not report CPU time per process');
      return {
        value: (usage.serverMs * 1_000) / count,
        operations: count,
        usage,
        extras: { [aloneMs]: figuresOf(latencies).median, 'connects/s': (count * 1_000) / usage.wallMs },
      };
    };
  },
};

const signOut = {
  unit: 'ms',
  better: 'less',
  peers: ['usher-cluster'],
  subject: 'usher-cluster',
  rounds: { full: 5, quick: 1 },
} as const satisfies Partial<Measurement>;

/**
 * Signs users out on the first node, one after another. Each has a connection on every other node, and the value is the p99 of the
 * time from the call to the close frame with the code 4501 on the last of these connections.
 */
async function signOuts(load: Load, count: number): Promise<Sample> {
  const [first, ...others] = load.nodes();
  if (first === undefined || others.length === 0) throw new RangeError('sign-out requires several nodes');
  const users = [];
  for (let n = 0; n < count; n += 1) {
    const user = await signIn(`http://127.0.0.1:${first.target.port}`, 'maggie');
    const sockets = [];
    for (const node of others) sockets.push(await node.connectAs(user.token));
    users.push({ user, sockets });
  }
  const latencies: number[] = [];
  const responseTimes: number[] = [];
  const stop = load.meter();
  for (const { user, sockets } of users) {
    const startedAt = performance.now();
    const closed = sockets.map(
      (socket) =>
        new Promise<number>((resolve, reject) => {
          socket.onEnd = (reason) => {
            if (reason instanceof ClosedByServer && reason.code === 4501) resolve(performance.now() - startedAt);
            else reject(new Error('a connection did not end with 4501', { cause: reason }));
          };
        }),
    );
    await user.call('DELETE', '/auth');
    responseTimes.push(performance.now() - startedAt);
    latencies.push(...(await Promise.all(closed)));
  }
  const usage = stop();
  const { p99, median, max } = figuresOf(latencies);
  return {
    value: p99,
    operations: count,
    usage,
    extras: { 'median, ms': median, 'maximum, ms': max, 'HTTP response, median, ms': figuresOf(responseTimes).median },
  };
}

export const clusterSignOut: Measurement = {
  name: 'cluster-sign-out',
  title: 'Sign-out on one node: p99 until the 4501 on two other nodes, idle',
  goals: [{ bound: 50 }],
  ...signOut,
  prepare: (load, quick) => () => signOuts(load, quick ? 10 : 50),
};

export const clusterSignOutLoaded: Measurement = {
  name: 'cluster-sign-out-loaded',
  title: 'Sign-out on one node: p99 until the 4501 on two other nodes, during the load of `cluster-fan-out`',
  goals: [{ bound: 250 }],
  ...signOut,
  async prepare(load, quick) {
    const fanOut = await startFanOut(load, quick);
    return () => fanOut.during(() => signOuts(load, quick ? 10 : 50));
  },
};
