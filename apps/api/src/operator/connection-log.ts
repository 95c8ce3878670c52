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

/** What is known about a connection, whether it is open or closed. */
type Facts = Pick<
  Connection,
  'id' | 'identity' | 'openedAt' | 'bufferedBytes' | 'rateLimited' | 'roundTripMs' | 'lease'
> & { readonly protocol: string; readonly joined: readonly JoinedRoom[]; readonly steps: readonly Step[] };

/** A closed connection. What operators see is derived from it on demand, because most connections are never displayed. */
type ClosedConnection = Facts & { readonly closed: Closed & { readonly at: number } };

/** The open and the recently closed connections of this node, for operators. */
export class ConnectionLog {
  readonly #options: ConnectionLogOptions;
  readonly #now: () => number;
  readonly #sources: ConnectionSource[] = [];
  readonly #steps = new ConnectionSteps();
  readonly #closed: (ClosedConnection | undefined)[] = [];
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
    const at = (this.#lastClosedAt = Math.max(this.#lastClosedAt, stepTime(connection), this.#now()));
    this.#closed[this.#closedCount % this.#options.capacity] = {
      ...this.#factsOf(connection, protocol),
      closed: { at, code, ...(name !== undefined && { name }) },
    };
    this.#closedCount += 1;
  }

  renewed(connection: Connection): void {
    this.#steps.add(connection, { at: stepTime(connection), step: 'renewed' });
  }

  left({ room, joinedAt }: JoinedRoom, connection: Connection): void {
    // A closed connection is recorded with the rooms that it had joined.
    if (!connection.open) return;
    this.#steps.add(connection, { at: joinedAt, step: 'joined', room });
    this.#steps.add(connection, { at: stepTime(connection), step: 'left', room });
  }

  rateLimited(connection: Connection, type: string): void {
    this.#steps.add(connection, { at: stepTime(connection), step: 'rate_limited', reason: type });
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
      for (const [slot, closed] of this.#closed.entries()) {
        if (closed === undefined || !matches(closed, filter)) continue;
        page.add(
          { at: closed.closed.at, node, id: this.#closedId(slot) },
          () => this.#closedDetailOf(closed).connection,
        );
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
        page.add({ at: openedAt, node, id }, () => this.#infoOf(this.#factsOf(connection, protocol)));
      }
    }
    return page.page;
  }

  /** Returns an open or recently closed connection. */
  find(id: string): ConnectionDetail | undefined {
    for (const { protocol, connections } of this.#sources) {
      const [connection] = connections.list({ id });
      if (connection !== undefined) return this.#detailOf(this.#factsOf(connection, protocol));
    }
    return this.#findClosed((closed) => closed.id === id);
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
      if (connection !== undefined) return this.#detailOf(this.#factsOf(connection, protocol));
    }
    return this.#findClosed((closed) => closed.identity.receipt === receipt);
  }

  #findClosed(isWanted: (closed: ClosedConnection) => boolean): ConnectionDetail | undefined {
    const closed = this.#closed.findLast((each) => each !== undefined && isWanted(each));
    return closed && this.#closedDetailOf(closed);
  }

  #factsOf(connection: Connection, protocol: string): Facts {
    const { id, identity, openedAt, bufferedBytes, rateLimited, roundTripMs, lease } = connection;
    const joined = this.#options.joinedBy(connection);
    const steps = this.#steps.of(connection);
    return { id, identity, openedAt, bufferedBytes, rateLimited, roundTripMs, lease, protocol, joined, steps };
  }

  #closedDetailOf(closed: ClosedConnection): ConnectionDetail {
    const { connection, joined, steps } = this.#detailOf(closed);
    const { at, code } = closed.closed;
    const name = closed.closed.name ?? closeCodes.find((entry) => entry.code === code)?.name;
    const byServer = closed.closed.name !== undefined;
    const step: Step = { at, step: 'closed', code: String(code), ...(name !== undefined && { reason: name }) };
    return {
      connection: { ...connection, closed: { at, code, ...(name !== undefined && { name }), byServer } },
      joined,
      steps: boundedSteps([...steps, step]),
    };
  }

  #detailOf(facts: Facts): ConnectionDetail {
    const { openedAt, joined } = facts;
    const steps: Step[] = [
      { at: openedAt, step: 'opened' },
      ...facts.steps,
      ...joined.map(({ room, joinedAt }): Step => ({ at: joinedAt, step: 'joined', room })),
    ];
    return {
      connection: this.#infoOf(facts),
      joined: joined.map(({ room }) => room),
      steps: boundedSteps(steps),
    };
  }

  #infoOf(facts: Facts): ConnectionInfo {
    const { id, identity, openedAt, bufferedBytes, rateLimited, roundTripMs, lease, protocol, joined } = facts;
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
      rooms: joined.length,
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

/** The time of a step that happens now, in Unix milliseconds, by the same clock as `joinedAt`: otherwise their order could be wrong. */
function stepTime({ openedAt, openForMs }: Connection): number {
  return openedAt + Math.round(openForMs);
}

function matches({ identity, joined, steps }: Facts, filter: Filter): boolean {
  const { user, session, address, room } = filter;
  if (user !== undefined && identity.user !== user) return false;
  if (session !== undefined && identity.session !== session) return false;
  if (address !== undefined && identity.address !== address) return false;
  return room === undefined || [...joined, ...steps].some((each) => each.room === room);
}
