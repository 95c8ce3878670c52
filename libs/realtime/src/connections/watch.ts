import type { CloseName } from '@usher/protocol';
import { Frame } from './frame.ts';
import type { ServerConnection } from './server-connection.ts';
import { Wheel } from './wheel.ts';

export interface WatchOptions {
  readonly heartbeatMs: number;
  readonly heartbeatGraceMs: number;
  readonly leaseNoticeMs: number;
  readonly closeGraceMs: number;
  readonly close: (connection: ServerConnection, name: CloseName) => void;
}

const beat = new Frame('{"type":"beat"}');

/** Everything that depends on time: heartbeats, lease expiry and the deadline of closing handshakes. */
export class Watch {
  readonly #options: WatchOptions;
  readonly #wheel: Wheel<ServerConnection>;
  /** No heartbeat counts as missed before this time, because the process was blocked and could not read the replies. */
  #graceUntil = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    const shortest = Math.min(options.heartbeatMs, options.heartbeatGraceMs, options.closeGraceMs);
    const tickMs = Math.min(250, Math.max(5, Math.floor(shortest / 10)));
    this.#wheel = new Wheel<ServerConnection>(
      tickMs,
      (connection, now) => {
        this.#visit(connection, now);
      },
      (lateMs, now) => {
        this.#graceUntil = now + Math.min(lateMs, options.heartbeatGraceMs);
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

  begin(connection: ServerConnection): void {
    this.#wheel.put(connection, this.#nextIn(connection, performance.now()));
  }

  /** Starts the deadline of the closing handshake. */
  closing(connection: ServerConnection): void {
    connection.cutAt = performance.now() + this.#options.closeGraceMs;
    this.#wheel.put(connection, this.#options.closeGraceMs);
  }

  end(connection: ServerConnection): void {
    this.#wheel.take(connection);
  }

  stop(): void {
    this.#wheel.stop();
  }

  #visit(connection: ServerConnection, now: number): void {
    if (connection.isSocketClosed) return;
    if (!connection.open) {
      if (now >= connection.cutAt) connection.socket.terminate();
      else this.#wheel.put(connection, connection.cutAt - now);
      return;
    }
    const { heartbeatMs, heartbeatGraceMs, leaseNoticeMs, close } = this.#options;
    const leaseLeftMs = connection.leaseEndsAt - now;
    if (leaseLeftMs <= 0) {
      close(connection, 'lease_expired');
      return;
    }
    if (leaseLeftMs <= leaseNoticeMs && !connection.leaseNoticed) {
      connection.leaseNoticed = true;
      connection.send(new Frame(JSON.stringify({ type: 'lease', lease: connection.lease })));
    }
    if (connection.beatDeadline !== 0) {
      if (connection.receivedSinceBeat) {
        connection.beatDeadline = 0;
      } else if (now >= Math.max(connection.beatDeadline, this.#graceUntil)) {
        close(connection, 'heartbeat_missed');
        return;
      }
    }
    if (now >= connection.nextBeatAt) {
      connection.nextBeatAt = now + heartbeatMs;
      if (connection.beatDeadline === 0) {
        connection.receivedSinceBeat = false;
        connection.beatDeadline = now + heartbeatGraceMs;
        connection.beatSentAt = Math.round(now);
      }
      connection.send(beat);
    }
    this.#reschedule(connection, now);
  }

  /** A send may have closed a slow consumer, which is then already scheduled for the end of its closing handshake. */
  #reschedule(connection: ServerConnection, now: number): void {
    if (connection.open) this.#wheel.put(connection, this.#nextIn(connection, now));
  }

  #nextIn(connection: ServerConnection, now: number): number {
    const leaseLeftMs = connection.leaseEndsAt - now;
    const lease = connection.leaseNoticed ? leaseLeftMs : leaseLeftMs - this.#options.leaseNoticeMs;
    const awaited =
      connection.beatDeadline === 0 ? Infinity : Math.max(connection.beatDeadline, this.#graceUntil) - now;
    return Math.max(0, Math.min(lease, awaited, connection.nextBeatAt - now));
  }
}
