import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Message } from '@usher/protocol';
import { asShown } from './as-shown.ts';
import type { Bus } from '../bus/bus.ts';
import type { Connection } from '../connections/connection.ts';
import { Frame } from '../connections/frame.ts';
import type { History, HistoryPage } from './history.ts';
import { KeptFrames } from './kept-frames.ts';
import type { Logger } from '../support/log.ts';
import { following } from './page.ts';

export interface RoomMeans {
  readonly history: History;
  readonly bus: Bus;
  readonly holeMs: number;
  readonly log: Logger;
  /** Called with those who cannot go on with the sequence that they have: they must come back and join anew. */
  readonly strand: (connection: Connection) => void;
  readonly delivered: (room: string, members: number) => void;
  /** Begins to follow what else there is to hear of a room, until the returned function is called. */
  readonly follow: (room: Room) => () => void;
}

/** Bounds of what came ahead of a hole. Beyond them the history is read. */
const framesAhead = 1_024;
const charactersAhead = 1024 * 1024;
const slowestRetryMs = 5_000;

/** One connection in one room. */
export interface Membership {
  readonly connection: Connection;
  readonly room: Room;
  /** Its join was answered at least once, so it counts as present and may send. */
  joined: boolean;
  /** Messages are delivered to it: joined, and no rejoin under way. */
  live: boolean;
  /** The first message that it gets live. */
  from: number;
  /** It was taken out: whoever awaited something for it must start anew. */
  gone: boolean;
}

/**
 * One room on this node: takes what the bus brings, in whatever order and with whatever losses, and delivers to its members
 * each message once, in the order of the sequence.
 */
export class Room {
  readonly name: string;
  readonly members = new Map<Connection, Membership>();
  epoch = '';

