import { type Measurement, manyRounds } from '../measurement.ts';
import { send } from '../load/sending.ts';
import { syncsPerSecond } from '../load/syncs.ts';

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
