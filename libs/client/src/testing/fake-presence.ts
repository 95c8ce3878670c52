import type { FakeSocket } from './fake-socket.ts';

/** The users of the connections of a fake server, the rooms that they have joined, and whether they are away. */
export class FakePresence {
  readonly #sockets: readonly FakeSocket[];
  readonly #users = new WeakMap<FakeSocket, string>();
  readonly #joined = new WeakMap<FakeSocket, Set<string>>();
  readonly #away = new WeakSet<FakeSocket>();

  constructor(sockets: readonly FakeSocket[]) {
    this.#sockets = sockets;
  }

  /** The sockets that are not closed. */
  get live(): readonly FakeSocket[] {
    return this.#sockets.filter(({ state }) => state !== 'closed');
  }

  setUser(socket: FakeSocket, user: string): void {
    this.#users.set(socket, user);
  }

  userOf(socket: FakeSocket): string | undefined {
    return this.#users.get(socket);
  }

  /** Returns the rooms that a connection has joined. */
  roomsOf(socket: FakeSocket): Set<string> {
    const rooms = this.#joined.get(socket) ?? new Set();
    this.#joined.set(socket, rooms);
    return rooms;
  }

  isIn(socket: FakeSocket, room: string): boolean {
    return this.roomsOf(socket).has(room);
  }

  /** Returns the present users of a room, in no order. Lost connections are removed at once, without an event. */
  present(room: string): { user: string; status: 'online' | 'away' }[] {
    const present = new Map<string, 'online' | 'away'>();
    for (const socket of this.live) {
      const user = this.#users.get(socket);
      if (user === undefined || !this.isIn(socket, room)) continue;
      if (present.get(user) !== 'online') present.set(user, this.#away.has(socket) ? 'away' : 'online');
    }
    return Array.from(present, ([user, status]) => ({ user, status }));
  }

  setAway(socket: FakeSocket, away: boolean): void {
    this.change(socket, [...this.roomsOf(socket)], () => {
      if (away) this.#away.add(socket);
      else this.#away.delete(socket);
    });
  }

  /** Runs an action that may change the presence of a user, and sends `presence` events to these rooms. */
  change(socket: FakeSocket, rooms: readonly string[], action: () => void): void {
    const user = this.#users.get(socket);
    const statuses = rooms.map((room) => {
      const status = (): string => this.present(room).find((each) => each.user === user)?.status ?? 'offline';
      return { room, status, before: status() };
    });
    action();
    for (const { room, status, before } of statuses) {
      const now = status();
      if (now !== before) this.broadcast(room, { type: 'presence', room, user, status: now }, socket);
    }
  }

  /** Sends a frame to all connections that have joined a room, except one. */
  broadcast(room: string, frame: object, except?: FakeSocket): void {
    for (const socket of this.live) if (socket !== except && this.isIn(socket, room)) socket.emit(frame);
  }

  /** Sends a `typing` event to the connections of the other users in a room. */
  typing(socket: FakeSocket, room: string): void {
    const user = this.#users.get(socket);
    if (!this.isIn(socket, room)) return;
    for (const other of this.live) {
      if (this.isIn(other, room) && this.#users.get(other) !== user) other.emit({ type: 'typing', room, user });
    }
  }
}
