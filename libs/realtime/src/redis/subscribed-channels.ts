import type { Cluster, Redis } from 'ioredis';
import type { Logger } from '../support/log.ts';

export interface SubscribedChannelsOptions {
  /** A client for subscriptions only. */
  readonly subscriber: Redis | Cluster;
  /** Returns the channels to subscribe to. */
  readonly wanted: () => readonly string[];
  readonly isWanted: (channel: string) => boolean;
  /** Redis has confirmed a subscription, for the first time or on a new connection. */
  readonly onActive: (channel: string) => void;
  readonly log: Logger;
}

/** Channels per SUBSCRIBE command. */
const channelsPerCommand = 500;
/** How long to wait after a failed SUBSCRIBE, in milliseconds. */
const retryMs = 200;

/** Keeps the subscriptions of one node at Redis in line with the channels that it needs, over lost connections. */
export class SubscribedChannels {
  readonly #options: SubscribedChannelsOptions;
  /** The channels that Redis has confirmed on the current connection. */
  readonly #active = new Set<string>();
  #syncing = false;
  #closed = false;

  constructor(options: SubscribedChannelsOptions) {
    this.#options = options;
  }

  /** Whether Redis has confirmed the subscription on the current connection. */
  isActive(channel: string): boolean {
    return this.#active.has(channel);
  }

  /** The connection was lost, and its subscriptions with it. */
  reset(): void {
    this.#active.clear();
  }

  close(): void {
    this.#closed = true;
  }

  /** Subscribes and unsubscribes after a change of the wanted channels or a reset, in batches and one command at a time. Never rejects. */
  async sync(): Promise<void> {
    if (this.#syncing) return;
    this.#syncing = true;
    const { subscriber, wanted, isWanted, log } = this.#options;
    try {
      // Collects the changes of this turn.
      await Promise.resolve();
      while (!this.#closed && subscriber.status === 'ready') {
        const missing = wanted()
          .filter((channel) => !this.#active.has(channel))
          .slice(0, channelsPerCommand);
        const surplus = [...this.#active].filter((channel) => !isWanted(channel)).slice(0, channelsPerCommand);
        if (missing.length > 0) await this.#subscribe(missing);
        else if (surplus.length > 0) await this.#unsubscribe(surplus);
        else return;
      }
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'the bus could not subscribe at Redis');
      setTimeout(() => void this.sync(), retryMs).unref();
    } finally {
      this.#syncing = false;
    }
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    const { subscriber, onActive } = this.#options;
    if (subscriber.isCluster) for (const channel of channels) await subscriber.ssubscribe(channel);
    else await subscriber.subscribe(...channels);
    for (const channel of channels) this.#active.add(channel);
    for (const channel of channels) onActive(channel);
  }

  async #unsubscribe(channels: readonly string[]): Promise<void> {
    const { subscriber } = this.#options;
    if (subscriber.isCluster) for (const channel of channels) await subscriber.sunsubscribe(channel);
    else await subscriber.unsubscribe(...channels);
    for (const channel of channels) this.#active.delete(channel);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
