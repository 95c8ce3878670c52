import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Kept below what the server allows of one session in a minute (PROTOCOL.md, Limits), since the clocks are two. */
const perMinute = 55;
const minuteMs = 61_000;

/** The sessions that the load has, and whose turn it is to ask for a ticket: none of them more often than the server allows. */
export class Sessions {
  readonly #tokens: readonly string[];
  /** When tickets were asked for in the last minute, all sessions together, oldest first: they take turns. */
  readonly #asked: number[] = [];
  #next = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** Waits until `count` tickets may be asked for at once. To be called before a clock is started. */
  async ready(count: number): Promise<void> {
    const most = this.#tokens.length * perMinute;
    if (count > most)
      throw new RangeError(`${count} tickets a minute are more than ${this.#tokens.length} sessions may have`);
    for (;;) {
      const now = performance.now();
      while (this.#asked[0] !== undefined && this.#asked[0] < now - minuteMs) this.#asked.shift();
      const over = this.#asked.length + count - most;
      if (over <= 0) return;
      await sleep(minuteMs - (now - (this.#asked[over - 1] ?? now)) + 1);
    }
  }

  /** The token of the session whose turn it is. */
  take(): string {
    this.#asked.push(performance.now());
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

/** A kept-alive HTTP connection on which one client asks for its tickets, one after the other. */
export class TicketLine {
  readonly #port: number;
  #socket: Socket | undefined;
  #received = '';
  #waiting: { readonly resolve: (ticket: Ticket) => void; readonly reject: (reason: Error) => void } | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Buys a ticket. Rejects with the status and code where there is none. */
  ask(token: string): Promise<Ticket> {
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
      this.#received += text;
      this.#look();
    });
    const over = (reason: Error): void => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#waiting?.reject(reason);
      this.#waiting = undefined;
      this.#received = '';
    };
    socket.on('error', over);
    socket.on('close', () => {
      over(new Error('the connection for tickets was closed'));
    });
    return socket;
  }

  /** Whether the answer is there, whole. */
  #look(): void {
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
    else waiting?.reject(new Error(`a ticket was refused: ${status} ${body}`));
  }
}
