import type { Frame } from '../connections/frame.ts';
import type { RealtimeTracing } from '../connections/tracing.ts';
import { FramesAhead, ReplayBuffer } from './frame-buffers.ts';
import { TracedDeliveries } from './traced-deliveries.ts';

interface OrderedDeliveryOptions {
  readonly room: string;
  /** Defaults to no traces. */
  readonly tracing: RealtimeTracing | undefined;
  /** Sends a frame to the members that receive this sequence number. Returns their number. */
  readonly send: (frame: Frame, seq: number) => number;
  /** See `RoomsObserver.delivered`. */
  readonly delivered: (members: number, ms: number | undefined) => void;
}

/**
 * Delivers the messages of one room in the order of their sequence numbers. Buffers those that arrive ahead of a gap, and those that joining
 * members have to receive after their reply.
 */
export class OrderedDelivery {
  readonly #options: OrderedDeliveryOptions;
  /** The next sequence number to deliver; 0 until the history was read. */
  #next = 0;
  /** The highest known sequence number. */
  #known = 0;
  readonly #ahead = new FramesAhead();
  readonly #replay = new ReplayBuffer();
  /** The sequence number of the message whose delivery is measured; 0 if none is. */
  #measuredSeq = 0;
  #durableAt = 0;
  readonly #traces: TracedDeliveries | undefined;

  constructor(options: OrderedDeliveryOptions) {
    this.#options = options;
    if (options.tracing !== undefined) this.#traces = new TracedDeliveries(options.tracing);
  }

  get next(): number {
    return this.#next;
  }

  get known(): number {
    return this.#known;
  }

  /** Whether the history was read. */
  get isStarted(): boolean {
    return this.#next !== 0;
  }

  /** Whether a known message was not delivered yet. */
  get isBehind(): boolean {
    return this.#known >= this.#next;
  }

  /** Continues after a sequence number. */
  start(after: number): void {
    this.#next = after + 1;
    this.#replay.restart(this.#next);
  }

  /** Discards everything that belongs to the sequence of an earlier epoch. */
  endEpoch(): void {
    this.forgetAfter(0);
    this.#measuredSeq = 0;
  }

  /** Messages with a higher sequence number do not exist. */
  forgetAfter(seq: number): void {
    this.#known = seq;
    this.#ahead.clear();
    this.#traces?.clear();
  }

  /** Continues with this sequence number, because the messages before it are lost. */
  skipTo(seq: number): void {
    this.#ahead.clear();
    this.#traces?.clear();
    this.start(seq - 1);
  }

  close(): void {
    this.#traces?.clear();
  }

  /** Starts to buffer deliveries for a joining member. Each call needs one `endJoin`. */
  beginJoin(): void {
    this.#replay.begin(this.#next);
  }

  endJoin(): void {
    this.#replay.end(this.#next);
  }

  /** Whether the buffer holds everything that was delivered from this sequence number on. */
  covers(from: number): boolean {
    return from >= this.#next || this.#replay.covers(from);
  }

  /** Returns the frames that were delivered from this sequence number on. Call it only if `covers` returns `true`. */
  since(from: number): Iterable<Frame> {
    return from < this.#next ? this.#replay.since(from) : [];
  }

  /** A message of this node is durable: measures and traces its delivery. */
  durable(seq: number): void {
    if (seq < this.#next) return;
    // One at a time, so that a lost message costs no memory.
    if (this.#measuredSeq < this.#next) {
      this.#measuredSeq = seq;
      this.#durableAt = performance.now();
    }
    this.#traces?.begin({ room: this.#options.room, seq });
  }

  /** Traces the delivery of a message that another node published. */
  trace(seq: number, traceparent: string): void {
    if (seq >= this.#next) this.#traces?.begin({ room: this.#options.room, seq, traceparent });
  }

  /** Records that a message exists. Returns whether it is a new one that was not delivered yet. */
  expect(seq: number): boolean {
    if (seq <= this.#known) return false;
    this.#known = seq;
    return this.isStarted && seq >= this.#next;
  }

  /**
   * Delivers a message if it is the next one, and those that arrived ahead of it. Buffers it otherwise.
   *
   * @returns whether nothing is missing because of it
   */
  offer(seq: number, frame: Frame, mayDeliver: boolean): boolean {
    if (seq < this.#next) return true;
    if (seq > this.#known) this.#known = seq;
    if (seq === this.#next && mayDeliver) {
      this.deliver(frame);
      this.deliverAhead();
      return true;
    }
    this.#ahead.add(seq, frame);
    return false;
  }

  /** Delivers the next message. */
  deliver(frame: Frame): void {
    const { send, delivered } = this.#options;
    const seq = this.#next++;
    this.#replay.add(frame, seq);
    const members = send(frame, seq);
    const ms = seq === this.#measuredSeq ? performance.now() - this.#durableAt : undefined;
    if (this.#traces === undefined) delivered(members, ms);
    else
      this.#traces.delivered(seq, members, () => {
        delivered(members, ms);
      });
  }

  /** Delivers the buffered messages that follow without a gap. */
  deliverAhead(): void {
    for (;;) {
      const frame = this.#ahead.take(this.#next);
      if (frame === undefined) break;
      this.deliver(frame);
    }
    // Every known message is delivered, so the remaining frames are obsolete.
    if (this.#known < this.#next) this.#ahead.clear();
  }

  /** Discards the buffered messages, which are read from the history instead. */
  dropAhead(): void {
    this.#ahead.clear();
  }
}
