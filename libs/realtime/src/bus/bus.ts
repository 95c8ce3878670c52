/** Receives what a subscription delivers. */
export interface BusSubscriber {
  /** Called for every payload of the topic. */
  readonly message: (payload: string) => void;
  /**
   * Called once, when the subscription is active: every later payload is delivered unless `gap` is called. An implementation may call
   * it before `subscribe` returns.
   */
  readonly ready?: () => void;
  /** Called when payloads may have been lost, and new ones are delivered again. A later payload need not reveal the loss. */
  readonly gap?: () => void;
}

/**
 * Carries messages between the nodes of one deployment, including the publishing node.
 *
 * Every implementation guarantees: messages of one publisher on one topic arrive in order and at most once, and a publisher
 * receives its own messages if it has subscribed. Messages may be lost while the bus is unavailable, so durable data must not
 * depend on it: a receiver that detects a gap in a sequence reads the history.
 */
export interface Bus {
  /** Never throws and never blocks. Does nothing after `close`. */
  publish(topic: string, payload: string): void;
  /**
   * Subscribes to a topic until the returned function is called. A subscriber that throws affects neither the publisher nor other
   * subscribers.
   */
  subscribe(topic: string, subscriber: BusSubscriber): () => void;
  /** Ends all subscriptions of this instance and releases its resources. Idempotent. */
  close(): Promise<void> | void;
}

/**
 * Subscribes to a topic with one callback for every case in which payloads may be missing: after a gap, and when the subscription
 * became active only after `subscribe` had returned.
 *
 * @returns a function that ends the subscription
 */
export function subscribe(
  bus: Bus,
  topic: string,
  message: (payload: string) => void,
  missed?: () => void,
): () => void {
  if (missed === undefined) return bus.subscribe(topic, { message });
  let returned = false;
  const end = bus.subscribe(topic, {
    message,
    ready: () => {
      if (returned) missed();
    },
    gap: missed,
  });
  returned = true;
  return end;
}

/** A bus that records its own subscriptions, so that one call ends all of them and leaves the underlying bus open. */
export class BusScope implements Bus {
  readonly #bus: Bus;
  readonly #subscriptions = new Set<() => void>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  publish(topic: string, payload: string): void {
    this.#bus.publish(topic, payload);
  }

  subscribe(topic: string, subscriber: BusSubscriber): () => void {
    const unsubscribe = this.#bus.subscribe(topic, subscriber);
    const end = (): void => {
      if (this.#subscriptions.delete(end)) unsubscribe();
    };
    this.#subscriptions.add(end);
    return end;
  }

  /** Ends the subscriptions of this scope only. Throws the first error of the underlying bus after it has tried all of them. */
  close(): void {
    const errors: unknown[] = [];
    for (const end of [...this.#subscriptions]) {
      try {
        end();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
