import type { RoomsProtocol } from '@usher/protocol';
import type { Bus } from '../bus/bus.ts';
import type { Connection, Identity } from '../connections/connection.ts';
import type { Connections } from '../connections/hub.ts';
import type { Logger } from '../support/log.ts';
import type { LoopShare } from '../support/loop-share.ts';
import type { Marks } from './marks.ts';
import { notFound } from '../rooms/not-found.ts';
import type { News } from './people.ts';
import { RoomLists } from './room-lists.ts';
import { tellPerson } from './tell-person.ts';
import { UnreadNews } from './unread.ts';

export interface MarksOptions {
  readonly connections: Connections<RoomsProtocol>;
  readonly marks: Marks;
  readonly bus: Bus;
  /** Spreads the updates of read markers over turns of the event loop. */
  readonly share: LoopShare;
  readonly log: Logger;
  readonly entersOnJoin: (identity: Identity, room: string) => boolean | Promise<boolean>;
  readonly hasJoined: (connection: Connection, room: string) => boolean;
  readonly joinedBy: (room: string, user: string) => number;
  /** Rejects with the error to answer if the identity may not read the room. */
  readonly judge: (identity: Identity, room: string) => Promise<void>;
  readonly tellOthers: (news: News) => void;
}

export interface ServedMarks {
  /** Makes an authorized user a member, if joining the room does so. Never rejects. */
  entering(identity: Identity, room: string): Promise<void>;
  /** Handles a user event from this node or another one. */
  heard(news: News): void;
  /** Events may have been lost. */
  missed(): void;
}

/** Handles `read` and sends `unread` events for the rooms of connected users. */
export function serveMarks(options: MarksOptions): ServedMarks {
  const { connections, marks, bus, share, log, hasJoined, judge, tellOthers } = options;
  const lists = new RoomLists({
    marks,
    log,
    follow(room) {
      const said = (): void => {
        unread.said(room);
      };
      return bus.subscribe(`room:${room}`, said, said);
    },
  });
  const unread = new UnreadNews({
    ...options,
    listedBy: (room) => lists.in(room),
    tellOthers: (room, user, left) => {
      tellOthers({ kind: 'read', room, user, unread: left });
    },
  });

  connections.onOpened(({ identity: { user } }) => {
    lists.opened(user);
  });
  connections.onClosed(({ identity: { user } }) => {
    if (connections.count({ user }) === 0) lists.closed(user);
  });

  connections.handle(
    'read',
    async ({ room, seq }, { identity }) => {
      await judge(identity, room);
      await share.next();
      try {
        unread.hasRead(room, identity.user, await marks.read(room, identity.user, seq));
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
        if (!(await options.entersOnJoin(identity, room)) || !(await marks.enter(room, user))) return;
      } catch (error) {
        // The join succeeds regardless, and the next join tries again.
        log.error({ err: error, room }, 'a joined user could not be made a member');
        return;
      }
      lists.added(user, room);
      unread.entered(room, user);
      tellOthers({ kind: 'added', room, user });
    },

    heard(news) {
      const { kind, room, user } = news;
      if (kind === 'added') {
        lists.added(user, room);
        unread.entered(room, user);
      } else if (kind === 'read') unread.tell(room, user, news.unread);
      else if (lists.dropped(user, room)) {
        // Only former members receive this event: other users must not learn the names of private rooms.
        const joined = kind === 'removed' ? (connection: Connection) => hasJoined(connection, room) : undefined;
        tellPerson(connections, user, { type: 'left', room }, joined);
      }
    },

    missed() {
      lists.again();
    },
  };
}
