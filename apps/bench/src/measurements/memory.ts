import type { Measurement } from '../measurement.ts';
import { settledBytes } from '../load/settled.ts';

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
