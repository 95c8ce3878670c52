import type { Heard, LeanSocket } from './lean-socket.ts';
import type { Load } from './load.ts';
import type { Usage } from './meter.ts';

export interface FanOutOptions {
  /** Defaults to the peer's only room. */
  readonly room?: string;
  /** Messages that may be on the way: the next one goes when one has reached everybody. */
  readonly window: number;
  readonly forMs: number;
}

export interface FannedOut {
  readonly delivered: number;
  readonly usage: Usage;
}

const text = 'x'.repeat(200);

/** The first member publishes for `forMs` milliseconds. Resolves when all members have received all messages. */
export async function fanOutRoom(
  load: Load,
  sockets: readonly LeanSocket[],
  { room, window, forMs }: FanOutOptions,
): Promise<FannedOut> {
  const { dialect } = load;
  const members = sockets.length;
  const [publisher] = sockets;
  if (publisher === undefined) throw new RangeError('the room has no members');
  // How many each message on the way has reached, by its number; a place is used again once all have it.
  const reached = new Int32Array(window);
  let delivered = 0;
  let published = 0;
  let planned = 0;
  const { promise: over, resolve, reject } = Promise.withResolvers<undefined>();
  // What a turn of the event loop has made room for leaves in one write.
  const publish = (): void => {
    const frames = Array.from({ length: planned }, () => dialect.publish(text, room));
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
  return { delivered, usage: stop() };
}