  readonly #means: RoomMeans;
  #unsubscribe: (() => void) | undefined;
  #unfollow: (() => void) | undefined;
  #closed = false;
  /** The next sequence to deliver; 0 as long as nobody has read the history. */
  #next = 0;
  /** The highest sequence that was heard of. */
  #known = 0;
  /** The bus may have lost something that no later message shows. */
  #doubtful = false;
  /** What came ahead of a hole. */
  readonly #ahead = new Map<number, Frame>();
  #aheadCharacters = 0;
  readonly #kept = new KeptFrames();
  #filling = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, means: RoomMeans) {
    this.name = name;
    this.#means = means;
  }

  /** Subscribes, once, before the first read: nothing may be published in between. */
  listen(): void {
    this.#unsubscribe ??= this.#means.bus.subscribe(
      `room:${this.name}`,
      (payload) => {
        this.#receive(payload);
      },
      () => {
        this.#doubtful = true;
        this.#scheduleFill(0);
      },
    );
    this.#unfollow ??= this.#means.follow(this);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    try {
      this.#unsubscribe?.();
    } finally {
      this.#unfollow?.();
    }
  }

  /** From now on deliveries are kept, for the one who is joining; each call wants one `endJoin`. */
  beginJoin(): void {
    this.#kept.begin(this.#next);
  }

  endJoin(): void {
    this.#kept.end(this.#next);
  }

  /**
   * Lets a member go live behind a page that was read after `beginJoin`.
   * @returns `false` when what was delivered meanwhile is no longer kept, so that the page must be read again; otherwise
   * what sends those messages, to be called right behind the reply.
   */
  goLive(membership: Membership, page: HistoryPage): (() => void) | false {
    if (this.#next === 0) this.#start(page);
    else if (page.epoch !== this.epoch) this.#anew(page);
    const from = page.seq + 1;
    if (from < this.#next && !this.#kept.reaches(from)) return false;
    return () => {
      if (from < this.#next) for (const frame of this.#kept.since(from)) membership.connection.send(frame);
      membership.from = Math.max(from, this.#next);
      membership.live = true;
    };
  }

  /** Tells all nodes of a message that has become durable. Never throws. */
  publish(message: Message, epoch: string): void {
    try {
      this.#means.bus.publish(`room:${this.name}`, `${message.seq} ${epoch} ${messageText(message)}`);
    } catch (error) {
      this.#means.log.error({ err: error, room: this.name }, 'a message could not be published');
    }
    this.expect(message.seq);
  }

  /** A message with this sequence exists: should the bus not bring it, the history will. */
  expect(seq: number): void {
    if (seq <= this.#known) return;
    this.#known = seq;
    if (this.#next !== 0 && seq >= this.#next) this.#scheduleFill(this.#means.holeMs);
  }

  #receive(payload: string): void {
    if (this.#closed) return;
    const epochAt = payload.indexOf(' ') + 1;
    const textAt = payload.indexOf(' ', epochAt) + 1;
    const seq = Number(payload.slice(0, Math.max(0, epochAt - 1)));
    if (textAt === 0 || !Number.isSafeInteger(seq) || seq < 1) {
      this.#means.log.warn({ room: this.name }, 'the bus brought something that is no message');
      return;
    }
    if (this.#next === 0) {
      this.expect(seq);
    } else if (payload.slice(epochAt, textAt - 1) !== this.epoch) {
      this.#doubtful = true;
      this.#scheduleFill(0);
    } else {
      this.#offer(seq, new Frame(payload.slice(textAt)));
    }
  }

  #offer(seq: number, frame: Frame): void {
    if (seq < this.#next) return;
    if (seq > this.#known) this.#known = seq;
    if (seq === this.#next) {
      this.#deliver(frame);
      this.#deliverAhead();
      return;
    }
    if (this.#ahead.size < framesAhead && this.#aheadCharacters < charactersAhead && !this.#ahead.has(seq)) {
      this.#ahead.set(seq, frame);
      this.#aheadCharacters += frame.text.length;
    }
    this.#scheduleFill(this.#means.holeMs);
  }

  #deliver(frame: Frame): void {
    const seq = this.#next++;
    this.#kept.keep(frame, seq);
    let count = 0;
    for (const membership of this.members.values()) {
      if (!membership.live || seq < membership.from) continue;
      membership.connection.send(frame);
      count++;
    }
    this.#means.delivered(this.name, count);
  }

  #deliverAhead(): void {
    for (;;) {
      const frame = this.#ahead.get(this.#next);
      if (frame === undefined) break;
      this.#ahead.delete(this.#next);
      this.#aheadCharacters -= frame.text.length;
      this.#deliver(frame);
    }
    // Everything that was heard of is delivered, so what is left lies behind.
    if (this.#known < this.#next) this.#clearAhead();
  }

  #clearAhead(): void {
    this.#ahead.clear();
    this.#aheadCharacters = 0;
  }

  #start(page: HistoryPage): void {
    this.epoch = page.epoch;
    this.#next = page.seq + 1;
    this.#kept.restart(this.#next);
    if (this.#doubtful || this.#known >= this.#next) this.#scheduleFill(0);
  }

  /** The history is another one than it was: sequences mean something else now. */
  #anew(page: HistoryPage): void {
    this.#means.log.warn({ room: this.name }, 'the history of the room is another one now');
    this.#clearAhead();
    this.#known = 0;
    this.#start(page);
    this.#strand();
  }

  #strand(): void {
    for (const { live, connection } of this.members.values()) if (live) this.#means.strand(connection);
  }

  #scheduleFill(delayMs: number): void {
    if (this.#closed || this.#filling || this.#next === 0) return;
    if (delayMs === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      void this.#fill();
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#fill();
    }, delayMs).unref();
  }

  /** Reads from the history what the bus did not bring, until nothing is missing. */
  async #fill(): Promise<void> {
    if (this.#filling || this.#closed) return;
    this.#filling = true;
    try {
      while (this.#doubtful || this.#known >= this.#next) {
        this.#doubtful = false;
        const heard = this.#known;
        const page = await this.#means.history.read(this.name, following(this.#next - 1));
        // Everybody may have left meanwhile.
        if (this.#isClosed()) return;
        this.#take(page);
        // What is announced is durable, so a read that began later must have seen it.
        if (page.seq < heard && this.#known === heard) {
          this.#means.log.warn({ room: this.name }, 'a message was announced that the history does not have');
          this.#known = page.seq;
          this.#clearAhead();
        }
        if (page.messages.length === 0 && page.seq >= this.#next) {
          throw new Error('the history knows of messages that it does not give');
        }
        this.#failures = 0;
        // Lets the sockets write, so that a long way to catch up makes nobody a slow consumer.
        await turnOfTheLoop();
      }
    } catch (error) {
      this.#failures++;
      this.#doubtful = true;
      this.#means.log.error({ err: error, room: this.name }, 'a hole could not be filled from the history');
    } finally {
      this.#filling = false;
    }
    if (this.#doubtful || this.#known >= this.#next) {
      const retryMs = Math.min(slowestRetryMs, Math.max(10, this.#means.holeMs) * 2 ** Math.min(10, this.#failures));
      this.#scheduleFill(retryMs);
    }
  }

  #take(page: HistoryPage): void {
    if (page.epoch !== this.epoch) {
      this.#anew(page);
      return;
    }
    // One page may not be all that is missing.
    if (page.seq > this.#known) this.#known = page.seq;
    for (const message of page.messages) {
      if (message.seq < this.#next) continue;
      if (message.seq > this.#next) {
        // Forgotten by the history before it was delivered here: nobody can go on from where they are.
        this.#clearAhead();
        this.#next = message.seq;
        this.#kept.restart(this.#next);
        this.#strand();
      }
      this.#deliver(new Frame(messageText(message)));
    }
    this.#deliverAhead();
  }

  #isClosed(): boolean {
    return this.#closed;
  }
}

/** The frame of a message, and nothing that the protocol does not name. */
function messageText(message: Message): string {
  const { room, seq, id, from, text, at, edits, deletes, edited, deleted } = message;
  // Nearly all are plain ones, and those are written at the least cost.
  const plain = (edits ?? deletes ?? edited ?? deleted) === undefined;
  return JSON.stringify(
    plain ? { type: 'message', room, seq, id, from, text, at } : { type: 'message', ...asShown(message) },
  );
}
