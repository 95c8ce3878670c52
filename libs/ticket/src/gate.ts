import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProblemCode } from '@usher/protocol';
import { Deadlines } from './deadlines.ts';
import { exactOrigin, malformed, offers, pathOf, ticketsOf } from './handshake.ts';
import { withoutTickets } from './redact.ts';
import { type Refusal, refuse } from './refusal.ts';
import { type ConsumeResult, type TicketClaims, type TicketStore, TicketStoreUnavailable } from './ticket-store.ts';
import type { Admission, AdmittedClient, HandshakeOutcome, HandshakeInfo, Unavailable } from './handshake-outcome.ts';

export interface GateOptions<I> {
  readonly store: TicketStore;
  /** The path of the WebSocket endpoint. */
  readonly endpoint: string;
  /** The WebSocket subprotocol that the endpoint supports. */
  readonly protocol: string;
  /**
   * Exact origins (scheme, host, port) from which browsers may connect. Clients that send no `Origin` header are not browsers and
   * are not affected. A function is called for each handshake: a port chosen by the system is known only after `listen`.
   */
  readonly allowedOrigins: readonly string[] | (() => readonly string[]);
  readonly admit: (claims: TicketClaims, info: HandshakeInfo) => Admission<I> | Promise<Admission<I>>;
  readonly capacity: () => Unavailable | undefined;
  /** Returns the client's address. Behind a proxy it differs from the address of the peer. */
  readonly address: (request: IncomingMessage) => string | undefined;
  /** Called exactly once per handshake. */
  readonly onHandshake: (outcome: HandshakeOutcome) => void;
  /** Called when a ticket is consumed for the first time, regardless of the outcome of the handshake. Not called for revoked tickets. */
  readonly onConsumed: (claims: TicketClaims) => void;
  /** Called with an error thrown by the store or by one of these functions. Must not throw. */
  readonly onError: (error: unknown) => void;
  /** Maximum number of concurrent handshakes. Further ones are rejected with `at_capacity`. */
  readonly maxPendingHandshakes: number;
  /** Time limit for the decision on a handshake, in milliseconds. After it, the client receives `store_unavailable`. */
  readonly handshakeTimeoutMs: number;
}

interface Reserved<I> extends AdmittedClient<I> {
  /** Cancels the reservation that the app made in `admit`. */
  readonly release: () => void;
}

interface Unclaimed<I> {
  readonly admitted: AdmittedClient<I>;
  /** Stops the gate from releasing the reservation when the socket closes. */
  readonly takeOver: () => void;
}

const storeUnavailable: Refusal = { code: 'store_unavailable', retryAfterMs: 1_000 };
const noInfo: HandshakeInfo = { address: undefined, origin: undefined, userAgent: undefined };

function ignore(): void {
  // The `close` event follows and is handled.
}

/** If a request contains several tickets, at most this many are consumed. */
const maxConsumedPerRequest = 4;

/**
 * Authenticates each WebSocket handshake before it is accepted. The checks run in the order that PROTOCOL.md specifies.
 * An admitted request is emitted as `upgrade` on `server`, with the ticket removed from its URL. All other requests are rejected.
 */
export class Gate<I = unknown> {
  /** Emits `upgrade` for admitted requests only. Pass it to `@fastify/websocket` (`options.server`) or another WebSocket server. */
  readonly server = new EventEmitter();
  readonly #options: GateOptions<I>;
  readonly #origins: () => readonly string[];
  readonly #admitted = new WeakMap<IncomingMessage, Unclaimed<I>>();
  readonly #deadlines: Deadlines<{ readonly socket: Duplex; readonly info: HandshakeInfo }>;
  #pendingCount = 0;
  #closed = false;

