import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProblemCode } from '@usher/protocol';
import { Deadlines } from './deadlines.ts';
import { exactOrigin, malformed, offers, pathOf, ticketsOf } from './handshake.ts';
import { withoutTickets } from './redact.ts';
import { type Refusal, refuse } from './refusal.ts';
import { type ConsumeResult, type TicketClaims, type TicketStore, TicketStoreUnavailable } from './ticket-store.ts';
import type { Admission, Admitted, GateVerdict, Knock, Unavailable } from './verdict.ts';

export interface GateOptions<I> {
  readonly store: TicketStore;
  /** The path of the socket; `/api/ws` unless told. */
  readonly endpoint: string;
  /** The subprotocol that is spoken behind the gate. */
  readonly protocol: string;
  /**
   * Exact origins (scheme, host, port) from which a browser may connect. A client that is no browser names none.
   * A function is asked at each handshake: a port that the system chooses is known only once the server listens.
   */
  readonly allowedOrigins: readonly string[] | (() => readonly string[]);
  readonly admit: (claims: TicketClaims, knock: Knock) => Admission<I> | Promise<Admission<I>>;
  readonly capacity: () => Unavailable | undefined;
  /** The client's address; the peer's unless told (behind a proxy the app knows better). */
  readonly address: (request: IncomingMessage) => string | undefined;
  /** Told of every judgement, exactly once. */
  readonly onVerdict: (verdict: GateVerdict) => void;
  /** Called when a ticket was consumed that had not been consumed or revoked before, whatever becomes of the handshake. */
  readonly onConsumed: (claims: TicketClaims) => void;
  /** Told of what was thrown by the store or by one of these functions. The handshake was refused. Must not throw. */
  readonly onError: (error: unknown) => void;
  /** Handshakes judged at once; beyond it `at_capacity`. */
  readonly maxJudging: number;
  /** How long a judgement may take, in milliseconds; then `store_unavailable`. */
  readonly judgeMs: number;
}

interface Seated<I> extends Admitted<I> {
  readonly release: () => void;
}

interface Waiting<I> {
  readonly admitted: Admitted<I>;
  /** From now on the seat is somebody else's to give back. */
  readonly takeOver: () => void;
}

const storeUnavailable: Refusal = { code: 'store_unavailable', retryAfterMs: 1_000 };
const nobody: Knock = { address: undefined, origin: undefined, userAgent: undefined };

function ignore(): void {
  // The `close` that follows tells enough.
}

/** More tickets than this in one request are not even burned. */
const burnedAtOnce = 4;

/**
 * The door: judges each handshake before it is accepted, in the order of the wire contract, and lets nobody else's through.
 * What it admits is emitted as `upgrade` on `server`, with the ticket gone from the URL.
 */
export class Gate<I = unknown> {
  /** For `@fastify/websocket` (`options.server`) or anything else that upgrades: it only ever sees what was let through. */
  readonly server = new EventEmitter();
  readonly #options: GateOptions<I>;
  readonly #origins: () => readonly string[];
  readonly #admitted = new WeakMap<IncomingMessage, Waiting<I>>();
  readonly #deadlines: Deadlines<{ readonly socket: Duplex; readonly knock: Knock }>;
  #judging = 0;
  #closed = false;

