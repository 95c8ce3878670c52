import type { Bus, BusSubscriber } from './bus.ts';
import { type Logger, silent } from '../support/log.ts';

interface Subscription {
  readonly subscriber: BusSubscriber;
  /** The instance that it belongs to. */
  readonly owner: object;
  live: boolean;
}

/** The subscriptions of all instances of one memory bus. */
export class MemoryBusStore {
  readonly #topics = new Map<string, readonly Subscription[]>();
  readonly #queue: { readonly topic: string; readonly payload: string; readonly log: Logger }[] = [];
  readonly #interrupted = new Set<object>();
  #delivering = false;

  add(topic: string, subscription: Subscription): void {
    // Lists are replaced, never mutated, so that an iteration in progress is unaffected.
    this.#topics.set(topic, [...this.in(topic), subscription]);
  }

  remove(topic: string, subscription: Subscription): void {
    subscription.live = false;
    const left = this.in(topic).filter((other) => other !== subscription);
    if (left.length > 0) this.#topics.set(topic, left);
    else this.#topics.delete(topic);
  }

  in(topic: string): readonly Subscription[] {
    return this.#topics.get(topic) ?? [];
  }

  /** The subscriptions of one instance, with their topics. */
  of(owner: object): { readonly topic: string; readonly subscription: Subscription }[] {
    return [...this.#topics].flatMap(([topic, subscriptions]) =>
      subscriptions.filter((each) => each.owner === owner).map((subscription) => ({ topic, subscription })),
    );
  }

  publish(owner: object, topic: string, payload: string, log: Logger): void {
    if (this.#interrupted.has(owner)) return;
    this.#queue.push({ topic, payload, log });
    if (this.#delivering) return;
    this.#delivering = true;
    // Subscribers that publish extend the queue during iteration.
    for (const next of this.#queue) this.#deliver(next);
    this.#queue.length = 0;
    this.#delivering = false;
  }

  interrupt(owner: object): void {
    this.#interrupted.add(owner);
  }

  restore(owner: object, log: Logger): void {
    if (!this.#interrupted.delete(owner)) return;
    for (const { topic, subscription } of this.of(owner)) {
      if (subscription.live) guard(log, topic, () => subscription.subscriber.gap?.());
    }
  }

  #deliver({ topic, payload, log }: { readonly topic: string; readonly payload: string; readonly log: Logger }): void {
    for (const subscription of this.in(topic)) {
      if (!subscription.live || this.#interrupted.has(subscription.owner)) continue;
      guard(log, topic, () => {
        subscription.subscriber.message(payload);
      });
    }
  }
}

export interface MemoryBusOptions {
  /** Shared by all instances that reach each other. Defaults to a new store. */
  readonly store?: MemoryBusStore;
  readonly log?: Logger;
}

export interface MemoryBus extends Bus {
  /**
   * For tests: loses everything that this instance publishes or would receive, until the returned function is called, which calls
   * `gap` of its subscribers.
   */
  interrupt(): () => void;
}

/**
 * A bus within one process. It calls `ready` before `subscribe` returns. `publish` delivers before it returns, except when a
 * subscriber calls it: then the payload is queued until the current delivery ends.
 */
export function createMemoryBus({ store = new MemoryBusStore(), log = silent }: MemoryBusOptions = {}): MemoryBus {
  const owner = {};
  let closed = false;
  return {
    publish(topic, payload) {
      if (!closed) store.publish(owner, topic, payload, log);
    },
    subscribe(topic, subscriber) {
      if (closed) throw new Error('the bus is closed');
      const subscription = { subscriber, owner, live: true };
      store.add(topic, subscription);
      guard(log, topic, () => subscriber.ready?.());
      return () => {
        store.remove(topic, subscription);
      };
    },
    close() {
      closed = true;
      for (const { topic, subscription } of store.of(owner)) store.remove(topic, subscription);
    },
    interrupt() {
      store.interrupt(owner);
      return () => {
        store.restore(owner, log);
      };
    },
  };
}

function guard(log: Logger, topic: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    log.error({ err: error, topic }, 'a bus subscriber threw');
  }
}
