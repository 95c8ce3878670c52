import { randomUUID } from 'node:crypto';
import { closeCode, type CloseName, type Protocol } from '@usher/protocol';
import type { Codec } from '@usher/protocol/server';
import { type AnswerContext, type AnyHandler, errorFrame, Pending } from './answering.ts';
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
} from './connections-types.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { silent } from '../support/log.ts';
import { Listeners } from '../support/listeners.ts';
import { OneOrMany } from '../support/one-or-many.ts';
import { RequestError } from './request-error.ts';
import { ServerConnection, type ConnectionOwner } from './server-connection.ts';
import type { Socket } from './socket.ts';
import { Watch } from './watch.ts';

type AnyParams = Record<string, unknown>;
type AnySignalHandler = (params: AnyParams, connection: Connection) => void;

/** One additional unit is charged for each block of this many characters, because parsing a frame takes time. */
const charactersPerUnit = 8 * 1024;

interface Registration<H> {
  readonly handler: H;
  readonly cost: Cost<AnyParams>;
}

/**
 * Serves a protocol on every socket that is passed to `open`. Starts no timer before the first `open`.
 *
 * @throws RangeError naming the limit or duration that is out of range.
 */
export function createConnections<P extends Protocol>(options: ConnectionsOptions<P>): Connections<P> {
  const registry = new ConnectionRegistry(options as unknown as ConnectionsOptions<Protocol>);
  // The implementation handles every protocol alike. `P` only adds the names and types that the codec has already checked.
  return registry as unknown as Connections<P>;
}

class ConnectionRegistry implements Connections<Protocol>, ConnectionOwner {
  readonly limits: Limits;
  readonly bufferedBytes: number;
  readonly #codec: Codec<Protocol>;
  readonly #heartbeatMs: number;
  readonly #leaseMs: number;
  readonly #now: () => number;
  readonly #context: AnswerContext;
  readonly #costs: Readonly<Record<string, number | undefined>>;
  /** `undefined` if there is no limit. */
  readonly #budgets: Budgets | undefined;
  readonly #renew: ConnectionsOptions<Protocol>['renew'];
  readonly #watch: Watch;

  readonly #handlers = new Map<string, Registration<AnyHandler>>();
  readonly #signals = new Map<string, Registration<AnySignalHandler>>();
  readonly #openedListeners: Listeners<[Connection]>;
  readonly #closedListeners: Listeners<[Connection, Closed]>;
  readonly #renewedListeners: Listeners<[Connection]>;

  /** The connections that are served. */
  readonly #open = new Map<string, ServerConnection>();
  readonly #byUser = new OneOrMany<ServerConnection>();
  readonly #bySession = new OneOrMany<ServerConnection>();
  /** Connections that this side closed and whose socket is still open. */
  readonly #closing = new Set<ServerConnection>();
  /** The number of sockets that this side closed and that ended without a complete closing handshake. */
  #unfinished = 0;
  #draining = false;
  #drained: (() => void)[] = [];

