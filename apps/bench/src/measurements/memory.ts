import type { Measurement } from '../measurement.ts';
import { settledBytes } from '../load/settled.ts';

/**
 * Resident memory of a server with 10,000 connections that have joined a room and are silent, beyond what it had without them,
 * for each of them. The garbage is collected before both looks. What the kernel holds is not counted.
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
    // They come and go first, so that what a first connection loads is not counted.
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
