import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { progressed } from '../progress.ts';

/** Below the server's limit per session (PROTOCOL.md, Limits), because the two clocks differ. */
const perMinute = 55;
const minuteMs = 61_000;

/** Distributes ticket calls over the sessions of the load, within the server's rate limit. */
export class Sessions {
  readonly #tokens: readonly string[];
  /** The times of the ticket calls of all sessions in the last minute, oldest first. */
  readonly #calls: number[] = [];
  #next = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /**
   * Waits until the rate limit permits `count` ticket calls. Call it before a measurement starts.
   *
   * @throws RangeError if the sessions may not request that many tickets per minute
   */
  async ready(count: number): Promise<void> {
    const maxCalls = this.#tokens.length * perMinute;
    if (count > maxCalls)
      throw new RangeError(
        `${count} tickets exceed the limit of ${this.#tokens.length} sessions: ${maxCalls} per minute`,
      );
    for (;;) {
      const now = performance.now();
      while (this.#calls[0] !== undefined && this.#calls[0] < now - minuteMs) this.#calls.shift();
      const over = this.#calls.length + count - maxCalls;
      if (over <= 0) return;
      await sleep(minuteMs - (now - (this.#calls[over - 1] ?? now)) + 1);
    }
  }

  /** @returns the token of the next session */
  take(): string {
    this.#calls.push(performance.now());
    this.#next = (this.#next + 1) % this.#tokens.length;
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new RangeError('there are no sessions');
    return token;
  }
}

export interface Ticket {
  readonly ticket: string;
  /** Unix seconds. */
  readonly expires: number;
  readonly connectAfterMs: number;
}

/** A keep-alive HTTP connection on which one client requests its tickets, one at a time. */
export class TicketConnection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = '';
  #waiting: { readonly resolve: (ticket: Ticket) => void; readonly reject: (reason: Error) => void } | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Requests a ticket. Rejects with the status and body if the server denies it. */
  request(token: string): Promise<Ticket> {
    const socket = (this.#socket ??= this.#connect());
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      socket.write(
        `GET /api/ws_ticket HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      );
    });
  }

  close(): void {
    this.#socket?.resetAndDestroy();
    this.#socket = undefined;
  }

  #connect(): Socket {
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      progressed();
      this.#received += text;
      this.#settle();
    });
    const over = (reason: Error): void => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#waiting?.reject(reason);
      this.#waiting = undefined;
      this.#received = '';
    };
    socket.on('error', over);
    socket.on('close', () => {
      over(new Error('the ticket connection was closed'));
    });
    return socket;
  }

  /** Settles the pending request when the response is complete. */
  #settle(): void {
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1] ?? 0);
    const body = this.#received.slice(headEnd + 4);
    if (body.length < length) return;
    const status = this.#received.slice(9, 12);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#received = '';
    if (status === '200') waiting?.resolve(JSON.parse(body) as Ticket);
    else waiting?.reject(new Error(`the server denied a ticket: ${status} ${body}`));
  }
}
