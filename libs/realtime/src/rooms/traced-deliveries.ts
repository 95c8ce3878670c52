import type { RealtimeTracing, TracedDeliveryStart, TracedOperation } from '../connections/tracing.ts';

/** Maximum number of messages of a room whose delivery is traced at a time. Further ones are delivered without a trace. */
const maxTraced = 1_000;

/** The traced deliveries of one room, from the durable message to the sockets of its members on this node. */
export class TracedDeliveries {
  readonly #tracing: RealtimeTracing;
  readonly #pending = new Map<number, TracedOperation<{ readonly members: number }>>();

  constructor(tracing: RealtimeTracing) {
    this.#tracing = tracing;
  }

  /** Begins the trace of a message that was not delivered yet. */
  begin(start: TracedDeliveryStart): void {
    if (this.#pending.size >= maxTraced || this.#pending.has(start.seq)) return;
    this.#pending.set(start.seq, this.#tracing.deliver(start));
  }

  /** Calls `report` as part of the delivery of a message, and ends its trace. */
  delivered(seq: number, members: number, report: () => void): void {
    const traced = this.#pending.get(seq);
    if (traced === undefined) {
      report();
      return;
    }
    this.#pending.delete(seq);
    traced.run(report);
    traced.end({ members });
  }

  /** Ends the traces of messages that are not delivered by this node: the room was closed or continues with a later message. */
  clear(): void {
    for (const traced of this.#pending.values()) traced.end({ members: 0 });
    this.#pending.clear();
  }
}
