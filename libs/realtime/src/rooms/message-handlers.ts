import type { Message, Reply, RoomsProtocol } from '@usher/protocol';
import type { Rate } from '../connections/bucket.ts';
import type { Connection } from '../connections/connection.ts';
import type { RoomClient } from './room-client.ts';
import { encodePayload, formatOf, payloadFormat, requireLength } from './content.ts';
import type { Appended, Entry, History } from './history.ts';
import type { Connections } from '../connections/connections-types.ts';
import type { Limits } from '../connections/limits.ts';
import { withDeadline } from '../support/deadline.ts';
import { type AccessDecision, notFound, requireAllowed, RequestError } from '../support/errors.ts';
import type { Membership, Room } from './room.ts';
import type { Authorize } from './room-types.ts';

type Sent = Reply<RoomsProtocol, 'send'>;

export interface MessageHandlersOptions {
  readonly connections: Connections<RoomsProtocol>;
  readonly append: History['append'];
  readonly authorize: Authorize;
  /** How long a request waits for the history or for `authorize`, in milliseconds. */
  readonly timeoutMs: number;
  readonly clientOf: (connection: Connection) => RoomClient;
  /** A message became durable, `ms` milliseconds after its request. */
  readonly appended: (room: string, ms: number) => void;
}

/** Handles `send`, `edit` and `delete` with the same checks and the same cost. */
export function handleMessages({
  connections,
  append,
  authorize,
  timeoutMs,
  clientOf,
  appended: onAppended,
}: MessageHandlersOptions): void {
  const { limits, codec } = connections;
  const format = formatOf(codec.protocol);
  const rate: Rate = { perSecond: limits.sendsPerSecond, burst: limits.sendBurst };

  function requireJoined(client: RoomClient, room: string): Membership {
    const membership = client.memberships.get(room);
    if (membership?.joined !== true) throw new RequestError('not_joined', 'join the room first');
    return membership;
  }

  function chargeSend(client: RoomClient, now: number): void {
    if (rate.perSecond === 0) return;
    const sends = client.sends(rate, now);
    const waitMs = sends.waitMs(1, now);
    if (waitMs === 0) {
      sends.take(1);
      return;
    }
    if (client.refusedSends.add(now) >= limits.refusedSends) {
      connections.close({ id: client.connection.id }, 'rate_limit_abused');
    }
    throw new RequestError('rate_limited', 'too many messages', { retryAfterMs: waitMs });
  }

  function submit(connection: Connection, name: string, entry: Entry): Promise<Sent> {
    const startedAt = performance.now();
    const client = clientOf(connection);
    chargeSend(client, startedAt);
    const busy = client.isBusy(name);
    const membership = busy ? undefined : requireJoined(client, name);
    if (entry.deletes === undefined) requireLength(entry.text, format, limits.textChars);
    const decision = authorize(connection.identity, name, 'send');
    if (membership === undefined || decision instanceof Promise) {
      return submitInTurn(client, name, entry, decision, startedAt);
    }
    requireAllowed(decision);
    return finish(membership.room, append(name, entry), startedAt);
  }

  /** The slow path of `submit`: waits for a join in progress or for the authorization. */
  async function submitInTurn(
    client: RoomClient,
    name: string,
    entry: Entry,
    decision: AccessDecision | Promise<AccessDecision>,
    startedAt: number,
  ): Promise<Sent> {
    const authorized = withDeadline('authorize', () => decision, timeoutMs).then(requireAllowed);
    // Prevents an unhandled rejection before the turn begins; the rejection is handled below.
    authorized.catch(() => undefined);
    const release = await client.acquire(name);
    let room: Room;
    let appended: Promise<Appended>;
    try {
      requireJoined(client, name);
      await authorized;
      // Checked again, because the user may have been removed or signed out during the authorization.
      ({ room } = requireJoined(client, name));
      // Appends begin in the order of the requests. The history may complete them in any order.
      appended = append(name, entry);
    } finally {
      release();
    }
    return finish(room, appended, startedAt);
  }

  async function finish(room: Room, appending: Promise<Appended>, startedAt: number): Promise<Sent> {
    const { epoch } = room;
    const published = appending.then((appended) => publish(room, epoch, appended, startedAt));
    try {
      // A message that becomes durable later is still published.
      const { seq, at } = await withDeadline('history.append', () => published, timeoutMs);
      return { seq, at };
    } catch (error) {
      throw notFound(error);
    }
  }

  function publish(room: Room, epoch: string, { message, duplicate }: Appended, startedAt: number): Message {
    if (!duplicate) onAppended(room.name, performance.now() - startedAt);
    // A duplicate is published too, because the node of the first attempt may have stopped between the commit and the publish.
    // Receivers ignore sequence numbers that they have delivered.
    room.publish(message, epoch);
    return message;
  }

  // A frame may contain fields that its type does not define, so only the defined ones are used. A store may not preserve lone
  // surrogates.
  const options = { cost: costOfSend(limits) };
  if (format === payloadFormat) {
    connections.handle(
      'send',
      (params, connection) => {
        const { room, key, payload } = params as unknown as { room: string; key: string; payload: object };
        return submit(connection, room, { ...by(connection, key), text: encodePayload(payload) });
      },
      options,
    );
    return;
  }
  connections.handle(
    'send',
    ({ room, key, text }, connection) =>
      submit(connection, room, { ...by(connection, key), text: text.toWellFormed() }),
    options,
  );
  connections.handle(
    'edit',
    ({ room, key, text, edits }, connection) =>
      submit(connection, room, { ...by(connection, key), text: text.toWellFormed(), edits }),
    options,
  );
  connections.handle(
    'delete',
    ({ room, key, deletes }, connection) => submit(connection, room, { ...by(connection, key), deletes }),
    options,
  );
}

/**
 * Sends have a separate rate limit. At that rate they use at most half of the connection's budget, so that `sendsPerSecond` can be
 * reached with any configuration. Without a send limit they cost nothing.
 */
function costOfSend({ sendsPerSecond, requestsPerSecond }: Limits): number {
  return sendsPerSecond === 0 ? 0 : Math.min(2, requestsPerSecond / 2 / sendsPerSecond);
}

/** UUIDs are case-insensitive. */
function by({ identity }: Connection, key: string): Pick<Entry, 'user' | 'key'> {
  return { user: identity.user, key: key.toLowerCase() };
}
