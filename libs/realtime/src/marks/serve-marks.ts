import type { RoomsProtocol } from '@usher/protocol';
import { type Bus, subscribe } from '../bus/bus.ts';
import type { Connection, Identity } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import type { Logger } from '../support/log.ts';
import type { LoopShare } from '../support/loop-share.ts';
import type { Marks } from './marks.ts';
import { notFound } from '../rooms/room-errors.ts';
import type { UserEvent } from './user-events.ts';
import { RoomLists } from './room-lists.ts';
import { sendToUser } from './user-events.ts';
import { UnreadNotifier } from './unread.ts';

export interface MarksOptions {
  readonly connections: Connections<RoomsProtocol>;
  readonly marks: Marks;
  readonly bus: Bus;
  /** Spreads the updates of read markers over turns of the event loop. */
  readonly share: LoopShare;
  readonly log: Logger;
  readonly joinCreatesMembership: (identity: Identity, room: string) => boolean | Promise<boolean>;
  readonly hasJoined: (connection: Connection, room: string) => boolean;
  readonly joinedBy: (room: string, user: string) => number;
  /** Rejects with the error to answer if the identity may not read the room. */
  readonly requireAccess: (identity: Identity, room: string) => Promise<void>;
  readonly publishEvent: (event: UserEvent) => void;
}

export interface ServedMarks {
  /** Makes an authorized user a member, if joining the room does so. Never rejects. */
  entering(identity: Identity, room: string): Promise<void>;
  /** Handles a user event from this node or another one. */
  onEvent(event: UserEvent): void;
  /** Events may have been lost. */
  onMissed(): void;
  /** Ends its timers, subscriptions and listeners. */
  stop(): void;
}

/** Handles `read` and sends `unread` events for the rooms of connected users. */
export function serveMarks(options: MarksOptions): ServedMarks {
  const { connections, marks, bus, share, log, hasJoined, requireAccess, publishEvent } = options;
  const lists = new RoomLists({
    marks,
    log,
    follow(room) {
      const onMessage = (): void => {
        unread.messageSent(room);
      };
      return subscribe(bus, `room:${room}`, onMessage, onMessage);
    },
  });
  const unread = new UnreadNotifier({
    ...options,
    listedBy: (room) => lists.in(room),
    publishEvent: (room, user, left) => {
      publishEvent({ kind: 'read', room, user, unread: left });
    },
  });

  const endOnOpened = connections.onOpened(({ identity: { user } }) => {
    lists.opened(user);
  });
  const endOnClosed = connections.onClosed(({ identity: { user } }) => {
    if (connections.count({ user }) === 0) lists.closed(user);
  });

  connections.handle(
    'read',
    async ({ room, seq }, { identity }) => {
      await requireAccess(identity, room);
      await share.next();
      try {
        unread.markerMoved(room, identity.user, await marks.read(room, identity.user, seq));
      } catch (error) {
        throw notFound(error);
      }
      return {};
    },
    { cost: 2 },
  );

  return {
    async entering(identity, room) {
      const { user } = identity;
      if (lists.has(user, room)) return;
      try {
        if (!(await options.joinCreatesMembership(identity, room)) || !(await marks.enter(room, user))) return;
      } catch (error) {
        // The join succeeds regardless, and the next join tries again.
        log.error({ err: error, room }, 'a joined user could not be made a member');
        return;
      }
      lists.added(user, room);
      unread.memberAdded(room, user);
      publishEvent({ kind: 'added', room, user });
    },

    onEvent(event) {
      const { kind, room, user } = event;
      if (kind === 'added') {
        lists.added(user, room);
        unread.memberAdded(room, user);
      } else if (kind === 'read') unread.send(room, user, event.unread);
      else if (lists.dropped(user, room)) {
        // Only former members receive this event: other users must not learn the names of private rooms.
        const joined = kind === 'removed' ? (connection: Connection) => hasJoined(connection, room) : undefined;
        sendToUser(connections, user, { type: 'left', room }, joined);
      }
    },

    onMissed() {
      lists.reload();
    },

    stop() {
      endOnOpened();
      endOnClosed();
      lists.stop();
      unread.stop();
    },
  };
}
