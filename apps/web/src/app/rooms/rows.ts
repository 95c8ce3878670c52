import type { RoomMessage } from '@usher/client/rooms';

/** A row of the message list, from top to bottom. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly seq: number | undefined; readonly at: number }
  | { readonly kind: 'fresh'; readonly key: string; readonly seq: number | undefined }
  | {
      readonly kind: 'message';
      readonly key: string;
      /** The sequence number of the message; for a separator, that of the message below it. Undefined for unacknowledged messages. */
      readonly seq: number | undefined;
      readonly message: RoomMessage;
      readonly own: boolean;
      /** Whether the row starts a group of its author and shows the name. */
      readonly first: boolean;
      /** Whether the row ends a group and shows the avatar. */
      readonly last: boolean;
    };

/** Messages of one author within this interval (ms) form a group. */
const groupMs = 5 * 60_000;

/** Lays out messages: a separator for each new day, a line above the first message from `freshFrom` on, and groups by author. */
export function rowsOf(messages: readonly RoomMessage[], user: string, freshFrom?: number): readonly Row[] {
  return createRows()(messages, user, freshFrom);
}

/**
 * Incrementally updated rows of a list. Unchanged rows keep their object identity and cost almost nothing, so that one more message in a
 * list of 50,000 creates one row.
 */
export function createRows(): typeof rowsOf {
  let was: readonly RoomMessage[] = [];
  let rows: readonly Row[] = [];
  /** The index of the first row of each message. */
  let starts: number[] = [];
  let of: readonly unknown[] = [];
  return (messages, user, freshFrom) => {
    const freshAt = freshIndex(messages, freshFrom);
    const now = [user, freshAt === -1 ? undefined : messages[freshAt]];
    const same = now.every((each, index) => each === of[index]);
    // A row depends on its message and both neighbors, so the outermost unchanged messages are laid out again too.
    const kept = same ? Math.max(0, commonStart(was, messages) - 1) : 0;
    const keptEnd = same
      ? Math.max(0, Math.min(commonEnd(was, messages) - 1, messages.length - kept, was.length - kept))
      : 0;
    const middle: Row[] = [];
    const middleStarts: number[] = [];
    const head = rows.slice(0, starts[kept] ?? rows.length);
    for (let index = kept; index < messages.length - keptEnd; index++) {
      middleStarts.push(head.length + middle.length);
      layOut(middle, messages, index, user, freshAt);
    }
    const tailStart = starts[was.length - keptEnd] ?? rows.length;
    const moved = head.length + middle.length - tailStart;
    starts = starts
      .slice(0, kept)
      .concat(middleStarts, keptEnd === 0 ? [] : starts.slice(-keptEnd).map((start) => start + moved));
    rows = head.concat(middle, rows.slice(tailStart));
    was = messages;
    of = now;
    return rows;
  };
}

function layOut(rows: Row[], messages: readonly RoomMessage[], index: number, user: string, freshAt: number): void {
  const message = messages[index];
  if (message === undefined) return;
  const { seq } = message;
  const before = messages[index - 1];
  const after = messages[index + 1];
  const newDay = before === undefined || !sameDay(before.at, message.at);
  const fresh = index === freshAt;
  if (newDay) rows.push({ kind: 'day', key: `day ${dayStart(message.at)}`, seq, at: message.at });
  if (fresh) rows.push({ kind: 'fresh', key: 'fresh', seq });
  rows.push({
    kind: 'message',
    key: keyOf(message),
    seq,
    message,
    // A message written in this browser is the reader's own, whatever author the server reports.
    own: message.key !== undefined || message.from === user,
    first: newDay || fresh || !follows(before, message),
    last: after === undefined || !follows(message, after) || !sameDay(message.at, after.at) || index + 1 === freshAt,
  });
}

/** The first message from that sequence number on. If it is the first loaded message, the actual first one may not be loaded. */
function freshIndex(messages: readonly RoomMessage[], freshFrom: number | undefined): number {
  if (freshFrom === undefined) return -1;
  const index = indexOfSeq(messages, freshFrom);
  const seq = messages[index]?.seq;
  return seq === undefined || (index === 0 && seq !== freshFrom) ? -1 : index;
}

/**
 * The index of the first message with that sequence number or a later one, by binary search. Unacknowledged messages are at the end.
 * Returns the length if there is none.
 */
export function indexOfSeq(list: readonly { readonly seq?: number | undefined }[], seq: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = list[middle];
    if (item !== undefined && (item.seq ?? Infinity) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function commonStart(one: readonly unknown[], other: readonly unknown[]): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one[length] === other[length]) length++;
  return length;
}

export function commonEnd(one: readonly unknown[], other: readonly unknown[]): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one[one.length - 1 - length] === other[other.length - 1 - length]) length++;
  return length;
}

/** A key that stays the same when a message is acknowledged: its own key if this browser created it. */
function keyOf(message: RoomMessage): string {
  return message.key ?? `seq ${message.seq ?? message.at}`;
}

function follows(before: RoomMessage, message: RoomMessage): boolean {
  return before.from === message.from && message.at - before.at < groupMs;
}

/** The bounds of the day that was computed last: adjacent messages are mostly of one day. */
let day = { from: 0, to: 0 };

/** The start of the local day of a timestamp (Unix ms). */
function dayStart(at: number): number {
  if (at < day.from || at >= day.to) {
    const from = new Date(at).setHours(0, 0, 0, 0);
    // Uses the calendar, because a day can have 23 or 25 hours.
    const next = new Date(from);
    next.setDate(next.getDate() + 1);
    day = { from, to: next.getTime() };
  }
  return day.from;
}

export function sameDay(a: number, b: number): boolean {
  return dayStart(a) === dayStart(b);
}
