import type { RoomMessage } from '@usher/client/rooms';

/** What the list of a room shows, from top to bottom. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'fresh'; readonly key: string }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: RoomMessage;
      readonly own: boolean;
      /** Whether it begins a group of its author; the name stands there. */
      readonly first: boolean;
      /** Whether it ends a group; the picture stands there. */
      readonly last: boolean;
    };

/** Messages of one author that follow within this time (ms) are one group. */
const groupMs = 5 * 60_000;

/** Lays out the messages: a separator where a day begins, a line above `freshFrom`, authors in groups. */
export function rowsOf(messages: readonly RoomMessage[], user: string, freshFrom?: number): readonly Row[] {
  const rows: Row[] = [];
  let before: RoomMessage | undefined;
  for (const [index, message] of messages.entries()) {
    const newDay = before === undefined || !sameDay(before.at, message.at);
    const fresh = freshFrom !== undefined && message.seq === freshFrom;
    if (newDay) rows.push({ kind: 'day', key: `day ${dayKey(message.at)}`, at: message.at });
    if (fresh) rows.push({ kind: 'fresh', key: 'fresh' });
    const after = messages[index + 1];
    rows.push({
      kind: 'message',
      key: keyOf(message),
      message,
      // What this browser wrote is its reader's own, whatever the server calls them.
      own: message.key !== undefined || message.from === user,
      first: newDay || fresh || before === undefined || !follows(before, message),
      last:
        after === undefined || !follows(message, after) || !sameDay(message.at, after.at) || after.seq === freshFrom,
    });
    before = message;
  }
  return rows;
}

/** The same for a message while it is sent and after: its own key where this browser made it. */
function keyOf(message: RoomMessage): string {
  return message.key ?? `seq ${message.seq ?? message.at}`;
}

function follows(before: RoomMessage, message: RoomMessage): boolean {
  return before.from === message.from && message.at - before.at < groupMs;
}

function dayKey(at: number): string {
  return new Date(at).toDateString();
}

export function sameDay(a: number, b: number): boolean {
  return dayKey(a) === dayKey(b);
}
