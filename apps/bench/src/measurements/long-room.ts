import { figuresOf } from '../figures.ts';
import type { Load } from '../load/load.ts';
import { makeRoom } from '../load/make-room.ts';
import { send } from '../load/sending.ts';
import { type Measurement, manyRounds } from '../measurement.ts';

const short = 'short';
const long = 'long';
const few = 10;

/**
 * Joins of a room with 100,000 messages and of one with 10, alternating on one connection. Both replies contain ten missed
 * messages, so that only the length of the history differs.
 */
export const longRoom: Measurement = {
  name: 'long-room',
  title: 'Join of a room with 100,000 messages, against one with 10',
  unit: '× the short room',
  better: 'less',
  peers: ['usher'],
  goals: [{ bound: 1.2 }],
  rounds: manyRounds,
  async prepare(load, quick) {
    const messages = quick ? 10_000 : 100_000;
    await makeRoom(load, short);
    await makeRoom(load, long);
    const socket = await load.enter(load.line(), short);
    const fill = async (room: string, count: number): Promise<void> => {
      let left = count;
      await send(load, [socket], { room, onTheWay: 200, more: () => left-- > 0 });
    };
    await fill(short, few);
    await load.answer(socket, join(load, long), 'reply');
    await fill(long, messages);
    return async () => {
      const took: Record<string, number[]> = { [short]: [], [long]: [], 'short, fresh': [], 'long, fresh': [] };
      const time = async (name: string, frame: Buffer): Promise<void> => {
        const begun = performance.now();
        await load.answer(socket, frame, 'reply');
        took[name]?.push(performance.now() - begun);
      };
      const joins = quick ? 100 : 500;
      const stop = load.meter();
      const turn = [
        () => time(short, join(load, short, 0)),
        () => time(long, join(load, long, messages - few)),
        () => time('short, fresh', join(load, short)),
        () => time('long, fresh', join(load, long)),
      ];
      for (let n = 0; n < joins; n += 1) {
        for (const each of turn) await each();
        // A join after a large reply is slower, so alternate the order.
        turn.reverse();
      }
      const usage = stop();
      const median = (name: string): number => figuresOf(took[name] ?? []).median;
      return {
        value: median(long) / median(short),
        operations: 4 * joins,
        usage,
        extras: {
          'short, ms': median(short),
          'long, ms': median(long),
          'fresh join (50 messages against 10), ×': median('long, fresh') / median('short, fresh'),
        },
      };
    };
  },
};

function join({ dialect }: Load, room: string, after?: number): Buffer {
  if (dialect.join === undefined) throw new TypeError('this peer has no rooms');
  return dialect.join(room, after);
}
