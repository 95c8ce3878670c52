import type { Identity } from '@usher/realtime';
import type { Seat } from './seats.ts';

/** Somebody whom the gate has let in and who is on the way to their seat. */
export class Guest {
  readonly seat: Seat;
  readonly identity: Identity;
  /** Until when they may stay, Unix seconds. */
  readonly lease: number;

  constructor(seat: Seat, identity: Identity, lease: number) {
    this.seat = seat;
    this.identity = identity;
    this.lease = lease;
  }
}
