import type { CloseName } from '@usher/protocol';
import type { ConnectionBudget } from './budgets.ts';
import type { Connection, Identity } from './connection.ts';
import type { Frame } from './frame.ts';
import type { Socket, SocketListener } from './socket.ts';
import type { Spoke } from './wheel.ts';

/** What a connection calls on the collection that owns it. */
export interface Usher {
  readonly bufferedBytes: number;
  heard(seat: Seat, text: string): void;
  /** The socket is gone. */
  gone(seat: Seat, code: number): void;
  close(seat: Seat, name: CloseName): void;
}

/**
 * One connection on the server. It has plain fields only, without closures, timers or maps of its own, and is its own socket
 * listener. Times are monotonic milliseconds, except `openedAt` (Unix milliseconds) and `lease` (Unix seconds).
 */
export class Seat implements Connection, SocketListener, Spoke {
  readonly id: string;
  /** A renewal replaces this object and never mutates it. */
  identity: Identity;
  readonly openedAt: number;
  readonly socket: Socket;
  readonly usher: Usher;

  lease: number;
  /** When the lease ends, independent of changes of the system time. */
  leaseEndsAt: number;
  leaseNoticed = false;
  open = true;
  /** The socket has reported that it is closed. */
  socketGone = false;
  inFlight = 0;
  malformed = 0;
  /** Created with the first frame that is charged. */
  budget: ConnectionBudget | undefined = undefined;
  /** The client has sent a frame since the last beat. */
  heardSinceBeat = false;
  nextBeatAt: number;
  /** The deadline for an answer to the last beat; 0 if none is pending. */
  beatDeadline = 0;
  /** When an unfinished closing handshake is cut. */
  cutAt = 0;

  wheelSlot = -1;
  wheelNext: Spoke | undefined = undefined;
  wheelPrevious: Spoke | undefined = undefined;

  constructor(
    usher: Usher,
    socket: Socket,
    id: string,
    identity: Identity,
    times: Pick<Seat, 'openedAt' | 'lease' | 'leaseEndsAt' | 'nextBeatAt'>,
  ) {
    this.usher = usher;
    this.socket = socket;
    this.id = id;
    this.identity = identity;
    this.openedAt = times.openedAt;
    this.lease = times.lease;
    this.leaseEndsAt = times.leaseEndsAt;
    this.nextBeatAt = times.nextBeatAt;
  }

  get bufferedBytes(): number {
    return this.socket.bufferedBytes;
  }

  send(frame: Frame): void {
    if (!this.open) return;
    this.socket.send(frame);
    if (this.socket.bufferedBytes > this.usher.bufferedBytes) this.usher.close(this, 'slow_consumer');
  }

  message(text: string): void {
    if (this.open) this.usher.heard(this, text);
  }

  closed(code: number): void {
    this.usher.gone(this, code);
  }
}
