import { setTimeout as sleep } from 'node:timers/promises';
import type { LeanSocket } from './lean-socket.ts';
import type { Load } from './load.ts';
import type { TicketLine } from './ticket-line.ts';

export interface Returned {
  readonly socket: LeanSocket;
  /** Resolves when everything up to this sequence has come; rejects when one was left out, or after five seconds. */
  has(seq: number): Promise<void>;
}

const patienceMs = 5_000;

/** Says so many things, one after the other, and resolves to the sequence of the last; 0 where nobody counts. */
export async function speak(load: Load, speaker: LeanSocket, count: number): Promise<number> {
  if (load.dialect.join === undefined) return 0;
  let seq = 0;
  for (let n = 0; n < count; n += 1) {
    const reply = await load.answer(speaker, load.dialect.publish('what was said meanwhile'), 'reply');
    ({ seq } = (JSON.parse(reply) as { readonly data: { readonly seq: number } }).data);
  }
  return seq;
}

/** Connects again and enters the room, from where one was (`after`) if it counts. Resolves when the room has let one in. */
export async function comeBack(load: Load, line: TicketLine, after: number): Promise<Returned> {
  const { dialect } = load;
  const socket = await load.connect(line);
  if (dialect.join === undefined) return { socket, has: () => Promise.resolve() };
  let last = after;
  let broken: string | undefined;
  const take = ({ seq }: { readonly seq: number }): void => {
    if (seq !== last + 1) broken ??= `${seq} came after ${last}`;
    last = seq;
  };
  const { promise: entered, resolve, reject } = Promise.withResolvers<undefined>();
  socket.gone = reject;
  socket.heard = (bytes, start, end) => {
    const kind = dialect.kindOf(bytes, start);
    if (kind !== 'message' && kind !== 'reply' && kind !== 'refusal') return;
    const text = bytes.toString('utf8', start, end);
    if (kind === 'refusal') reject(new Error(text));
    else if (kind === 'message') take(JSON.parse(text) as { readonly seq: number });
    else {
      const { data } = JSON.parse(text) as {
        readonly data: { readonly messages: readonly { readonly seq: number }[] };
      };
      data.messages.forEach(take);
      resolve(undefined);
    }
  };
  socket.write(dialect.join('general', after));
  await entered;
  return {
    socket,
    async has(seq) {
      const until = performance.now() + patienceMs;
      while (last < seq && broken === undefined && performance.now() < until) await sleep(5);
      if (broken !== undefined || last < seq) throw new Error(`acknowledged messages were lost: ${broken ?? last}`);
    },
  };
}
