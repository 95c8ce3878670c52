import { type Measurement, manyRounds } from '../measurement.ts';

/**
 * Handshakes of strangers, 64 side by side, each on a connection of its own, to the moment when the stranger knows. Those who
 * look at a token only in the socket have let the stranger in by then.
 */
export const refused: Measurement = {
  name: 'refused',
  title: 'Refused handshakes, beside a plain `http` 401',
  unit: 'refusals/s',
  better: 'more',
  peers: ['http', 'ws', 'fastify-websocket', 'first-message', 'socket-io', 'bun', 'usher'],
  goals: [{ to: 'http', bound: 1.3 }],
  rounds: manyRounds,
  prepare(load, quick) {
    const count = quick ? 600 : 4_000;
    return async () => {
      const stop = load.meter();
      await load.each(count, () => load.refused());
      const usage = stop();
      return { value: (count * 1_000) / usage.wallMs, operations: count, usage };
    };
  },
};
