import { setTimeout as sleep } from 'node:timers/promises';
import { figuresOf } from '../figures.ts';
import type { OnText, LeanSocket } from './frames.ts';
import type { Load } from './load.ts';
import type { Usage } from './meter.ts';
import type { TicketConnection } from './tickets.ts';

/** The text of each message that the load sends. */
const text = 'x'.repeat(200);

export interface FanOutOptions {
  /** Defaults to the peer's only room. */
  readonly room?: string;
  /** Messages in flight. The next message is sent when an earlier one has reached all members. */
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
  // The number of members that each message in flight has reached. A slot is reused when all members have the message.
  const reached = new Int32Array(window);
  let delivered = 0;
  let published = 0;
  let planned = 0;
  const { promise: over, resolve, reject } = Promise.withResolvers<undefined>();
  // All messages of one event-loop turn are sent in one write.
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
  const onText: OnText = (bytes, start, _end, self) => {
    const kind = dialect.kindOf(bytes, start);
    if (kind === 'refusal')
      reject(new Error(`the server rejected a send: ${bytes.toString('utf8', start, start + 200)}`));
    if (kind !== 'message') return;
    delivered += 1;
    const slot = self.tag % window;
    self.tag += 1;
    const count = (reached[slot] ?? 0) + 1;
    reached[slot] = count === members ? 0 : count;
    if (count < members) return;
    if (performance.now() < until) plan();
    else if (planned === 0 && delivered === published * members) resolve(undefined);
  };
  for (const socket of sockets) {
    socket.tag = 0;
    socket.onText = onText;
  }
  const stop = load.meter();
  const until = performance.now() + forMs;
  planned = window;
  publish();
  await over;
  return { delivered, usage: stop() };
}

export interface PacedRoom {
  /** Publishes messages and resolves to the delivery latency in milliseconds, from the publisher's write to a member's read. */
  publish(messages: number): Promise<{ readonly median: number; readonly p99: number; readonly deliveries: number }>;
}

const everyMs = 50;

/** Connects members to a room, one of which publishes 20 messages per second, independently of their delivery. */
export async function openPacedRoom(load: Load, members: number): Promise<PacedRoom> {
  return pacedRoom(load, await load.members(members));
}

/**
 * The first member publishes 20 messages per second, independently of their delivery.
 *
 * @param measured the members whose latency counts. Defaults to all
 */
export function pacedRoom(
  load: Load,
  sockets: readonly LeanSocket[],
  measured: ReadonlySet<LeanSocket> = new Set(sockets),
): PacedRoom {
  const { dialect } = load;
  const [publisher] = sockets;
  if (publisher === undefined) throw new RangeError('the room has no members');
  return {
    async publish(messages) {
      const sentAt: number[] = [];
      const latencies: number[] = [];
      let deliveries = 0;
      const { promise: over, resolve } = Promise.withResolvers<undefined>();
      for (const socket of sockets) {
        // The index of the next message. Every member receives all messages in order.
        socket.tag = 0;
        socket.onText = (bytes, start, _end, self) => {
          if (dialect.kindOf(bytes, start) !== 'message') return;
          if (measured.has(self)) latencies.push(performance.now() - (sentAt[self.tag] ?? 0));
          self.tag += 1;
          deliveries += 1;
          if (deliveries === messages * sockets.length) resolve(undefined);
        };
      }
      const timer = setInterval(() => {
        sentAt.push(performance.now());
        publisher.write(dialect.publish(text));
        if (sentAt.length === messages) clearInterval(timer);
      }, everyMs);
      await over;
      return { ...figuresOf(latencies), deliveries };
    },
  };
}

export interface Sending {
  readonly room: string;
  /** Unacknowledged sends per socket. */
  readonly inFlight: number;
  /** Called before every send: whether to send another message. */
  readonly more: () => boolean;
}

