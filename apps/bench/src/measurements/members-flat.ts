import { fanOutRoom } from '../load/fan-out-room.ts';
import { makeRoom } from '../load/make-room.ts';
import type { LeanSocket } from '../load/lean-socket.ts';
import { type Measurement, manyRounds } from '../measurement.ts';

const comparedFrom = 100;

/**
 * Compares the CPU time of the server per delivery in small and large rooms, with one message in flight, so that no messages
 * are batched. Each message also has a fixed cost (reading, validation, storage, reply), which dominates in small rooms.
 * Only rooms with at least 100 members are therefore compared.
 */
export const membersFlat: Measurement = {
  name: 'members-flat',
  title: 'Cost of a delivery in rooms of 100, 1,000 and 5,000: the dearest against the cheapest',
  unit: '× the cheapest',
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
      await makeRoom(load, room);
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
