import type { CloseName } from '@usher/protocol';
import { Frame } from './frame.ts';
import type { Seat } from './seat.ts';
import { Wheel } from './wheel.ts';

export interface WatchOptions {
  readonly heartbeatMs: number;
  readonly heartbeatGraceMs: number;
  readonly leaseNoticeMs: number;
  readonly closeGraceMs: number;
  readonly close: (seat: Seat, name: CloseName) => void;
}

const beat = new Frame('{"type":"beat"}');

/** Everything that depends on time: heartbeats, lease expiry and the deadline of closing handshakes. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #wheel: Wheel<Seat>;
  /** No heartbeat counts as missed before this time, because the process was blocked and could not read the answers. */
  #mercyUntil = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    const shortest = Math.min(options.heartbeatMs, options.heartbeatGraceMs, options.closeGraceMs);
    const tickMs = Math.min(250, Math.max(5, Math.floor(shortest / 10)));
    this.#wheel = new Wheel<Seat>(
      tickMs,
      (seat, now) => {
        this.#visit(seat, now);
      },
      (lateMs, now) => {
        this.#mercyUntil = now + Math.min(lateMs, options.heartbeatGraceMs);
      },
    );
  }

  /**
   * When the first beat of a new connection is due: a random time within one interval, to spread the beats of clients that connect
   * together.
   */
  firstBeat(): number {
    return performance.now() + Math.ceil(Math.random() * this.#options.heartbeatMs);
  }

  begin(seat: Seat): void {
    this.#wheel.put(seat, this.#nextIn(seat, performance.now()));
  }

  /** Starts the deadline of the closing handshake. */
  closing(seat: Seat): void {
    seat.cutAt = performance.now() + this.#options.closeGraceMs;
    this.#wheel.put(seat, this.#options.closeGraceMs);
  }

  end(seat: Seat): void {
    this.#wheel.take(seat);
  }

  stop(): void {
    this.#wheel.stop();
  }

  #visit(seat: Seat, now: number): void {
    if (seat.socketGone) return;
    if (!seat.open) {
      if (now >= seat.cutAt) seat.socket.terminate();
      else this.#wheel.put(seat, seat.cutAt - now);
      return;
    }
    const { heartbeatMs, heartbeatGraceMs, leaseNoticeMs, close } = this.#options;
    const leaseLeftMs = seat.leaseEndsAt - now;
    if (leaseLeftMs <= 0) {
      close(seat, 'lease_expired');
      return;
    }
    if (leaseLeftMs <= leaseNoticeMs && !seat.leaseNoticed) {
      seat.leaseNoticed = true;
      seat.send(new Frame(JSON.stringify({ type: 'lease', lease: seat.lease })));
    }
    if (seat.beatDeadline !== 0) {
      if (seat.heardSinceBeat) {
        seat.beatDeadline = 0;
      } else if (now >= Math.max(seat.beatDeadline, this.#mercyUntil)) {
        close(seat, 'heartbeat_missed');
        return;
      }
    }
    if (now >= seat.nextBeatAt) {
      seat.nextBeatAt = now + heartbeatMs;
      if (seat.beatDeadline === 0) {
        seat.heardSinceBeat = false;
        seat.beatDeadline = now + heartbeatGraceMs;
      }
      seat.send(beat);
    }
    this.#lookAgain(seat, now);
  }

  /** A send may have closed a slow consumer, which is then already scheduled for the end of its closing handshake. */
  #lookAgain(seat: Seat, now: number): void {
    if (seat.open) this.#wheel.put(seat, this.#nextIn(seat, now));
  }

  #nextIn(seat: Seat, now: number): number {
    const leaseLeftMs = seat.leaseEndsAt - now;
    const lease = seat.leaseNoticed ? leaseLeftMs : leaseLeftMs - this.#options.leaseNoticeMs;
    const awaited = seat.beatDeadline === 0 ? Infinity : Math.max(seat.beatDeadline, this.#mercyUntil) - now;
    return Math.max(0, Math.min(lease, awaited, seat.nextBeatAt - now));
  }
}
