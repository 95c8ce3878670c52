import type { RoomMessage } from '@usher/client/rooms';
import type { Room } from '@usher/chat-api';
import { mentionsIn } from '@usher/protocol/mentions';

/** The part of a room that changes while the user is in other rooms. */
export type RoomActivity = Pick<Room, 'seq' | 'at' | 'unread' | 'read' | 'mentions'>;

/** The highest unread count, as on the server. */
const maxCount = 1_000;

/** Returns the newer of two states of the same room, which may arrive in any order. Read messages never become unread again. */
export function newerOf(known: RoomActivity, received: RoomActivity): RoomActivity {
  const { read, seq } = received;
  const newer = read > known.read || (read === known.read && seq >= known.seq) ? received : known;
  return { ...newer, at: Math.max(known.at, received.at) };
}

/**
 * Adds the messages that arrived since the last count. For joined rooms the server sends the messages, and a new count only when the read
 * marker moves.
 *
 * @param messages messages of the room in ascending order; the cost grows with the number of unread messages
 * @param user the user name of the reader
 */
export function withMessages(activity: RoomActivity, messages: readonly RoomMessage[], user: string): RoomActivity {
  const counted = Math.max(activity.seq, activity.read);
  let { seq, at, unread, mentions } = activity;
  for (let index = messages.length - 1; index >= 0 && unread < maxCount; index -= 1) {
    const message = messages[index];
    // Unacknowledged messages are at the end and do not count yet.
    if (message?.seq === undefined) continue;
    if (message.seq <= counted) break;
    seq = Math.max(seq, message.seq);
    at = Math.max(at, message.at);
    if (message.from === user || message.deleted !== undefined) continue;
    unread += 1;
    if (mentionsUser(message.text, user)) mentions += 1;
  }
  return { ...activity, seq, at, unread, mentions };
}

/** Whether a text mentions the user. */
export function mentionsUser(text: string, user: string): boolean {
  return text.includes(`@${user}`) && mentionsIn(text).includes(user);
}
