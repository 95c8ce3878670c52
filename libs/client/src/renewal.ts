import type { TicketCall } from './ticket-call.ts';
import type { Timer, Timers } from './timers.ts';

/** Renewals begin at least so far apart, should this clock and the server's disagree. */
const gapMs = 30_000;

export interface RenewalMeans {
  readonly call: TicketCall;
  readonly timers: Timers;
  readonly random: () => number;
  readonly now: () => number;
  /** Whether the connection has ended: nothing is to be begun any more. */
  readonly over: () => boolean;
  readonly begun: () => void;
  /** Presents a ticket over the open socket. Resolves to the new lease (Unix seconds), rejects where there is none. */
  readonly present: (ticket: string) => Promise<number>;
  /** The lease was renewed; how long it took, in ms. */
  readonly renewed: (lease: number, ms: number) => void;
  /** Judges a failure. Returns in how many ms to try again, or nothing where that is of no use. */
  readonly failed: (error: unknown, ms: number, tries: number) => number | undefined;
}

/** Keeps the lease of one open connection. Its timers and its ticket call end with the connection's state. */
export class Renewal {
  readonly #means: RenewalMeans;
  #timer: Timer | undefined;
  #tries = 0;
  #underWay = false;

  constructor(means: RenewalMeans) {
    this.#means = means;
  }

  /**
   * Renews ahead of the end, anywhere between 75 and 90 % of the way there, so that those who came together do not renew
   * together. Where this clock says that the lease is over it is wrong: the server's `lease` frame will say when.
   *
   * @param lease Unix seconds
   */
  plan(lease: number): void {
    const { now, random } = this.#means;
    const leftMs = lease * 1000 - now();
    if (leftMs > 0) this.#in(Math.max(gapMs, leftMs * (0.75 + 0.15 * random())));
  }

  /** Renews now, unless it is at it already. */
  renew(): void {
    if (this.#underWay) return;
    this.#underWay = true;
    const { call, timers, now, over, begun, present, renewed, failed } = this.#means;
    const from = now();
    const fail = (error: unknown): void => {
      if (over()) return;
      this.#underWay = false;
      const ms = failed(error, now() - from, ++this.#tries);
      if (ms !== undefined) this.#in(ms);
    };
    call.ask((ticket, waitMs) => {
      timers.set(waitMs, () => {
        present(ticket).then((lease) => {
          if (over()) return;
          this.#underWay = false;
          this.#tries = 0;
          this.plan(lease);
          renewed(lease, now() - from);
        }, fail);
      });
    }, fail);
    begun();
  }

  #in(ms: number): void {
    const { timers } = this.#means;
    timers.clear(this.#timer);
    this.#timer = timers.set(ms, () => {
      this.renew();
    });
  }
}
