import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientFrame, type LeanSocket } from './frames.ts';
import type { Load } from './load.ts';
import type { Ticket } from './tickets.ts';

interface Page {
  readonly messages?: readonly { readonly seq: number; readonly text: string }[];
  readonly more?: boolean;
}

interface Received {
  readonly type: string;
  readonly id?: number;
  readonly code?: string;
  readonly seq: number;
  readonly text: string;
  readonly data: Page & { readonly seq: number; readonly recovery?: string };
}

/** A return after a disconnect. */
export interface Return {
  /** From the slot that the ticket assigned to the welcome frame, in milliseconds. */
  readonly afterSlotMs: number;
  /** From the disconnect to the confirmed join, in milliseconds. */
  readonly totalMs: number;
}

/** Longer than the restart of a node on a busy machine. */
const returnWithinMs = 120_000;
const retryMs = 100;

/**
 * A member that follows the protocol across restarts: it connects to any node that gives it a ticket, uses its slot, joins after the
 * last message that it has, and repeats unacknowledged sends with the same key.
 */
export class RollingClient {
  readonly name: string;
  /** The texts of acknowledged sends, with their sequence. */
  readonly acknowledged = new Map<string, number>();
  readonly returns: Return[] = [];
  readonly #loads: readonly Load[];
  /** The same session for all connections: the server recognizes a repeated send by its user and key. */
  readonly #token: string;
  readonly #failed: (reason: Error) => void;
  readonly #pending = new Map<string, string>();
  #socket: LeanSocket | undefined;
  #requests = new Map<number, (frame: Received) => void>();
  #id = 0;
  #sent = 0;
  #joined = false;
  #last = 0;
  /** The messages that arrived since the current join, while the missed ones are read. */
  #live: number[] | undefined;
  #stopped = false;

  /** @param failed called if the client cannot return, or misses or repeats a message */
  constructor(
    name: string,
    { loads, token }: { readonly loads: readonly Load[]; readonly token: string },
    failed: (reason: Error) => void,
  ) {
    this.name = name;
    this.#loads = loads;
    this.#token = token;
    this.#failed = failed;
  }

  /** The sequence of the last received message. */
  get last(): number {
    return this.#last;
  }

  /** The number of sends that are not acknowledged. */
  get unacknowledged(): number {
    return this.#pending.size;
  }

  async connect(): Promise<void> {
    await this.#open(performance.now() + returnWithinMs);
  }

