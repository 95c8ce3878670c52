import type { Message } from '@usher/protocol';
import { RequestFailed, TimedOut } from '../errors.ts';
import type { RoomMessage } from './room-types.ts';
import type { Marks, Timeline } from './timeline.ts';

/** Too many messages of one room wait to be sent already. */
export class OutboxFull extends Error {
  override readonly name = 'OutboxFull';
  constructor() {
    super('too many messages are waiting');
  }
}

/** Errors that may pass. Met so often, a message has failed all the same. */
const passing: readonly string[] = ['internal', 'timed_out', 'not_joined'];
const mostFaults = 5;

interface Entry {
  readonly key: string;
  readonly text: string;
  at: number;
  status: RoomMessage['status'];
  error?: string | undefined;
  /** Whether it went out, so that it may be in the room already. */
  out: boolean;
  faults: number;
  /**
   * Where it stands in the room. Of a `sent` one because the server said so; of any other it is only likely: the same person
   * wrote the same text there. Then the answer to the key will tell.
   */
  seq?: number | undefined;
}

export interface OutboxMeans {
  readonly timeline: Timeline;
  /** Who writes from here. */
  readonly user: () => string;
  readonly most: number;
  readonly key: () => string;
  /** Whether something may be sent now. */
  readonly ready: () => boolean;
  readonly post: (key: string, text: string) => Promise<{ readonly seq: number; readonly at: number }>;
  readonly later: (ms: number, run: () => void) => void;
  /** The server says that this connection is not in the room. */
  readonly notJoined: () => void;
  readonly changed: () => void;
}

/** What was written here and is not known to be in the room yet. One message at a time is on its way, so order is kept. */
export class Outbox {
  readonly #means: OutboxMeans;
  #entries: Entry[] = [];
  /** The try that is under way, or waits for its time. */
  #under: object | undefined;

  constructor(means: OutboxMeans) {
    this.#means = means;
  }

  /** What is to be shown behind the timeline. */
  get pending(): RoomMessage[] {
    const from = this.#means.user();
    return this.#entries
      .filter(({ seq, status }) => seq === undefined || status === 'sent')
      .map(({ key, text, at, status, error }) => ({
        key,
        from,
        text,
        at,
        status,
        ...(error === undefined ? {} : { error }),
      }));
  }

  /** @throws OutboxFull */
  add(text: string): string {
    if (this.#entries.length >= this.#means.most) throw new OutboxFull();
    const key = this.#means.key();
    // As the server will keep it, so that it is known again.
    this.#entries.push({ key, text: text.toWellFormed(), at: Date.now(), status: 'waiting', out: false, faults: 0 });
    this.pump();
    return key;
  }

  retry(key: string): void {
    const entry = this.#entries.find((each) => each.key === key && each.status === 'failed');
    if (entry === undefined) return;
    entry.status = 'waiting';
    entry.error = undefined;
    entry.faults = 0;
    this.pump();
  }

  drop(key: string): void {
    this.#entries = this.#entries.filter(
      (each) => each.key !== key || each.seq !== undefined || each.status === 'sending' || each.status === 'sent',
    );
    this.#means.changed();
  }

  clear(): void {
    this.#entries = [];
    this.#under = undefined;
  }

  /** The connection is gone: what was on its way waits, and goes out again under its key. */
  interrupt(): void {
    this.#under = undefined;
    for (const entry of this.#entries) if (entry.status === 'sending') entry.status = 'waiting';
  }

  /** Nothing of it may be sent. */
  failAll(error: string): void {
    this.interrupt();
    for (const entry of this.#entries) if (entry.status === 'waiting') this.#fail(entry, error);
  }

  /** The timeline is about to begin anew: likely places in it mean nothing any more. */
  forgetPlaces(): void {
    for (const entry of this.#entries) if (entry.status !== 'sent') entry.seq = undefined;
  }

  /** The timeline has begun anew: what was acknowledged is in it, or lies before it. */
  forgetSent(): void {
    this.#entries = this.#entries.filter(({ status }) => status !== 'sent');
  }

  /** The marks of a message whose turn has come, if it was written here. */
  claim({ seq, from, text }: Message): Marks | undefined {
    const sent = this.#entries.find((each) => each.status === 'sent' && each.seq === seq);
    if (sent !== undefined) {
      this.#remove(sent);
      return { key: sent.key, status: 'sent' };
    }
    const likely = this.#entries.find(
      (each) => each.out && each.seq === undefined && each.status !== 'failed' && each.text === text,
    );
    if (likely === undefined || from !== this.#means.user()) return undefined;
    likely.seq = seq;
    return { key: likely.key, status: 'sending' };
  }

  /** Sends the next one, if it may and none is on its way. */
  pump(): void {
    const { ready, post, changed } = this.#means;
    const entry = this.#entries.find(({ status }) => status === 'waiting');
    if (this.#under === undefined && entry !== undefined && ready()) {
      const under = (this.#under = {});
      entry.status = 'sending';
      entry.out = true;
      post(entry.key, entry.text)
        .then((answer) => {
          if (this.#under === under) this.#sent(entry, answer.seq, answer.at);
        })
        .catch((error: unknown) => {
          if (this.#under === under) this.#refused(entry, error);
        });
    }
    changed();
  }

  #sent(entry: Entry, seq: number, at: number): void {
    const { timeline, changed } = this.#means;
    if (!(seq > 0)) throw new TypeError('a reply without a sequence');
    // What only looked like it was another one with the same text.
    for (const other of this.#entries) if (other.seq === seq && other.status !== 'sent') other.seq = undefined;
    if (entry.seq !== undefined) timeline.mark(entry.seq);
    Object.assign(entry, { status: 'sent', seq, at });
    if (seq <= timeline.cursor) {
      // Where it lies before the list it is said once that it is sent.
      if (!timeline.mark(seq, { key: entry.key, status: 'sent' })) changed();
      this.#remove(entry);
    }
    this.#next();
  }

  #refused(entry: Entry, error: unknown): void {
    const code = error instanceof RequestFailed ? error.code : error instanceof TimedOut ? 'timed_out' : 'internal';
    entry.status = 'waiting';
    if (code === 'rate_limited') {
      this.#nextIn((error as RequestFailed).retryAfterMs ?? 1_000);
    } else if (!passing.includes(code) || ++entry.faults >= mostFaults) {
      this.#fail(entry, code);
      this.#next();
    } else if (code === 'not_joined') {
      this.#under = undefined;
      this.#means.notJoined();
    } else {
      this.#nextIn(500 * 2 ** entry.faults);
    }
  }

  #next(): void {
    this.#under = undefined;
    this.pump();
  }

  #nextIn(ms: number): void {
    const under = this.#under;
    this.#means.later(ms, () => {
      if (this.#under === under) this.#next();
    });
    this.#means.changed();
  }

  #fail(entry: Entry, error: string): void {
    entry.status = 'failed';
    entry.error = error;
    if (entry.seq !== undefined) this.#means.timeline.mark(entry.seq);
    entry.seq = undefined;
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter((each) => each !== entry);
  }
}
