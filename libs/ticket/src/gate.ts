import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProblemCode } from '@usher/protocol';
import { exactOrigin, malformed, offers, pathOf, ticketsOf } from './handshake.ts';
import { withoutTickets } from './redact.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { TicketClaims, TicketFault, TicketStore } from './ticket-store.ts';

/** Who knocks, as far as a request tells. For logs and operators; nothing in it is secret. */
export interface Knock {
  readonly address: string | undefined;
  readonly origin: string | undefined;
  readonly userAgent: string | undefined;
}

/** How a handshake was judged. */
export interface GateVerdict extends Knock {
  readonly verdict: 'admitted' | ProblemCode;
  /** The true reason of an `invalid_ticket`. */
  readonly fault?: TicketFault | 'several';
  /** Whose ticket it was, where it was ever anybody's. */
  readonly claims?: TicketClaims;
}

/** What the app says of somebody whose ticket is good: looked at this very moment, not when the ticket was issued. */
export type Admission<I> =
  | {
      readonly ok: true;
      /** Handed on to whoever seats them: `gate.admitted`. */
      readonly identity: I;
      /** Called once if nothing comes of the handshake after all. */
      readonly release?: () => void;
    }
  /** The session is over, or the user disabled: the ticket is invalid. */
  | { readonly ok: false; readonly reason: 'revoked' }
  | { readonly ok: false; readonly reason: 'too_many_connections'; readonly retryAfterMs?: number };

export interface Unavailable {
  readonly code: 'draining' | 'at_capacity';
  readonly retryAfterMs: number;
}

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
  /** Told of every judgement. Must not throw. */
  readonly onVerdict: (verdict: GateVerdict) => void;
  /** Handshakes judged at once; beyond it `at_capacity`. */
  readonly maxJudging: number;
  /** How long a judgement may take, in milliseconds; then `store_unavailable`. */
  readonly judgeMs: number;
}

export interface Admitted<I> {
  readonly claims: TicketClaims;
  readonly identity: I;
}

interface Seated<I> extends Admitted<I> {
  readonly release: (() => void) | undefined;
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
  readonly #admitted = new WeakMap<IncomingMessage, Admitted<I>>();
  #judging = 0;
  #closed = false;

  constructor(options: GateOptions<I>) {
    this.#options = options;
    const { allowedOrigins } = options;
    if (typeof allowedOrigins === 'function') {
      this.#origins = () => allowedOrigins().map(exactOrigin);
    } else {
      const exact = allowedOrigins.map(exactOrigin);
      this.#origins = () => exact;
    }
  }

  /**
   * Who was admitted with this request.
   * @throws RangeError when the gate did not admit it.
   */
  admitted(request: IncomingMessage): Admitted<I> {
    const admitted = this.#admitted.get(request);
    if (admitted === undefined) throw new RangeError('this request did not come through the gate');
    return admitted;
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
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    const knock = this.#knock(request);
    const early = this.#beforeTicket(request, url);
    if (early !== undefined) {
      this.#refuse(socket, knock, early);
      return;
    }
    this.#judging += 1;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#refuse(socket, knock, { code: 'store_unavailable', retryAfterMs: 1_000 });
    }, this.#options.judgeMs);
    void this.#byTicket(request, ticketsOf(url), knock)
      .catch((): Judgement<I> => ({ refusal: { code: 'store_unavailable', retryAfterMs: 1_000 } }))
      .then((judgement) => {
        clearTimeout(timer);
        this.#judging -= 1;
        if (judgement.refusal !== undefined) {
          if (!late) this.#refuse(socket, knock, judgement.refusal, judgement);
          return;
        }
        if (late || socket.destroyed || !socket.writable) {
          judgement.seated.release?.();
          socket.destroy();
          return;
        }
        this.#hand(request, socket, head, judgement.seated, knock, ignore);
      });
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
    const { store, endpoint, admit, protocol } = this.#options;
    // Burned before anything else is judged; of several it cannot be said which was meant, so they are burned and no good.
    const results = await Promise.all(tickets.slice(0, burnedAtOnce).map((ticket) => store.consume(ticket, endpoint)));
    const [result] = results;
    if (result === undefined || tickets.length > 1) return { refusal: { code: 'invalid_ticket' }, fault: 'several' };
    const { claims } = result;
    if (!result.ok) {
      return { refusal: { code: 'invalid_ticket' }, fault: result.reason, ...(claims === undefined ? {} : { claims }) };
    }
    const admission = await admit(result.claims, knock);
    if (!admission.ok) {
      return admission.reason === 'revoked'
        ? { refusal: { code: 'invalid_ticket' }, fault: 'revoked', claims: result.claims }
        : { refusal: { code: 'too_many_connections', retryAfterMs: admission.retryAfterMs }, claims: result.claims };
    }
    const { identity, release } = admission;
    const misfit = this.#misfit(request, protocol);
    if (misfit !== undefined) {
      release?.();
      return { refusal: { code: misfit }, claims: result.claims };
    }
    return { seated: { claims: result.claims, identity, release } };
  }

  #misfit(request: IncomingMessage, protocol: string): ProblemCode | undefined {
    const origins = request.headersDistinct['origin'];
    if (origins !== undefined && !(origins.length === 1 && this.#origins().includes(origins[0] ?? '')))
      return 'origin_forbidden';
    return offers(request, protocol) === 'others' ? 'unsupported_protocol' : undefined;
  }

  #hand(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    seated: Seated<I>,
    knock: Knock,
    ignore: () => void,
  ): void {
    const { claims, identity } = seated;
    this.#admitted.set(request, { claims, identity });
    // Of what was offered only ours is left to be agreed on.
    if (request.headers['sec-websocket-protocol'] !== undefined) {
      request.headers['sec-websocket-protocol'] = this.#options.protocol;
    }
    socket.off('error', ignore);
    if (!this.server.emit('upgrade', request, socket, head)) {
      seated.release?.();
      socket.on('error', ignore);
      this.#refuse(socket, knock, { code: 'internal' }, { claims });
      return;
    }
    this.#options.onVerdict({ verdict: 'admitted', claims, ...knock });
  }

  #refuse(
    socket: Duplex,
    knock: Knock,
    refusal: Refusal,
    { fault, claims }: Pick<GateVerdict, 'fault' | 'claims'> = {},
  ): void {
    refuse(socket, refusal);
    this.#options.onVerdict({
      verdict: refusal.code,
      ...(fault === undefined ? {} : { fault }),
      ...(claims === undefined ? {} : { claims }),
      ...knock,
    });
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
