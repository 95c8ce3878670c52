import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  AdmissionControl,
  type AdmissionOptions,
  type Admitted,
  type HandshakeDetails,
  storeUnavailable,
} from './admission.ts';
import type { Bursts } from './bursts.ts';
import { Deadlines } from './deadlines.ts';
import type { AdmittedClient, HandshakeInfo, HandshakeOutcome, Unavailable } from './handshake-outcome.ts';
import { pathOf } from './handshake.ts';
import { withoutTickets } from './redact.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { TicketClaims } from './ticket-store.ts';
import { runIn, type TicketTracing, type TracedHandshakeResult, type TracedOperation } from './tracing.ts';

export interface GateOptions<I> extends AdmissionOptions<I> {
  /** Returns the client's address. Behind a proxy it differs from the address of the peer. */
  readonly address: (request: IncomingMessage) => string | undefined;
  /** Called exactly once per handshake. */
  readonly onHandshake: (outcome: HandshakeOutcome) => void;
  /** Collects the handshakes that are admitted while many are. */
  readonly bursts: Bursts;
  /** Traces handshakes. Defaults to no traces. */
  readonly tracing?: TicketTracing | undefined;
  /** Maximum number of concurrent handshakes. Further ones are rejected with `at_capacity`. */
  readonly maxPendingHandshakes: number;
  /** Time limit for the decision on a handshake, in milliseconds. After it, the client receives `store_unavailable`. */
  readonly handshakeTimeoutMs: number;
}

interface AdmittedRequest<I> {
  readonly client: AdmittedClient<I>;
  /** The caller of `gate.admitted` is responsible for the reservation. */
  isTaken: boolean;
}

/** Where a handshake comes from, and when it began (`performance.now()`). */
interface Begun {
  readonly request: IncomingMessage;
  readonly info: HandshakeInfo;
  readonly startedAt: number;
  /** Begins when the ticket has been read. `undefined` before, and without `tracing`. */
  traced: TracedOperation<TracedHandshakeResult> | undefined;
}

const noInfo: HandshakeInfo = { address: undefined, origin: undefined, userAgent: undefined };

function ignore(): void {
  // The `close` event follows and is handled.
}

/** Releases the reservation of a request when its socket closes, unless the app has taken it. */
function releaseOnClose(socket: Duplex, admitted: AdmittedRequest<unknown>, release: () => void): void {
  const closed = (): void => {
    if (!admitted.isTaken) release();
  };
  if (socket.destroyed) closed();
  else socket.once('close', closed);
}

/**
 * Authenticates each WebSocket handshake before it is accepted. `AdmissionControl` decides, and this class handles the socket.
 * An admitted request is emitted as `upgrade` on `server`, with the ticket removed from its URL. All other requests are rejected.
 */
export class Gate<I = unknown> {
  /** Emits `upgrade` for admitted requests only. Pass it to `@fastify/websocket` (`options.server`) or another WebSocket server. */
  readonly server: EventEmitter = new EventEmitter();
  readonly #options: GateOptions<I>;
  readonly #admission: AdmissionControl<I>;
  readonly #admitted = new WeakMap<IncomingMessage, AdmittedRequest<I>>();
  /** The pending handshakes. One that exceeds the limit no longer counts, even if its decision never settles. */
  readonly #pending: Deadlines<{ readonly socket: Duplex; readonly begun: Begun }>;

