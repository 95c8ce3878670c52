import { randomUUID } from 'node:crypto';
import { closeCode, type CloseName, type Protocol, type ResponseSignal } from '@usher/protocol';
import type { AnyHandler, PendingContext } from './pending.ts';
import type { Connection, Identity } from './connection.ts';
import { ConnectionIndex } from './connection-index.ts';
import type {
  Closed,
  ConnectionFilter,
  Connections,
  ConnectionsOptions,
  HandlerOptions,
  OpenOptions,
} from './connections-types.ts';
import { type AnyParams, type AnySignalHandler, Dispatcher } from './dispatcher.ts';
import { ClosingConnections, spread } from './drain.ts';
import { Frame } from './frame.ts';
import { Leases } from './leases.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { Listeners } from '../support/listeners.ts';
import { silent } from '../support/log.ts';
import type { AnyMiddleware, Middleware } from './middleware.ts';
import { ServerRequests } from './server-requests.ts';
import { type SendOptions, type Target, type TargetFilter, Targets } from './targets.ts';
import { ServerConnection, type ConnectionOwner } from './server-connection.ts';
import type { Socket } from './socket.ts';
import { Watch } from './watch.ts';

/**
 * Serves a protocol on every socket that is passed to `open`. Starts no timer before the first `open`.
 *
 * @throws RangeError naming the limit or duration that is out of range.
 */
export function createConnections<P extends Protocol, D extends object = object>(
  options: ConnectionsOptions<P, D>,
): Connections<P, D> {
  const registry = new ConnectionRegistry(options as unknown as ConnectionsOptions<Protocol>);
  // The implementation handles every protocol alike. `P` only adds the names and types that the codec has already checked.
  return registry as unknown as Connections<P, D>;
}

class ConnectionRegistry implements Connections<Protocol>, ConnectionOwner {
  readonly codec: ConnectionsOptions<Protocol>['codec'];
  readonly limits: Limits;
  readonly bufferedBytes: number;
  readonly volatileBytes: number;
  readonly #createData: ((identity: Identity) => object) | undefined;
  readonly #serverRequests: ServerRequests;
  readonly #targets: Targets;
  /** The end of each `welcome` frame. */
  readonly #welcomeLimits: string;
  readonly #leases: Leases;
  readonly #context: PendingContext;
  readonly #watch: Watch;

  readonly #dispatcher: Dispatcher;

  readonly #openedListeners: Listeners<[Connection]>;
  readonly #closedListeners: Listeners<[Connection, Closed]>;
  readonly #renewedListeners: Listeners<[Connection]>;

  readonly #open = new ConnectionIndex();
  readonly #closing = new ClosingConnections();
  #draining = false;

