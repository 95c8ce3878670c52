import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { call, ClusterClient, signIn, ticketOf } from '../cluster/cluster-client.ts';
import type { ClusterNode } from '../cluster/cluster-node.ts';
import { ParticipantSocket } from './participant-socket.ts';
import type { Random } from './random.ts';
import type { SeenMessage } from './record.ts';
import { type Recorder, within } from './recorder.ts';

/** How long a request may take, in milliseconds. Then its outcome is unknown and the socket is abandoned. */
const requestMs = 4_000;
/** How often a write is sent again while its outcome is unknown. */
const maxAttempts = 20;

/** What a user does on an open socket, and how often. Sockets last for seconds, so that many are open on a node when a fault begins. */
const actionWeights = {
  send: 660,
  edit: 80,
  delete: 40,
  markRead: 80,
  readPage: 60,
  readOverHttp: 48,
  leave: 8,
  abandon: 4,
  signOut: 20,
};

export interface ParticipantOptions {
  readonly user: string;
  readonly password: string;
  readonly rooms: readonly string[];
  readonly nodes: readonly ClusterNode[];
  readonly recorder: Recorder;
  readonly random: Random;
}

/** A write whose outcome is not known yet. It is sent again with the same key, as a client library does. */
interface PendingWrite {
  readonly op: number;
  readonly kind: 'send' | 'edit' | 'delete';
  readonly room: string;
  readonly frame: object;
  attempts: number;
}

/** A user who performs random operations, over one socket at a time and sometimes over several nodes. */
export class Participant {
  readonly #options: ParticipantOptions;
  #token: string | undefined;
  #socket: ParticipantSocket | undefined;
  #pending: PendingWrite | undefined;
  /** Own messages that may be edited or deleted. */
  readonly #own: { readonly room: string; readonly seq: number }[] = [];

  constructor(options: ParticipantOptions) {
    this.#options = options;
  }

  /** Acts until `isRunning` returns false. Never rejects because of a fault. */
  async run(isRunning: () => boolean): Promise<void> {
    const { random } = this.#options;
    while (isRunning()) {
      await this.#step().catch(() => undefined);
      await delay(random.between(5, 40));
    }
  }