  constructor(options: ConnectionsOptions<Protocol>) {
    this.limits = resolveLimits(options.limits);
    this.bufferedBytes = this.limits.bufferedBytes;
    this.#codec = options.codec;
    this.#heartbeatMs = duration('heartbeatMs', options.heartbeatMs ?? 25_000);
    this.#leaseMs = duration('leaseMs', options.leaseMs ?? 30 * 60_000);
    this.#now = options.now ?? Date.now;
    this.#context = { log: options.log ?? silent, observer: options.observer ?? {} };
    this.#renew = options.renew;
    this.#costs = options.costs ?? {};
    const { requestsPerSecond, userRequestsPerSecond } = this.limits;
    if (requestsPerSecond > 0 || userRequestsPerSecond > 0) this.#budgets = new Budgets(this.limits);
    this.#watch = new Watch({
      heartbeatMs: this.#heartbeatMs,
      heartbeatGraceMs: duration('heartbeatGraceMs', options.heartbeatGraceMs ?? 10_000),
      leaseNoticeMs: duration('leaseNoticeMs', options.leaseNoticeMs ?? Math.min(120_000, this.#leaseMs / 5)),
      closeGraceMs: duration('closeGraceMs', options.closeGraceMs ?? 5_000),
      close: (connection, name) => {
        this.#closeConnection(connection, name);
      },
    });
    const { log } = this.#context;
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
    const connection = new ServerConnection(this, socket, randomUUID(), identity, {
      openedAt: now,
      lease,
      leaseEndsAt: performance.now() + lease * 1000 - now,
      nextBeatAt: this.#watch.firstBeat(),
    });
    const opened = { connection, listener: connection };
    this.#open.set(connection.id, connection);
    this.#byUser.add(identity.user, connection);
    this.#bySession.add(identity.session, connection);
    this.#context.observer.opened?.(connection);
    if (this.#draining) {
      this.#closeConnection(connection, 'service_restart');
      return opened;
    }
    this.#watch.begin(connection);
    const { frameBytes, textChars, rooms, sendsPerSecond } = this.limits;
    this.emit(connection, {
      type: 'welcome',
      connection: connection.id,
      user: identity.user,
      roles: identity.roles,
      heartbeatMs: this.#heartbeatMs,
      lease: connection.lease,
      limits: { frameBytes, textChars, rooms, sendsPerSecond },
    });
    this.#openedListeners.notify(connection);
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
    const connections = this.#find(filter);
    for (const connection of connections) this.#closeConnection(connection, name, reason);
    return connections.length;
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
    await spread([...this.#open.values()], Math.min(durationMs, withinMs ?? durationMs), (connection) => {
      this.#closeConnection(connection, 'service_restart');
    });
    if (this.#closing.size > 0) {
      await new Promise<void>((resolve) => {
        this.#drained.push(resolve);
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
    for (const connection of [...this.#closing]) {
      connection.socket.terminate();
      this.socketClosed(connection, 1006);
    }
  }

  received(connection: ServerConnection, text: string): void {
    connection.receivedSinceBeat = true;
    const { frameBytes } = this.limits;
    // A UTF-16 code unit takes at most 3 bytes in UTF-8, so short texts need no exact count.
    if (text.length * 3 > frameBytes && Buffer.byteLength(text) > frameBytes) {
      this.#closeConnection(connection, 'too_large');
      return;
    }
    const frame = this.#codec.decode(text);
    if (frame.kind === 'request') {
      const registration = this.#handlers.get(frame.type);
      if (registration === undefined) {
        this.#rejectUnknown(connection, text, 'this server does not handle that type', frame.id);
        return;
      }
      const retryAfterMs = this.#charge(connection, frame.type, registration.cost, frame.params, text.length);
      if (retryAfterMs > 0) {
        this.#context.observer.answered?.(frame.type, 'rate_limited');
        connection.send(errorFrame('rate_limited', 'too many requests', frame.id, retryAfterMs));
      } else if (connection.inFlight >= this.limits.inFlight) {
        this.#context.observer.answered?.(frame.type, 'rate_limited');
        connection.send(errorFrame('rate_limited', 'too many unanswered requests', frame.id, 1_000));
      } else {
        new Pending(connection, frame.id, frame.type, this.#context).serve(registration.handler, frame.params);
      }
    } else if (frame.kind === 'signal') {
      this.#signal(connection, frame.type, frame.params, text);
    } else if (frame.code === 'unknown_type') {
      this.#rejectUnknown(connection, text, frame.message, frame.id);
    } else {
      this.#reject(connection, frame.code, frame.message, frame.id);
    }
  }

  socketClosed(connection: ServerConnection, code: number): void {
    if (connection.isSocketClosed) return;
    connection.isSocketClosed = true;
    this.#watch.end(connection);
    if (connection.open) this.#unregister(connection, { code });
    else if (code === closeCode('connection_lost').code) this.#unfinished += 1;
    this.#closing.delete(connection);
    if (this.#closing.size > 0) return;
    const drained = this.#drained;
    this.#drained = [];
    for (const resolve of drained) resolve();
  }

  #closeConnection(connection: ServerConnection, name: CloseName, override?: string): void {
    if (!connection.open) return;
    const { code, reason } = closeCode(name);
    this.#closing.add(connection);
    this.#unregister(connection, { code, name });
    this.#watch.closing(connection);
    // Must be last, because an adapter may report the close synchronously.
    connection.socket.close(code, override ?? reason);
  }

  /** Removes the connection from all indexes. From here on it is not served. */
  #unregister(connection: ServerConnection, closed: Closed): void {
    connection.open = false;
    this.#open.delete(connection.id);
    this.#byUser.delete(connection.identity.user, connection);
    this.#bySession.delete(connection.identity.session, connection);
    if (this.#budgets !== undefined && this.#byUser.count(connection.identity.user) === 0) {
      this.#budgets.departed(connection.identity.user, performance.now());
    }
    this.#context.observer.closed?.(connection, closed);
    this.#closedListeners.notify(connection, closed);
  }

  #find(filter: ConnectionFilter): ServerConnection[] {
    const { id, user, session } = filter;
    let connections: ServerConnection[];
    if (id !== undefined) {
      const connection = this.#open.get(id);
      connections = connection === undefined ? [] : [connection];
    } else if (session !== undefined) connections = this.#bySession.get(session);
    else if (user !== undefined) connections = this.#byUser.get(user);
    else return [...this.#open.values()];
    return connections.filter(
      ({ identity }) =>
        (user === undefined || identity.user === user) && (session === undefined || identity.session === session),
    );
  }

  #signal(connection: ServerConnection, type: string, params: AnyParams, text: string): void {
    const registration = this.#signals.get(type);
    if (registration === undefined) {
      this.#rejectUnknown(connection, text, 'this server does not handle that type');
      return;
    }
    if (this.#charge(connection, type, registration.cost, params, text.length) > 0) {
      this.#context.observer.dropped?.(type);
      return;
    }
    try {
      registration.handler(params, connection);
    } catch (error) {
      this.#context.log.error({ err: error, type, connection: connection.id }, 'a signal handler threw');
    }
  }

  /**
   * Charges a frame to the budgets, or counts a refusal.
   *
   * @returns 0 if the frame may be served, otherwise the milliseconds to wait before a retry.
   */
  #charge(
    connection: ServerConnection,
    type: string,
    cost: Cost<AnyParams>,
    params: AnyParams,
    length: number,
  ): number {
    const budgets = this.#budgets;
    if (budgets === undefined) return 0;
    const baseCost = typeof cost === 'number' ? cost : cost(params, connection);
    if (baseCost === 0) return 0;
    const units = baseCost + Math.floor(length / charactersPerUnit);
    const now = performance.now();
    const budget = (connection.budget ??= budgets.open(connection.identity.user, now));
    const retryAfterMs = budgets.charge(budget, type, units, now);
    if (retryAfterMs > 0 && budgets.isAbuse(budget, now)) this.#closeConnection(connection, 'rate_limit_abused');
    return retryAfterMs;
  }

  #rejectUnknown(connection: ServerConnection, text: string, message: string, id?: number): void {
    const retryAfterMs = this.#charge(connection, 'unknown_type', 1, {}, text.length);
    if (retryAfterMs === 0) this.#reject(connection, 'unknown_type', message, id);
    else if (id === undefined) this.#context.observer.dropped?.('unknown_type');
    else connection.send(errorFrame('rate_limited', 'too many requests', id, retryAfterMs));
  }

  #reject(connection: ServerConnection, code: 'bad_message' | 'unknown_type', message: string, id?: number): void {
    this.#context.observer.refused?.(code);
    connection.send(errorFrame(code, message, id));
    if (code === 'bad_message' && ++connection.malformed >= this.limits.malformed)
      this.#closeConnection(connection, 'malformed_messages');
  }

  async #renewLease({ ticket }: { readonly ticket: string }, connection: Connection) {
    const renewal = await this.#renew?.(connection, ticket);
    if (renewal === undefined) throw new RequestError('invalid_ticket', 'Invalid ticket');
    const current = this.#open.get(connection.id);
    // The connection closed while its ticket was validated, so no client receives this reply.
    if (current === undefined) throw new RequestError('invalid_ticket', 'Invalid ticket');
    const now = this.#now();
    current.lease = renewal.lease ?? Math.ceil((now + this.#leaseMs) / 1000);
    current.leaseEndsAt = performance.now() + current.lease * 1000 - now;
    current.leaseNoticed = false;
    if (renewal.roles !== undefined) current.identity = { ...current.identity, roles: renewal.roles };
    this.#watch.begin(current);
    this.#renewedListeners.notify(current);
    return { lease: current.lease };
  }
}

function duration(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0)) throw new RangeError(`${name} must be a positive number of milliseconds`);
  return value;
}
