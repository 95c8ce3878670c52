import type { Message, RawFrame } from '@usher/protocol';

/** An error frame to answer with. */
export class FakeError extends Error {
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  constructor(code: string, retryAfterMs?: number) {
    super(code);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

const freshMessages = 50;
const recoverable = 1_000;

/** A room as the server keeps it: sequences from 1, one message for a key, an epoch. */
export class FakeRoom {
  readonly name: string;
  messages: Message[] = [];
  epoch = 'epoch 1';
  /** Messages of a page. */
  page = 200;
  /** Set to deny joins with this code. */
  denied: string | undefined;
  readonly #keys = new Map<string, Message>();

  constructor(name: string) {
    this.name = name;
  }

  get seq(): number {
    return this.messages.at(-1)?.seq ?? 0;
  }

  append(from: string, text: string, key?: string): { message: Message; duplicate: boolean } {
    const first = key === undefined ? undefined : this.#keys.get(`${from} ${key}`);
    if (first !== undefined) return { message: first, duplicate: true };
    const seq = this.seq + 1;
    const message: Message = { room: this.name, seq, id: `${this.epoch}/${seq}`, from, text, at: 1_000 + seq };
    this.messages.push(message);
    if (key !== undefined) this.#keys.set(`${from} ${key}`, message);
    return { message, duplicate: false };
  }

  /** The keys under which somebody's messages were kept, in order. */
  keysOf(user: string): string[] {
    return [...this.#keys.keys()].flatMap((each) => (each.startsWith(`${user} `) ? each.slice(user.length + 1) : []));
  }

  /** Another history: sequences begin anew. */
  restart(): void {
    this.messages = [];
    this.#keys.clear();
    this.epoch = `${this.epoch}'`;
  }

  join({ epoch, after }: RawFrame): object {
    if (this.denied !== undefined) throw new FakeError(this.denied);
    const common = { room: this.name, epoch: this.epoch, seq: this.seq, present: [] };
    const missed = typeof after === 'number' ? this.seq - after : -1;
    if (epoch === this.epoch && missed >= 0 && missed <= recoverable) {
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
