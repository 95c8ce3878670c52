import { type Measurement, manyRounds } from '../measurement.ts';

/**
 * Handshakes of unauthenticated clients with a concurrency of 64, each on a new connection, until the client receives the
 * rejection. Peers that check a token after the handshake have accepted the socket by then.
 */
export const refused: Measurement = {
  name: 'refused',
  title: 'Refused handshakes, beside a plain `http` 401',
  unit: 'refusals/s',
  better: 'more',
  peers: ['http', 'ws', 'fastify-websocket', 'first-message', 'ticket-gate', 'socket-io', 'bun', 'usher'],
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
