import type { RawFrame, TicketResponse } from '@usher/protocol';
import type { TicketFunction, TicketSocketOptions } from '../socket/options.ts';
import type { SocketConstructor } from '../socket/socket.ts';
import type { Welcome } from '../socket/connection-state.ts';
import { FakePage } from './fake-browser.ts';
import { FakePresence } from './fake-presence.ts';
import { FakeError, FakeRoom } from './fake-room.ts';
import { FakeSocket, type FakeSocketEnd } from './fake-socket.ts';

/** The position of a message in the sequence. */
interface Sent {
  readonly seq: number;
  readonly at: number;
}

/** Handles a request: returns the data of the reply, or throws a `FakeError`. After `undefined` the request gets no reply. */
export type FakeHandler = (frame: RawFrame, socket: FakeSocket) => object | undefined;

/**
 * An in-process server with single-use tickets, a handshake and rooms.
 *
 * ```ts
 * vi.useFakeTimers();
 * const server = new FakeServer({ user: 'maggie' });
 * const socket = new TicketSocket<RoomsProtocol>(server.options);
 * socket.connect();
 * await vi.advanceTimersByTimeAsync(0); // socket.state.name is 'open'
 *
 * server.room('general').append('bart', 'an earlier message');
 * const { seq } = server.send('general', 'bart', 'hello'); // sent to all joined connections
 * server.edit('general', 'bart', seq, 'hello all');
 * new TicketSocket<RoomsProtocol>(server.optionsOf('bart')); // another user
 * server.last.end(1012); // the client reconnects with another ticket
 * server.ticket = () => Promise.reject(new TicketRefused('draining', 503)); // denies tickets
 * server.onHandshake = (socket) => socket.end(1006); // rejects handshakes
 * server.page.emit('offline');
 * ```
 */
export class FakeServer implements FakeSocketEnd {
  user: string;
  /** All sockets that the client has opened. */
  readonly sockets: FakeSocket[] = [];
  readonly page = new FakePage();
  /** The number of ticket calls. */
  ticketCalls = 0;
  heartbeatMs = 25_000;
  leaseSeconds = 1_800;
  limits: Welcome['limits'] = { frameBytes: 65_536, textChars: 4_000, rooms: 128, sendsPerSecond: 20 };
  connectAfterMs = 0;
  /** The ticket function. Defaults to issuing a valid ticket. */
  ticket: TicketFunction = () => Promise.resolve(this.issue());
  /** Handles a handshake. Defaults to `admit`. */
  onHandshake: (socket: FakeSocket) => void = (socket) => {
    this.admit(socket);
  };

  readonly #rooms = new Map<string, FakeRoom>();
  readonly #handlers = new Map<string, FakeHandler>();
  readonly #presence = new FakePresence(this.sockets);
  /** Unused tickets with their users. */
  readonly #tickets = new Map<string, string | undefined>();
  #issued = 0;

  constructor({ user = 'maggie' }: { readonly user?: string } = {}) {
    this.user = user;
  }

  /** Options for `new TicketSocket(server.options)`. Without jitter: a backoff takes half of its window. */
  get options(): TicketSocketOptions & { readonly page: FakePage; readonly WebSocket: SocketConstructor } {
    return this.#options((signal) => this.ticket(signal));
  }

  /** The same for another user. */
  optionsOf(user: string): FakeServer['options'] {
    return this.#options(() => Promise.resolve(this.issue(user)));
  }

