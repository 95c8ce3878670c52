import type { LeanSocket } from './lean-socket.ts';
import type { Load } from './load.ts';

export interface Sending {
  readonly room: string;
  /** Sends of each socket that may wait for their answer. */
  readonly onTheWay: number;
  /** Asked before every send: whether there is one more. */
  readonly more: () => boolean;
}

const text = 'x'.repeat(200);

/** Members send as fast as they are answered. Resolves, once all is answered, to how many there were. */
export async function send(load: Load, sockets: readonly LeanSocket[], sending: Sending): Promise<number> {
  const { dialect } = load;
  let answered = 0;
  let sent = 0;
  const { promise: over, resolve, reject } = Promise.withResolvers<undefined>();
  for (const socket of sockets) {
    let room = sending.onTheWay;
    let planned = false;
    // Answers come by the batch, and so do the sends that they make room for.
    const go = (): void => {
      planned = false;
      const frames: Buffer[] = [];
      for (; room > 0 && sending.more(); room -= 1) frames.push(dialect.publish(text, sending.room));
      sent += frames.length;
      if (frames.length > 0) socket.write(Buffer.concat(frames));
      else if (answered === sent) resolve(undefined);
    };
    socket.heard = (bytes, start, end) => {
      const kind = dialect.kindOf(bytes, start);
      if (kind === 'refusal') reject(new Error(bytes.toString('utf8', start, end)));
      if (kind !== 'reply') return;
      answered += 1;
      room += 1;
      if (planned) return;
      planned = true;
      setImmediate(go);
    };
    go();
  }
  await over;
  return answered;
}
