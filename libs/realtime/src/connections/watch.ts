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

/** Everything that happens to a connection because time passes: beats, the lease and the end of a closing handshake. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #wheel: Wheel<Seat>;
  /** No beat counts as missed before this: the process itself had no time to hear the answers. */
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

  /** When the first beat of a new connection goes out: anywhere within one interval, so that a crowd does not beat as one. */
  firstBeat(): number {
    return performance.now() + Math.ceil(Math.random() * this.#options.heartbeatMs);
  }

  begin(seat: Seat): void {
    this.#wheel.put(seat, this.#nextIn(seat, performance.now()));
  }

  /** The closing handshake has begun: cut it if it does not end in time. */
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

  /** What was sent may have closed a slow one, which is on the wheel already, for its end. */
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
