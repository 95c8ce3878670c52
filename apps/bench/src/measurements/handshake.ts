import { type Measurement, manyRounds } from '../measurement.ts';

/** Like `connect`, but the tickets are requested before the clock starts: the cost of the gate and the upgrade alone. */
export const handshake: Measurement = {
  name: 'handshake',
  title: 'Handshake with a ticket in hand, to the first frame',
  unit: 'handshakes/s',
  better: 'more',
  peers: ['ws', 'fastify-websocket', 'ticket-gate', 'bun', 'usher'],
  goals: [{ to: 'ws', bound: 0.95 }],
  rounds: manyRounds,
  prepare(load, quick) {
    const count = quick ? 400 : 2_000;
    return async () => {
      await load.ready(count);
      const tickets: string[] = [];
      await load.each(count, async (line) => {
        tickets.push(await load.ticket(line));
      });
      const stop = load.meter();
      await load.each(count, async () => {
        (await load.dial(tickets.pop() ?? '')).cut();
      });
      const usage = stop();
      return { value: (count * 1_000) / usage.wallMs, operations: count, usage };
    };
  },
};