  /** Connects, joins all rooms and repeats the pending write until its outcome is known. Resolves to whether it succeeded. */
  async settle(): Promise<boolean> {
    if (this.#socket?.isOpen === false) this.#socket = undefined;
    try {
      const socket = this.#socket ?? (await this.#connect());
      if (socket === undefined) return false;
      for (const room of this.#options.rooms) await within(requestMs, socket.join(room));
      if (this.#pending !== undefined) await this.#attempt(socket, this.#pending);
      return this.#pending === undefined && socket.isOpen;
    } catch {
      this.#socket?.abandon();
      return false;
    }
  }

  /** The last sequence number that the socket has received of each room that it has joined. */
  get received(): ReadonlyMap<string, number> {
    return this.#socket?.isOpen === true ? this.#socket.received : new Map();
  }

  close(): void {
    this.#socket?.abandon();
  }

  async #step(): Promise<void> {
    const { random, rooms } = this.#options;
    if (this.#socket?.isOpen === false) this.#socket = undefined;
    const socket = this.#socket ?? (await this.#connect());
    if (socket === undefined) return;
    const room = random.pick(rooms);
    try {
      if (this.#pending !== undefined) await this.#attempt(socket, this.#pending);
      else if (!socket.received.has(room)) await within(requestMs, socket.join(room));
      else await this.#act(socket, room);
    } catch {
      socket.abandon();
      this.#socket = undefined;
    }
  }

  async #act(socket: ParticipantSocket, room: string): Promise<void> {
    switch (this.#options.random.pickWeighted(actionWeights)) {
      case 'send':
        return this.#write(socket, 'send', room);
      case 'edit':
        return this.#change(socket, 'edit');
      case 'delete':
        return this.#change(socket, 'delete');
      case 'markRead':
        return within(requestMs, socket.markRead(room));
      case 'readPage':
        return within(requestMs, socket.readPage(room));
      case 'readOverHttp':
        return this.#readOverHttp(room);
      case 'leave':
        return within(requestMs, socket.leave(room));
      case 'abandon':
        socket.abandon();
        return;
      case 'signOut':
        // The socket stays in use while the session ends.
        void this.#signOut(socket.session);
    }
  }

  async #connect(): Promise<ParticipantSocket | undefined> {
    const { user, password, nodes, random, recorder } = this.#options;
    this.#token ??= await signIn(random.pick(nodes), user, password);
    let ticket: string;
    try {
      ticket = await ticketOf(random.pick(nodes), this.#token);
    } catch (error) {
      if (String(error).includes('401')) this.#token = undefined;
      throw error;
    }
    const number = recorder.number();
    const session = sessionIn(this.#token);
    const first = random.pick(nodes);
    // A ticket is sometimes used on two nodes at the same moment.
    const chosen = random.chance(0.3) ? [first, random.pick(nodes.filter((node) => node !== first))] : [first];
    const dials = chosen.map((node) => this.#dial(node, ticket, { user, session, ticket: number }));
    const [socket, ...others] = (await Promise.all(dials)).filter((opened) => opened !== undefined);
    for (const other of others) other.abandon();
    this.#socket = socket;
    return socket;
  }

  /** Resolves to `undefined` if the handshake fails or takes too long; a socket that opens later is recorded and closed. */
  async #dial(
    node: ClusterNode,
    ticket: string,
    identity: { readonly user: string; readonly session: string; readonly ticket: number },
  ): Promise<ParticipantSocket | undefined> {
    const { nodes, recorder } = this.#options;
    const socket = new ParticipantSocket(recorder, {
      ...identity,
      node: nodes.indexOf(node),
      requestedAt: recorder.events.length,
    });
    const opening = ClusterClient.open(node, ticket, (frame) => {
      socket.frame(frame);
    }).then((client) => {
      socket.opened(client);
      return socket;
    });
    try {
      return await within(requestMs, opening);
    } catch {
      opening.then(
        (late) => {
          late.abandon();
        },
        () => undefined,
      );
      return undefined;
    }
  }

  async #write(socket: ParticipantSocket, kind: PendingWrite['kind'], room: string, target?: object): Promise<void> {
    const { recorder, user } = this.#options;
    const op = recorder.number();
    const key = randomUUID();
    const text = `operation ${op}`;
    recorder.add({ type: 'write', phase: 'invoke', op, kind, room, user, session: socket.session, key, text });
    this.#pending = {
      op,
      kind,
      room,
      frame: { room, key, ...(kind === 'delete' ? {} : { text }), ...target },
      attempts: 0,
    };
    await this.#attempt(socket, this.#pending);
  }

  async #change(socket: ParticipantSocket, kind: 'edit' | 'delete'): Promise<void> {
    if (this.#own.length === 0) return;
    const { room, seq } = this.#options.random.pick(this.#own);
    if (!socket.received.has(room)) return;
    await this.#write(socket, kind, room, kind === 'edit' ? { edits: seq } : { deletes: seq });
  }

  /** Sends a write, for the first time or again. Rejects if there is no reply; the write then stays pending. */
  async #attempt(socket: ParticipantSocket, pending: PendingWrite): Promise<void> {
    const { recorder } = this.#options;
    const { op, kind, room, frame } = pending;
    const isRetry = pending.attempts++ > 0;
    if (isRetry && !socket.received.has(room)) {
      const joined = await within(requestMs, socket.join(room));
      // Without access, the outcome of an earlier attempt cannot be determined.
      if (!joined) this.#settled(pending, 'unknown');
      return;
    }
    const requestedAt = recorder.events.length;
    const reply = await within(requestMs, socket.request(kind, frame));
    if (reply.type === 'reply') {
      const { seq } = reply['data'] as { readonly seq: number };
      recorder.add({ type: 'write', phase: 'ok', op, seq, session: socket.session, requestedAt });
      this.#pending = undefined;
      if (kind === 'send') this.#own.push({ room, seq });
      if (this.#own.length > 50) this.#own.shift();
      return;
    }
    const code = String(reply['code']);
    if (code === 'internal' || code === 'rate_limited') {
      if (pending.attempts >= maxAttempts) this.#settled(pending, 'unknown');
    } else if (isRetry) this.#settled(pending, 'unknown');
    else {
      recorder.add({ type: 'write', phase: 'fail', op, code });
      this.#pending = undefined;
    }
  }

  #settled({ op }: PendingWrite, phase: 'unknown'): void {
    this.#options.recorder.add({ type: 'write', phase, op });
    this.#pending = undefined;
  }

  async #readOverHttp(room: string): Promise<void> {
    const { nodes, random, user, recorder } = this.#options;
    if (this.#token === undefined) return;
    const { status, json } = await call(random.pick(nodes), 'GET', `/rooms/${room}/messages?limit=20`, {
      token: this.#token,
      timeoutMs: requestMs,
    });
    // A request that was in progress when its session ended may still succeed, so only the membership is checked.
    if (status === 200)
      recorder.add({ type: 'page', user, session: '', room, messages: json['messages'] as SeenMessage[] });
  }

  /** Ends the user's session while its socket is still in use. */
  async #signOut(session: string): Promise<void> {
    const { nodes, random, recorder } = this.#options;
    const token = this.#token;
    if (token === undefined || sessionIn(token) !== session) return;
    this.#token = undefined;
    const op = recorder.number();
    const end = (phase: 'invoke' | 'ok' | 'durable' | 'unknown'): void => {
      recorder.add({ type: 'sign-out', op, session, phase, at: performance.now() });
    };
    end('invoke');
    try {
      const { status, json } = await call(random.pick(nodes), 'DELETE', `/sessions/${session}`, { token });
      if (status === 200) end('ok');
      else end('nodes' in json ? 'durable' : 'unknown');
    } catch {
      end('unknown');
    }
  }
}

/** The session of an access token. */
function sessionIn(token: string): string {
  const [, claims = ''] = token.split('.');
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly sid: string }).sid;
}
