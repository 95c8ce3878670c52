import { randomUUID } from 'node:crypto';
import type { Reply, RoomsProtocol, Signal } from '@usher/protocol';
import type { Connection, Identity } from '../connections/connection.ts';
import { createExpulsion } from './expulsion.ts';
import { Guest } from './guest.ts';
import { join } from './join.ts';
import { silent } from '../support/log.ts';
import { LoopShare } from '../support/loop-share.ts';
import { createMemoryPresence } from '../presence/memory-presence.ts';
import { notFound } from './not-found.ts';
import { following, withinFrame } from './page.ts';
import { createPeople, type News } from '../marks/people.ts';
import { RequestError } from '../connections/request-error.ts';
import { type Membership, Room, type RoomMeans } from './room.ts';
import type { Member, RoomAction, Rooms, RoomsOptions } from './room-types.ts';
import { serveSaying } from './saying.ts';
import { serveMarks } from '../marks/serve-marks.ts';
import { servePresence } from '../presence/serve-presence.ts';
import { serveTyping } from '../presence/typing.ts';
import { check } from './verdict.ts';

/** The costs of requests, where a `ping` costs 1: a join or a page reads the history, and a leave is sent to the room. */
const costs = { join: 4, history: 4, leave: 2 } as const;

type Present = Reply<RoomsProtocol, 'join'>['present'];

/** Serves the rooms protocol on `connections`, using only its public API. */
export function createRooms(options: RoomsOptions): Rooms {
  const { connections, history, bus, authorize, observer = {}, log = silent } = options;
  const { limits } = connections;
  const rooms = new Map<string, Room>();
  const guests = new Map<Connection, Guest>();
  const share = new LoopShare();
  const means: RoomMeans = {
    history,
    bus,
    holeMs: options.holeMs ?? 25,
    log,
    strand: (connection) => connections.close({ id: connection.id }, 'try_again_later'),
    delivered: (room, members) => observer.delivered?.(room, members),
    follow: (room) => {
      const endPresence = presence.follow(room);
      const endTyping = typing(room);
      return () => {
        try {
          endPresence();
        } finally {
          endTyping();
        }
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
      share,
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
      guest = new Guest(connection, share);
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
    guest.memberships.add(membership);
    return membership;
  }

  /** @param dropped the connection was lost and may reconnect within the grace period */
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
    rooms.delete(room.name);
    try {
      room.close();
    } catch (error) {
      // The member has left regardless, and a later join creates a new room.
      log.error({ err: error, room: room.name }, 'an empty room could not be unsubscribed');
    }
  }

  const prepare = ({ connection, room }: Membership): Promise<unknown> =>
    Promise.all([presence.ready(room), marks?.entering(connection.identity, room.name)]);
  const present = (membership: Membership): Present =>
    presence.joined(membership, guests.get(membership.connection)?.away === true);

  async function judge(identity: Identity, room: string, action: RoomAction): Promise<void> {
    check(await authorize(identity, room, action));
  }

  /** A change of `away` is sent to each joined room. */
  function costOfAway({ away }: Signal<RoomsProtocol, 'away'>, connection: Connection): number {
    const guest = guests.get(connection);
    return guest === undefined || guest.away === away ? 1 : Math.max(1, guest.memberships.size);
  }

  connections.onClosed((connection, { name }) => {
    const guest = guests.get(connection);
    if (guest === undefined) return;
    const dropped = name !== 'session_ended' && name !== 'closed_by_operator';
    for (const membership of guest.memberships.list()) leave(membership, dropped);
    guests.delete(connection);
    guest.reads.end();
  });

  connections.handle(
    'join',
    async (params, connection, call) => {
      const guest = guestAt(connection);
      const done = await guest.turn(params.room);
      try {
        return await join({ history, judge, enter, leave, prepare, present }, guest, params, call);
      } catch (error) {
        throw notFound(error);
      } finally {
        done();
      }
    },
    { cost: costs.join },
  );

  connections.handle(
    'history',
    async ({ room, after }, connection) => {
      const guest = guestAt(connection);
      await judge(connection.identity, room, 'history');
      try {
        const page = await guest.reads.run(connection, () => history.read(room, following(after)));
        return page === undefined ? { messages: [], more: false } : withinFrame(page);
      } catch (error) {
        throw notFound(error);
      }
    },
    { cost: costs.history },
  );

  connections.handle(
    'leave',
    async ({ room }, connection) => {
      const guest = guestAt(connection);
      const done = await guest.turn(room);
      try {
        const membership = guest.memberships.get(room);
        if (membership !== undefined) leave(membership);
      } finally {
        done();
      }
      return {};
    },
    { cost: costs.leave },
  );

  serveSaying({ connections, history, authorize, guestAt, appended: (room) => observer.appended?.(room) });

  connections.on(
    'away',
    ({ away }, connection) => {
      presence.turned(guestAt(connection), away);
    },
    { cost: costOfAway },
  );

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
