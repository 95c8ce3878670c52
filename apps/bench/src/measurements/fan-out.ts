import { type Measurement, manyRounds, type Round } from '../measurement.ts';
import type { Heard } from '../load/lean-socket.ts';
import type { Load } from '../load/load.ts';

const text = 'x'.repeat(200);

/** One member publishes, and keeps `window` messages on the way: the next one goes when one has reached everybody. */
async function prepare(load: Load, members: number, window: number, forMs: number): Promise<Round> {
  const { dialect } = load;
  const sockets = await load.members(members);
  const [publisher] = sockets;
  if (publisher === undefined) throw new RangeError('nobody is there');
  return async () => {
    // How many each message on the way has reached, by its number; a place is used again once all have it.
    const reached = new Int32Array(window);
    let delivered = 0;
    let published = 0;
    let planned = 0;
    const { promise: over, resolve, reject } = Promise.withResolvers<undefined>();
    // What a turn of the event loop has made room for leaves in one write.
    const publish = (): void => {
      const frames = Array.from({ length: planned }, () => dialect.publish(text));
      published += planned;
      planned = 0;
      publisher.write(Buffer.concat(frames));
    };
    const plan = (): void => {
      if (planned === 0) setImmediate(publish);
      planned += 1;
    };
    const heard: Heard = (bytes, start, _end, self) => {
      const kind = dialect.kindOf(bytes, start);
      if (kind === 'refusal') reject(new Error(`a send was refused: ${bytes.toString('utf8', start, start + 200)}`));
      if (kind !== 'message') return;
      delivered += 1;
      const place = self.tag % window;
      self.tag += 1;
      const here = (reached[place] ?? 0) + 1;
      reached[place] = here === members ? 0 : here;
      if (here < members) return;
      if (performance.now() < until) plan();
      else if (planned === 0 && delivered === published * members) resolve(undefined);
    };
    for (const socket of sockets) {
      socket.tag = 0;
      socket.heard = heard;
    }
    const stop = load.meter();
    const until = performance.now() + forMs;
    planned = window;
    publish();
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
  prepare: (load, quick) => prepare(load, quick ? 400 : 1_000, 16, quick ? 400 : 1_000),
};

export const fanOutOne: Measurement = {
  name: 'fan-out-one',
  title: 'Fan-out: the same with one on the way, nothing to gather',
  unit: 'deliveries/s',
  better: 'more',
  peers,
  goals: [{ to: 'ws', bound: 0.95 }],
  rounds: manyRounds,
  prepare: (load, quick) => prepare(load, quick ? 400 : 1_000, 1, quick ? 400 : 1_000),
};
