import type { Reply, RoomsProtocol } from '@usher/protocol';
import type { Rate } from '../connections/bucket.ts';
import type { Connection } from '../connections/connection.ts';
import type { Guest } from './guest.ts';
import type { Appended, Entry, History } from './history.ts';
import type { Connections } from '../connections/hub.ts';
import type { Limits } from '../connections/limits.ts';
import { notFound } from './not-found.ts';
import { RequestError } from '../connections/request-error.ts';
import type { Membership, Room } from './room.ts';
import type { Authorize, Verdict } from './room-types.ts';
import { tooLong } from './text.ts';
import { check } from './verdict.ts';

type Sent = Reply<RoomsProtocol, 'send'>;

export interface SayingOptions {
  readonly connections: Connections<RoomsProtocol>;
  readonly history: History;
  readonly authorize: Authorize;
  readonly guestAt: (connection: Connection) => Guest;
  /** A message became durable. */
  readonly appended: (room: string) => void;
}

/** Handles `send`, `edit` and `delete` with the same checks and the same cost. */
export function serveSaying({ connections, history, authorize, guestAt, appended: noted }: SayingOptions): void {
  const { limits } = connections;
  const rate: Rate = { perSecond: limits.sendsPerSecond, burst: limits.sendBurst };

  function mayGoOn(guest: Guest, room: string): Membership {
    const membership = guest.memberships.get(room);
    if (membership?.joined !== true) throw new RequestError('not_joined', 'join the room first');
    return membership;
  }

  function spend(guest: Guest): void {
    if (rate.perSecond === 0) return;
    const now = performance.now();
    const sends = guest.sends(rate, now);
    const waitMs = sends.waitMs(1, now);
    if (waitMs === 0) {
      sends.take(1);
      return;
    }
    if (guest.refusedSends.add(now) >= limits.refusedSends) {
      connections.close({ id: guest.connection.id }, 'rate_limit_abused');
    }
    throw new RequestError('rate_limited', 'too many messages', { retryAfterMs: waitMs });
  }

  function say(connection: Connection, name: string, entry: Entry): Promise<Sent> {
    const guest = guestAt(connection);
    spend(guest);
    const busy = guest.busy(name);
    const membership = busy ? undefined : mayGoOn(guest, name);
    if (entry.deletes === undefined && tooLong(entry.text, limits.textChars)) {
      throw new RequestError('too_long', `text must have 1 to ${limits.textChars} characters`);
    }
    const verdict = authorize(connection.identity, name, 'send');
    if (membership === undefined || verdict instanceof Promise) return sayInTurn(guest, name, entry, verdict);
    check(verdict);
    return finish(membership.room, history.append(name, entry));
  }

  /** The slow path of `append`: waits for a join in progress or for the authorization. */
  async function sayInTurn(
    guest: Guest,
    name: string,
    entry: Entry,
    verdict: Verdict | Promise<Verdict>,
  ): Promise<Sent> {
    const judged = Promise.resolve(verdict).then(check);
    // Prevents an unhandled rejection before the turn begins; the rejection is handled below.
    judged.catch(() => undefined);
    const done = await guest.turn(name);
    let room: Room;
    let appended: Promise<Appended>;
    try {
      mayGoOn(guest, name);
      await judged;
      // Checked again, because the user may have been removed or signed out during the authorization.
      ({ room } = mayGoOn(guest, name));
      // Appends begin in the order of the requests. The history may complete them in any order.
      appended = history.append(name, entry);
    } finally {
      done();
    }
    return finish(room, appended);
  }

  async function finish(room: Room, appending: Promise<Appended>): Promise<Sent> {
    const { epoch } = room;
    let appended: Appended;
    try {
      appended = await appending;
    } catch (error) {
      throw notFound(error);
    }
    const { message, duplicate } = appended;
    // For a duplicate, the node that handled the first attempt may have stopped before it published the message.
    if (duplicate) {
      room.expect(message.seq);
    } else {
      noted(room.name);
      room.publish(message, epoch);
    }
    return { seq: message.seq, at: message.at };
  }

  // A frame may contain fields that its type does not define, so only the defined ones are used. A store may not preserve lone
  // surrogates.
  const options = { cost: costOfSend(limits) };
  connections.handle(
    'send',
    ({ room, key, text }, connection) => say(connection, room, { ...by(connection, key), text: text.toWellFormed() }),
    options,
  );
  connections.handle(
    'edit',
    ({ room, key, text, edits }, connection) =>
      say(connection, room, { ...by(connection, key), text: text.toWellFormed(), edits }),
    options,
  );
  connections.handle(
    'delete',
    ({ room, key, deletes }, connection) => say(connection, room, { ...by(connection, key), deletes }),
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
