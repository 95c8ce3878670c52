import type { Message } from '@usher/protocol';
import { place } from './place.ts';
import type { RoomMessage } from './room-types.ts';

/** Messages kept ahead of a hole. Beyond it they are let go: what fills the hole brings them too. */
const mostAhead = 1_000;

/** A message that the server has. */
export type Shown = RoomMessage & Pick<Message, 'seq' | 'id'>;

/**
 * What the server has of a room, as far as it is shown: contiguous, in whatever order and however often it comes. A change of a
 * message has a place in the sequence and none in the list.
 */
export interface Timeline {
  /** What is shown, for the moment: the list of now is changed in place, so that one more costs no walk over all. */
  readonly list: readonly Shown[];
  /** The first sequence that is held; behind the cursor where nothing is. */
  readonly first: number;
  /** The last sequence that is shown; what lies before the first counts as shown. */
  readonly cursor: number;
  /** The last sequence that was heard of. */
  known: number;
  /** Where in the list the message with that sequence stands, or -1. */
  at(seq: number): number;
  /** A message gets the key under which it was written here. */
  name(seq: number, key: string): void;
  /** A join begins: what is ahead belongs to the one before. */
  rejoin(): void;
  /** Begins anew behind `after`. What is ahead goes on counting. */
  restart(after: number): void;
  /** Keeps a message until its turn comes. */
  keep(message: Message): void;
  /** Shows what has its turn, of these messages and of those that were kept. */
  add(messages: readonly Message[]): void;
  /** Puts in front what joins the first one without a hole. */
  insertOlder(messages: readonly Message[]): void;
}

/**
 * @param held so many sequences, and older ones that were inserted since the last new one
 * @param turn called with each message and each change that has its turn, in order
 */
export function createTimeline(held: number, turn: (message: Message) => void): Timeline {
  const ahead = new Map<number, Message>();
  /**
   * The last change of a message, of those that came in their turn: an older page may have been read before it. The changes in
   * such a page itself are in its messages already.
   */
  const changes = new Map<number, Message>();
  let list: Shown[] = [];
  let first = 1;
  let cursor = 0;

  function change(message: Message, of: number): void {
    changes.set(of, message);
    const index = line.at(of);
    const shown = list[index];
    if (shown) list[index] = changed(shown, message);
  }

  /** Lets go of the oldest. */
  function trim(): void {
    if (cursor - first < held) return;
    first = cursor - held + 1;
    list.splice(
      0,
      place(list, ({ seq }) => seq < first),
    );
    if (changes.size > held) for (const [of, { seq }] of changes) if (seq < first) changes.delete(of);
  }

  const line: Timeline = {
    get list() {
      return list;
    },
    get first() {
      return first;
    },
    get cursor() {
      return cursor;
    },
    known: 0,
    at(seq) {
      const index = place(list, (message) => message.seq < seq);
      return list[index]?.seq === seq ? index : -1;
    },
    name(seq, key) {
      const index = line.at(seq);
      const shown = list[index];
      if (shown) list[index] = { ...shown, key };
    },
    rejoin() {
      ahead.clear();
      line.known = cursor;
    },
    restart(after) {
      list = [];
      changes.clear();
      cursor = after;
      first = after + 1;
      line.known = Math.max(after, ...ahead.keys());
    },
    keep(message) {
      const { seq } = message;
      if (!(seq > cursor)) return;
      line.known = Math.max(line.known, seq);
      if (ahead.size < mostAhead || seq === cursor + 1) ahead.set(seq, message);
    },
    add(messages) {
      const before = cursor;
      function drain(): void {
        for (let next; (next = ahead.get(cursor + 1)); ahead.delete(cursor)) {
          cursor++;
          const of = changedBy(next);
          if (of === undefined) list.push(shown(next));
          else change(next, of);
          turn(next);
        }
      }
      drain();
      for (const message of messages) {
        line.keep(message);
        drain();
      }
      if (cursor > before) trim();
    },
    insertOlder(messages) {
      const older: Shown[] = [];
      for (const message of messages.toSorted((one, other) => other.seq - one.seq)) {
        if (message.seq !== first - 1) continue;
        first--;
        if (changedBy(message) !== undefined) continue;
        const later = changes.get(message.seq);
        older.push(later ? changed(shown(message), later) : shown(message));
      }
      list = [...older.reverse(), ...list];
    },
  };
  return line;
}

/** The sequence of the message that this one changes; `undefined` where it is a message of its own. */
function changedBy({ edits, deletes }: Message): number | undefined {
  return edits ?? deletes;
}

function shown({ seq, id, from, text, at, edited, deleted }: Omit<Message, 'room'>): Shown {
  const now = deleted ? { text: '', deleted } : { text, ...(edited && { edited }) };
  return { seq, id, from, at, ...now, status: 'sent' };
}

function changed(message: Shown, { text, at, deletes }: Message): Shown {
  if (message.deleted) return message;
  if (deletes) return { ...(message.key && { key: message.key }), ...shown({ ...message, deleted: at }) };
  // The text of a change is gone where the message was taken back later; that change is still to come.
  return text ? { ...message, text, edited: at } : message;
}
