import type { RoomMessage } from '@usher/client/rooms';
import type { Room } from '@usher/protocol';
import { mentionsIn } from '@usher/protocol/mentions';

/** What changes in a room while one looks elsewhere. */
export type News = Pick<Room, 'seq' | 'at' | 'unread' | 'read' | 'mentions'>;

/** Beyond it nobody counts, neither here nor on the server. */
const mostCounted = 1_000;

/** Of two that tell of the same room in any order, the one of the later state: what was read does not become unread. */
export function later(known: News, heard: News): News {
  const { read, seq } = heard;
  const newer = read > known.read || (read === known.read && seq >= known.seq) ? heard : known;
  return { ...newer, at: Math.max(known.at, heard.at) };
}

/**
 * Adds what was said since: of a room that is joined the server counts only when something is read, and sends the messages instead.
 * @param messages of the room, in their order; costs as many as are unread
 * @param user who reads
 */
export function withMessages(news: News, messages: readonly RoomMessage[], user: string): News {
  const counted = Math.max(news.seq, news.read);
  let { seq, at, unread, mentions } = news;
  for (let index = messages.length - 1; index >= 0 && unread < mostCounted; index -= 1) {
    const message = messages[index];
    // What is on its way to the server stands at the end and counts for nothing yet.
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

/** Whether a text calls somebody by their name. */
export function calls(text: string, user: string): boolean {
  return text.includes(`@${user}`) && mentionsIn(text).includes(user);
}
