import type { CloseName } from '@usher/protocol';
import type { ConnectionBudget } from './budgets.ts';
import type { Connection, Identity } from './connection.ts';
import type { Frame } from './frame.ts';
import type { PendingRequests } from './server-requests.ts';
import type { Socket, SocketListener } from './socket.ts';
import type { Spoke } from './wheel.ts';

/** What a connection calls on the collection that owns it. */
export interface ConnectionOwner {
  readonly bufferedBytes: number;
  readonly volatileBytes: number;
  /** Creates the data of a connection. */
  dataOf(connection: ServerConnection): object;
  request(connection: ServerConnection, name: string, params: unknown, timeoutMs?: number): Promise<unknown>;
  received(connection: ServerConnection, text: string): void;
  /** The socket is gone. */
  socketClosed(connection: ServerConnection, code: number): void;
  close(connection: ServerConnection, name: CloseName): void;
}

/**
 * One connection on the server. It has plain fields only, without closures, timers or maps of its own, and is its own socket
 * listener. Times are monotonic milliseconds, except `openedAt` (Unix milliseconds) and `lease` (Unix seconds).
 */
export class ServerConnection implements Connection, SocketListener, Spoke {
  readonly id: string;
  /** A renewal replaces this object and never mutates it. */
  identity: Identity;
  readonly openedAt: number;
  readonly #openSince: number;
  readonly socket: Socket;
  readonly owner: ConnectionOwner;

  lease: number;
  /** When the lease ends, independent of changes of the system time. */
  leaseEndsAt: number;
  leaseNoticed = false;
  open = true;
  /** The socket has reported that it is closed. */
  isSocketClosed = false;
  inFlight = 0;
  rateLimited = 0;
  malformed = 0;
  /** Created with the first frame that is charged. */
  budget: ConnectionBudget | undefined = undefined;
  /** Created with the first request to the client. */
  pendingRequests: PendingRequests | undefined = undefined;
  #data: object | undefined = undefined;
  /** The client has sent a frame since the last beat. */
  receivedSinceBeat = false;
  nextBeatAt: number;
  /** The deadline for the reply to the last beat; 0 if none is pending. */
  beatDeadline = 0;
  /** When the last beat was sent; 0 after the reply to it. An integer, as is `roundTripMs`, because fractions need more memory. */
  beatSentAt = 0;
  roundTripMs: number | undefined = undefined;
  /** When an unfinished closing handshake is cut. */
  cutAt = 0;

  wheelSlot = -1;
  wheelNext: Spoke | undefined = undefined;
  wheelPrevious: Spoke | undefined = undefined;

  constructor(
    owner: ConnectionOwner,
    socket: Socket,
    id: string,
    identity: Identity,
    times: Pick<ServerConnection, 'openedAt' | 'lease' | 'leaseEndsAt' | 'nextBeatAt'> & { readonly openSince: number },
  ) {
    this.owner = owner;
    this.socket = socket;
    this.id = id;
    this.identity = identity;
    this.openedAt = times.openedAt;
    this.#openSince = times.openSince;
    this.lease = times.lease;
    this.leaseEndsAt = times.leaseEndsAt;
    this.nextBeatAt = times.nextBeatAt;
  }

  /** Created when it is first read, because most connections have none. */
  get data(): object {
    return (this.#data ??= this.owner.dataOf(this));
  }

  set data(data: object) {
    this.#data = data;
  }

  get openForMs(): number {
    return performance.now() - this.#openSince;
  }

  get bufferedBytes(): number {
    return this.socket.bufferedBytes;
  }

  send(frame: Frame): void {
    if (!this.open) return;
    this.socket.send(frame);
    if (this.socket.bufferedBytes > this.owner.bufferedBytes) this.owner.close(this, 'slow_consumer');
  }

  sendVolatile(frame: Frame): boolean {
    if (!this.open || this.socket.bufferedBytes > this.owner.volatileBytes) return false;
    this.send(frame);
    return true;
  }

  request(type: string, params: unknown, { timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<never> {
    return this.owner.request(this, type, params, timeoutMs) as Promise<never>;
  }

  /** The client has replied to a beat. */
  beatReplied(): void {
    if (this.beatSentAt === 0) return;
    this.roundTripMs = Math.max(0, Math.round(performance.now()) - this.beatSentAt);
    this.beatSentAt = 0;
  }

  message(text: string): void {
    if (this.open) this.owner.received(this, text);
  }

  closed(code: number): void {
    this.owner.socketClosed(this, code);
  }
}
