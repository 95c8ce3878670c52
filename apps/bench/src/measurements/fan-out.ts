import { fanOutRoom } from '../load/fan-out-room.ts';
import type { Load } from '../load/load.ts';
import { type Measurement, manyRounds, type Round } from '../measurement.ts';

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