  constructor(options: GateOptions<I>) {
    this.#options = options;
    this.#admission = new AdmissionControl(options);
    this.#pending = new Deadlines(options.handshakeTimeoutMs, ({ socket, begun }) => {
      this.#refuse(socket, begun, storeUnavailable);
    });
  }

  /**
   * Returns the client that was admitted with this request. The caller takes over the reservation: the gate no longer calls `release`.
   * @throws RangeError if the gate did not admit the request.
   */
  admitted(request: IncomingMessage): AdmittedClient<I> {
    const admitted = this.#admitted.get(request);
    if (admitted === undefined) throw new RangeError('the gate did not admit this request');
    admitted.isTaken = true;
    return admitted.client;
  }

  /** Returns whether the gate admitted this request. */
  hasAdmitted(request: IncomingMessage): boolean {
    return this.#admitted.has(request);
  }

  /** Rejects all further handshakes with `draining`. */
  close(): void {
    this.#admission.close();
  }

  /** Returns why the server accepts no handshakes, or `undefined` if it does. */
  unavailable(): Unavailable | undefined {
    return this.#admission.unavailable();
  }

  /**
   * Accepts or rejects one handshake. Never throws.
   * @param url the request URL with its ticket; `redact` has removed the ticket from `request.url`.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, url: string): void {
    // Node removes its own error listener before it emits `upgrade`. Without one, a connection reset would end the process.
    socket.on('error', ignore);
    const startedAt = performance.now();
    let begun: Begun = { request, info: noInfo, startedAt, traced: undefined };
    try {
      begun = { request, info: this.#infoOf(request), startedAt, traced: undefined };
      const isFull = this.#pending.pendingCount >= this.#options.maxPendingHandshakes;
      const rejection = this.#admission.checkRequest(request, url, isFull);
      if (rejection !== undefined) {
        this.#refuse(socket, begun, rejection, rejection);
        return;
      }
    } catch (error) {
      this.#options.onError(error);
      this.#refuse(socket, begun, { code: 'internal' });
      return;
    }
    void this.#checkTicket(request, socket, head, url, begun);
  }

  async #checkTicket(request: IncomingMessage, socket: Duplex, head: Buffer, url: string, begun: Begun): Promise<void> {
    const handshake = { socket, begun };
    this.#pending.begin(handshake);
    const decision = await this.#admission.decide(request, url, begun.info, (claims, admit) =>
      runIn(this.#trace(begun, claims), admit),
    );
    if (decision.refusal === undefined) await this.#options.bursts.next();
    const isLate = !this.#pending.end(handshake);
    if (decision.refusal !== undefined) {
      if (!isLate) this.#refuse(socket, begun, decision.refusal, decision);
      return;
    }
    const { reservation, credential } = decision;
    const { claims } = reservation;
    if (isLate) {
      reservation.release();
    } else if (socket.destroyed || !socket.writable) {
      reservation.release();
      socket.destroy();
      this.#report({ outcome: 'gone', claims, credential }, begun);
    } else if (this.#drainRejection !== undefined) {
      reservation.release();
      this.#refuse(socket, begun, this.#drainRejection, { claims, credential });
    } else {
      this.#emitUpgrade(request, socket, head, decision, begun);
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

  #emitUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { reservation, credential }: Admitted<I>,
    begun: Begun,
  ): void {
    const { claims, identity, protocol, release } = reservation;
    const admitted = { client: { claims, identity, protocol }, isTaken: false };
    this.#admitted.set(request, admitted);
    // The server behind the gate may select only this subprotocol.
    if (request.headers['sec-websocket-protocol'] !== undefined) request.headers['sec-websocket-protocol'] = protocol;
    let handled = false;
    try {
      handled = runIn(begun.traced, () => this.server.emit('upgrade', request, socket, head));
    } catch (error) {
      // The listener may have sent a response before it threw, so the gate sends none.
      socket.destroy();
      if (!admitted.isTaken) release();
      this.#fail(error, begun, claims);
      return;
    }
    if (!handled) {
      refuse(socket, { code: 'internal' });
      release();
      this.#fail(new Error('gate.server has no "upgrade" listener'), begun, claims);
      return;
    }
    if (!admitted.isTaken) releaseOnClose(socket, admitted, release);
    // Keep the gate's error listener unless the new owner of the socket has added one.
    if (socket.listenerCount('error') > 1) socket.off('error', ignore);
    this.#report({ outcome: 'admitted', claims, credential }, begun);
  }

  #fail(error: unknown, begun: Begun, claims: TicketClaims): void {
    this.#options.onError(error);
    this.#report({ outcome: 'internal', claims }, begun);
  }

  #refuse(socket: Duplex, begun: Begun, refusal: Refusal, { reason, claims, credential }: HandshakeDetails = {}): void {
    refuse(socket, refusal);
    this.#report(
      {
        outcome: refusal.code,
        ...(reason === undefined ? {} : { reason }),
        ...(claims === undefined ? {} : { claims }),
        ...(credential === undefined ? {} : { credential }),
      },
      begun,
    );
  }

  #report(decided: Pick<HandshakeOutcome, 'outcome'> & HandshakeDetails, begun: Begun): void {
    const { info, startedAt } = begun;
    const traced = this.#trace(begun, decided.claims);
    try {
      runIn(traced, () => {
        this.#options.onHandshake({ ...decided, ...info, ms: performance.now() - startedAt });
      });
    } catch (error) {
      this.#options.onError(error);
    }
    traced?.end(decided);
  }

  /** Returns the traced operation of a handshake, or `undefined` without `tracing`. Begins it with the first call. */
  #trace(begun: Begun, claims: TicketClaims | undefined): Begun['traced'] {
    const { tracing, endpoint } = this.#options;
    if (tracing === undefined) return undefined;
    const { request, startedAt } = begun;
    return (begun.traced ??= tracing.handshake({ request, endpoint, startedAt, traceparent: claims?.traceparent }));
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
