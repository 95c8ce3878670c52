import type { RoomMessage } from '@usher/client/rooms';

/** What the list of a room shows, from top to bottom. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly seq: number | undefined; readonly at: number }
  | { readonly kind: 'fresh'; readonly key: string; readonly seq: number | undefined }
  | {
      readonly kind: 'message';
      readonly key: string;
      /** Of a separator that of the message below it; none for what is still on its way. */
      readonly seq: number | undefined;
      readonly message: RoomMessage;
      readonly own: boolean;
      /** Whether it begins a group of its author; the name stands there. */
      readonly first: boolean;
      /** Whether it ends a group; the picture stands there. */
      readonly last: boolean;
    };

/** Messages of one author that follow within this time (ms) are one group. */
const groupMs = 5 * 60_000;

/** Lays out the messages: a separator where a day begins, a line above the first one from `freshFrom` on, authors in groups. */
export function rowsOf(messages: readonly RoomMessage[], user: string, freshFrom?: number): readonly Row[] {
  return createRows()(messages, user, freshFrom);
}

/**
 * Rows of a list that changes: what did not change is the same object as before, and costs next to nothing, so that one message
 * more in a list of 50,000 is one row more.
 */
export function createRows(): typeof rowsOf {
  let was: readonly RoomMessage[] = [];
  let rows: readonly Row[] = [];
  /** Where the rows of each message begin. */
  let starts: number[] = [];
  let of: readonly unknown[] = [];
  return (messages, user, freshFrom) => {
    const freshAt = freshIndex(messages, freshFrom);
    const now = [user, freshAt === -1 ? undefined : messages[freshAt]];
    const same = now.every((each, index) => each === of[index]);
    // A row depends on its message and both neighbours: the outermost ones that are the same are laid out anew too.
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
    // What this browser wrote is its reader's own, whatever the server calls them.
    own: message.key !== undefined || message.from === user,
    first: newDay || fresh || !follows(before, message),
    last: after === undefined || !follows(message, after) || !sameDay(message.at, after.at) || index + 1 === freshAt,
  });
}

/** The first message from that sequence on. Where it is the first of all, the true one may stand above what is held. */
function freshIndex(messages: readonly RoomMessage[], freshFrom: number | undefined): number {
  if (freshFrom === undefined) return -1;
  const index = indexOfSeq(messages, freshFrom);
  const seq = messages[index]?.seq;
  return seq === undefined || (index === 0 && seq !== freshFrom) ? -1 : index;
}

/**
 * Where the first one with that sequence or a later one stands, by halving; what has no sequence stands at the end.
 * The length where there is none.
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

/** The same for a message while it is sent and after: its own key where this browser made it. */
function keyOf(message: RoomMessage): string {
  return message.key ?? `seq ${message.seq ?? message.at}`;
}

function follows(before: RoomMessage, message: RoomMessage): boolean {
  return before.from === message.from && message.at - before.at < groupMs;
}

/** The day that was looked at last, from its beginning to the next one's: neighbours are mostly of one day. */
let day = { from: 0, to: 0 };

/** When the day of a moment begins, where the reader is (Unix ms). */
function dayStart(at: number): number {
  if (at < day.from || at >= day.to) {
    const from = new Date(at).setHours(0, 0, 0, 0);
    // By the calendar: a day may have 23 or 25 hours.
    const next = new Date(from);
    next.setDate(next.getDate() + 1);
    day = { from, to: next.getTime() };
  }
  return day.from;
}

export function sameDay(a: number, b: number): boolean {
  return dayStart(a) === dayStart(b);
}
