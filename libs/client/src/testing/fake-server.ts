import type { RawFrame, TicketAnswer } from '@usher/protocol';
import type { SocketConstructor, TicketFunction, TicketSocketOptions } from '../options.ts';
import type { Welcome } from '../welcome.ts';
import { FakePage } from './fake-page.ts';
import { FakeError, FakeRoom } from './fake-room.ts';
import { FakeSocket, type FakeSocketEnd } from './fake-socket.ts';

/** Where something has its place. */
interface Sent {
  readonly seq: number;
  readonly at: number;
}

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
 * const { seq } = server.say('general', 'bart', 'hello'); // to all who have joined
 * server.edit('general', 'bart', seq, 'hello all');
 * new TicketSocket<RoomsProtocol>(server.optionsOf('bart')); // another person
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
  /** Those who look elsewhere. */
  readonly #away = new WeakSet<FakeSocket>();
  readonly #users = new WeakMap<FakeSocket, string>();
  /** Tickets that were not used yet, and whose they are. */
  readonly #good = new Map<string, string | undefined>();
  #issued = 0;

  constructor({ user = 'maggie' }: { readonly user?: string } = {}) {
    this.user = user;
  }

  /** For `new TicketSocket(server.options)`. Without jitter: a backoff takes the middle of its window. */
  get options(): TicketSocketOptions & { readonly page: FakePage; readonly WebSocket: SocketConstructor } {
    return this.#options((signal) => this.ticket(signal));
  }

  /** The same, for whomever it says. */
  optionsOf(user: string): FakeServer['options'] {
    return this.#options(() => Promise.resolve(this.issue(user)));
  }

  #options(ticket: TicketFunction): FakeServer['options'] {
    return {
      url: 'ws://fake.test/api/ws',
      ticket: (signal) => {
        this.asked++;
        return ticket(signal);
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

  issue(user?: string): TicketAnswer {
    const ticket = `ticket-${++this.#issued}`;
    this.#good.set(ticket, user);
    return { ticket, expires: Math.ceil(Date.now() / 1000) + 30, connectAfterMs: this.connectAfterMs };
  }

  /** Burns the ticket and says whether it was worth something. */
  consume(ticket: unknown): boolean {
    return this.#good.delete(String(ticket));
  }

  admit(socket: FakeSocket): void {
    const user = this.#good.get(socket.ticket) ?? this.user;
    this.#users.set(socket, user);
    if (!this.consume(socket.ticket)) {
      socket.end(1006);
      return;
    }
    socket.accept();
    socket.say({
      type: 'welcome',
      connection: `connection ${this.sockets.length}`,
      user,
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

  /** Somebody says something in a room; those who have joined hear it, to the other members it is unread. */
  say(room: string, from: string, text: string, key?: string): Sent {
    return this.#append(room, from, text, key);
  }

  /** Somebody changes the text of a message of theirs. */
  edit(room: string, from: string, edits: number, text: string, key?: string): Sent {
    return this.#append(room, from, text, key, { edits });
  }

  /** Somebody takes a message of theirs back. */
  delete(room: string, from: string, deletes: number, key?: string): Sent {
    return this.#append(room, from, '', key, { deletes });
  }

  #append(name: string, ...what: Parameters<FakeRoom['append']>): Sent {
    const room = this.room(name);
    const { message, duplicate } = room.append(...what);
    const { seq, at } = message;
    if (duplicate) return { seq, at };
    this.tell(name, { type: 'message', ...message });
    for (const user of room.members) this.#tellUnread(room, user, (socket) => !this.#isIn(socket, name));
    return { seq, at };
  }

  #tellUnread(room: FakeRoom, user: string, to: (socket: FakeSocket) => boolean = () => true): void {
    const sockets = this.live.filter((socket) => this.#users.get(socket) === user && to(socket));
    if (sockets.length === 0) return;
    const unread = { type: 'unread', room: room.name, ...room.read(user) };
    for (const socket of sockets) socket.say(unread);
  }

  /** Who was let in there. */
  userOf(socket: FakeSocket): string | undefined {
    return this.#users.get(socket);
  }

  #isIn(socket: FakeSocket, room: string): boolean {
    return this.#joined.get(socket)?.has(room) === true;
  }

  /** Who is in a room: one entry for each person, in no order. A connection that is lost is gone at once, and nobody is told. */
  present(room: string): { user: string; status: 'online' | 'away' }[] {
    const people = new Map<string, 'online' | 'away'>();
    for (const socket of this.live) {
      const user = this.#users.get(socket);
      if (user === undefined || !this.#isIn(socket, room)) continue;
      if (people.get(user) !== 'online') people.set(user, this.#away.has(socket) ? 'away' : 'online');
    }
    return Array.from(people, ([user, status]) => ({ user, status }));
  }

  /** Does something by which somebody may come, go or look elsewhere, and tells the others in these rooms. */
  #moves(socket: FakeSocket, rooms: readonly string[], move: () => void): void {
    const user = this.#users.get(socket);
    const statuses = rooms.map((room) => {
      const status = (): string => this.present(room).find((person) => person.user === user)?.status ?? 'offline';
      return { room, status, before: status() };
    });
    move();
    for (const { room, status, before } of statuses) {
      const now = status();
      if (now !== before) this.tell(room, { type: 'presence', room, user, status: now }, socket);
    }
  }

  /** Says a frame to all who have joined a room, but for one. */
  tell(room: string, frame: object, but?: FakeSocket): void {
    for (const socket of this.live) if (socket !== but && this.#isIn(socket, room)) socket.say(frame);
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
    if (id === undefined) {
      this.#signalled(frame, socket);
      return;
    }
    try {
      const handler = this.#handlers.get(type);
      const data = handler === undefined ? this.#answer(frame, socket) : handler(frame, socket);
      if (data !== undefined) socket.say({ type: 'reply', id, data });
    } catch (error) {
      if (!(error instanceof FakeError)) throw error;
      socket.say({ type: 'error', id, code: error.code, message: error.code, retryAfterMs: error.retryAfterMs });
    }
  }

  #signalled(frame: RawFrame, socket: FakeSocket): void {
    const user = this.#users.get(socket);
    const room = String(frame['room']);
    if (frame.type === 'typing' && this.#isIn(socket, room)) {
      for (const other of this.live) {
        if (this.#isIn(other, room) && this.#users.get(other) !== user) other.say({ type: 'typing', room, user });
      }
    } else if (frame.type === 'away') {
      const rooms = [...(this.#joined.get(socket) ?? [])];
      this.#moves(socket, rooms, () => {
        if (frame['away'] === true) this.#away.add(socket);
        else this.#away.delete(socket);
      });
    }
  }

  #answer(frame: RawFrame, socket: FakeSocket): object {
    const name = String(frame['room']);
    const user = this.#users.get(socket) ?? this.user;
    const key = String(frame['key']);
    const joined = this.#joined.get(socket) ?? new Set();
    this.#joined.set(socket, joined);
    switch (frame.type) {
      case 'ping':
        return {};
      case 'renew':
        if (!this.consume(frame['ticket'])) throw new FakeError('invalid_ticket');
        return { lease: this.newLease() };
      case 'join': {
        const room = this.room(name);
        const was = joined.delete(name);
        const answer = room.join(frame);
        if (was) joined.add(name);
        room.enter(user);
        this.#moves(socket, [name], () => joined.add(name));
        return { ...answer, present: this.present(name) };
      }
      case 'history':
        return this.room(name).history(frame['after']);
      case 'leave':
        this.#moves(socket, [name], () => joined.delete(name));
        return {};
      case 'send':
      case 'edit':
      case 'delete':
        if (!joined.has(name)) throw new FakeError('not_joined');
        if (frame.type === 'delete') return this.delete(name, user, Number(frame['deletes']), key);
        if (frame.type === 'edit') return this.edit(name, user, Number(frame['edits']), String(frame['text']), key);
        return this.say(name, user, String(frame['text']), key);
      case 'read':
        this.room(name).read(user, Number(frame['seq']));
        this.#tellUnread(this.room(name), user);
        return {};
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