/** Lets members send as fast as the server acknowledges. Resolves to the number of sends when all are acknowledged. */
export async function send(load: Load, sockets: readonly LeanSocket[], sending: Sending): Promise<number> {
  const { dialect } = load;
  let acknowledged = 0;
  let sent = 0;
  const { promise: over, resolve, reject } = Promise.withResolvers<undefined>();
  for (const socket of sockets) {
    let credit = sending.inFlight;
    let planned = false;
    // Replies arrive in batches, so the next sends are batched as well.
    const go = (): void => {
      planned = false;
      const frames: Buffer[] = [];
      for (; credit > 0 && sending.more(); credit -= 1) frames.push(dialect.publish(text, sending.room));
      sent += frames.length;
      if (frames.length > 0) socket.write(Buffer.concat(frames));
      else if (acknowledged === sent) resolve(undefined);
    };
    socket.onText = (bytes, start, end) => {
      const kind = dialect.kindOf(bytes, start);
      if (kind === 'refusal') reject(new Error(bytes.toString('utf8', start, end)));
      if (kind !== 'reply') return;
      acknowledged += 1;
      credit += 1;
      if (planned) return;
      planned = true;
      setImmediate(go);
    };
    go();
  }
  await over;
  return acknowledged;
}

/** Creates a public room over the HTTP API. */
export async function createRoom(load: Load, room: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${load.target.port}/api/rooms`, {
    method: 'POST',
    headers: { authorization: `Bearer ${load.sessions.take()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ room, title: room }),
  });
  if (!response.ok) throw new Error(`could not create the room ${room}: ${response.status}`);
}

export interface Reconnected {
  readonly socket: LeanSocket;
  /** Resolves when all messages up to this sequence have arrived. Rejects if one is missing, or after five seconds. */
  receivedUpTo(seq: number): Promise<void>;
}

const receiveTimeoutMs = 5_000;

/** Sends messages one after another, and resolves to the sequence of the last; 0 for peers without sequences. */
export async function sendSome(load: Load, sender: LeanSocket, count: number): Promise<number> {
  if (load.dialect.join === undefined) return 0;
  let seq = 0;
  for (let n = 0; n < count; n += 1) {
    const reply = await load.request(sender, load.dialect.publish('sent during the reconnect'), 'reply');
    ({ seq } = (JSON.parse(reply) as { readonly data: { readonly seq: number } }).data);
  }
  return seq;
}

/** Connects again and joins the room after the sequence `after`. Resolves when the server has confirmed the join. */
export async function reconnect(load: Load, line: TicketConnection, after: number): Promise<Reconnected> {
  const { dialect } = load;
  const socket = await load.connect(line);
  if (dialect.join === undefined) return { socket, receivedUpTo: () => Promise.resolve() };
  let last = after;
  let gap: string | undefined;
  const accept = ({ seq }: { readonly seq: number }): void => {
    if (seq !== last + 1) gap ??= `${seq} arrived after ${last}`;
    last = seq;
  };
  const { promise: joined, resolve, reject } = Promise.withResolvers<undefined>();
  socket.onEnd = reject;
  socket.onText = (bytes, start, end) => {
    const kind = dialect.kindOf(bytes, start);
    if (kind !== 'message' && kind !== 'reply' && kind !== 'refusal') return;
    const text = bytes.toString('utf8', start, end);
    if (kind === 'refusal') reject(new Error(text));
    else if (kind === 'message') accept(JSON.parse(text) as { readonly seq: number });
    else {
      const { data } = JSON.parse(text) as {
        readonly data: { readonly messages: readonly { readonly seq: number }[] };
      };
      data.messages.forEach(accept);
      resolve(undefined);
    }
  };
  socket.write(dialect.join('general', after));
  await joined;
  return {
    socket,
    async receivedUpTo(seq) {
      const until = performance.now() + receiveTimeoutMs;
      while (last < seq && gap === undefined && performance.now() < until) await sleep(5);
      if (gap !== undefined || last < seq) throw new Error(`acknowledged messages were lost: ${gap ?? last}`);
    },
  };
}
