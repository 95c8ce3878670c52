import type { RoomMessage } from '@usher/client/rooms';
import { indexOfSeq } from './rows.ts';

/** How far somebody has looked in a room, and where what they missed begins. */
export interface ReadMark {
  /** The last sequence that was on the screen while somebody looked. */
  readonly seen: number;
  /** The first message that came while nobody looked: a line is drawn above it. */
  readonly freshFrom?: number;
  /** Messages of others after `seen`. */
  readonly unseen: number;
}

/** What the mark depends on. */
export interface Looked {
  readonly messages: readonly RoomMessage[];
  /** Who looks. */
  readonly user: string;
  /** Whether somebody looks at the end of the room. */
  readonly looking: boolean;
  /** Up to where the person has read on any of their devices, as far as the server has told. */
  readonly read?: number | undefined;
}

/**
 * The mark after a change of the messages or of who looks. A room that is opened begins where it was read to. While somebody looks
 * at its end everything is seen, and the line of the last absence stays where it is, until they write something below it or miss
 * messages anew.
 */
export function advance(mark: ReadMark | undefined, { messages, user, looking, read }: Looked): ReadMark {
  const last = lastSeq(messages);
  const before = Math.min(read ?? (mark === undefined ? last : 0), last);
  const known = Math.max(mark?.seen ?? 0, before);
  const missed = after(messages, known).filter((message) => isNews(message, user));
  const moved = missed[0]?.seq;
  const old = mark?.freshFrom;
  // What was missed before the room was opened has its line even where one looks at once.
  const misses = !looking || mark === undefined;
  const freshFrom = misses && moved !== undefined && (old === undefined || old <= (mark?.seen ?? 0)) ? moved : old;
  const seen = looking ? Math.max(known, last) : known;
  const unseen = looking ? 0 : missed.length;
  const answered =
    looking &&
    freshFrom !== undefined &&
    after(messages, freshFrom).some((message) => message.from === user && message.seq !== undefined);
  return freshFrom === undefined || answered ? { seen, unseen } : { seen, unseen, freshFrom };
}

/** The mark after the room was left: the line has done its work, unless what stands below it was never looked at. */
export function leave(mark: ReadMark): ReadMark {
  const { seen, unseen, freshFrom } = mark;
  return freshFrom === undefined || freshFrom <= seen ? { seen, unseen } : { seen, unseen, freshFrom };
}

/** Messages behind a sequence, and what is still on its way. */
export function after(messages: readonly RoomMessage[], seq: number): readonly RoomMessage[] {
  return messages.slice(indexOfSeq(messages, seq + 1));
}

/** Said by somebody else, known to the server, and still there. What waits here may have been written long before. */
export function isNews({ seq, from, deleted }: RoomMessage, user: string): boolean {
  return seq !== undefined && from !== user && deleted === undefined;
}

export function lastSeq(messages: readonly RoomMessage[]): number {
  return messages.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;
}
