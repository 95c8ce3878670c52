import type { ClusterClient, Frame } from '../cluster/cluster-client.ts';
import type { SeenMessage } from './record.ts';
import type { Recorder } from './recorder.ts';

/** Who opened a socket, where, and with which ticket. */
export interface SocketIdentity {
  readonly user: string;
  readonly session: string;
  readonly node: number;
  readonly ticket: number;
  readonly requestedAt: number;
}

interface JoinReply {
  readonly epoch: string;
  readonly seq: number;
  readonly recovery: 'fresh' | 'recovered' | 'gap';
  readonly more: boolean;
  readonly messages: readonly SeenMessage[];
}

/** A socket that records what it opens, sends and receives. */
export class ParticipantSocket {
  readonly session: string;
  readonly connection: number;
  /** The last sequence number that was received of each joined room. */
  readonly received = new Map<string, number>();
  readonly #recorder: Recorder;
  readonly #identity: SocketIdentity;
  /** The last position in each room, for a rejoin. */
  readonly #positions = new Map<string, { readonly epoch: string; seq: number }>();
  #client: ClusterClient | undefined;
  /** Whether it is closed, or no longer records what it receives. */
  #isClosed = false;

  constructor(recorder: Recorder, identity: SocketIdentity) {
    this.#recorder = recorder;
    this.#identity = identity;
    this.session = identity.session;
    this.connection = recorder.number();
  }

  get isOpen(): boolean {
    return this.#client !== undefined && !this.#isClosed;
  }

  opened(client: ClusterClient): void {
    this.#client = client;
    void client.closed.then((code) => {
      this.#closed(code);
    });
  }

  /** Handles a frame of the server. */
  frame({ type, room, ...message }: Frame): void {
    const { connection } = this;
    if (this.#isClosed) return;
    if (type === 'welcome') this.#recorder.add({ type: 'opened', connection, ...this.#identity });
    if (typeof room !== 'string') return;
    if (type === 'message') {
      const seen = toSeen(message);
      this.#recorder.add({ type: 'message', connection, room, message: seen });
      this.received.set(room, seen.seq);
      const position = this.#positions.get(room);
      if (position !== undefined) position.seq = seen.seq;
    } else if (type === 'removed') {
      this.received.delete(room);
      this.#recorder.add({ type: 'removed', connection, room });
    }
  }

  /** Sends a request. Rejects if the socket is closed or closes before the reply arrives. */
  request(type: string, params: object, onReply?: (frame: Frame) => void): Promise<Frame> {
    if (this.#client === undefined) return Promise.reject(new Error('the socket is not open'));
    return this.#client.request(type, params, (frame) => {
      if (!this.#isClosed) onReply?.(frame);
    });
  }

  /** Joins a room, from its last position if there is one. Resolves to whether it was joined. */
  async join(room: string): Promise<boolean> {
    const { connection } = this;
    const position = this.#positions.get(room);
    const from = position === undefined ? {} : { epoch: position.epoch, after: position.seq };
    const reply = await this.request('join', { room, ...from }, (frame) => {
      if (frame.type === 'error') {
        this.received.delete(room);
        this.#recorder.add({ type: 'left', connection, room });
        return;
      }
      const { epoch, seq, recovery, more, messages } = frame['data'] as JoinReply;
      const after = position === undefined ? {} : { after: Number(from.after) };
      this.#recorder.add({
        type: 'joined',
        connection,
        room,
        recovery,
        seq,
        more,
        messages: messages.map(toSeen),
        ...after,
      });
      this.received.set(room, seq);
      this.#positions.set(room, { epoch, seq });
    });
    if (reply['code'] === 'internal') throw new Error('the join failed');
    return reply.type === 'reply';
  }

  async leave(room: string): Promise<void> {
    await this.request('leave', { room }, ({ type }) => {
      if (type !== 'reply') return;
      this.received.delete(room);
      this.#recorder.add({ type: 'left', connection: this.connection, room });
    });
  }

  async markRead(room: string): Promise<void> {
    await this.request('read', { room, seq: this.received.get(room) ?? 0 });
  }

  /** Requests the last messages again as a page. */
  async readPage(room: string): Promise<void> {
    const { user, session } = this.#identity;
    const after = Math.max(0, (this.received.get(room) ?? 0) - 10);
    await this.request('history', { room, after }, (frame) => {
      if (frame.type !== 'reply') return;
      const { messages } = frame['data'] as { readonly messages: readonly Frame[] };
      this.#recorder.add({ type: 'page', user, session, room, messages: messages.map(toSeen) });
    });
  }

  /** Closes the socket without waiting for the server, which may not respond. */
  abandon(): void {
    this.#closed(1000);
    this.#client?.close();
  }

  #closed(code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.received.clear();
    this.#recorder.add({ type: 'closed', connection: this.connection, code, at: performance.now() });
  }
}

function toSeen(message: object): SeenMessage {
  const { seq, id, from } = message as SeenMessage;
  return { seq, id, from };
}
