import type { Message } from '@usher/protocol';
import type { Authorizations } from './authorizations.ts';
import { type Bus, subscribe } from '../bus/bus.ts';
import type { MessageFormat } from './content.ts';
import { following } from './page.ts';
import type { Connection } from '../connections/connection.ts';
import { Frame } from '../connections/frame.ts';
import type { History, HistoryPage, RoomHead } from './history.ts';
import { GapFiller } from './gap-filler.ts';
import { MemberAuthorization } from './member-authorization.ts';
import { OrderedDelivery } from './ordered-delivery.ts';
import { parsePayload, publishMessage } from './room-payload.ts';
import type { ResyncScheduler } from './resync.ts';
import type { Logger } from '../support/log.ts';
import type { RealtimeTracing } from '../connections/tracing.ts';

export interface RoomContext {
  readonly history: History;
  readonly bus: Bus;
  readonly format: MessageFormat;
  /** Limits the reads of missing messages, and checks the heads of all rooms. */
  readonly resync: ResyncScheduler;
  readonly gapTimeoutMs: number;
  readonly log: Logger;
  /** Defaults to no traces. */
  readonly tracing: RealtimeTracing | undefined;
  readonly authorizations: Authorizations;
  /** Authorizes all members again and removes those that may not stay. Rejects if that cannot be determined. */
  readonly authorizeMembers: (room: Room) => Promise<void>;
  /** Called for members that cannot continue with their current sequence. They must reconnect and join again. */
  readonly forceResync: (connection: Connection) => void;
  /** See `RoomsObserver.delivered`. */
  readonly delivered: (room: string, members: number, ms?: number) => void;
  /** Subscribes to presence and typing of a room until the returned function is called. */
  readonly follow: (room: Room) => () => void;
}

/** While the node is not live, every delivery needs an authorization. Messages that arrive within this time share one. */
const unconfirmedMs = 100;

/** One connection in one room. */
export interface Membership {
  readonly connection: Connection;
  readonly room: Room;
  /** At least one join succeeded, so the connection counts as present and may send. */
  joined: boolean;
  /** When the first join arrived, in whole milliseconds since the connection opened. */
  readonly joinedAfterMs: number;
  /** Messages are delivered to this member: it has joined and no rejoin is in progress. */
  live: boolean;
  /** The sequence number of the first message to deliver live. */
  from: number;
  /** The membership has ended. An operation that awaited something for it must start again. */
  gone: boolean;
}

/**
 * One room on this node. It accepts messages from the bus in any order and with losses, and delivers each message to its members
 * once, in sequence order.
 */
export class Room {
  readonly name: string;
  readonly members = new Map<Connection, Membership>();
  epoch = '';

  readonly #context: RoomContext;
  #unsubscribe: (() => void) | undefined;
  #unfollow: (() => void) | undefined;
  #closed = false;
  /** The bus may have lost messages without a later message that would reveal the gap. */
  #maybeStale = false;
  readonly #authorization: MemberAuthorization;
  readonly #filler: GapFiller;
  readonly #delivery: OrderedDelivery;

