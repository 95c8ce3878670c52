import type { RoomsProtocol } from '@usher/protocol';
import { roomBounds } from '@usher/protocol/server';
import type { LocalPresence } from './local-presence.ts';
import type { LocalRoom } from './presence-handlers.ts';
import type { Bus } from '../bus/bus.ts';
import type { Connection } from '../connections/connection.ts';
import type { Connections } from '../connections/connections-types.ts';
import type { Logger } from '../support/log.ts';

export interface TypingContext {
  readonly connections: Connections<RoomsProtocol>;
  readonly bus: Bus;
  readonly localPresence: LocalPresence;
  readonly hasJoined: (connection: Connection, room: string) => boolean;
  readonly log: Logger;
}

/** The maximum number of typing events per room and second. */
const eventsPerSecond = 20;
const longestName = 256;

/**
 * Sends typing events to a room, except to the user who is typing: at most one per user on this node within
 * `roomBounds.typingEveryMs`. Nothing is stored.
 *
 * @returns a function that starts the delivery to the members of a room on this node and returns a function to stop it
 */
export function handleTyping(context: TypingContext): (room: LocalRoom) => () => void {
  const { connections, bus, localPresence, hasJoined, log } = context;

  connections.on(
    'typing',
    ({ room }, connection) => {
      if (!hasJoined(connection, room)) return;
      const { user } = connection.identity;
      const entry = localPresence.find(room, user);
      const now = performance.now();
      if (entry === undefined || now - entry.typedAt < roomBounds.typingEveryMs) return;
      entry.typedAt = now;
      try {
        bus.publish(topicOf(room), user);
      } catch (error) {
        log.warn({ err: error, room }, 'a typing event could not be published');
      }
    },
    { cost: 2 },
  );

  return (room) => {
    let second = 0;
    let sent = 0;
    const message = (user: string): void => {
      if (user === '' || user.length > longestName) {
        log.warn({ room: room.name }, 'invalid typing payload on the bus');
        return;
      }
      const now = Math.floor(performance.now() / 1_000);
      if (now !== second) [second, sent] = [now, 0];
      if (sent++ >= eventsPerSecond || !room.mayDeliver) return;
      const frame = connections.encode({ type: 'typing', room: room.name, user });
      for (const { live, connection } of room.members.values()) {
        if (live && connection.identity.user !== user) connection.send(frame);
      }
    };
    return bus.subscribe(topicOf(room.name), { message });
  };
}

function topicOf(room: string): string {
  return `typing:${room}`;
}
