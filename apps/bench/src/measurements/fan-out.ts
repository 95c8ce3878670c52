import { type Measurement, manyRounds, type Round } from '../measurement.ts';
import type { Load } from '../load/load.ts';

const text = 'x'.repeat(200);

/** One member publishes, and keeps `window` messages on the way: the next one goes when one has reached everybody. */
async function prepare(load: Load, members: number, window: number, forMs: number): Promise<Round> {
  const { dialect } = load;
  const sockets = await load.members(members);
  const [publisher] = sockets;
  if (publisher === undefined) throw new RangeError('nobody is there');
  return async () => {
    let delivered = 0;
    let published = 0;
    const { promise: over, resolve } = Promise.withResolvers<undefined>();
    const stop = load.meter();
    const until = performance.now() + forMs;
    const heard = (bytes: Buffer, start: number): void => {
      const kind = dialect.kindOf(bytes, start);
      if (kind === 'refusal') throw new Error(`a send was refused: ${bytes.toString('utf8', start, start + 200)}`);
      if (kind !== 'message') return;
      delivered += 1;
      if (delivered % members !== 0) return;
      if (performance.now() < until) publish(1);
      else if (delivered === published * members) resolve(undefined);
    };
    const publish = (count: number): void => {
      for (let n = 0; n < count; n += 1) publisher.write(dialect.publish(text));
      published += count;
    };
    for (const socket of sockets) socket.heard = heard;
    publish(window);
    await over;
    const usage = stop();
    return { value: (delivered * 1_000) / usage.wallMs, operations: delivered, usage };
  };
}

const peers = ['ws', 'fastify-websocket', 'first-message', 'socket-io', 'bun', 'usher'] as const;

export const fanOut: Measurement = {
  name: 'fan-out',
  title: 'Fan-out: 1 publisher, 1,000 members, 200-byte texts, 16 on the way',
  unit: 'deliveries/s',
  better: 'more',
  peers,
  goals: [
    { to: 'ws', bound: 9 },
    { to: 'socket-io', bound: 10 },
    { to: 'bun', bound: 0.8 },
  ],
  rounds: manyRounds,
  prepare: (load, quick) => prepare(load, 1_000, 16, quick ? 400 : 1_000),
};

export const fanOutOne: Measurement = {
  name: 'fan-out-one',
  title: 'Fan-out: the same with one on the way, nothing to gather',
  unit: 'deliveries/s',
  better: 'more',
  peers,
  goals: [{ to: 'ws', bound: 0.95 }],
  rounds: manyRounds,
  prepare: (load, quick) => prepare(load, 1_000, 1, quick ? 400 : 1_000),
};