  constructor(options: GateOptions<I>) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.judgeMs, ({ socket, knock }) => {
      this.#refuse(socket, knock, storeUnavailable);
    });
    const { allowedOrigins } = options;
    if (typeof allowedOrigins === 'function') {
      this.#origins = () => allowedOrigins().map(exactOrigin);
    } else {
      const exact = allowedOrigins.map(exactOrigin);
      this.#origins = () => exact;
    }
  }

  /**
   * Who was admitted with this request. Whoever asks has the seat from then on: its `release` is no longer called.
   * @throws RangeError when the gate did not admit it.
   */
  admitted(request: IncomingMessage): Admitted<I> {
    const waiting = this.#admitted.get(request);
    if (waiting === undefined) throw new RangeError('this request did not come through the gate');
    waiting.takeOver();
    return waiting.admitted;
  }

  /** Whether this request came through the gate. */
  hasAdmitted(request: IncomingMessage): boolean {
    return this.#admitted.has(request);
  }

  /** From now on everybody is told that the server is draining. */
  close(): void {
    this.#closed = true;
  }

  /** Whether the server can take anybody at all. */
  unavailable(): Unavailable | undefined {
    return this.#closed ? { code: 'draining', retryAfterMs: 1_000 } : this.#options.capacity();
  }

  /** Judges one handshake; the socket is answered or handed on, in any case. Never throws. */
  judge(request: IncomingMessage, socket: Duplex, head: Buffer, url: string): void {
    // Node takes its own listener off before it emits: a client that resets must not end the process.
    socket.on('error', ignore);
    let knock: Knock = nobody;
    try {
      knock = this.#knock(request);
      const early = this.#beforeTicket(request, url);
      if (early !== undefined) {
        this.#refuse(socket, knock, early);
        return;
      }
    } catch (error) {
      this.#options.onError(error);
      this.#refuse(socket, knock, { code: 'internal' });
      return;
    }
    void this.#judgeTicket(request, socket, head, ticketsOf(url), knock);
  }

  async #judgeTicket(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    tickets: readonly string[],
    knock: Knock,
  ): Promise<void> {
    // What never settles goes on being counted: the bound is one on work, not on waiting clients.
    this.#judging += 1;
    const judging = { socket, knock };
    this.#deadlines.begin(judging);
    let judgement: Judgement<I>;
    try {
      judgement = await this.#byTicket(request, tickets, knock);
    } catch (error) {
      this.#options.onError(error);
      judgement = { refusal: error instanceof TicketStoreUnavailable ? storeUnavailable : { code: 'internal' } };
    }
    const isLate = !this.#deadlines.over(judging);
    this.#judging -= 1;
    if (judgement.refusal !== undefined) {
      if (!isLate) this.#refuse(socket, knock, judgement.refusal, judgement);
      return;
    }
    const { seated } = judgement;
    const { claims } = seated;
    if (isLate) {
      this.#release(seated);
    } else if (socket.destroyed || !socket.writable) {
      this.#release(seated);
      socket.destroy();
      this.#tell({ verdict: 'gone', claims, ...knock });
    } else if (this.#draining !== undefined) {
      this.#release(seated);
      this.#refuse(socket, knock, this.#draining, { claims });
    } else {
      this.#hand(request, socket, head, seated, knock);
    }
  }

  /** What is said of draining at the end of a judgement, when it began meanwhile. */
  get #draining(): Refusal | undefined {
    try {
      const unavailable = this.unavailable();
      return unavailable?.code === 'draining' ? unavailable : undefined;
    } catch (error) {
      this.#options.onError(error);
      return { code: 'internal' };
    }
  }

  #beforeTicket(request: IncomingMessage, url: string): Refusal | undefined {
    if (pathOf(url) !== this.#options.endpoint) return { code: 'not_found' };
    const wrong = malformed(request);
    if (wrong !== undefined) return wrong;
    const unavailable = this.unavailable();
    if (unavailable !== undefined) return unavailable;
    if (this.#judging >= this.#options.maxJudging) return { code: 'at_capacity', retryAfterMs: 1_000 };
    return ticketsOf(url).length === 0 ? { code: 'missing_ticket' } : undefined;
  }

  async #byTicket(request: IncomingMessage, tickets: readonly string[], knock: Knock): Promise<Judgement<I>> {
    const { admit, protocol } = this.#options;
    // Burned before anything else is judged; of several it cannot be said which was meant, so they are burned and no good.
    if (tickets.length > 1) {
      await Promise.all(tickets.slice(0, burnedAtOnce).map((ticket) => this.#consume(ticket)));
      return { refusal: { code: 'invalid_ticket' }, fault: 'several' };
    }
    const result = await this.#consume(tickets[0] ?? '');
    const { claims } = result;
    if (!result.ok) {
      return { refusal: { code: 'invalid_ticket' }, fault: result.reason, ...(claims === undefined ? {} : { claims }) };
    }
    // Told last, looked at first: nothing may throw once a seat is taken.
    const misfit = this.#misfit(request, protocol);
    const admission = await admit(result.claims, knock);
    if (!admission.ok) {
      return admission.reason === 'revoked'
        ? { refusal: { code: 'invalid_ticket' }, fault: 'revoked', claims: result.claims }
        : { refusal: { code: 'too_many_connections', retryAfterMs: admission.retryAfterMs }, claims: result.claims };
    }
    const seated = { claims: result.claims, identity: admission.identity, release: admission.release ?? ignore };
    if (misfit === undefined) return { seated };
    this.#release(seated);
    return { refusal: { code: misfit }, claims: result.claims };
  }

  async #consume(ticket: string): Promise<ConsumeResult> {
    const { store, endpoint, onConsumed } = this.#options;
    const result = await store.consume(ticket, endpoint);
    const consumedNow = result.ok || (result.reason !== 'used' && result.reason !== 'revoked');
    if (consumedNow && result.claims !== undefined) onConsumed(result.claims);
    return result;
  }

  #misfit(request: IncomingMessage, protocol: string): ProblemCode | undefined {
    const origins = request.headersDistinct['origin'];
    if (origins !== undefined && !(origins.length === 1 && this.#origins().includes(origins[0] ?? '')))
      return 'origin_forbidden';
    return offers(request, protocol) === 'others' ? 'unsupported_protocol' : undefined;
  }

  #hand(request: IncomingMessage, socket: Duplex, head: Buffer, seated: Seated<I>, knock: Knock): void {
    const { claims, identity } = seated;
    const abandoned = (): void => {
      this.#release(seated);
    };
    socket.once('close', abandoned);
    this.#admitted.set(request, {
      admitted: { claims, identity },
      takeOver: () => socket.off('close', abandoned),
    });
    // Of what was offered only ours is left to be agreed on.
    if (request.headers['sec-websocket-protocol'] !== undefined) {
      request.headers['sec-websocket-protocol'] = this.#options.protocol;
    }
    let taken = false;
    try {
      taken = this.server.emit('upgrade', request, socket, head);
    } catch (error) {
      // Whether it answered before it threw cannot be known, so nothing more is said.
      socket.destroy();
      this.#fail(error, knock, claims);
      return;
    }
    if (!taken) {
      refuse(socket, { code: 'internal' });
      this.#fail(new Error('nobody listens for upgrades on gate.server'), knock, claims);
      return;
    }
    // Whoever took it listens for errors by now, or ours stays.
    if (socket.listenerCount('error') > 1) socket.off('error', ignore);
    this.#tell({ verdict: 'admitted', claims, ...knock });
  }

  #fail(error: unknown, knock: Knock, claims: TicketClaims): void {
    this.#options.onError(error);
    this.#tell({ verdict: 'internal', claims, ...knock });
  }

  #refuse(
    socket: Duplex,
    knock: Knock,
    refusal: Refusal,
    { fault, claims }: Pick<GateVerdict, 'fault' | 'claims'> = {},
  ): void {
    refuse(socket, refusal);
    this.#tell({
      verdict: refusal.code,
      ...(fault === undefined ? {} : { fault }),
      ...(claims === undefined ? {} : { claims }),
      ...knock,
    });
  }

  #tell(verdict: GateVerdict): void {
    try {
      this.#options.onVerdict(verdict);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #release({ release }: Seated<I>): void {
    try {
      release();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #knock(request: IncomingMessage): Knock {
    return {
      address: this.#options.address(request),
      origin: request.headers.origin?.slice(0, 256),
      userAgent: request.headers['user-agent']?.slice(0, 256),
    };
  }

  /** Takes the tickets out of a URL before anybody sees it. Returns it as it came. */
  redact(request: IncomingMessage): string {
    const url = request.url ?? '';
    if (url.includes('?')) request.url = withoutTickets(url, pathOf(url) === this.#options.endpoint);
    return url;
  }
}

type Judgement<I> =
  | { readonly refusal?: undefined; readonly seated: Seated<I> }
  | ({ readonly refusal: Refusal } & Pick<GateVerdict, 'fault' | 'claims'>);
