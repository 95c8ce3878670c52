import { setTimeout as sleep } from 'node:timers/promises';
import { clientFrame } from '../load/frames.ts';
import { type Measurement, manyRounds } from '../measurement.ts';

const beat = clientFrame(JSON.stringify({ type: 'beat' }));

/** The cost of a heartbeat for the server: idle connections with one heartbeat per second each. */
export const heartbeats: Measurement = {
  name: 'heartbeats',
  title: 'Heartbeats: CPU time of the server for one and its answer, 5,000 silent connections',
  unit: 'µs',
  better: 'less',
  peers: ['usher'],
  goals: [],
  rounds: manyRounds,
  settings: { HEARTBEAT_MS: '1000', HEARTBEAT_GRACE_MS: '10000' },
  async prepare(load, quick) {
    const { dialect } = load;
    let beats = 0;
    for (const socket of await load.members(quick ? 500 : 5_000)) {
      socket.heard = (bytes, start) => {
        if (dialect.kindOf(bytes, start) !== 'beat') return;
        beats += 1;
        socket.write(beat);
      };
    }
    return async () => {
      beats = 0;
      const stop = load.meter();
      await sleep(quick ? 2_000 : 4_000);
      const usage = stop();
      if (usage.serverMs === undefined) throw new Error('this system does not report CPU time per process');
      if (beats === 0) throw new Error('there were no heartbeats');
      return { value: (usage.serverMs * 1_000) / beats, operations: beats, usage };
    };
  },
};
