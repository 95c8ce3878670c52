/** What a subscription calls. A function that throws affects neither the publisher nor other subscriptions. */
export interface BusReceiver {
  /** Called for each payload of the topic. */
  readonly message: (payload: string) => void;
  /** Called once, when the subscription is active for the first time. */
  readonly ready?: () => void;
  /**
   * Called whenever payloads may have been lost without a later one that would reveal it: when the subscription became active after
   * `subscribe` had returned, and when the bus is available again after an interruption.
   */
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
  /** Never throws and never blocks. */
  publish(topic: string, payload: string): void;
  /** Calls the receiver until the returned function is called, or until `close`. */
  subscribe(topic: string, receiver: BusReceiver): () => void;
  /** Ends all subscriptions of this node and releases its resources. Later calls of `publish` and `subscribe` have no effect. */
  close(): Promise<void> | void;
}
