import type { RoomMessage } from '@usher/client/rooms';
import { indexOfSeq } from './rows.ts';

/** Sequences from `from` to `to`, both included. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** A contiguous part of a room. `oldest` is the first sequence in it, a change included; `Infinity` where there is none. */
export interface Held {
  readonly messages: readonly RoomMessage[];
  readonly oldest: number;
}

/**
 * What a user has read of a room.
 *
 * The server keeps one sequence number per user and room: everything up to it is read, everything after it is unread. A message counts
 * as read only after it was on the screen while the page was visible and focused. Therefore `read` is the highest sequence up to which
 * every message of others was on the screen. A room that opens at its end with more unread messages than fit on the screen keeps its
 * unread count, and its mentions, until the messages above were shown as well, in any order, or until the user marks the room as read.
 */
export interface ReadMark {
  /** Everything up to this sequence was on the screen, or was read on another device. */
  readonly read: number;
  /** What was on the screen after `read`, in ascending order. Between two ranges there are messages that were not. */
  readonly shown: readonly SeqRange[];
  /** The "New messages" line is above the message with this sequence: the first unread one when the room was opened, or since. */
  readonly freshFrom?: number;
  /** Messages of others after the last one that was on the screen. */
  readonly unseen: number;
  /** The room was closed since. The next `advance` places the line anew. */
  readonly left?: true;
}

/** What the mark depends on. */
export interface Looked {
  /** The end of the room. */
  readonly live: Held;
  /** What is on the screen while the user looks, and the list it belongs to: the live one or an older part of the room. */
  readonly screen?: (Held & SeqRange) | undefined;
  readonly user: string;
  /** Whether the user looks at the end of the room: what arrives now is about to be on the screen. */
  readonly looking: boolean;
  /** Up to where the user has read on any device, as far as the server has reported. */
  readonly read?: number | undefined;
  /** The first unread message, where it had to be requested because neither list contains it. */
  readonly first?: number | undefined;
}

/** Ranges that are remembered. More exist only if the reader jumps around in thousands of unread messages. */
const mostRanges = 64;

/**
 * Returns the mark after a change of the messages, of the screen or of the attention of the user. Without a previous mark and without
 * `read`, as for a visitor, everything counts as read. The line stays until the user writes below it or misses messages again.
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
  const missed = after(live.messages, now.shown.at(-1)?.to ?? now.read).filter((message) => isNews(message, user));

  const isEntering = mark === undefined || mark.left === true;
  const old = isEntering ? undefined : mark.freshFrom;
  const next = isEntering ? unreadAfter(start) : unreadAfter(now.read);
  const isAbove = screen !== undefined && next !== undefined && next < screen.from;
  const isMissed = !looking && missed.length > 0;
  const wasShown = old === undefined || old <= now.read;
  const freshFrom = next !== undefined && wasShown && (isEntering || isAbove || isMissed) ? next : old;

  const unseen = looking ? 0 : missed.length;
  const answered =
    looking &&
    freshFrom !== undefined &&
    freshFrom <= now.read &&
    after(live.messages, freshFrom).some((message) => message.from === user && message.seq !== undefined);
  return freshFrom === undefined || answered ? { ...now, unseen } : { ...now, unseen, freshFrom };
}

/** The mark of a room that is closed: the line is placed anew the next time. */
export function leave({ read, shown, unseen }: ReadMark): ReadMark {
  return { read, shown, unseen, left: true };
}

/** The mark after the user marked everything up to `seq` as read without having seen it. */
export function readAll({ freshFrom, read }: ReadMark, seq: number): ReadMark {
  return { read: Math.max(read, seq), shown: [], unseen: 0, ...(freshFrom !== undefined && { freshFrom }) };
}

/** Whether a list contains everything that follows a sequence, as far as the list goes. */
export function covers({ messages, oldest }: Held, seq: number): boolean {
  return oldest <= seq + 1 && lastSeq(messages) >= seq;
}

/** The first message of others after a sequence. */
export function firstUnread({ messages }: Held, seq: number, user: string): RoomMessage | undefined {
  return after(messages, seq).find((message) => isNews(message, user));
}

/**
 * Adds what is on the screen. What is no message of others, on either side of it, counts as shown with it; not where the list is not the
 * one that is on the screen, as for the moment in which another part of the room is loaded.
 */
function withScreen(
  shown: readonly SeqRange[],
  screen: (Held & SeqRange) | undefined,
  user: string,
): readonly SeqRange[] {
  if (screen === undefined) return shown;
  const { messages, oldest } = screen;
  let { from, to } = screen;
  const news = (message: RoomMessage): boolean => isNews(message, user);
  if (has(messages, from)) {
    const before = messages.slice(0, indexOfSeq(messages, from)).findLast(news)?.seq;
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

/** Merges ranges that overlap or touch. What touches `read` advances it. */
function joined(read: number, ranges: readonly SeqRange[]): Pick<ReadMark, 'read' | 'shown'> {
  const shown: SeqRange[] = [];
  for (const { from, to } of ranges.toSorted((one, other) => one.from - other.from)) {
    const before = shown.at(-1);
    if (from <= read + 1) read = Math.max(read, to);
    else if (before !== undefined && from <= before.to + 1)
      shown.splice(-1, 1, { ...before, to: Math.max(before.to, to) });
    else shown.push({ from, to });
  }
  return { read, shown: shown.slice(-mostRanges) };
}

/** Messages after a sequence, and what is still on its way. */
export function after(messages: readonly RoomMessage[], seq: number): readonly RoomMessage[] {
  return messages.slice(indexOfSeq(messages, seq + 1));
}

/** A message of another user that the server has and that is not deleted. What waits here may have been written long before. */
export function isNews(
  { seq, from, deleted }: { seq?: number | undefined; from: string; deleted?: number | undefined },
  user: string,
): boolean {
  return seq !== undefined && from !== user && deleted === undefined;
}

export function lastSeq(messages: readonly RoomMessage[]): number {
  return messages.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;
}
