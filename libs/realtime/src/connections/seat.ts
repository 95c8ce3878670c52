import type { CloseName } from '@usher/protocol';
import type { ConnectionBudget } from './budgets.ts';
import type { Connection, Identity } from './connection.ts';
import type { Frame } from './frame.ts';
import type { Socket, SocketListener } from './socket.ts';
import type { Spoke } from './wheel.ts';

/** What a seat tells the hub that it belongs to. */
export interface Usher {
  readonly bufferedBytes: number;
  heard(seat: Seat, text: string): void;
  /** The socket is gone. */
  gone(seat: Seat, code: number): void;
  close(seat: Seat, name: CloseName): void;
}

/**
 * One connection as the hub keeps it: plain fields, no closure, timer or map of its own, and its own listener.
 * Times are monotonic milliseconds, except `openedAt` (Unix milliseconds) and `lease` (Unix seconds), which people see.
 */
export class Seat implements Connection, SocketListener, Spoke {
  readonly id: string;
  /** Replaced by a renewal, never changed. */
  identity: Identity;
  readonly openedAt: number;
  readonly socket: Socket;
  readonly usher: Usher;

  lease: number;
  /** When the lease ends, however the system time is changed. */
  leaseEndsAt: number;
  leaseNoticed = false;
  open = true;
  /** The socket has told that it is closed. */
  socketGone = false;
  inFlight = 0;
  malformed = 0;
  /** Created with the first frame that costs something. */
  budget: ConnectionBudget | undefined = undefined;
  /** Something came from the client since the last beat. */
  heardSinceBeat = false;
  nextBeatAt: number;
  /** Until when the last beat may be answered; 0 when nothing is awaited. */
  beatDeadline = 0;
  /** When a closing handshake that does not end is cut. */
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