  #options(ticket: TicketFunction): FakeServer['options'] {
    return {
      url: 'ws://fake.test/api/ws',
      ticket: (signal) => {
        this.ticketCalls++;
        return ticket(signal);
      },
      WebSocket: socketClass(this, this.sockets),
      random: () => 0.5,
      page: this.page,
    };
  }

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }

  /** The sockets that are not closed. */
  get live(): readonly FakeSocket[] {
    return this.#presence.live;
  }

  issue(user?: string): TicketResponse {
    const ticket = `ticket-${++this.#issued}`;
    this.#tickets.set(ticket, user);
    return { ticket, expires: Math.ceil(Date.now() / 1000) + 30, connectAfterMs: this.connectAfterMs };
  }

  /** Consumes a ticket and returns whether it was valid. */
  consume(ticket: unknown): boolean {
    return this.#tickets.delete(String(ticket));
  }

  /** Accepts the handshake and sends the `welcome` if the ticket is valid; otherwise rejects it. */
  admit(socket: FakeSocket): void {
    const user = this.#tickets.get(socket.ticket) ?? this.user;
    this.#presence.setUser(socket, user);
    if (!this.consume(socket.ticket)) {
      socket.end(1006);
      return;
    }
    socket.accept();
    socket.emit({
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

  /** Appends a message. Joined connections receive it, and other members receive their unread counts. */
  send(room: string, from: string, text: string, key?: string): Sent {
    return this.#append(room, from, text, key);
  }

  /** Edits a message of the user `from`. */
  edit(room: string, from: string, edits: number, text: string, key?: string): Sent {
    return this.#append(room, from, text, key, { edits });
  }

  /** Deletes a message of the user `from`. */
  delete(room: string, from: string, deletes: number, key?: string): Sent {
    return this.#append(room, from, '', key, { deletes });
  }

  #append(name: string, ...args: Parameters<FakeRoom['append']>): Sent {
    const room = this.room(name);
    const { message, duplicate } = room.append(...args);
    const { seq, at } = message;
    if (duplicate) return { seq, at };
    this.broadcast(name, { type: 'message', ...message });
    for (const user of room.members) this.#sendUnread(room, user, (socket) => !this.#presence.isIn(socket, name));
    return { seq, at };
  }

  #sendUnread(room: FakeRoom, user: string, to: (socket: FakeSocket) => boolean = () => true): void {
    const sockets = this.live.filter((socket) => this.#presence.userOf(socket) === user && to(socket));
    if (sockets.length === 0) return;
    const unread = { type: 'unread', room: room.name, ...room.read(user) };
    for (const socket of sockets) socket.emit(unread);
  }

  /** Returns the user of an admitted socket. */
  userOf(socket: FakeSocket): string | undefined {
    return this.#presence.userOf(socket);
  }

  /** Returns the present users of a room, in no order. Lost connections are removed at once, without an event. */
  present(room: string): { user: string; status: 'online' | 'away' }[] {
    return this.#presence.present(room);
  }

  /** Sends a frame to all connections that have joined a room, except one. */
  broadcast(room: string, frame: object, except?: FakeSocket): void {
    this.#presence.broadcast(room, frame, except);
  }

  /** Sets the handler for a request type. Returns the previous one. */
  handle(type: string, handler: FakeHandler): FakeHandler {
    const before = this.#handlers.get(type) ?? ((frame, socket) => this.#reply(frame, socket));
    this.#handlers.set(type, handler);
    return before;
  }

  onDial(socket: FakeSocket): void {
    this.onHandshake(socket);
  }

  received(socket: FakeSocket, frame: RawFrame): void {
    const { id, type } = frame;
    if (id === undefined) {
      if (type === 'typing') this.#presence.typing(socket, String(frame['room']));
      else if (type === 'away') this.#presence.setAway(socket, frame['away'] === true);
      return;
    }
    try {
      const handler = this.#handlers.get(type);
      const data = handler === undefined ? this.#reply(frame, socket) : handler(frame, socket);
      if (data !== undefined) socket.emit({ type: 'reply', id, data });
    } catch (error) {
      if (!(error instanceof FakeError)) throw error;
      socket.emit({ type: 'error', id, code: error.code, message: error.code, retryAfterMs: error.retryAfterMs });
    }
  }

  #reply(frame: RawFrame, socket: FakeSocket): object {
    const name = String(frame['room']);
    const user = this.#presence.userOf(socket) ?? this.user;
    const key = String(frame['key']);
    const joined = this.#presence.roomsOf(socket);
    switch (frame.type) {
      case 'ping':
        return {};
      case 'renew':
        if (!this.consume(frame['ticket'])) throw new FakeError('invalid_ticket');
        return { lease: this.newLease() };
      case 'join': {
        const room = this.room(name);
        const was = joined.delete(name);
        const reply = room.join(frame);
        if (was) joined.add(name);
        room.enter(user);
        this.#presence.change(socket, [name], () => joined.add(name));
        return { ...reply, present: this.present(name) };
      }
      case 'history':
        return this.room(name).history(frame['after']);
      case 'leave':
        this.#presence.change(socket, [name], () => joined.delete(name));
        return {};
      case 'send':
      case 'edit':
      case 'delete':
        if (!joined.has(name)) throw new FakeError('not_joined');
        if (frame.type === 'delete') return this.delete(name, user, Number(frame['deletes']), key);
        if (frame.type === 'edit') return this.edit(name, user, Number(frame['edits']), String(frame['text']), key);
        return this.send(name, user, String(frame['text']), key);
      case 'read':
        this.room(name).read(user, Number(frame['seq']));
        this.#sendUnread(this.room(name), user);
        return {};
      default:
        throw new FakeError('unknown_type');
    }
  }
}

function socketClass(end: FakeSocketEnd, sockets: FakeSocket[]): SocketConstructor {
  return class extends FakeSocket {
    constructor(url: string, protocol: string) {
      super(end, url, protocol);
      sockets.push(this);
    }
  };
}
