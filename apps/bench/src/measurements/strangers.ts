import { openPacedRoom } from '../load/paced-room.ts';
import { startUnauthenticatedClients } from '../load/unauthenticated.ts';
import { type Measurement, manyRounds } from '../measurement.ts';

const perSecond = 2_000;

/** A room as in `paced`, without and with a load of rejected handshakes: the ratio of the delivery latencies. */
export const strangers: Measurement = {
  name: 'strangers',
  title: '2,000 refused handshakes/s beside 1,000 members: their p99, against the quiet one',
  unit: '× the quiet p99',
  better: 'less',
  peers: ['ws', 'fastify-websocket', 'bun', 'usher'],
  goals: [{ bound: 2 }],
  rounds: manyRounds,
  async prepare(load, quick) {
    const messages = quick ? 10 : 40;
    const room = await openPacedRoom(load, quick ? 400 : 1_000);
    const clients = await startUnauthenticatedClients(load.target);
    return async () => {
      const stop = load.meter();
      const quiet = await room.publish(messages);
      await clients.begin(perSecond);
      const loud = await room.publish(messages);
      const reached = await clients.end();
      return {
        value: loud.p99 / quiet.p99,
        operations: quiet.deliveries + loud.deliveries,
        usage: stop(),
        extras: { 'quiet p99, ms': quiet.p99, 'p99 with strangers, ms': loud.p99, 'refused/s': reached },
      };
    };
  },
};
