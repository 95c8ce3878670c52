import { randomUUID } from 'node:crypto';
import { closeCode, type CloseName, type Protocol } from '@usher/protocol';
import type { Codec } from '@usher/protocol/server';
import { type AnsweringMeans, type AnyHandler, errorFrame, Pending } from './answering.ts';
import { Budgets } from './budgets.ts';
import type { Connection, Identity } from './connection.ts';
import { spread } from './drain.ts';
import { Frame } from './frame.ts';
import type {
  Closed,
  ConnectionFilter,
  Connections,
  ConnectionsOptions,
  Cost,
  OpenOptions,
  ServeOptions,
} from './hub.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { silent } from '../support/log.ts';
import { Listeners } from '../support/listeners.ts';
import { OneOrMany } from '../support/one-or-many.ts';
import { RequestError } from './request-error.ts';
import { Seat, type Usher } from './seat.ts';
import type { Socket } from './socket.ts';
import { Watch } from './watch.ts';

type AnyParams = Record<string, unknown>;
type AnySignalHandler = (params: AnyParams, connection: Connection) => void;

/** One additional unit is charged for each block of this many characters, because parsing a frame takes time. */
const charactersPerUnit = 8 * 1024;

interface Served<H> {
  readonly handler: H;
  readonly cost: Cost<AnyParams>;
}

/**
 * Serves a protocol on every socket that is passed to `open`. Starts no timer before the first `open`.
 *
 * @throws RangeError naming the limit or duration that is out of range.
 */
export function createConnections<P extends Protocol>(options: ConnectionsOptions<P>): Connections<P> {
  const hub = new Hub(options as unknown as ConnectionsOptions<Protocol>);
  // The implementation handles every protocol alike. `P` only adds the names and types that the codec has already checked.
  return hub as unknown as Connections<P>;
}

class Hub implements Connections<Protocol>, Usher {
  readonly limits: Limits;
  readonly bufferedBytes: number;
  readonly #codec: Codec<Protocol>;
  readonly #heartbeatMs: number;
  readonly #leaseMs: number;
  readonly #now: () => number;
  readonly #means: AnsweringMeans;
  readonly #costs: Readonly<Record<string, number | undefined>>;
  /** `undefined` if there is no limit. */
  readonly #budgets: Budgets | undefined;
  readonly #renew: ConnectionsOptions<Protocol>['renew'];
  readonly #watch: Watch;

  readonly #handlers = new Map<string, Served<AnyHandler>>();
  readonly #signals = new Map<string, Served<AnySignalHandler>>();
  readonly #openedListeners: Listeners<[Connection]>;
  readonly #closedListeners: Listeners<[Connection, Closed]>;
  readonly #renewedListeners: Listeners<[Connection]>;

  /** The connections that are served. */
  readonly #open = new Map<string, Seat>();
  readonly #byUser = new OneOrMany<Seat>();
  readonly #bySession = new OneOrMany<Seat>();
  /** Connections that this side closed and whose socket is still open. */
  readonly #leaving = new Set<Seat>();
  /** The number of sockets that this side closed and that ended without a complete closing handshake. */
  #unfinished = 0;
  #draining = false;
  #emptied: (() => void)[] = [];

