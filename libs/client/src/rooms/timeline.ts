import type { Message } from '@usher/protocol';
import type { RoomMessage } from './room-types.ts';

/** Messages kept ahead of a hole. Beyond it they are let go: what fills the hole brings them too. */
const mostAhead = 1_000;

/** A message that the server has. */
export type Shown = RoomMessage & { readonly seq: number };

/** What the server has of a room, as far as it is shown: contiguous, in whatever order and however often it comes. */
export interface Timeline {
  /** What is shown: the last `held` messages, and older ones that were inserted since. */
  list: readonly Shown[];
  /** The last sequence that is shown; what lies before the list counts as shown. */
  cursor: number;
  /** The last sequence that was heard of. */
  known: number;
  /** A join begins: what is ahead belongs to the one before. */
  rejoin(): void;
  /** Begins anew behind `after`. What is ahead goes on counting. */
  restart(after: number): void;
  /** Keeps a message until its turn comes. */
  keep(message: Message): void;
  /** Shows what has its turn, of these messages and of those that were kept. */
  add(messages: readonly Message[]): void;
  /** Puts in front what joins the first message without a hole. */
  insertOlder(messages: readonly Message[]): void;
}

/** @param turn called with each message that is shown from now on, in order */
export function createTimeline(held: number, turn: (message: Message) => void): Timeline {
  const ahead = new Map<number, Message>();
  const line: Timeline = {
    list: [],
    cursor: 0,
    known: 0,
    rejoin() {
      ahead.clear();
      line.known = line.cursor;
    },
    restart(after) {
      line.list = [];
      line.cursor = after;
      line.known = Math.max(after, ...ahead.keys());
    },
    keep(message) {
      const { seq } = message;
      if (!(seq > line.cursor)) return;
      line.known = Math.max(line.known, seq);
      if (ahead.size < mostAhead || seq === line.cursor + 1) ahead.set(seq, message);
    },
    add(messages) {
      const news: Shown[] = [];
      function drain(): void {
        for (let next; (next = ahead.get(line.cursor + 1)); ahead.delete(line.cursor)) {
          line.cursor++;
          news.push(shown(next));
          turn(next);
        }
      }
      drain();
      for (const message of messages) {
        line.keep(message);
        drain();
      }
      if (news.length > 0) line.list = [...line.list, ...news].slice(-held);
    },
    insertOlder(messages) {
      const older: Shown[] = [];
      let before = (line.list[0]?.seq ?? line.cursor + 1) - 1;
      for (const message of messages.toSorted((one, other) => other.seq - one.seq)) {
        if (message.seq !== before) continue;
        older.unshift(shown(message));
        before--;
      }
      line.list = [...older, ...line.list];
    },
  };
  return line;
}

function shown({ seq, id, from, text, at }: Message): Shown {
  return { seq, id, from, text, at, status: 'sent' };
}
