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

/** Serves `send`, `edit` and `delete`: what is said, and what is changed of it, goes the same way at the same price. */
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
      throw new RequestError('too_long', `a text has 1 to ${limits.textChars} characters`);
    }
    const verdict = authorize(connection.identity, name, 'send');
    if (membership === undefined || verdict instanceof Promise) return sayInTurn(guest, name, entry, verdict);
    check(verdict);
    return finish(membership.room, history.append(name, entry));
  }

  /** The same, where something has to be awaited first: a join under way, or the verdict. */
  async function sayInTurn(
    guest: Guest,
    name: string,
    entry: Entry,
    verdict: Verdict | Promise<Verdict>,
  ): Promise<Sent> {
    const judged = Promise.resolve(verdict).then(check);
    // It may be refused before its turn has come; that is not forgotten, only heard later.
    judged.catch(() => undefined);
    const done = await guest.turn(name);
    let room: Room;
    let appended: Promise<Appended>;
    try {
      mayGoOn(guest, name);
      await judged;
      // Looked at again: they may have been taken out, or signed out, while they were judged.
      ({ room } = mayGoOn(guest, name));
      // Appends begin in the order in which they were said; how long each takes is the history's affair.
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
    // The first answer may have been lost together with the node that was to publish it.
    if (duplicate) {
      room.expect(message.seq);
    } else {
      noted(room.name);
      room.publish(message, epoch);
    }
    return { seq: message.seq, at: message.at };
  }

  // A frame may hold fields that its type does not have: only those that it has are looked at. A lone surrogate would come back
  // from a store as something else.
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
 * Sends have a limit of their own. At its rate they take at most half of the connection's budget, so that `sendsPerSecond` can be
 * reached whatever it is. Without that limit they cost nothing.
 */
function costOfSend({ sendsPerSecond, requestsPerSecond }: Limits): number {
  return sendsPerSecond === 0 ? 0 : Math.min(2, requestsPerSecond / 2 / sendsPerSecond);
}

/** Upper and lower case name the same UUID. */
function by({ identity }: Connection, key: string): Pick<Entry, 'user' | 'key'> {
  return { user: identity.user, key: key.toLowerCase() };
}