  constructor(options: ConnectionsOptions<Protocol>) {
    this.limits = resolveLimits(options.limits);
    this.bufferedBytes = this.limits.bufferedBytes;
    this.#codec = options.codec;
    this.#heartbeatMs = duration('heartbeatMs', options.heartbeatMs ?? 25_000);
    this.#leaseMs = duration('leaseMs', options.leaseMs ?? 30 * 60_000);
    this.#now = options.now ?? Date.now;
    this.#means = { log: options.log ?? silent, observer: options.observer ?? {} };
    this.#renew = options.renew;
    this.#costs = options.costs ?? {};
    const { requestsPerSecond, userRequestsPerSecond } = this.limits;
    if (requestsPerSecond > 0 || userRequestsPerSecond > 0) this.#budgets = new Budgets(this.limits);
    this.#watch = new Watch({
      heartbeatMs: this.#heartbeatMs,
      heartbeatGraceMs: duration('heartbeatGraceMs', options.heartbeatGraceMs ?? 10_000),
      leaseNoticeMs: duration('leaseNoticeMs', options.leaseNoticeMs ?? Math.min(120_000, this.#leaseMs / 5)),
      closeGraceMs: duration('closeGraceMs', options.closeGraceMs ?? 5_000),
      close: (seat, name) => {
        this.#closeSeat(seat, name);
      },
    });
    const { log } = this.#means;
    this.#openedListeners = new Listeners(log, 'an onOpened listener threw');
    this.#closedListeners = new Listeners(log, 'an onClosed listener threw');
    this.#renewedListeners = new Listeners(log, 'an onRenewed listener threw');
    if (options.onClosed !== undefined) this.#closedListeners.add(options.onClosed);
    this.handle('ping', () => ({}));
    this.handle('renew', (params, connection) => this.#renewLease(params as { ticket: string }, connection), {
      cost: 4,
    });
    // Every frame counts as a sign of life. `received` has already recorded it.
    this.on('beat', () => undefined);
  }

  get size(): number {
    return this.#open.size;
  }

  open(socket: Socket, identity: Identity, options: OpenOptions = {}) {
    const now = this.#now();
    const lease = options.lease ?? Math.ceil((now + this.#leaseMs) / 1000);
    const seat = new Seat(this, socket, randomUUID(), identity, {
      openedAt: now,
      lease,
      leaseEndsAt: performance.now() + lease * 1000 - now,
      nextBeatAt: this.#watch.firstBeat(),
    });
    const opened = { connection: seat, listener: seat };
    this.#open.set(seat.id, seat);
    this.#byUser.add(identity.user, seat);
    this.#bySession.add(identity.session, seat);
    this.#means.observer.opened?.(seat);
    if (this.#draining) {
      this.#closeSeat(seat, 'service_restart');
      return opened;
    }
    this.#watch.begin(seat);
    const { frameBytes, textChars, rooms, sendsPerSecond } = this.limits;
    this.emit(seat, {
      type: 'welcome',
      connection: seat.id,
      user: identity.user,
      roles: identity.roles,
      heartbeatMs: this.#heartbeatMs,
      lease: seat.lease,
      limits: { frameBytes, textChars, rooms, sendsPerSecond },
    });
    this.#openedListeners.tell(seat);
    return opened;
  }

  handle(type: string, handler: AnyHandler, options?: ServeOptions<AnyParams>): void {
    if (!Object.hasOwn(this.#codec.protocol.requests, type))
      throw new TypeError(`the protocol has no request "${type}"`);
    if (this.#handlers.has(type)) throw new TypeError(`request "${type}" already has a handler`);
    this.#handlers.set(type, { handler, cost: this.#costs[type] ?? options?.cost ?? 1 });
  }

  on(type: string, handler: AnySignalHandler, options?: ServeOptions<AnyParams>): void {
    if (!Object.hasOwn(this.#codec.protocol.signals, type)) throw new TypeError(`the protocol has no signal "${type}"`);
    if (this.#signals.has(type)) throw new TypeError(`signal "${type}" already has a handler`);
    this.#signals.set(type, { handler, cost: this.#costs[type] ?? options?.cost ?? 1 });
  }

  onOpened(listener: (connection: Connection) => void): () => void {
    return this.#openedListeners.add(listener);
  }

  onClosed(listener: (connection: Connection, closed: Closed) => void): () => void {
    return this.#closedListeners.add(listener);
  }

  onRenewed(listener: (connection: Connection) => void): () => void {
    return this.#renewedListeners.add(listener);
  }

  encode(event: object): Frame {
    return new Frame(JSON.stringify(event));
  }

  emit(connection: Connection, event: object): void {
    connection.send(this.encode(event));
  }

  close(filter: ConnectionFilter, name: CloseName, reason?: string): number {
    const seats = this.#find(filter);
    for (const seat of seats) this.#closeSeat(seat, name, reason);
    return seats.length;
  }

  list(filter: ConnectionFilter = {}): Connection[] {
    return this.#find(filter);
  }

  count(filter?: ConnectionFilter): number {
    if (filter === undefined) return this.#open.size;
    const { id, user, session } = filter;
    if (user !== undefined && id === undefined && session === undefined) return this.#byUser.count(user);
    return this.#find(filter).length;
  }

  async drain(durationMs: number, withinMs?: number): Promise<number> {
    this.#draining = true;
    const before = this.#unfinished;
    const deadline =
      withinMs === undefined
        ? undefined
        : setTimeout(() => {
            this.#terminateAll();
          }, withinMs);
    await spread([...this.#open.values()], Math.min(durationMs, withinMs ?? durationMs), (seat) => {
      this.#closeSeat(seat, 'service_restart');
    });
    if (this.#leaving.size > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied.push(resolve);
      });
    }
    clearTimeout(deadline);
    return this.#unfinished - before;
  }

  stop(): void {
    this.#draining = true;
    this.#terminateAll();
    this.#watch.stop();
  }

  /** Closes all open connections and terminates every socket that is still open afterwards. */
  #terminateAll(): void {
    this.close({}, 'service_restart');
    for (const seat of [...this.#leaving]) {
      seat.socket.terminate();
      this.gone(seat, 1006);
    }
  }

  heard(seat: Seat, text: string): void {
    seat.heardSinceBeat = true;
    const { frameBytes } = this.limits;
    // A UTF-16 code unit takes at most 3 bytes in UTF-8, so short texts need no exact count.
    if (text.length * 3 > frameBytes && Buffer.byteLength(text) > frameBytes) {
      this.#closeSeat(seat, 'too_large');
      return;
    }
    const frame = this.#codec.decode(text);
    if (frame.kind === 'request') {
      const served = this.#handlers.get(frame.type);
      if (served === undefined) {
        this.#unknown(seat, text, 'this server does not handle that type', frame.id);
        return;
      }
      const retryAfterMs = this.#pay(seat, frame.type, served.cost, frame.params, text.length);
      if (retryAfterMs > 0) {
        this.#means.observer.answered?.(frame.type, 'rate_limited');
        seat.send(errorFrame('rate_limited', 'too many requests', frame.id, retryAfterMs));
      } else if (seat.inFlight >= this.limits.inFlight) {
        this.#means.observer.answered?.(frame.type, 'rate_limited');
        seat.send(errorFrame('rate_limited', 'too many unanswered requests', frame.id, 1_000));
      } else {
        new Pending(seat, frame.id, frame.type, this.#means).serve(served.handler, frame.params);
      }
    } else if (frame.kind === 'signal') {
      this.#signal(seat, frame.type, frame.params, text);
    } else if (frame.code === 'unknown_type') {
      this.#unknown(seat, text, frame.message, frame.id);
    } else {
      this.#refuse(seat, frame.code, frame.message, frame.id);
    }
  }

  gone(seat: Seat, code: number): void {
    if (seat.socketGone) return;
    seat.socketGone = true;
    this.#watch.end(seat);
    if (seat.open) this.#leave(seat, { code });
    else if (code === closeCode('connection_lost').code) this.#unfinished += 1;
    this.#leaving.delete(seat);
    if (this.#leaving.size > 0) return;
    const emptied = this.#emptied;
    this.#emptied = [];
    for (const resolve of emptied) resolve();
  }

  #closeSeat(seat: Seat, name: CloseName, told?: string): void {
    if (!seat.open) return;
    const { code, reason } = closeCode(name);
    this.#leaving.add(seat);
    this.#leave(seat, { code, name });
    this.#watch.closing(seat);
    // Must be last, because an adapter may report the close synchronously.
    seat.socket.close(code, told ?? reason);
  }

  /** Removes the connection from all indexes. From here on it is not served. */
  #leave(seat: Seat, closed: Closed): void {
    seat.open = false;
    this.#open.delete(seat.id);
    this.#byUser.delete(seat.identity.user, seat);
    this.#bySession.delete(seat.identity.session, seat);
    if (this.#budgets !== undefined && this.#byUser.count(seat.identity.user) === 0) {
      this.#budgets.departed(seat.identity.user, performance.now());
    }
    this.#means.observer.closed?.(seat, closed);
    this.#closedListeners.tell(seat, closed);
  }

  #find(filter: ConnectionFilter): Seat[] {
    const { id, user, session } = filter;
    let seats: Seat[];
    if (id !== undefined) {
      const seat = this.#open.get(id);
      seats = seat === undefined ? [] : [seat];
    } else if (session !== undefined) seats = this.#bySession.get(session);
    else if (user !== undefined) seats = this.#byUser.get(user);
    else return [...this.#open.values()];
    return seats.filter(
      ({ identity }) =>
        (user === undefined || identity.user === user) && (session === undefined || identity.session === session),
    );
  }

  #signal(seat: Seat, type: string, params: AnyParams, text: string): void {
    const served = this.#signals.get(type);
    if (served === undefined) {
      this.#unknown(seat, text, 'this server does not handle that type');
      return;
    }
    if (this.#pay(seat, type, served.cost, params, text.length) > 0) {
      this.#means.observer.dropped?.(type);
      return;
    }
    try {
      served.handler(params, seat);
    } catch (error) {
      this.#means.log.error({ err: error, type, connection: seat.id }, 'a signal handler threw');
    }
  }

  /**
   * Charges a frame to the budgets, or counts a refusal.
   *
   * @returns 0 if the frame may be served, otherwise the milliseconds to wait before a retry.
   */
  #pay(seat: Seat, type: string, cost: Cost<AnyParams>, params: AnyParams, length: number): number {
    const budgets = this.#budgets;
    if (budgets === undefined) return 0;
    const price = typeof cost === 'number' ? cost : cost(params, seat);
    if (price === 0) return 0;
    const units = price + Math.floor(length / charactersPerUnit);
    const now = performance.now();
    const budget = (seat.budget ??= budgets.open(seat.identity.user, now));
    const retryAfterMs = budgets.pay(budget, type, units, now);
    if (retryAfterMs > 0 && budgets.isAbuse(budget, now)) this.#closeSeat(seat, 'rate_limit_abused');
    return retryAfterMs;
  }

  #unknown(seat: Seat, text: string, message: string, id?: number): void {
    const retryAfterMs = this.#pay(seat, 'unknown_type', 1, {}, text.length);
    if (retryAfterMs === 0) this.#refuse(seat, 'unknown_type', message, id);
    else if (id === undefined) this.#means.observer.dropped?.('unknown_type');
    else seat.send(errorFrame('rate_limited', 'too many requests', id, retryAfterMs));
  }

  #refuse(seat: Seat, code: 'bad_message' | 'unknown_type', message: string, id?: number): void {
    this.#means.observer.refused?.(code);
    seat.send(errorFrame(code, message, id));
    if (code === 'bad_message' && ++seat.malformed >= this.limits.malformed)
      this.#closeSeat(seat, 'malformed_messages');
  }

  async #renewLease({ ticket }: { readonly ticket: string }, connection: Connection) {
    const renewal = await this.#renew?.(connection, ticket);
    if (renewal === undefined) throw new RequestError('invalid_ticket', 'Invalid ticket');
    const seat = this.#open.get(connection.id);
    // The connection closed while its ticket was validated, so no client receives this reply.
    if (seat === undefined) throw new RequestError('invalid_ticket', 'Invalid ticket');
    const now = this.#now();
    seat.lease = renewal.lease ?? Math.ceil((now + this.#leaseMs) / 1000);
    seat.leaseEndsAt = performance.now() + seat.lease * 1000 - now;
    seat.leaseNoticed = false;
    if (renewal.roles !== undefined) seat.identity = { ...seat.identity, roles: renewal.roles };
    this.#watch.begin(seat);
    this.#renewedListeners.tell(seat);
    return { lease: seat.lease };
  }
}

function duration(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0)) throw new RangeError(`${name} must be a positive number of milliseconds`);
  return value;
}
