import type { RoomsProtocol } from '@usher/protocol';
import type { Bus } from '../bus/bus.ts';
import type { Connection, Identity } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import { notFound } from '../support/errors.ts';
import type { Logger } from '../support/log.ts';
import type { LoopShare } from '../support/loop-share.ts';
import type { Memberships } from './memberships.ts';
import type { ReadMarkers } from './read-markers.ts';
import { RoomLists } from './room-lists.ts';
import { UnreadNotifier } from './unread-notifier.ts';
import { sendToUser, type UserEvent } from './user-events.ts';

export interface MembershipContext {
  readonly connections: Connections<RoomsProtocol>;
  readonly memberships: Memberships;
  /** Without it, `read` is answered with `unknown_type` and no `unread` events are sent. */
  readonly readMarkers: ReadMarkers | undefined;
  readonly bus: Bus;
  /** Spreads the updates of read markers over turns of the event loop. */
  readonly share: LoopShare;
  readonly log: Logger;
  readonly joinCreatesMembership: (identity: Identity, room: string) => boolean | Promise<boolean>;
  readonly hasJoined: (connection: Connection, room: string) => boolean;
  /** The number of a user's connections on this node that have joined a room. */
  readonly joinedBy: (room: string, user: string) => number;
  /** Rejects with the error to answer if the identity may not read the room. */
  readonly requireAccess: (identity: Identity, room: string) => Promise<void>;
  readonly publishEvent: (event: UserEvent) => void;
}

export interface MembershipHandlers {
  /** Makes an authorized user a member, if joining the room does so. Never rejects. */
  joining(identity: Identity, room: string): Promise<void>;
  /** Handles a user event from this node or another one. */
  onEvent(event: UserEvent): void;
  /** Events may have been lost. */
  onMissed(): void;
}

/** Handles `read`, sends `unread` and `left` events, and tracks the room lists of connected users. */
export function handleMemberships(context: MembershipContext): MembershipHandlers {
  const { connections, memberships, readMarkers, bus, share, log, hasJoined, requireAccess, publishEvent } = context;
  const lists = new RoomLists({
    memberships,
    log,
    follow(room) {
      if (unread === undefined) return () => undefined;
      const unsubscribe = bus.subscribe(`room:${room}`, {
        message: (payload) => {
          unread.messageArrived(room, payload);
        },
        gap: () => {
          unread.messagesMissed(room);
        },
      });
      return () => {
        unread.unfollowed(room);
        unsubscribe();
      };
    },
  });
  const unread =
    readMarkers &&
    new UnreadNotifier({
      ...context,
      readMarkers,
      listedBy: (room) => lists.in(room),
      publishEvent: (room, user, left) => {
        publishEvent({ kind: 'read', room, user, unread: left });
      },
    });

  connections.onOpened(({ identity: { user } }) => {
    lists.opened(user);
  });
  connections.onClosed(({ identity: { user } }) => {
    if (connections.count({ user }) === 0) lists.closed(user);
  });

  if (readMarkers !== undefined) {
    connections.handle(
      'read',
      async ({ room, seq }, { identity }) => {
        await requireAccess(identity, room);
        await share.next();
        try {
          unread?.markerMoved(room, identity.user, await readMarkers.advance(room, identity.user, seq));
        } catch (error) {
          throw notFound(error);
        }
        return {};
      },
      { cost: 2 },
    );
  }

  return {
    async joining(identity, room) {
      const { user } = identity;
      if (lists.has(user, room)) return;
      try {
        if (!(await context.joinCreatesMembership(identity, room)) || !(await memberships.add(room, user))) return;
      } catch (error) {
        // The join succeeds regardless, and the next join tries again.
        log.error({ err: error, room }, 'a joined user could not be made a member');
        return;
      }
      lists.added(user, room);
      unread?.memberAdded(room, user);
      publishEvent({ kind: 'added', room, user });
    },

    onEvent(event) {
      const { kind, room, user } = event;
      if (kind === 'added') {
        lists.added(user, room);
        unread?.memberAdded(room, user);
      } else if (kind === 'read') unread?.send(room, user, event.unread);
      else {
        unread?.memberRemoved(room, user);
        if (!lists.removed(user, room)) return;
        // Only former members receive this event: other users must not learn the names of private rooms.
        const joined = kind === 'evicted' ? (connection: Connection) => hasJoined(connection, room) : undefined;
        sendToUser(connections, user, { type: 'left', room }, joined);
      }
    },

    onMissed() {
      unread?.eventsMissed();
      lists.reload();
    },
  };
}
