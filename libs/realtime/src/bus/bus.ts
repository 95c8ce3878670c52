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
  /**
   * Calls `receive` for every payload of the topic, until the returned function is called. A receiver that throws affects neither
   * the publisher nor other receivers.
   *
   * @param missed called whenever payloads may have been lost without a later one that would reveal the gap: when a subscription
   *   became active after this call returned, and when the bus is available again after an interruption
   */
  subscribe(topic: string, receive: (payload: string) => void, missed?: () => void): () => void;
}
