import { randomUUID } from 'node:crypto';
import type { Message, Reply, RoomsProtocol } from '@usher/protocol';
import type { Connection, Identity } from './connection.ts';
import { createExpulsion } from './expulsion.ts';
import { Guest } from './guest.ts';
import type { Appended, Entry } from './history.ts';
import { join } from './join.ts';
import { silent } from './log.ts';
import { createMemoryPresence } from './memory-presence.ts';
import { notFound } from './not-found.ts';
import { following, withinFrame } from './page.ts';
import { createPeople, type News } from './people.ts';
import { RequestError } from './request-error.ts';
import { type Membership, Room, type RoomMeans } from './room.ts';
import type { Member, RoomAction, Rooms, RoomsOptions, Verdict } from './room-types.ts';
import { serveMarks } from './serve-marks.ts';
import { servePresence } from './serve-presence.ts';
import { tooLong } from './text.ts';
import { serveTyping } from './typing.ts';

type Sent = Reply<RoomsProtocol, 'send'>;
type Present = Reply<RoomsProtocol, 'join'>['present'];

/**
 * Serves join, history, leave, send, edit and delete of the rooms protocol on `connections`, with nothing but its public surface.
 */
export function createRooms(options: RoomsOptions): Rooms {
  const { connections, history, bus, authorize, observer = {}, log = silent } = options;
  const { limits } = connections;
  const rooms = new Map<string, Room>();
  const guests = new Map<Connection, Guest>();
  const means: RoomMeans = {
    history,
    bus,
    holeMs: options.holeMs ?? 25,
    log,
    strand: (connection) => connections.close({ id: connection.id }, 'try_again_later'),
    delivered: (room, members) => observer.delivered?.(room, members),
    follow: (room) => {
      const ends = [presence.follow(room), typing(room)];
      return () => {
        for (const end of ends) end();
      };
    },
  };
  const node = options.node ?? randomUUID();
  const store = options.presence ?? createMemoryPresence();
  const presence = servePresence({
    connections,
    presence: store,
    bus,
    node,
    graceMs: options.presenceGraceMs ?? 10_000,
    holeMs: means.holeMs,
    log,
  });
  const { attendance } = presence;
  const hasJoined = (connection: Connection, room: string): boolean =>
    guests.get(connection)?.memberships.get(room)?.joined === true;
  const typing = serveTyping({ connections, bus, attendance, hasJoined, log });

  const tellOthers = createPeople({ bus, node, log, heard, missed });
  const marks =
    options.marks &&
    serveMarks({
      connections,
      marks: options.marks,
      bus,
      log,
      entersOnJoin: options.entersOnJoin ?? (() => true),
      hasJoined,
      joinedBy: (room, user) => attendance.find(room, user)?.connections ?? 0,
      judge: (identity, room) => judge(identity, room, 'history'),
      tellOthers,
    });
  const expulsion = createExpulsion({ connections, guests, leave, authorize, log });

  function heard(news: News): void {
    marks?.heard(news);
    if (news.kind === 'removed') expulsion.expel(news.room, news.user, news.code);
  }

  function missed(): void {
    marks?.missed();
    void expulsion.judgeAll();
  }

  function tell(news: News): void {
    marks?.heard(news);
    tellOthers(news);
  }

  function guestAt(connection: Connection): Guest {
    let guest = guests.get(connection);
    if (guest === undefined) {
      guest = new Guest(connection, limits, performance.now());
      if (connection.open) guests.set(connection, guest);
    }
    return guest;
  }

  function enter(guest: Guest, name: string): Membership {
    const present = guest.memberships.get(name);
    if (present !== undefined) {
      present.live = false;
      return present;
    }
    if (!guest.connection.open) throw new RequestError('not_joined', 'the connection is closed');
    if (guest.memberships.size >= limits.rooms) {
      throw new RequestError('too_many_rooms', `at most ${limits.rooms} rooms at once`);
    }
    let room = rooms.get(name);
    if (room === undefined) rooms.set(name, (room = new Room(name, means)));
    const { connection } = guest;
    const membership: Membership = { connection, room, joined: false, live: false, from: 0, gone: false };
    room.members.set(connection, membership);
    guest.memberships.set(name, membership);
    return membership;
  }

  /** @param dropped the connection was lost, and the person may be back in a moment. */
  function leave(membership: Membership, dropped = false): void {
    if (membership.gone) return;
    const { connection, room } = membership;
    membership.gone = true;
    membership.live = false;
    room.members.delete(connection);
    const guest = guests.get(connection);
    guest?.memberships.delete(room.name);
    if (membership.joined) {
      attendance.went(room.name, connection.identity.user, guest?.away === true, dropped);
    }
    if (room.members.size > 0) return;
    room.close();
    rooms.delete(room.name);
  }

  const prepare = ({ connection, room }: Membership): Promise<unknown> =>
    Promise.all([presence.ready(room), marks?.entering(connection.identity, room.name)]);
  const present = (membership: Membership): Present =>
    presence.joined(membership, guests.get(membership.connection)?.away === true);

  function check(verdict: Verdict): void {
    if (verdict === 'not_found') throw new RequestError('not_found', 'no such room');
    if (verdict === 'forbidden') throw new RequestError('forbidden', 'not allowed in this room');
  }

  async function judge(identity: Identity, room: string, action: RoomAction): Promise<void> {
    check(await authorize(identity, room, action));
  }

  function mayGoOn(guest: Guest, room: string): Membership {
    const membership = guest.memberships.get(room);
    if (membership?.joined !== true) throw new RequestError('not_joined', 'join the room first');
    return membership;
  }

  function spend(guest: Guest): void {
    const now = performance.now();
    const waitMs = guest.budget.take(limits.sendsPerSecond, limits.sendBurst, now);
    if (waitMs === 0) return;
    if (guest.budget.refuse(now) >= limits.refusedSends) {
      connections.close({ id: guest.connection.id }, 'rate_limit_abused');
    }
    throw new RequestError('rate_limited', 'too many messages', { retryAfterMs: waitMs });
  }

  /** What is said, and what is changed of it, goes the same way at the same price. */
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
    if (duplicate) room.expect(message.seq);
    else announce(room, message, epoch);
    return { seq: message.seq, at: message.at };
  }

  function announce(room: Room, message: Message, epoch: string): void {
    observer.appended?.(room.name);
    room.publish(message, epoch);
  }

  connections.onClosed((connection, { name }) => {
    const guest = guests.get(connection);
    if (guest === undefined) return;
    const dropped = name !== 'session_ended' && name !== 'closed_by_operator';
    for (const membership of [...guest.memberships.values()]) leave(membership, dropped);
    guests.delete(connection);
    guest.reads.end();
  });

  connections.handle('join', async (params, connection, call) => {
    const guest = guestAt(connection);
    const done = await guest.turn(params.room);
    try {
      return await join({ history, judge, enter, leave, prepare, present }, guest, params, call);
    } catch (error) {
      throw notFound(error);
    } finally {
      done();
    }
  });

  connections.handle('history', async ({ room, after }, connection) => {
    const guest = guestAt(connection);
    await judge(connection.identity, room, 'history');
    try {
      const page = await guest.reads.run(connection, () => history.read(room, following(after)));
      return page === undefined ? { messages: [], more: false } : withinFrame(page);
    } catch (error) {
      throw notFound(error);
    }
  });

  connections.handle('leave', async ({ room }, connection) => {
    const guest = guestAt(connection);
    const done = await guest.turn(room);
    const membership = guest.memberships.get(room);
    if (membership !== undefined) leave(membership);
    done();
    return {};
  });

  // A frame may hold fields that its type does not have: only those that it has are looked at. A lone surrogate would come back
  // from a store as something else.
  connections.handle('send', ({ room, key, text }, connection) =>
    say(connection, room, { ...by(connection, key), text: text.toWellFormed() }),
  );
  connections.handle('edit', ({ room, key, text, edits }, connection) =>
    say(connection, room, { ...by(connection, key), text: text.toWellFormed(), edits }),
  );
  connections.handle('delete', ({ room, key, deletes }, connection) =>
    say(connection, room, { ...by(connection, key), deletes }),
  );

  connections.on('away', ({ away }, connection) => {
    presence.turned(guestAt(connection), away);
  });

  return {
    list: () => [...rooms.values()].map((room) => ({ room: room.name, connections: room.members.size })),
    members: (name) => {
      const users: Member[] = [];
      for (const { user, connections: joined } of attendance.in(name)) {
        if (joined > 0) users.push({ user, connections: joined });
      }
      return users;
    },
    present: async (name) => (await store.list(name)).present,
    statusOf: (user) => {
      const theirs = connections.list({ user });
      if (theirs.length === 0) return 'offline';
      return theirs.every((connection) => guests.get(connection)?.away === true) ? 'away' : 'online';
    },
    forget: (dead) => presence.forget(dead),
    added: (room, user) => {
      tell({ kind: 'added', room, user });
    },
    dropped: (room, user) => {
      tell({ kind: 'dropped', room, user });
    },
    remove: (room, user, code) => {
      const news = { kind: 'removed', room, user, code } as const;
      marks?.heard(news);
      const removed = expulsion.expel(room, user, code);
      tellOthers(news);
      return removed;
    },
  };
}

/** Upper and lower case name the same UUID. */
function by({ identity }: Connection, key: string): Pick<Entry, 'user' | 'key'> {
  return { user: identity.user, key: key.toLowerCase() };
}
