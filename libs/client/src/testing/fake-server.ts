import type { RawFrame, TicketAnswer } from '@usher/protocol';
import type { SocketConstructor, TicketFunction, TicketSocketOptions } from '../options.ts';
import type { Welcome } from '../welcome.ts';
import { FakePage } from './fake-page.ts';
import { FakeError, FakeRoom } from './fake-room.ts';
import { FakeSocket, type FakeSocketEnd } from './fake-socket.ts';

/** Answers a request: the data of its reply, or a `FakeError`. `undefined` leaves it without an answer. */
export type FakeHandler = (frame: RawFrame, socket: FakeSocket) => object | undefined;

/**
 * A server beside the client, in the same process: tickets that open once, a door, and rooms that keep what is said.
 *
 * ```ts
 * vi.useFakeTimers();
 * const server = new FakeServer({ user: 'maggie' });
 * const socket = new TicketSocket<RoomsProtocol>(server.options);
 * socket.connect();
 * await vi.advanceTimersByTimeAsync(0); // socket.state.name is 'open'
 *
 * server.room('general').append('bart', 'was here before');
 * server.say('general', 'bart', 'hello'); // to all who have joined
 * server.last.end(1012); // the client comes back with another ticket
 * server.ticket = () => Promise.reject(new TicketRefused('draining', 503)); // … unless it gets none
 * server.door = (socket) => socket.end(1006); // or is not let in
 * server.page.tell('offline');
 * ```
 */
export class FakeServer implements FakeSocketEnd {
  user: string;
  /** Every socket that was ever dialled. */
  readonly sockets: FakeSocket[] = [];
  readonly page = new FakePage();
  /** How often a ticket was asked for. */
  asked = 0;
  heartbeatMs = 25_000;
  leaseSeconds = 1_800;
  limits: Welcome['limits'] = { frameBytes: 65_536, textChars: 4_000, rooms: 128, sendsPerSecond: 20 };
  connectAfterMs = 0;
  /** What the ticket call comes to. */
  ticket: TicketFunction = () => Promise.resolve(this.issue());
  /** What becomes of a dial; unless told, a good ticket is let in and welcomed. */
  door: (socket: FakeSocket) => void = (socket) => {
    this.admit(socket);
  };

  readonly #rooms = new Map<string, FakeRoom>();
  readonly #handlers = new Map<string, FakeHandler>();
  readonly #joined = new WeakMap<FakeSocket, Set<string>>();
  readonly #good = new Set<string>();
  #issued = 0;

  constructor({ user = 'maggie' }: { readonly user?: string } = {}) {
    this.user = user;
  }

  /** For `new TicketSocket(server.options)`. Without jitter: a backoff takes the middle of its window. */
  get options(): TicketSocketOptions & { readonly page: FakePage; readonly WebSocket: SocketConstructor } {
    return {
      url: 'ws://fake.test/api/ws',
      ticket: (signal) => {
        this.asked++;
        return this.ticket(signal);
      },
      WebSocket: dialling(this, this.sockets),
      random: () => 0.5,
      page: this.page,
    };
  }

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('nobody has dialled');
    return socket;
  }

  /** Sockets that are neither closed nor given up. */
  get live(): readonly FakeSocket[] {
    return this.sockets.filter(({ state }) => state !== 'closed');
  }

  issue(): TicketAnswer {
    const ticket = `ticket-${++this.#issued}`;
    this.#good.add(ticket);
    return { ticket, expires: Math.ceil(Date.now() / 1000) + 30, connectAfterMs: this.connectAfterMs };
  }

  /** Burns the ticket and says whether it was worth something. */
  consume(ticket: unknown): boolean {
    return this.#good.delete(String(ticket));
  }

  admit(socket: FakeSocket): void {
    if (!this.consume(socket.ticket)) {
      socket.end(1006);
      return;
    }
    socket.accept();
    socket.say({
      type: 'welcome',
      connection: `connection ${this.sockets.length}`,
      user: this.user,
      roles: [],
      heartbeatMs: this.heartbeatMs,
      lease: this.newLease(),
      limits: this.limits,
    });
  }

  newLease(): number {
    return Math.ceil(Date.now() / 1000) + this.leaseSeconds;
  }

  room(name: string): FakeRoom {
    let room = this.#rooms.get(name);
    if (room === undefined) this.#rooms.set(name, (room = new FakeRoom(name)));
    return room;
  }

  /** Somebody says something in a room; those who have joined hear it. */
  say(room: string, from: string, text: string, key?: string): { readonly seq: number; readonly at: number } {
    const { message, duplicate } = this.room(room).append(from, text, key);
    if (!duplicate) this.tell(room, { type: 'message', ...message });
    return { seq: message.seq, at: message.at };
  }

  /** Says a frame to all who have joined a room. */
  tell(room: string, frame: object): void {
    for (const socket of this.live) if (this.#joined.get(socket)?.has(room) === true) socket.say(frame);
  }

  /** Takes over the requests of a type; the one that was there before is given back. */
  handle(type: string, handler: FakeHandler): FakeHandler {
    const before = this.#handlers.get(type) ?? ((frame, socket) => this.#answer(frame, socket));
    this.#handlers.set(type, handler);
    return before;
  }

  dialled(socket: FakeSocket): void {
    this.door(socket);
  }

  received(socket: FakeSocket, frame: RawFrame): void {
    const { id, type } = frame;
    if (id === undefined) return;
    try {
      const handler = this.#handlers.get(type);
      const data = handler === undefined ? this.#answer(frame, socket) : handler(frame, socket);
      if (data !== undefined) socket.say({ type: 'reply', id, data });
    } catch (error) {
      if (!(error instanceof FakeError)) throw error;
      socket.say({ type: 'error', id, code: error.code, message: error.code, retryAfterMs: error.retryAfterMs });
    }
  }

  #answer(frame: RawFrame, socket: FakeSocket): object {
    const name = String(frame['room']);
    const joined = this.#joined.get(socket) ?? new Set();
    this.#joined.set(socket, joined);
    switch (frame.type) {
      case 'ping':
        return {};
      case 'renew':
        if (!this.consume(frame['ticket'])) throw new FakeError('invalid_ticket');
        return { lease: this.newLease() };
      case 'join': {
        joined.delete(name);
        const answer = this.room(name).join(frame);
        joined.add(name);
        return answer;
      }
      case 'history':
        return this.room(name).history(frame['after']);
      case 'leave':
        joined.delete(name);
        return {};
      case 'send':
        if (!joined.has(name)) throw new FakeError('not_joined');
        return this.say(name, this.user, String(frame['text']), String(frame['key']));
      default:
        throw new FakeError('unknown_type');
    }
  }
}

function dialling(end: FakeSocketEnd, sockets: FakeSocket[]): SocketConstructor {
  return class extends FakeSocket {
    constructor(url: string, protocol: string) {
      super(end, url, protocol);
      sockets.push(this);
    }
  };
}