  /** Sends a text that no other send contains. */
  send(): void {
    this.#sent += 1;
    const text = `${this.name}, message ${this.#sent}`;
    const key = randomUUID();
    this.#pending.set(key, text);
    if (this.#socket !== undefined) this.#write(key, text);
  }

  /** @returns the texts of all messages of the room after `seq` */
  async history(after: number): Promise<string[]> {
    const texts: string[] = [];
    for (let from = after, more = true; more;) {
      const { messages = [], more: rest = false } = await this.#request({
        type: 'history',
        room: 'general',
        after: from,
      });
      texts.push(...messages.map(({ text }) => text));
      from = messages.at(-1)?.seq ?? from;
      more = rest;
    }
    return texts;
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.cut();
  }

  /** Opens a connection and joins. Rejects at the deadline. */
  async #open(deadline: number): Promise<number> {
    for (let attempt = Math.floor(Math.random() * this.#loads.length); ; attempt += 1) {
      const load = this.#loads[attempt % this.#loads.length];
      if (load === undefined) throw new RangeError('there are no nodes');
      try {
        const { ticket, slotAt } = await this.#ticket(load);
        const socket = await load.dial(ticket);
        const afterSlotMs = performance.now() - slotAt;
        await this.#join(socket);
        return afterSlotMs;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await sleep(retryMs);
      }
    }
  }

  async #ticket(load: Load): Promise<{ readonly ticket: string; readonly slotAt: number }> {
    const line = load.line();
    try {
      const { ticket, connectAfterMs }: Ticket = await line.request(this.#token);
      const slotAt = performance.now() + connectAfterMs;
      if (connectAfterMs > 0) await sleep(connectAfterMs);
      return { ticket, slotAt };
    } finally {
      line.close();
    }
  }

  async #join(socket: LeanSocket): Promise<void> {
    this.#socket = socket;
    const ended = new Promise<never>((_, reject) => {
      socket.onEnd = (reason) => {
        this.#socket = undefined;
        this.#requests.clear();
        reject(reason);
      };
    });
    socket.onText = (bytes, start, end) => {
      this.#receive(JSON.parse(bytes.toString('utf8', start, end)) as Received);
    };
    await Promise.race([this.#recover(), ended]);
    socket.onEnd = () => {
      this.#disconnected();
    };
    for (const [key, text] of this.#pending) this.#write(key, text);
  }

  /** Joins and reads all missed messages. Messages that arrive meanwhile are later ones. */
  async #recover(): Promise<void> {
    const live: number[] = [];
    this.#live = live;
    const after = this.#joined ? { after: this.#last } : {};
    const joined = await this.#request({ type: 'join', room: 'general', ...after });
    if (!this.#joined) {
      this.#joined = true;
      this.#last = joined.seq;
    } else {
      // After a gap the reply has only the latest messages, so all missed ones are read as pages.
      let page: Page = joined.recovery === 'gap' ? { more: true } : joined;
      for (;;) {
        // Pages can contain later messages, which also arrive live.
        for (const { seq } of page.messages ?? []) if (seq <= joined.seq) this.#accept(seq);
        if (page.more !== true || this.#last >= joined.seq) break;
        page = await this.#request({ type: 'history', room: 'general', after: this.#last });
      }
    }
    this.#live = undefined;
    for (const seq of live) this.#accept(seq);
  }

  #disconnected(): void {
    this.#socket = undefined;
    this.#requests.clear();
    if (this.#stopped) return;
    const since = performance.now();
    this.#open(since + returnWithinMs).then((afterSlotMs) => {
      this.returns.push({ afterSlotMs, totalMs: performance.now() - since });
    }, this.#failed);
  }

  #write(key: string, text: string): void {
    void this.#request({ type: 'send', room: 'general', key, text }).then(({ seq }) => {
      this.#pending.delete(key);
      this.acknowledged.set(text, seq);
    });
  }

  /** Resolves to the data of the reply. Never settles if the connection ends first. */
  #request(frame: object): Promise<Received['data']> {
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve) => {
      this.#requests.set(id, ({ type, code, data }) => {
        if (type === 'reply') resolve(data);
        else this.#failed(new Error(`${this.name}: a request was rejected with ${code ?? type}`));
      });
      this.#socket?.write(clientFrame(JSON.stringify({ id, ...frame })));
    });
  }

  #receive(frame: Received): void {
    if (frame.type === 'message') {
      if (this.#live === undefined) this.#accept(frame.seq);
      else this.#live.push(frame.seq);
    }
    if (frame.id === undefined || (frame.type !== 'reply' && frame.type !== 'error')) return;
    this.#requests.get(frame.id)?.(frame);
    this.#requests.delete(frame.id);
  }

  #accept(seq: number): void {
    if (seq !== this.#last + 1) this.#failed(new Error(`${this.name}: message ${seq} arrived after ${this.#last}`));
    this.#last = seq;
  }
}

/** @returns how many acknowledged texts the history does not contain, and how many it contains more than once */
export function compare(
  acknowledged: Iterable<string>,
  history: readonly string[],
): { readonly lost: number; readonly doubled: number } {
  const counts = new Map<string, number>();
  for (const text of history) counts.set(text, (counts.get(text) ?? 0) + 1);
  const lost = [...acknowledged].filter((text) => !counts.has(text)).length;
  return { lost, doubled: [...counts.values()].filter((count) => count > 1).length };
}
