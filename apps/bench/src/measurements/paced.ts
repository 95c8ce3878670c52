import { type Measurement, manyRounds } from '../measurement.ts';
import { openPacedRoom } from '../load/paced-room.ts';

/** A moderately active room: 20 messages per second to 1,000 members. A server that batches must not delay single messages. */
export const paced: Measurement = {
  name: 'paced',
  title: 'Delivery p99 at 20,000 deliveries/s (1,000 members)',
  unit: 'ms',
  better: 'less',
  peers: ['ws', 'ws-framed', 'fastify-websocket', 'first-message', 'socket-io', 'bun', 'usher'],
  goals: [
    { to: 'ws', bound: 1 },
    { to: 'socket-io', bound: 0.65 },
  ],
  rounds: manyRounds,
  async prepare(load, quick) {
    const room = await openPacedRoom(load, quick ? 400 : 1_000);
    return async () => {
      const stop = load.meter();
      const { median, p99, deliveries } = await room.publish(quick ? 10 : 40);
      return { value: p99, operations: deliveries, usage: stop(), extras: { 'median, ms': median } };
    };
  },
};