  constructor(options: ConnectionsOptions<Protocol>) {
    this.limits = resolveLimits(options.limits);
    this.bufferedBytes = this.limits.bufferedBytes;
    this.volatileBytes = this.limits.volatileBytes;
    this.codec = options.codec;
    this.#createData = options.data;
    const heartbeatMs = duration('heartbeatMs', options.heartbeatMs ?? 25_000);
    const { frameBytes, textChars, rooms, sendsPerSecond } = this.limits;
    const limits = { frameBytes, textChars, rooms, sendsPerSecond };
    // Without the opening brace, because the fields of the connection come first.
    this.#welcomeLimits = JSON.stringify({ heartbeatMs, limits }).slice(1);
    const leaseMs = duration('leaseMs', options.leaseMs ?? 30 * 60_000);
    this.#context = { log: options.log ?? silent, observer: options.observer ?? {}, tracing: options.tracing };
    this.#leases = new Leases({
      leaseMs,
      now: options.now ?? Date.now,
      renew: options.renew,
      renewTimeoutMs: duration('renewTimeoutMs', options.renewTimeoutMs ?? 4_000),
      find: (id) => this.#open.get(id),
      onRenewed: (connection) => {
        this.#watch.begin(connection);
        this.#renewedListeners.notify(connection);
      },
    });
    const close = (connection: ServerConnection, name: CloseName): void => {
      this.#closeConnection(connection, name);
    };
    const { codec, costs = {} } = options;
    this.#dispatcher = new Dispatcher({ ...this.#context, codec, limits: this.limits, costs, close });
    this.#watch = new Watch({
      heartbeatMs,
      heartbeatGraceMs: duration('heartbeatGraceMs', options.heartbeatGraceMs ?? 10_000),
      leaseNoticeMs: duration('leaseNoticeMs', options.leaseNoticeMs ?? Math.min(120_000, leaseMs / 5)),
      closeGraceMs: duration('closeGraceMs', options.closeGraceMs ?? 5_000),
      close,
    });
    const { log } = this.#context;
    this.#openedListeners = new Listeners(log, 'an onOpened listener threw');
    this.#closedListeners = new Listeners(log, 'an onClosed listener threw');
    this.#renewedListeners = new Listeners(log, 'an onRenewed listener threw');
    if (options.onClosed !== undefined) this.#closedListeners.add(options.onClosed);
    this.#targets = new Targets({
      bus: options.bus,
      cluster: options.cluster,
      list: (filter) => this.list(filter),
      log,
    });
    this.#serverRequests = new ServerRequests(
      codec,
      duration('serverRequestTimeoutMs', options.serverRequestTimeoutMs ?? 10_000),
    );
    this.handle('ping', () => ({}));
    this.handle('renew', (params, connection) => this.#leases.renew(params as { ticket: string }, connection), {
      cost: 4,
    });
    // Every frame counts as a sign of life. `received` has already recorded it.
    this.on('beat', (_params, connection) => this.#open.get(connection.id)?.beatReplied());
    this.on('response', (response, connection) => {
      const open = this.#open.get(connection.id);
      if (open !== undefined) this.#serverRequests.handleResponse(open, response as ResponseSignal);
    });
  }

  get size(): number {
    return this.#open.size;
  }

  open(socket: Socket, identity: Identity, options: OpenOptions = {}) {
    const { now, since, lease, endsAt } = this.#leases.from(options.lease);
    const connection = new ServerConnection(this, socket, randomUUID(), identity, {
      openedAt: now,
      openSince: since,
      lease,
      leaseEndsAt: endsAt,
      nextBeatAt: this.#watch.firstBeat(),
    });
    const opened = { connection, listener: connection };
    if (options.data !== undefined) connection.data = options.data;
    this.#open.add(connection);
    this.#context.tracing?.opened(connection);
    this.#context.observer.opened?.(connection);
    if (this.#draining) {
      this.#closeConnection(connection, 'service_restart');
      return opened;
    }
    this.#watch.begin(connection);
    connection.send(this.#welcome(connection));
    this.#openedListeners.notify(connection);
    return opened;
  }

  /** Creates the `welcome` frame. The part that is the same for every connection was serialized once. */
  #welcome({ id, identity, lease }: ServerConnection): Frame {
    const user = JSON.stringify(identity.user);
    const roles = JSON.stringify(identity.roles);
    return new Frame(
      `{"type":"welcome","connection":"${id}","user":${user},"roles":${roles},"lease":${lease},${this.#welcomeLimits}`,
    );
  }

  handle(type: string, handler: AnyHandler, options?: HandlerOptions<AnyParams>): void {
    this.#dispatcher.handle(type, handler, options);
  }

  on(type: string, handler: AnySignalHandler, options?: HandlerOptions<AnyParams>): void {
    this.#dispatcher.on(type, handler, options);
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

  use(middleware: Middleware<Protocol>): void {
    this.#dispatcher.use(middleware as unknown as AnyMiddleware);
  }

  to(filter: TargetFilter): Target<Protocol> {
    return this.#targets.to(filter);
  }

  broadcast(): Target<Protocol> {
    return this.#targets.to({});
  }

  dataOf({ identity }: ServerConnection): object {
    return this.#createData?.(identity) ?? {};
  }

  request(connection: ServerConnection, name: string, params: unknown, timeoutMs?: number): Promise<unknown> {
    return this.#serverRequests.send(connection, name, params, timeoutMs);
  }

  encode(event: object): Frame {
    return new Frame(JSON.stringify(event));
  }

  emit(connection: Connection, event: object, options?: SendOptions): void {
    const frame = this.encode(event);
    if (options?.volatile === true) connection.sendVolatile(frame);
    else connection.send(frame);
  }

  close(filter: ConnectionFilter, name: CloseName, reason?: string): number {
    const connections = this.#open.find(filter);
    for (const connection of connections) this.#closeConnection(connection, name, reason);
    return connections.length;
  }

  list(filter: ConnectionFilter = {}): Connection[] {
    return this.#open.find(filter);
  }

  count(filter?: ConnectionFilter): number {
    return this.#open.count(filter);
  }

  async drain(durationMs: number, withinMs?: number): Promise<number> {
    this.#draining = true;
    const before = this.#closing.unfinished;
    const deadline =
      withinMs === undefined
        ? undefined
        : setTimeout(() => {
            this.#terminateAll();
          }, withinMs);
    await spread(this.#open.find(), Math.min(durationMs, withinMs ?? durationMs), (connection) => {
      this.#closeConnection(connection, 'service_restart');
    });
    await this.#closing.empty();
    clearTimeout(deadline);
    return this.#closing.unfinished - before;
  }

  stop(): void {
    this.#draining = true;
    this.#terminateAll();
    this.#targets.stop();
    this.#watch.stop();
  }

  /** Closes all open connections and terminates every socket that is still open afterwards. */
  #terminateAll(): void {
    this.close({}, 'service_restart');
    for (const connection of this.#closing.list()) {
      connection.socket.terminate();
      this.socketClosed(connection, 1006);
    }
  }

  received(connection: ServerConnection, text: string): void {
    connection.receivedSinceBeat = true;
    this.#dispatcher.received(connection, text);
  }

  socketClosed(connection: ServerConnection, code: number): void {
    if (connection.isSocketClosed) return;
    connection.isSocketClosed = true;
    this.#watch.end(connection);
    if (connection.open) this.#unregister(connection, { code });
    else if (code === closeCode('connection_lost').code) this.#closing.unfinished++;
    this.#closing.delete(connection);
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
    this.#open.delete(connection);
    if (this.#open.count({ user: connection.identity.user }) === 0) this.#dispatcher.departed(connection.identity.user);
    connection.pendingRequests?.rejectAll();
    this.#context.observer.closed?.(connection, closed);
    this.#closedListeners.notify(connection, closed);
  }
}

function duration(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0)) throw new RangeError(`${name} must be a positive number of milliseconds`);
  return value;
}
