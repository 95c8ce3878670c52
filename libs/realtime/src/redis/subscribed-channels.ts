import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from '../support/log.ts';

export interface SubscribedChannelsOptions {
  /** A client for subscriptions only. */
  readonly subscriber: Redis | Cluster;
  /** Redis has confirmed a subscription, for the first time or on a new connection. */
  readonly onActive: (channel: string) => void;
  readonly log: Logger;
}

/** Channels per SUBSCRIBE command. On a cluster: commands at the same time, because the channels are in different slots. */
const channelsAtOnce = 500;
/** Confirmed channels per turn of the event loop: after a lost connection, the subscribers of each look up what is missing. */
const activeAtOnce = 100;
/** How long to wait after a failed SUBSCRIBE, in milliseconds. */
const retryMs = 200;

/**
 * Keeps the subscriptions of one node at Redis in line with the channels that it needs, over lost connections. The cost of a change does not
 * depend on the number of channels.
 */
export class SubscribedChannels {
  readonly #options: SubscribedChannelsOptions;
  readonly #wanted = new Set<string>();
  /** The channels that Redis has confirmed on the current connection. */
  readonly #active = new Set<string>();
  /** The channels that may be wanted and not active, or active and not wanted. */
  readonly #changed = new Set<string>();
  /** Counts the lost connections, because a confirmation on an earlier one means nothing. */
  #connection = 0;
  #syncing = false;
  #closed = false;

  constructor(options: SubscribedChannelsOptions) {
    this.#options = options;
  }

  /** Subscribes to a channel. */
  add(channel: string): void {
    this.#wanted.add(channel);
    this.#changed.add(channel);
    void this.sync();
  }

  /** Unsubscribes from a channel. */
  delete(channel: string): void {
    this.#wanted.delete(channel);
    this.#changed.add(channel);
    void this.sync();
  }

  /** Whether Redis has confirmed the subscription on the current connection. */
  isActive(channel: string): boolean {
    return this.#active.has(channel);
  }

  /** The connection was lost, and its subscriptions with it. */
  reset(): void {
    this.#connection++;
    this.#active.clear();
    this.#changed.clear();
    for (const channel of this.#wanted) this.#changed.add(channel);
  }

  close(): void {
    this.#closed = true;
  }

  /** Subscribes and unsubscribes after changes or a reset, in batches and one batch at a time. Never rejects. */
  async sync(): Promise<void> {
    if (this.#syncing) return;
    this.#syncing = true;
    const { subscriber, log } = this.#options;
    try {
      // Collects the changes of this turn.
      await Promise.resolve();
      while (!this.#closed && subscriber.status === 'ready') {
        const { missing, surplus } = this.#nextBatch();
        if (missing.length === 0 && surplus.length === 0) return;
        if (missing.length > 0) await this.#subscribe(missing);
        if (surplus.length > 0) await this.#unsubscribe(surplus);
      }
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'the bus could not subscribe at Redis');
      setTimeout(() => void this.sync(), retryMs).unref();
    } finally {
      this.#syncing = false;
    }
  }

  #nextBatch(): { readonly missing: readonly string[]; readonly surplus: readonly string[] } {
    const [missing, surplus]: [string[], string[]] = [[], []];
    for (const channel of this.#changed) {
      const isWanted = this.#wanted.has(channel);
      if (isWanted === this.#active.has(channel)) this.#changed.delete(channel);
      else (isWanted ? missing : surplus).push(channel);
      if (missing.length === channelsAtOnce || surplus.length === channelsAtOnce) break;
    }
    return { missing, surplus };
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    const { subscriber, onActive } = this.#options;
    const connection = this.#connection;
    const confirmed = await this.#each(channels, (some) =>
      subscriber.isCluster ? subscriber.ssubscribe(...some) : subscriber.subscribe(...some),
    );
    if (connection !== this.#connection) return;
    for (let from = 0; from < confirmed.done.length; from += activeAtOnce) {
      if (from > 0) await nextTurn();
      if (connection !== this.#connection) return;
      const some = confirmed.done.slice(from, from + activeAtOnce);
      for (const channel of some) this.#active.add(channel);
      for (const channel of some) onActive(channel);
    }
    confirmed.throwError();
  }

  async #unsubscribe(surplus: readonly string[]): Promise<void> {
    const { subscriber } = this.#options;
    const connection = this.#connection;
    const channels = surplus.filter((channel) => !this.#wanted.has(channel) && this.#active.delete(channel));
    if (channels.length === 0) return;
    const confirmed = await this.#each(channels, (some) =>
      subscriber.isCluster ? subscriber.sunsubscribe(...some) : subscriber.unsubscribe(...some),
    );
    if (connection !== this.#connection) return;
    const done = new Set(confirmed.done);
    // Repeats what failed, unless the channel is wanted again: then it is subscribed to, whether or not the command was executed.
    for (const channel of channels) if (!done.has(channel) && !this.#wanted.has(channel)) this.#active.add(channel);
    confirmed.throwError();
  }

  /** Runs one command for all channels, or one per channel on a cluster. */
  async #each(channels: readonly string[], run: (channels: readonly string[]) => Promise<unknown>) {
    const groups = this.#options.subscriber.isCluster ? channels.map((channel) => [channel]) : [channels];
    const results = await Promise.allSettled(groups.map(run));
    const failed = results.find((result) => result.status === 'rejected');
    return {
      done: groups.flatMap((group, index) => (results[index]?.status === 'fulfilled' ? group : [])),
      throwError: (): void => {
        if (failed !== undefined) throw failed.reason;
      },
    };
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
