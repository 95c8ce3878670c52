import type { Message, RawFrame } from '@usher/protocol';
import { mentionsIn } from '@usher/protocol/mentions';

/** An error frame to reply with. */
export class FakeError extends Error {
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  constructor(code: string, retryAfterMs?: number) {
    super(code);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The target of a change. */
interface Change {
  readonly edits?: number;
  readonly deletes?: number;
}

const freshMessages = 50;

/** The server's state of a room: a sequence from 1, an epoch, idempotency keys and read markers. */
export class FakeRoom {
  readonly name: string;
  /** The messages in their current form, and the changes, in sequence order. */
  messages: Message[] = [];
  epoch = 'epoch 1';
  /** The maximum number of missed messages that a join recovers. */
  recoverable = 1_000;
  /** The number of messages per page. */
  page = 200;
  /** Set to deny joins with this code. */
  denied: string | undefined;
  readonly #keys = new Map<string, Message>();
  /** The read marker of each member. */
  readonly #read = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  get seq(): number {
    return this.messages.at(-1)?.seq ?? 0;
  }

  append(from: string, text: string, key?: string, change?: Change): { message: Message; duplicate: boolean } {
    const first = key === undefined ? undefined : this.#keys.get(`${from} ${key}`);
    if (first !== undefined) return { message: first, duplicate: true };
    const seq = this.seq + 1;
    const at = 1_000 + seq;
    if (change) this.#change(from, text, at, change);
    const message: Message = { room: this.name, seq, id: `${this.epoch}/${seq}`, from, text, at, ...change };
    this.messages.push(message);
    if (key !== undefined) this.#keys.set(`${from} ${key}`, message);
    return { message, duplicate: false };
  }

  /** Applies a change to the stored message. A deletion also removes the text of earlier edits. */
  #change(from: string, text: string, at: number, { edits, deletes }: Change): void {
    const target = this.messages.find(({ seq }) => seq === (edits ?? deletes));
    if (!target || target.deleted !== undefined || target.edits !== undefined || target.deletes !== undefined) {
      throw new FakeError('not_found');
    }
    if (target.from !== from) throw new FakeError('forbidden');
    this.messages = this.messages.map((message) => {
      if (deletes !== undefined && message.edits === deletes) return { ...message, text: '' };
      if (message !== target) return message;
      if (deletes === undefined) return { ...message, text, edited: at };
      const { room, seq, id, at: sentAt } = message;
      return { room, seq, id, from, text: '', at: sentAt, deleted: at };
    });
  }

  /** Adds a member. Earlier messages count as read. */
  enter(user: string): void {
    if (!this.#read.has(user)) this.#read.set(user, this.seq);
  }

  get members(): readonly string[] {
    return [...this.#read.keys()];
  }

  /** Moves the read marker of a user to `seq`, if it is higher, and returns the unread counts. */
  read(user: string, seq = 0): { seq: number; read: number; count: number; mentions: number } {
    const read = Math.max(this.#read.get(user) ?? 0, Math.min(seq, this.seq));
    this.#read.set(user, read);
    const unread = this.messages.filter(
      (message) =>
        message.seq > read && message.from !== user && message.edits === undefined && message.deletes === undefined,
    );
    const mentions = unread.filter(({ text }) => mentionsIn(text).includes(user)).length;
    return { seq: this.seq, read, count: unread.length, mentions };
  }

  /** Returns the keys of a user's messages and changes, in order. */
  keysOf(user: string): string[] {
    return [...this.#keys.keys()].flatMap((each) => (each.startsWith(`${user} `) ? each.slice(user.length + 1) : []));
  }

  /** Starts a new epoch with an empty history. */
  restart(): void {
    this.messages = [];
    this.#keys.clear();
    for (const user of this.#read.keys()) this.#read.set(user, 0);
    this.epoch = `${this.epoch}'`;
  }

  join({ epoch, after }: RawFrame): object {
    if (this.denied !== undefined) throw new FakeError(this.denied);
    const common = { room: this.name, epoch: this.epoch, seq: this.seq };
    const missed = typeof after === 'number' ? this.seq - after : -1;
    if ((epoch ?? this.epoch) === this.epoch && missed >= 0 && missed <= this.recoverable) {
      return { ...common, recovery: 'recovered', ...this.history(after) };
    }
    const messages = this.messages.slice(-freshMessages);
    const recovery = after === undefined ? 'fresh' : 'gap';
    return { ...common, recovery, messages, more: messages.length < this.messages.length };
  }

  history(after: unknown): { messages: Message[]; more: boolean } {
    const rest = this.messages.filter(({ seq }) => seq > Number(after));
    return { messages: rest.slice(0, this.page), more: rest.length > this.page };
  }
}
