import { type Logger, silent } from '../support/log.ts';
import type { Bus, BusReceiver } from './bus.ts';

interface Subscription {
  readonly topic: string;
  readonly receiver: BusReceiver;
  isOpen: boolean;
}

/** The subscriptions of all nodes of one process. */
export class MemoryBusStore {
  /** Lists are replaced, never mutated, so that an iteration in progress is unaffected. */
  readonly #topics = new Map<string, readonly Subscription[]>();

  at(topic: string): readonly Subscription[] {
    return this.#topics.get(topic) ?? [];
  }

  add(subscription: Subscription): void {
    this.#topics.set(subscription.topic, [...this.at(subscription.topic), subscription]);
  }

  remove(subscription: Subscription): void {
    const left = this.at(subscription.topic).filter((other) => other !== subscription);
    if (left.length > 0) this.#topics.set(subscription.topic, left);
    else this.#topics.delete(subscription.topic);
  }
}

export interface MemoryBusOptions {
  /** Shared by the nodes of one process. Defaults to a new one, for one node. */
  readonly store?: MemoryBusStore;
  readonly log?: Logger;
}

/**
 * A bus within one process. It never loses messages, so it never calls `gap`; it calls `ready` in a microtask. `publish` delivers before
 * it returns, except when a receiver calls it: then the payload is queued until the current delivery ends.
 */
export function createMemoryBus({ store = new MemoryBusStore(), log = silent }: MemoryBusOptions = {}): Bus {
  const subscriptions = new Set<Subscription>();
  const queue: { readonly topic: string; readonly payload: string }[] = [];
  let delivering = false;
  let closed = false;

  function call(subscription: Subscription, run: () => void): void {
    if (!subscription.isOpen) return;
    try {
      run();
    } catch (error) {
      log.error({ err: error, topic: subscription.topic }, 'a bus receiver threw');
    }
  }

  function end(subscription: Subscription): void {
    if (!subscription.isOpen) return;
    subscription.isOpen = false;
    subscriptions.delete(subscription);
    store.remove(subscription);
  }

  return {
    publish(topic, payload) {
      if (closed) return;
      queue.push({ topic, payload });
      if (delivering) return;
      delivering = true;
      // Receivers that publish extend the queue during iteration.
      for (const next of queue) {
        for (const subscription of store.at(next.topic)) {
          call(subscription, () => {
            subscription.receiver.message(next.payload);
          });
        }
      }
      queue.length = 0;
      delivering = false;
    },
    subscribe(topic, receiver) {
      const subscription: Subscription = { topic, receiver, isOpen: !closed };
      if (!closed) {
        subscriptions.add(subscription);
        store.add(subscription);
      }
      const { ready } = receiver;
      if (ready !== undefined) {
        queueMicrotask(() => {
          call(subscription, ready);
        });
      }
      return () => {
        end(subscription);
      };
    },
    close() {
      closed = true;
      for (const subscription of subscriptions) end(subscription);
    },
  };
}