  constructor(options: GateOptions<I>) {
    this.#options = options;
    this.#deadlines = new Deadlines(options.handshakeTimeoutMs, ({ socket, info }) => {
      this.#refuse(socket, info, storeUnavailable);
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
   * Returns the client that was admitted with this request. The caller takes over the reservation: the gate no longer calls `release`.
   * @throws RangeError if the gate did not admit the request.
   */
  admitted(request: IncomingMessage): AdmittedClient<I> {
    const unclaimed = this.#admitted.get(request);
    if (unclaimed === undefined) throw new RangeError('the gate did not admit this request');
    unclaimed.takeOver();
    return unclaimed.admitted;
  }

  /** Returns whether the gate admitted this request. */
  hasAdmitted(request: IncomingMessage): boolean {
    return this.#admitted.has(request);
  }

  /** Rejects all further handshakes with `draining`. */
  close(): void {
    this.#closed = true;
  }

  /** Returns why the server accepts no handshakes, or `undefined` if it does. */
  unavailable(): Unavailable | undefined {
    return this.#closed ? { code: 'draining', retryAfterMs: 1_000 } : this.#options.capacity();
  }

  /**
   * Accepts or rejects one handshake. Never throws.
   * @param url the request URL with its ticket; `redact` has removed the ticket from `request.url`.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, url: string): void {
    // Node removes its own error listener before it emits `upgrade`. Without one, a connection reset would end the process.
    socket.on('error', ignore);
    let info: HandshakeInfo = noInfo;
    try {
      info = this.#infoOf(request);
      const rejection = this.#checkRequest(request, url);
      if (rejection !== undefined) {
        this.#refuse(socket, info, rejection);
        return;
      }
    } catch (error) {
      this.#options.onError(error);
      this.#refuse(socket, info, { code: 'internal' });
      return;
    }
    void this.#checkTicket(request, socket, head, ticketsOf(url), info);
  }

  async #checkTicket(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    tickets: readonly string[],
    info: HandshakeInfo,
  ): Promise<void> {
    // An unsettled promise still counts toward the limit, which bounds the work and not the number of waiting clients.
    this.#pendingCount += 1;
    const operation = { socket, info };
    this.#deadlines.begin(operation);
    let decision: Decision<I>;
    try {
      decision = await this.#decide(request, tickets, info);
    } catch (error) {
      this.#options.onError(error);
      decision = { refusal: error instanceof TicketStoreUnavailable ? storeUnavailable : { code: 'internal' } };
    }
    const isLate = !this.#deadlines.end(operation);
    this.#pendingCount -= 1;
    if (decision.refusal !== undefined) {
      if (!isLate) this.#refuse(socket, info, decision.refusal, decision);
      return;
    }
    const { reserved } = decision;
    const { claims } = reserved;
    if (isLate) {
      this.#release(reserved);
    } else if (socket.destroyed || !socket.writable) {
      this.#release(reserved);
      socket.destroy();
      this.#report({ outcome: 'gone', claims, ...info });
    } else if (this.#drainRejection !== undefined) {
      this.#release(reserved);
      this.#refuse(socket, info, this.#drainRejection, { claims });
    } else {
      this.#emitUpgrade(request, socket, head, reserved, info);
    }
  }

  /** The rejection if a drain began while the ticket was checked. */
  get #drainRejection(): Refusal | undefined {
    try {
      const unavailable = this.unavailable();
      return unavailable?.code === 'draining' ? unavailable : undefined;
    } catch (error) {
      this.#options.onError(error);
      return { code: 'internal' };
    }
  }

