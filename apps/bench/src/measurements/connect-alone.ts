import { figuresOf } from '../figures.ts';
import { type Measurement, manyRounds } from '../measurement.ts';

/** Like `connect` with a concurrency of 1: the latency from the ticket request, if the peer requires a ticket, to the first frame. */
export const connectAlone: Measurement = {
  name: 'connect-alone',
  title: 'Authenticated connect, one at a time',
  unit: 'ms',
  better: 'less',
  peers: ['ws', 'first-message', 'jwt-in-url', 'address-agent', 'ticket-gate', 'usher'],
  goals: [],
  rounds: manyRounds,
  async prepare(load, quick) {
    const count = quick ? 100 : 500;
    const line = load.line();
    await load.introduce();
    return async () => {
      await load.ready(count);
      const took: number[] = [];
      const stop = load.meter();
      for (let n = 0; n < count; n += 1) {
        const begun = performance.now();
        const socket = await load.connect(line);
        took.push(performance.now() - begun);
        socket.cut();
      }
      return { value: figuresOf(took).median, operations: count, usage: stop() };
    };
  },
};