  constructor(name: string, context: RoomContext) {
    this.name = name;
    this.#context = context;
    this.#delivery = new OrderedDelivery({
      room: name,
      tracing: context.tracing,
      send: (frame, seq) => this.#send(frame, seq),
      delivered: (members, ms) => {
        context.delivered(name, members, ms);
      },
    });
    this.#authorization = new MemberAuthorization(context.authorizations, () => context.authorizeMembers(this));
    this.#filler = new GapFiller({
      room: name,
      gapTimeoutMs: context.gapTimeoutMs,
      hasWork: () => this.#hasWork,
      isBehind: () => this.#isBehind,
      readPage: () => this.#readPage(),
      authorize: async () => {
        await context.resync.read(() => this.#authorization.authorize());
        this.#authorization.sendDeferred();
      },
      onFailed: () => {
        this.#maybeStale = true;
      },
      log: context.log,
    });
  }

  /** Whether frames may be sent to the members without authorizing them again. */
  get mayDeliver(): boolean {
    return this.#authorization.isValid;
  }

  /**
   * Calls `send` now, or after the members were authorized again. A later call with the same key replaces one that is waiting. The caller
   * bounds the keys.
   */
  deliver(key: string, send: () => void): void {
    if (this.mayDeliver) {
      send();
      return;
    }
    this.#authorization.defer(key, send);
    this.#scheduleFill(this.#fillDelayMs);
  }

  /** Authorizes the members again, because removals may have been missed. */
  authorizeAgain(): void {
    this.#scheduleFill(0);
  }

  /** Subscribes once, before the first read, so that no message is missed in between. */
  listen(): void {
    if (this.#unsubscribe === undefined) this.#context.resync.add(this);
    this.#unsubscribe ??= subscribe(
      this.#context.bus,
      `room:${this.name}`,
      (payload) => {
        this.#receive(payload);
      },
      () => {
        // Before the first read, the check waits for it.
        if (!this.#delivery.isStarted) this.#maybeStale = true;
        else this.#context.resync.check(this);
      },
    );
    this.#unfollow ??= this.#context.follow(this);
  }

  close(): void {
    this.#closed = true;
    this.#delivery.close();
    this.#filler.close();
    this.#authorization.close();
    this.#context.resync.remove(this);
    try {
      this.#unsubscribe?.();
    } finally {
      this.#unfollow?.();
    }
  }

  /** Starts to buffer deliveries for a joining member. Each call needs one `endJoin`. */
  beginJoin(): void {
    this.#delivery.beginJoin();
  }

  endJoin(): void {
    this.#delivery.endJoin();
  }

  /**
   * Makes a member live after a page that was read after `beginJoin`.
   *
   * @returns `false` if the buffer no longer covers the deliveries since the read, so that the page must be read again; otherwise a
   *   function that sends those messages, to be called directly after the reply
   */
  goLive(membership: Membership, page: HistoryPage): (() => void) | false {
    if (!this.#delivery.isStarted) this.#start(page);
    else if (page.epoch !== this.epoch) this.#startEpoch(page);
    const from = page.seq + 1;
    if (!this.#delivery.covers(from)) return false;
    return () => {
      for (const frame of this.#delivery.since(from)) membership.connection.send(frame);
      membership.from = Math.max(from, this.#delivery.next);
      membership.live = true;
    };
  }

  /** Publishes a durable message to all nodes. Never throws. */
  publish(message: Message, epoch: string): void {
    this.#delivery.durable(message.seq);
    publishMessage(message, epoch, this.#context);
    this.expect(message.seq);
  }

  /** Records that a message with this sequence number exists. If the bus does not deliver it, it is read from the history. */
  expect(seq: number): void {
    if (this.#delivery.expect(seq)) this.#scheduleFill(this.#fillDelayMs);
  }

  /** Compares the head of the history with the delivered messages. A message that is still on its way has time to arrive. */
  headRead({ epoch, seq }: RoomHead): void {
    if (this.#closed || !this.#delivery.isStarted) return;
    if (epoch === this.epoch) {
      this.expect(seq);
      return;
    }
    this.#maybeStale = true;
    this.#scheduleFill(0);
  }

  #receive(payload: string): void {
    if (this.#closed) return;
    const message = parsePayload(payload);
    if (message === undefined) {
      this.#context.log.warn({ room: this.name }, 'invalid message payload on the bus');
      return;
    }
    if (!this.#delivery.isStarted) {
      this.expect(message.seq);
    } else if (message.epoch !== this.epoch) {
      this.#maybeStale = true;
      this.#scheduleFill(0);
    } else {
      const { seq, text, traceparent } = message;
      if (traceparent !== undefined) this.#delivery.trace(seq, traceparent);
      if (!this.#delivery.offer(seq, new Frame(text), this.mayDeliver)) this.#scheduleFill(this.#fillDelayMs);
    }
  }

  get #fillDelayMs(): number {
    return this.mayDeliver ? this.#context.gapTimeoutMs : unconfirmedMs;
  }

  /** Sends a frame to the members that receive this sequence number. Returns their number. */
  #send(frame: Frame, seq: number): number {
    let count = 0;
    for (const membership of this.members.values()) {
      if (!membership.live || seq < membership.from) continue;
      membership.connection.send(frame);
      count++;
    }
    return count;
  }

  #start(page: HistoryPage): void {
    this.epoch = page.epoch;
    this.#delivery.start(page.seq);
    if (this.#maybeStale) this.#context.resync.check(this);
    this.#maybeStale = false;
    if (this.#hasWork) this.#scheduleFill(0);
  }

  /** The history has a new epoch, so earlier sequence numbers are invalid. */
  #startEpoch(page: HistoryPage): void {
    this.#context.log.warn({ room: this.name }, 'the history of the room has a new epoch');
    this.#delivery.endEpoch();
    this.#start(page);
    this.#forceResync();
  }

  #forceResync(): void {
    for (const { live, connection } of this.members.values()) if (live) this.#context.forceResync(connection);
  }

  #scheduleFill(delayMs: number): void {
    if (this.#delivery.isStarted) this.#filler.schedule(delayMs);
  }

  /** Whether messages are missing, or the members have to be authorized. */
  get #hasWork(): boolean {
    return this.#isBehind || this.#authorization.hasWork;
  }

  get #isBehind(): boolean {
    return this.#maybeStale || this.#delivery.isBehind;
  }

  /** Reads and delivers missing messages. Authorizes the members before the delivery if necessary. */
  async #readPage(): Promise<boolean> {
    this.#maybeStale = false;
    const announced = this.#delivery.known;
    const page = await this.#context.resync.read(() => this.#readMissing());
    if (page === undefined || this.#isClosed()) return false;
    this.#applyPage(page);
    // Announced messages are durable, so a later read must include them.
    if (page.seq < announced && this.#delivery.known === announced) {
      this.#context.log.warn({ room: this.name }, 'the bus announced a message that the history does not contain');
      this.#delivery.forgetAfter(page.seq);
    }
    if (page.messages.length === 0 && page.seq >= this.#delivery.next) {
      throw new Error('the history returned a sequence number but not its messages');
    }
    return true;
  }

  /** Authorizes the members after the read: a user who was removed before a message of the page was sent does not receive it. */
  async #readMissing(): Promise<HistoryPage | undefined> {
    if (this.#closed) return undefined;
    const page = await this.#context.history.read(this.name, following(this.#delivery.next - 1));
    if (!this.mayDeliver) await this.#authorization.authorize();
    return page;
  }

  #applyPage(page: HistoryPage): void {
    if (page.epoch !== this.epoch) {
      this.#startEpoch(page);
      return;
    }
    // The page may not cover the whole gap.
    this.#delivery.expect(page.seq);
    for (const message of page.messages) {
      if (message.seq < this.#delivery.next) continue;
      if (message.seq > this.#delivery.next) {
        // The history deleted these messages before they were delivered here, so members cannot continue.
        this.#delivery.skipTo(message.seq);
        this.#forceResync();
      }
      this.#delivery.deliver(new Frame(this.#context.format.serialize(message)));
    }
    this.#authorization.sendDeferred();
    if (this.mayDeliver) this.#delivery.deliverAhead();
    // These frames may be later than the authorization. The next page contains them.
    else this.#delivery.dropAhead();
  }

  #isClosed(): boolean {
    return this.#closed;
  }
}
