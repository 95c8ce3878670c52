/**
 * Carries events between the nodes of one installation, this node included.
 *
 * What every form promises: messages of one topic from one publisher arrive in their order; at most once; a publisher hears
 * itself if it subscribed. A message may be lost when the bus is away, so nothing durable depends on it: a receiver that sees
 * a hole in a sequence reads the history.
 */
export interface Bus {
  /** Never throws and never waits. */
  publish(topic: string, payload: string): void;
  /**
   * Calls `receive` for every payload of the topic until the returned function is called; from then on never again.
   * A receiver that throws harms neither the publisher nor other receivers.
   *
   * @param missed called whenever payloads may have been lost up to now, without a later one that would show the hole:
   * when a subscription took hold after this call returned, and when the bus is back after having been away.
   */
  subscribe(topic: string, receive: (payload: string) => void, missed?: () => void): () => void;
}