  #checkRequest(request: IncomingMessage, url: string): Refusal | undefined {
    if (pathOf(url) !== this.#options.endpoint) return { code: 'not_found' };
    const violation = malformed(request);
    if (violation !== undefined) return violation;
    const unavailable = this.unavailable();
    if (unavailable !== undefined) return unavailable;
    if (this.#pendingCount >= this.#options.maxPendingHandshakes) return { code: 'at_capacity', retryAfterMs: 1_000 };
    return ticketsOf(url).length === 0 ? { code: 'missing_ticket' } : undefined;
  }

  async #decide(request: IncomingMessage, tickets: readonly string[], info: HandshakeInfo): Promise<Decision<I>> {
    const { admit, protocol } = this.#options;
    // The ticket is consumed before any other check. If there are several, all are consumed and the request is rejected.
    if (tickets.length > 1) {
      await Promise.all(tickets.slice(0, maxConsumedPerRequest).map((ticket) => this.#consume(ticket)));
      return { refusal: { code: 'invalid_ticket' }, reason: 'several' };
    }
    const result = await this.#consume(tickets[0] ?? '');
    const { claims } = result;
    if (!result.ok) {
      return {
        refusal: { code: 'invalid_ticket' },
        reason: result.reason,
        ...(claims === undefined ? {} : { claims }),
      };
    }
    // Computed before `admit`, because nothing may throw between a reservation and its release. Reported after it.
    const rejectionCode = this.#checkHeaders(request, protocol);
    const admission = await admit(result.claims, info);
    if (!admission.ok) {
      return admission.reason === 'revoked'
        ? { refusal: { code: 'invalid_ticket' }, reason: 'revoked', claims: result.claims }
        : { refusal: { code: 'too_many_connections', retryAfterMs: admission.retryAfterMs }, claims: result.claims };
    }
    const reserved = { claims: result.claims, identity: admission.identity, release: admission.release ?? ignore };
    if (rejectionCode === undefined) return { reserved };
    this.#release(reserved);
    return { refusal: { code: rejectionCode }, claims: result.claims };
  }

  async #consume(ticket: string): Promise<ConsumeResult> {
    const { store, endpoint, onConsumed } = this.#options;
    const result = await store.consume(ticket, endpoint);
    const consumedNow = result.ok || (result.reason !== 'used' && result.reason !== 'revoked');
    if (consumedNow && result.claims !== undefined) onConsumed(result.claims);
    return result;
  }

  #checkHeaders(request: IncomingMessage, protocol: string): ProblemCode | undefined {
    const origins = request.headersDistinct['origin'];
    if (origins !== undefined && !(origins.length === 1 && this.#origins().includes(origins[0] ?? '')))
      return 'origin_forbidden';
    return offers(request, protocol) === 'unsupported' ? 'unsupported_protocol' : undefined;
  }

  #emitUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    reserved: Reserved<I>,
    info: HandshakeInfo,
  ): void {
    const { claims, identity } = reserved;
    const abandoned = (): void => {
      this.#release(reserved);
    };
    socket.once('close', abandoned);
    this.#admitted.set(request, {
      admitted: { claims, identity },
      takeOver: () => socket.off('close', abandoned),
    });
    // The server behind the gate may select only the supported subprotocol.
    if (request.headers['sec-websocket-protocol'] !== undefined) {
      request.headers['sec-websocket-protocol'] = this.#options.protocol;
    }
    let handled = false;
    try {
      handled = this.server.emit('upgrade', request, socket, head);
    } catch (error) {
      // The listener may have answered before it threw, so the gate sends no answer of its own.
      socket.destroy();
      this.#fail(error, info, claims);
      return;
    }
    if (!handled) {
      refuse(socket, { code: 'internal' });
      this.#fail(new Error('gate.server has no "upgrade" listener'), info, claims);
      return;
    }
    // Keep the gate's error listener unless the new owner of the socket has added one.
    if (socket.listenerCount('error') > 1) socket.off('error', ignore);
    this.#report({ outcome: 'admitted', claims, ...info });
  }

  #fail(error: unknown, info: HandshakeInfo, claims: TicketClaims): void {
    this.#options.onError(error);
    this.#report({ outcome: 'internal', claims, ...info });
  }

  #refuse(
    socket: Duplex,
    info: HandshakeInfo,
    refusal: Refusal,
    { reason, claims }: Pick<HandshakeOutcome, 'reason' | 'claims'> = {},
  ): void {
    refuse(socket, refusal);
    this.#report({
      outcome: refusal.code,
      ...(reason === undefined ? {} : { reason }),
      ...(claims === undefined ? {} : { claims }),
      ...info,
    });
  }

  #report(outcome: HandshakeOutcome): void {
    try {
      this.#options.onHandshake(outcome);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #release({ release }: Reserved<I>): void {
    try {
      release();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #infoOf(request: IncomingMessage): HandshakeInfo {
    return {
      address: this.#options.address(request),
      origin: request.headers.origin?.slice(0, 256),
      userAgent: request.headers['user-agent']?.slice(0, 256),
    };
  }

  /** Removes tickets from `request.url` before other code reads it. Returns the original URL. */
  redact(request: IncomingMessage): string {
    const url = request.url ?? '';
    if (url.includes('?')) request.url = withoutTickets(url, pathOf(url) === this.#options.endpoint);
    return url;
  }
}

type Decision<I> =
  | { readonly refusal?: undefined; readonly reserved: Reserved<I> }
  | ({ readonly refusal: Refusal } & Pick<HandshakeOutcome, 'reason' | 'claims'>);
