import type { Message } from '@usher/protocol';
import type { RoomMessage } from './room-types.ts';

/** Messages kept ahead of a hole. Beyond it they are let go: what fills the hole brings them too. */
const mostAhead = 1_000;

/** A message as it is shown that the server has, and so has a sequence. */
export interface Shown extends Omit<RoomMessage, 'seq'> {
  readonly seq: number;
}

/** How a message is marked that was written here. */
export interface Marks {
  readonly key: string;
  readonly status: 'sent' | 'sending';
}

/** What the server has of a room, as far as it is shown: contiguous, in whatever order and however often it comes. */
export class Timeline {
  list: Shown[] = [];
  /** The last sequence that is shown; what lies before the list counts as shown. */
  cursor = 0;
  /** The last sequence that was heard of. */
  known = 0;
  readonly #ahead = new Map<number, Message>();
  readonly #held: number;
  readonly #marksOf: (message: Message) => Marks | undefined;

  /**
   * @param held how many messages to hold
   * @param marksOf asked for each message when its turn has come
   */
  constructor(held: number, marksOf: (message: Message) => Marks | undefined) {
    this.#held = held;
    this.#marksOf = marksOf;
  }

  /** A join begins: what was kept ahead belonged to the one before. */
  rejoin(): void {
    this.#ahead.clear();
    this.known = this.cursor;
  }

  /** Keeps a message until its turn comes. */
  keep(message: Message): void {
    const { seq } = message;
    if (!(seq > this.cursor)) return;
    this.known = Math.max(this.known, seq);
    if (this.#ahead.size < mostAhead) this.#ahead.set(seq, message);
  }

  /** Shows what has its turn: of these messages, and of those that were kept. */
  add(messages: readonly Message[]): void {
    for (const message of messages) {
      if (message.seq === this.cursor + 1) this.#show(message);
      else this.keep(message);
    }
    for (let next; (next = this.#ahead.get(this.cursor + 1)) !== undefined;) this.#show(next);
    if (this.known <= this.cursor) this.#ahead.clear();
    this.list.splice(0, this.list.length - this.#held);
  }

  /** Begins anew behind `after`. What was kept ahead goes on counting. */
  restart(after: number): void {
    this.list = [];
    this.cursor = after;
    this.known = Math.max(after, ...this.#ahead.keys());
  }

  /** Puts in front what joins the first message without a hole. */
  insertOlder(messages: readonly Message[]): void {
    let first = this.list[0]?.seq ?? this.cursor + 1;
    const older: Shown[] = [];
    for (const message of messages.toSorted((one, other) => other.seq - one.seq)) {
      if (message.seq !== first - 1) continue;
      first--;
      older.unshift(shown(message));
    }
    this.list = [...older, ...this.list];
  }

  /** Changes the marks of a message. Returns whether it is in the list. */
  mark(seq: number, marks?: Marks): boolean {
    const index = seq - (this.list[0]?.seq ?? 0);
    const message = this.list[index];
    if (message === undefined) return false;
    this.list[index] = shown(message, marks);
    return true;
  }

  #show(message: Message): void {
    this.cursor = message.seq;
    this.known = Math.max(this.known, this.cursor);
    this.#ahead.delete(this.cursor);
    this.list.push(shown(message, this.#marksOf(message)));
  }
}

function shown({ seq, id, from, text, at }: Message | Shown, marks?: Marks): Shown {
  return { seq, ...(id === undefined ? {} : { id }), from, text, at, status: 'sent', ...marks };
}
