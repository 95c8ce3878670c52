import type { RoomMessage } from '@usher/client/rooms';
import type { Room } from '@usher/chat-api';
import { mentionsIn } from '@usher/protocol/mentions';

/** The part of a room that changes while the user looks at other rooms. */
export type News = Pick<Room, 'seq' | 'at' | 'unread' | 'read' | 'mentions'>;

/** The highest count, here and on the server. */
const mostCounted = 1_000;

/** Returns the newer of two states of the same room, which may arrive in any order. Read messages never become unread again. */
export function later(known: News, heard: News): News {
  const { read, seq } = heard;
  const newer = read > known.read || (read === known.read && seq >= known.seq) ? heard : known;
  return { ...newer, at: Math.max(known.at, heard.at) };
}

/**
 * Adds the messages that arrived since the last count. For joined rooms the server sends the messages, and a new count only when the read
 * marker moves.
 *
 * @param messages messages of the room in ascending order; the cost grows with the number of unread messages
 * @param user the user name of the reader
 */
export function withMessages(news: News, messages: readonly RoomMessage[], user: string): News {
  const counted = Math.max(news.seq, news.read);
  let { seq, at, unread, mentions } = news;
  for (let index = messages.length - 1; index >= 0 && unread < mostCounted; index -= 1) {
    const message = messages[index];
    // Unacknowledged messages are at the end and do not count yet.
    if (message?.seq === undefined) continue;
    if (message.seq <= counted) break;
    seq = Math.max(seq, message.seq);
    at = Math.max(at, message.at);
    if (message.from === user || message.deleted !== undefined) continue;
    unread += 1;
    if (calls(message.text, user)) mentions += 1;
  }
  return { ...news, seq, at, unread, mentions };
}

/** Whether a text mentions the user. */
export function calls(text: string, user: string): boolean {
  return text.includes(`@${user}`) && mentionsIn(text).includes(user);
}
