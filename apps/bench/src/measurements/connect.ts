import { type Measurement, manyRounds } from '../measurement.ts';

/**
 * Clients connect with a concurrency of 64. Each requests a ticket over a keep-alive connection if the peer requires one,
 * completes the handshake, waits for the first frame, and disconnects.
 */
export const connect: Measurement = {
  name: 'connect',
  title: 'Authenticated connect, ticket included, to the first frame',
  unit: 'connects/s',
  better: 'more',
  peers: [
    'ws',
    'fastify-websocket',
    'first-message',
    'jwt-in-url',
    'address-agent',
    'ticket-gate',
    'socket-io',
    'bun',
    'usher',
  ],
  goals: [
    { to: 'ws', bound: 0.8 },
    { to: 'first-message', bound: 1 },
    { to: 'socket-io', bound: 1.8 },
  ],
  rounds: manyRounds,
  async prepare(load, quick) {
    const count = quick ? 400 : 2_000;
    const lines = load.lines();
    await load.introduce();
    return async () => {
      await load.ready(count);
      const stop = load.meter();
      await load.each(
        count,
        async (line) => {
          (await load.connect(line)).cut();
        },
        lines,
      );
      const usage = stop();
      return { value: (count * 1_000) / usage.wallMs, operations: count, usage };
    };
  },
};
