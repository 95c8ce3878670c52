import type { ConnectionDetail, ConnectionInfo, ConnectionsQuery, Step } from '@usher/operator-api';
import { closeCodes, type Protocol } from '@usher/protocol';
import type { Connection, Connections } from '@usher/realtime';
import type { JoinedRoom } from '@usher/realtime/rooms';
import { boundedSteps, ConnectionSteps } from './connection-steps.ts';
import { type LocalPage, PageBuilder, type Position } from './paging.ts';
import { withoutAbsent } from './refusal-log.ts';

/** The connections of one protocol. */
export interface ConnectionSource {
  /** The subprotocol. */
  readonly protocol: string;
  readonly connections: Pick<Connections<Protocol>, 'list'>;
}

export interface ConnectionLogOptions {
  readonly node: string;
  /** Maximum number of closed connections. Beyond it the oldest one is dropped. */
  readonly capacity: number;
  /** The rooms that a connection has joined. */
  readonly joinedBy: (connection: Connection) => readonly JoinedRoom[];
  /** Unix milliseconds. Defaults to `Date.now`. */
  readonly now?: () => number;
}

type Closed = Parameters<Parameters<Connections<Protocol>['onClosed']>[0]>[1];
type Filter = Omit<ConnectionsQuery, 'cursor' | 'limit'>;

/** The open and the recently closed connections of this node, for operators. */
export class ConnectionLog {
  readonly #options: ConnectionLogOptions;
  readonly #now: () => number;
  readonly #sources: ConnectionSource[] = [];
  readonly #steps = new ConnectionSteps();
  readonly #closed: (ConnectionDetail | undefined)[] = [];
  #closedCount = 0;
  #lastClosedAt = 0;

