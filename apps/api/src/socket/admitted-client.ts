import type { Identity } from '@usher/realtime';
import type { Reservation } from '@usher/realtime';

/** A client that passed the gate and whose socket is not open yet. */
export class AdmittedClient {
  readonly reservation: Reservation;
  readonly identity: Identity;
  /** When the lease expires, in Unix seconds. */
  readonly lease: number;

  constructor(reservation: Reservation, identity: Identity, lease: number) {
    this.reservation = reservation;
    this.identity = identity;
    this.lease = lease;
  }
}
