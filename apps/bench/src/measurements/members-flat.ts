import { fanOutRoom } from '../load/fan-out-room.ts';
import { makeRoom } from '../load/make-room.ts';
import type { LeanSocket } from '../load/lean-socket.ts';
import { type Measurement, manyRounds } from '../measurement.ts';

const judgedFrom = 100;

/**
 * Whether a member costs the same in a small room and in a large one: CPU time of the server for one delivery, with one message on the
 * way in all of them, so that nothing is gathered anywhere. A message has a price of its own (read, judged, made durable, answered), which a room of
 * one shows; in a room of ten it is most of what there is, so the judgement begins at a hundred.
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
        if (usage.serverMs === undefined) throw new Error('this system does not tell what a process took');
        operations += delivered;
        const micros = (usage.serverMs * 1_000) / delivered;
        const size = sockets.length;
        extras[`CPU µs per delivery to ${size.toLocaleString('en-US')}`] = micros;
        if (size >= judgedFrom) each.push(micros);
      }
      return { value: Math.max(...each) / Math.min(...each), operations, usage: stop(), extras };
    };
  },
};