  constructor(options: ConnectionLogOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Adds the connections of a protocol. */
  watch(source: ConnectionSource): void {
    this.#sources.push(source);
  }

  closed(connection: Connection, protocol: string, { code, name }: Closed): void {
    // Never earlier than the previous one, so that the order of the list is the order of its times.
    const at = (this.#lastClosedAt = Math.max(this.#lastClosedAt, this.#now()));
    const known = name ?? closeCodes.find((entry) => entry.code === code)?.name;
    const byServer = name !== undefined;
    const detail = this.#detailOf(connection, protocol);
    const closed = { at, code, ...(known === undefined ? {} : { name: known }), byServer };
    const step: Step = { at, step: 'closed', code: String(code), ...(known === undefined ? {} : { reason: known }) };
    this.#closed[this.#closedCount % this.#options.capacity] = {
      ...detail,
      connection: { ...detail.connection, closed },
      steps: boundedSteps([...detail.steps, step]),
    };
    this.#closedCount += 1;
  }

  renewed(connection: Connection): void {
    this.#steps.add(connection, { at: this.#now(), step: 'renewed' });
  }

  left({ room, joinedAt }: JoinedRoom, connection: Connection): void {
    // A closed connection is recorded with the rooms that it had joined.
    if (!connection.open) return;
    this.#steps.add(connection, { at: joinedAt, step: 'joined', room });
    this.#steps.add(connection, { at: this.#now(), step: 'left', room });
  }

  rateLimited(connection: Connection, type: string): void {
    this.#steps.add(connection, { at: this.#now(), step: 'rate_limited', reason: type });
  }

  /** The number of users with an open connection. */
  get users(): number {
    const users = new Set<string>();
    for (const { connections } of this.#sources)
      for (const { identity } of connections.list()) users.add(identity.user);
    return users.size;
  }

  /** Returns up to `size` connections after a position. @param inRoom the open connections in the room of the filter */
  page(filter: Filter, size: number, after?: Position, inRoom?: ReadonlySet<Connection>): LocalPage<ConnectionInfo> {
    const { node } = this.#options;
    const page = new PageBuilder<ConnectionInfo>(size, after);
    if (filter.node !== undefined && filter.node !== node) return page.page;
    if (filter.state === 'closed') {
      for (const [slot, detail] of this.#closed.entries()) {
        if (detail === undefined || !matchesClosed(detail, filter)) continue;
        const { connection } = detail;
        page.add({ at: connection.closed?.at ?? 0, node, id: this.#closedId(slot) }, () => connection);
      }
      return page.page;
    }
    const { user, session, address, room } = filter;
    const listed = { ...(user !== undefined && { user }), ...(session !== undefined && { session }) };
    for (const { protocol, connections } of this.#sources) {
      for (const connection of connections.list(listed)) {
        if (address !== undefined && connection.identity.address !== address) continue;
        if (room !== undefined && inRoom?.has(connection) !== true) continue;
        const { openedAt, id } = connection;
        page.add({ at: openedAt, node, id }, () => this.#infoOf(connection, protocol));
      }
    }
    return page.page;
  }

  /** Returns an open or recently closed connection. */
  find(id: string): ConnectionDetail | undefined {
    for (const { protocol, connections } of this.#sources) {
      const [connection] = connections.list({ id });
      if (connection !== undefined) return this.#detailOf(connection, protocol);
    }
    return this.#closed.findLast((detail) => detail?.connection.id === id);
  }

  /** Returns the connection that was opened with the ticket of this receipt, without its session: users pass receipts on. */
  findReceipt(receipt: string): ConnectionDetail | undefined {
    const detail = this.#findReceipt(receipt);
    if (detail === undefined) return undefined;
    const connection = { ...detail.connection };
    delete connection.session;
    return { ...detail, connection };
  }

  #findReceipt(receipt: string): ConnectionDetail | undefined {
    for (const { protocol, connections } of this.#sources) {
      const connection = connections.list().find(({ identity }) => identity.receipt === receipt);
      if (connection !== undefined) return this.#detailOf(connection, protocol);
    }
    return this.#closed.findLast((detail) => detail?.connection.receipt === receipt);
  }

  #detailOf(connection: Connection, protocol: string): ConnectionDetail {
    const joined = this.#options.joinedBy(connection);
    const steps: Step[] = [
      { at: connection.openedAt, step: 'opened' },
      ...this.#steps.of(connection),
      ...joined.map(({ room, joinedAt }): Step => ({ at: joinedAt, step: 'joined', room })),
    ];
    return {
      connection: this.#infoOf(connection, protocol, joined.length),
      joined: joined.map(({ room }) => room),
      steps: boundedSteps(steps),
    };
  }

  #infoOf(connection: Connection, protocol: string, rooms = this.#options.joinedBy(connection).length): ConnectionInfo {
    const { id, identity, openedAt, bufferedBytes, rateLimited, roundTripMs, lease } = connection;
    const { user, session, address, origin, userAgent, receipt } = identity;
    const { node } = this.#options;
    const client = withoutAbsent({ receipt, address, origin, userAgent, roundTripMs });
    return {
      id,
      user,
      session,
      node,
      protocol,
      ...client,
      openedAt,
      rooms,
      queuedBytes: bufferedBytes,
      rateLimited,
      lease,
    };
  }

  /** The number of a closed connection with leading zeros, so that texts compare like numbers. */
  #closedId(slot: number): string {
    const { capacity } = this.#options;
    const newest = this.#closedCount - 1;
    const number = newest - (((((newest % capacity) - slot) % capacity) + capacity) % capacity);
    return number.toString(36).padStart(10, '0');
  }
}

function matchesClosed({ connection, joined, steps }: ConnectionDetail, filter: Filter): boolean {
  const { user, session, address, room } = filter;
  if (user !== undefined && connection.user !== user) return false;
  if (session !== undefined && connection.session !== session) return false;
  if (address !== undefined && connection.address !== address) return false;
  return room === undefined || joined.includes(room) || steps.some((step) => step.room === room);
}
