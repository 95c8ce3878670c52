import type { RoomsProtocol } from '@usher/protocol';
import { type Bus, subscribe } from '../bus/bus.ts';
import type { Connection, Identity } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import { notFound } from '../support/errors.ts';
import type { Logger } from '../support/log.ts';
import type { LoopShare } from '../support/loop-share.ts';
import type { Memberships } from './memberships.ts';
import type { ReadMarkers } from './read-markers.ts';
import { RoomLists } from './room-lists.ts';
import { UnreadNotifier } from './unread-notifier.ts';
import { sendToUser, type UserEvent, type UserEvents } from './user-events.ts';

export interface MembershipContext {
  readonly connections: Connections<RoomsProtocol>;
  readonly memberships: Memberships;
  /** Without it, `read` is rejected with `unknown_type` and no `unread` events are sent. */
  readonly readMarkers: ReadMarkers | undefined;
  readonly bus: Bus;
  /** Spreads the updates of read markers over turns of the event loop. */
  readonly share: LoopShare;
  readonly log: Logger;
  readonly joinCreatesMembership: (identity: Identity, room: string) => boolean | Promise<boolean>;
  readonly hasJoined: (connection: Connection, room: string) => boolean;
  /** The number of a user's connections on this node that have joined a room. */
  readonly joinedBy: (room: string, user: string) => number;
  /** Rejects with the error for the client if the identity may not read the room. */
  readonly requireAccess: (identity: Identity, room: string) => Promise<void>;
  readonly userEvents: UserEvents;
  /** Whether this node knows all removals. Otherwise counts are read from the store, which knows the members. */
  readonly mayDeliver: () => boolean;
}

/** Handles `read`, sends `unread` and `left` events, and tracks the room lists of connected users. */
export class MembershipHandlers {
  readonly #context: MembershipContext;
  readonly #lists: RoomLists;
  readonly #unread: UnreadNotifier | undefined;
  readonly #endListening: readonly (() => void)[];

  constructor(context: MembershipContext) {
    this.#context = context;
    const { connections, memberships, readMarkers, log } = context;
    this.#lists = new RoomLists({
      memberships,
      log,
      followRoom: (room) => this.#followRoom(room),
      followUser: (user, onActive) => this.#followUser(user, onActive),
    });
    this.#endListening = [
      connections.onOpened(({ identity: { user } }) => {
        this.#lists.opened(user);
      }),
      connections.onClosed(({ identity: { user } }) => {
        if (connections.count({ user }) === 0) this.#lists.closed(user);
      }),
    ];
    if (readMarkers === undefined) return;
    const unread = new UnreadNotifier({
      ...context,
      readMarkers,
      listedBy: (room) => this.#lists.in(room),
      publishEvent: (room, user, left) => {
        context.userEvents.publish({ kind: 'read', room, user, unread: left });
      },
    });
    this.#unread = unread;
    connections.handle(
      'read',
      async ({ room, seq }, { identity }) => {
        await context.requireAccess(identity, room);
        await context.share.next();
        try {
          unread.markerMoved(room, identity.user, await readMarkers.advance(room, identity.user, seq));
        } catch (error) {
          throw notFound(error);
        }
        return {};
      },
      { cost: 2 },
    );
  }

  /** Makes an authorized user a member, if joining the room does so. Never rejects. */
  async joining(identity: Identity, room: string): Promise<void> {
    const { memberships, joinCreatesMembership, log, userEvents } = this.#context;
    const { user } = identity;
    if (this.#lists.has(user, room)) return;
    try {
      if (!(await joinCreatesMembership(identity, room)) || !(await memberships.add(room, user))) return;
    } catch (error) {
      // The join succeeds regardless, and the next join tries again.
      log.error({ err: error, room }, 'a joined user could not be made a member');
      return;
    }
    this.#lists.added(user, room);
    this.#unread?.memberAdded(room, user);
    userEvents.publish({ kind: 'added', room, user });
  }

  /** Handles a user event from this node or another one. */
  onEvent(event: UserEvent): void {
    const { kind, room, user } = event;
    if (kind === 'added') {
      this.#lists.added(user, room);
      this.#unread?.memberAdded(room, user);
    } else if (kind === 'read') this.#unread?.send(room, user, event.unread);
    else {
      this.#unread?.memberRemoved(room, user);
      if (!this.#lists.removed(user, room)) return;
      const { connections, hasJoined } = this.#context;
      // Only former members receive this event: other users must not learn the names of private rooms.
      const joined = kind === 'evicted' ? (connection: Connection) => hasJoined(connection, room) : undefined;
      sendToUser(connections, user, { type: 'left', room }, joined);
    }
  }

  /** The connected users whose list contains a room. */
  listedBy(room: string): ReadonlySet<string> {
    return this.#lists.in(room);
  }

  /** A room was closed: it is in no list any more. */
  roomClosed(room: string): void {
    for (const user of [...this.#lists.in(room)]) this.onEvent({ kind: 'evicted', room, user });
  }

  /** Removals may have been lost. */
  onMissed(): void {
    this.#unread?.removalsMissed();
    this.#lists.reload();
  }

  /** Ends all timers, subscriptions and listeners. */
  stop(): void {
    for (const end of this.#endListening) end();
    this.#lists.stop();
    this.#unread?.stop();
  }

  /** A user has a list: receives their events from the other nodes. */
  #followUser(user: string, onActive: () => void): () => void {
    const unread = this.#unread;
    const unsubscribe = this.#context.userEvents.follow(user, () => {
      unread?.userFollowed(user);
      onActive();
    });
    return () => {
      unread?.userUnfollowed(user);
      unsubscribe();
    };
  }

  /** A room became part of the list of a connected user. */
  #followRoom(room: string): () => void {
    const unread = this.#unread;
    if (unread === undefined) return () => undefined;
    const unsubscribe = subscribe(
      this.#context.bus,
      `room:${room}`,
      (payload) => {
        if (this.#context.mayDeliver()) unread.messageArrived(room, payload);
        else unread.messagesMissed(room);
      },
      () => {
        unread.messagesMissed(room);
      },
    );
    return () => {
      unread.unfollowed(room);
      unsubscribe();
    };
  }
}
