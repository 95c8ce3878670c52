import { setTimeout as sleep } from 'node:timers/promises';
import { figuresOf } from '../figures.ts';
import type { Heard, LeanSocket } from './frames.ts';
import type { Load } from './load.ts';
import type { Usage } from './meter.ts';
import type { TicketLine } from './tickets.ts';

/** The text of each message that the load sends. */
const text = 'x'.repeat(200);

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

export interface PacedRoom {
  /** Publishes so many messages, and tells how long deliveries took in milliseconds, from the publisher's write to a member's read. */
  publish(messages: number): Promise<{ readonly median: number; readonly p99: number; readonly deliveries: number }>;
}

const everyMs = 50;

/** A room with so many members, one of whom says something twenty times a second whatever becomes of it. */
export async function openPacedRoom(load: Load, members: number): Promise<PacedRoom> {
  const { dialect } = load;
  const sockets = await load.members(members);
  const [publisher] = sockets;
  if (publisher === undefined) throw new RangeError('the room has no members');
  return {
    async publish(messages) {
      const sentAt: number[] = [];
      const took: number[] = [];
      const { promise: over, resolve } = Promise.withResolvers<undefined>();
      for (const socket of sockets) {
        // Which message comes next: all get all of them, in their order.
        socket.tag = 0;
        socket.heard = (bytes, start, _end, self) => {
          if (dialect.kindOf(bytes, start) !== 'message') return;
          took.push(performance.now() - (sentAt[self.tag] ?? 0));
          self.tag += 1;
          if (took.length === messages * members) resolve(undefined);
        };
      }
      const timer = setInterval(() => {
        sentAt.push(performance.now());
        publisher.write(dialect.publish(text));
        if (sentAt.length === messages) clearInterval(timer);
      }, everyMs);
      await over;
      return { ...figuresOf(took), deliveries: took.length };
    },
  };
}

export interface Sending {
  readonly room: string;
  /** Sends of each socket that may wait for their answer. */
  readonly onTheWay: number;
  /** Asked before every send: whether there is one more. */
  readonly more: () => boolean;
}

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

/** Makes a public room, by the HTTP API. */
export async function makeRoom(load: Load, room: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${load.target.port}/api/rooms`, {
    method: 'POST',
    headers: { authorization: `Bearer ${load.sessions.take()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ room, title: room }),
  });
  if (!answer.ok) throw new Error(`the room ${room} could not be made: ${answer.status}`);
}

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
