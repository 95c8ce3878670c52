import type { RoomMessage } from '@usher/client/rooms';
import { indexOfSeq } from './rows.ts';

/** Sequence numbers from `from` to `to`, inclusive. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** A contiguous part of a room. `oldest` is its first sequence number, including edits and deletions; `Infinity` if it is empty. */
export interface Held {
  readonly messages: readonly RoomMessage[];
  readonly oldest: number;
}

/**
 * The read state of a room.
 *
 * The server stores one sequence number per user and room: messages up to it are read, messages after it are unread. A message counts as
 * read only after it was on the screen while the page was visible and focused. Therefore `read` is the highest sequence number up to which
 * every message of other users was on the screen. A room that opens at its end with more unread messages than fit on the screen keeps its
 * unread count, and its mentions, until the messages above were shown as well, in any order, or until the user marks the room as read.
 */
export interface ReadMark {
  /** Messages up to this sequence number were on the screen, or were read on another device. */
  readonly read: number;
  /** The ranges after `read` that were on the screen, in ascending order. Messages between two ranges were not. */
  readonly shown: readonly SeqRange[];
  /**
   * The "New messages" line is above the message with this sequence number: the first unread message when the room was opened, or later.
   */
  readonly freshFrom?: number;
  /** The number of messages of other users after the last one that was on the screen. */
  readonly unseen: number;
  /** The room was closed since. The next `advance` places the line again. */
  readonly left?: true;
}

/** The inputs of `advance`. */
export interface Looked {
  /** The end of the room: the live timeline. */
  readonly live: Held;
  /** The messages on the screen while the user looks at the page, and the list they belong to: the live timeline or a history window. */
  readonly screen?: (Held & SeqRange) | undefined;
  readonly user: string;
  /** Whether the user looks at the end of the room, so that new messages appear on the screen. */
  readonly looking: boolean;
  /** The read marker of the user on all devices, as reported by the server. */
  readonly read?: number | undefined;
  /** The first unread message, if it had to be requested because neither list contains it. */
  readonly first?: number | undefined;
}

/** The number of remembered ranges. More exist only if the reader jumps around in thousands of unread messages. */
const maxRanges = 64;

/**
 * Returns the read state after the messages, the screen or the user's attention changed. Without a previous state and without `read`, as
 * for a non-member, all messages count as read. The line stays until the user writes below it or misses messages again.
 */
export function advance(mark: ReadMark | undefined, { live, screen, user, looking, read, first }: Looked): ReadMark {
  const last = lastSeq(live.messages);
  const start = Math.max(mark?.read ?? 0, Math.min(read ?? (mark === undefined ? last : 0), last));
  const now = joined(start, withScreen(mark?.shown ?? [], screen, user));
  const unreadAfter = (seq: number): number | undefined => {
    const list = [screen, live].find((held) => held !== undefined && covers(held, seq));
    if (list !== undefined) return firstUnread(list, seq, user)?.seq;
    return first !== undefined && first > seq ? first : undefined;
  };
  const missed = after(live.messages, now.shown.at(-1)?.to ?? now.read).filter((message) => isFromOther(message, user));

  const isEntering = mark === undefined || mark.left === true;
  const old = isEntering ? undefined : mark.freshFrom;
  const next = isEntering ? unreadAfter(start) : unreadAfter(now.read);
  const isAbove = screen !== undefined && next !== undefined && next < screen.from;
  const isMissed = !looking && missed.length > 0;
  const wasShown = old === undefined || old <= now.read;
  const freshFrom = next !== undefined && wasShown && (isEntering || isAbove || isMissed) ? next : old;

  const unseen = looking ? 0 : missed.length;
  const replied =
    looking &&
    freshFrom !== undefined &&
    freshFrom <= now.read &&
    after(live.messages, freshFrom).some((message) => message.from === user && message.seq !== undefined);
  return freshFrom === undefined || replied ? { ...now, unseen } : { ...now, unseen, freshFrom };
}

/** The read state of a closed room: the line is placed again when the room is opened. */
export function leave({ read, shown, unseen }: ReadMark): ReadMark {
  return { read, shown, unseen, left: true };
}

/** The read state after the user marked all messages up to `seq` as read. */
export function readAll({ freshFrom, read }: ReadMark, seq: number): ReadMark {
  return { read: Math.max(read, seq), shown: [], unseen: 0, ...(freshFrom !== undefined && { freshFrom }) };
}

/** Whether a list contains all loaded messages after a sequence number. */
export function covers({ messages, oldest }: Held, seq: number): boolean {
  return oldest <= seq + 1 && lastSeq(messages) >= seq;
}

/** The first message of other users after a sequence number. */
export function firstUnread({ messages }: Held, seq: number, user: string): RoomMessage | undefined {
  return after(messages, seq).find((message) => isFromOther(message, user));
}

/**
 * Adds the messages on the screen. Adjacent entries that are not messages of other users count as shown too. Adds nothing if the list is
 * not the one on the screen, which can happen while another part of the room is loaded.
 */
function withScreen(
  shown: readonly SeqRange[],
  screen: (Held & SeqRange) | undefined,
  user: string,
): readonly SeqRange[] {
  if (screen === undefined) return shown;
  const { messages, oldest } = screen;
  let { from, to } = screen;
  const fromOther = (message: RoomMessage): boolean => isFromOther(message, user);
  if (has(messages, from)) {
    const before = messages.slice(0, indexOfSeq(messages, from)).findLast(fromOther)?.seq;
    from = before === undefined ? oldest : before + 1;
  }
  if (has(messages, to)) {
    const next = firstUnread(screen, to, user)?.seq;
    to = next === undefined ? lastSeq(messages) : next - 1;
  }
  return [...shown, { from, to }];
}

function has(messages: readonly RoomMessage[], seq: number): boolean {
  return messages[indexOfSeq(messages, seq)]?.seq === seq;
}

/** Merges ranges that overlap or touch. A range that touches `read` advances it. */
function joined(read: number, ranges: readonly SeqRange[]): Pick<ReadMark, 'read' | 'shown'> {
  const shown: SeqRange[] = [];
  for (const { from, to } of ranges.toSorted((one, other) => one.from - other.from)) {
    const before = shown.at(-1);
    if (from <= read + 1) read = Math.max(read, to);
    else if (before !== undefined && from <= before.to + 1)
      shown.splice(-1, 1, { ...before, to: Math.max(before.to, to) });
    else shown.push({ from, to });
  }
  return { read, shown: shown.slice(-maxRanges) };
}

/** Messages after a sequence number, including unacknowledged ones. */
export function after(messages: readonly RoomMessage[], seq: number): readonly RoomMessage[] {
  return messages.slice(indexOfSeq(messages, seq + 1));
}

/** Whether this is a message of another user that is acknowledged and not deleted. */
export function isFromOther(
  { seq, from, deleted }: { seq?: number | undefined; from: string; deleted?: number | undefined },
  user: string,
): boolean {
  return seq !== undefined && from !== user && deleted === undefined;
}

export function lastSeq(messages: readonly RoomMessage[]): number {
  return messages.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;
}
