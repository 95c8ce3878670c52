import { type Measurement, manyRounds } from '../measurement.ts';

const clients = 100;

/** 100 clients, each with one `ping` in flight: the cost of reading, validating and answering a request. */
export const echo: Measurement = {
  name: 'echo',
  title: '`ping` to `reply`, 100 clients, one on the way each',
  unit: 'replies/s',
  better: 'more',
  peers: ['ws', 'fastify-websocket', 'first-message', 'socket-io', 'bun', 'usher'],
  goals: [
    { to: 'ws', bound: 0.9 },
    { to: 'socket-io', bound: 1.8 },
  ],
  rounds: manyRounds,
  async prepare(load, quick) {
    const { dialect } = load;
    const sockets = await load.members(clients);
    const forMs = quick ? 400 : 1_000;
    return async () => {
      let replies = 0;
      let waiting = clients;
      const { promise: over, resolve } = Promise.withResolvers<undefined>();
      const stop = load.meter();
      const until = performance.now() + forMs;
      for (const socket of sockets) {
        socket.heard = (bytes, start) => {
          if (dialect.kindOf(bytes, start) !== 'reply') return;
          replies += 1;
          if (performance.now() < until) socket.write(dialect.ping());
          else if (--waiting === 0) resolve(undefined);
        };
        socket.write(dialect.ping());
      }
      await over;
      const usage = stop();
      return { value: (replies * 1_000) / usage.wallMs, operations: replies, usage };
    };
  },
};
