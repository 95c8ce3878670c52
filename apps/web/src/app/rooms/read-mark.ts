import type { RoomMessage } from '@usher/client/rooms';

/** How far somebody has looked in a room, and where what they missed begins. */
export interface ReadMark {
  /** The last sequence that was on the screen while somebody looked. */
  readonly seen: number;
  /** The first message that came while nobody looked: a line is drawn above it. */
  readonly freshFrom?: number;
  /** Messages of others after `seen`. */
  readonly unseen: number;
}

/**
 * The mark after a change of the messages or of who looks. While somebody looks at the end of the room everything is seen, and the
 * line of the last absence stays where it is, until they write something below it or miss messages anew.
 */
export function advance(
  mark: ReadMark | undefined,
  messages: readonly RoomMessage[],
  user: string,
  looking: boolean,
): ReadMark {
  const last = lastSeq(messages);
  if (mark === undefined) return { seen: last, unseen: 0 };
  const missed = messages.filter(({ seq, from }) => seq !== undefined && seq > mark.seen && from !== user);
  const moved = missed[0]?.seq;
  const freshFrom =
    !looking && moved !== undefined && (mark.freshFrom === undefined || mark.freshFrom <= mark.seen)
      ? moved
      : mark.freshFrom;
  const seen = looking ? Math.max(mark.seen, last) : mark.seen;
  const unseen = looking ? 0 : missed.length;
  const answered = looking && freshFrom !== undefined && messages.some((message) => answers(message, freshFrom, user));
  return freshFrom === undefined || answered ? { seen, unseen } : { seen, unseen, freshFrom };
}

/** The mark after the room was left: the line has done its work, unless what stands below it was never looked at. */
export function leave(mark: ReadMark): ReadMark {
  const { seen, unseen, freshFrom } = mark;
  return freshFrom === undefined || freshFrom <= seen ? { seen, unseen } : { seen, unseen, freshFrom };
}

function answers(message: RoomMessage, freshFrom: number, user: string): boolean {
  // Only what the server has: what waits may have been written long before.
  return message.from === user && message.seq !== undefined && message.seq > freshFrom;
}

function lastSeq(messages: readonly RoomMessage[]): number {
  return messages.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;
}
