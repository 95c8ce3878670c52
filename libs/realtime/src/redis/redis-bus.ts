import { createHash, randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { Bus, BusSubscriber } from '../bus/bus.ts';
import { type Logger, silent } from '../support/log.ts';

export interface RedisBusOptions {
  /**
   * A client of `ioredis` for publishing, which may be shared. Set `commandTimeout`, `enableOfflineQueue: false` and
   * `maxRetriesPerRequest: 0`; `enableAutoPipelining: true` sends the messages of one turn of the event loop together.
   */
  readonly publisher: Redis | Cluster;
  /** A client for subscriptions only. Set `autoResubscribe: false`; for a cluster also `shardedSubscribers: true`. */
  readonly subscriber: Redis | Cluster;
  /** Prefix of all channels. Defaults to `usher`. */
  readonly prefix?: string;
  /** How often the bus sends itself a message to check that the subscriptions work, in milliseconds. Defaults to 5,000. */
  readonly probeMs?: number;
  readonly log?: Logger;
}

interface Subscription {
  readonly subscriber: BusSubscriber;
  isOpen: boolean;
  /** Whether `ready` was called. */
  isReady: boolean;
}

/** A topic with at least one subscription on this node. */
interface Topic {
  readonly name: string;
  readonly channel: string;
  subscriptions: readonly Subscription[];
}

/** Channels per SUBSCRIBE command. */
const channelsPerCommand = 500;
/** How long to wait after a failed SUBSCRIBE, in milliseconds. */
const retryMs = 200;
/** How long to collect the announcements of several nodes, in milliseconds, because each would let all topics look up what is missing. */
const lossDelayMs = 50;

/**
 * Carries messages between nodes over pub/sub of Redis or Valkey.
 *
 * - The channel of a topic is a hash, so `PUBSUB CHANNELS` reveals no names of users and private rooms.
 * - Messages of this node are delivered to its own subscriptions at once and without Redis.
 * - `gap` is called when a subscription is active again after a lost connection, or after the probe did not arrive: a connection can look
 *   healthy and deliver nothing, for example after a failover. It is also called after another node could not publish: the other
 *   node announces it as soon as it can.
 * - On a cluster it uses sharded pub/sub (`SPUBLISH`), so that a message reaches only one shard. Connect the publisher to all servers before:
 *   `ioredis` sends commands that arrive while a server is not connected yet in any order.
 */
export class RedisBus implements Bus {
  readonly #publisher: Redis | Cluster;
  readonly #subscriber: Redis | Cluster;
  readonly #prefix: string;
  readonly #log: Logger;
  /** Marks the messages of this bus, which Redis sends back to it. */
  readonly #id = randomUUID().slice(0, 8);
  readonly #topics = new Map<string, Topic>();
  readonly #byChannel = new Map<string, Topic>();
  /** The channels that Redis has confirmed on the current connection. */
  readonly #active = new Set<string>();
  readonly #probe: { readonly channel: string; readonly timer: NodeJS.Timeout; expected: string; arrived: boolean };
  readonly #listeners: readonly (() => void)[];
  #syncing = false;
  #closed = false;
  #delivering = false;
  #publishFailed = false;
  readonly #lossChannel: string;
  /** Messages of this node were lost, and the other nodes do not know it yet. */
  #hasLost = false;
  #lossTimer: NodeJS.Timeout | undefined;
  readonly #queue: { readonly topic: string; readonly payload: string }[] = [];

  constructor({ publisher, subscriber, prefix = 'usher', probeMs = 5_000, log = silent }: RedisBusOptions) {
    this.#publisher = publisher;
    this.#subscriber = subscriber;
    this.#prefix = prefix;
    this.#log = log;
    this.#lossChannel = this.#channelOf('messages were lost');
    this.#probe = {
      channel: this.#channelOf(`probe ${this.#id}`),
      timer: setInterval(() => {
        this.#checkProbe();
      }, probeMs).unref(),
      expected: '',
      arrived: true,
    };
    this.#listeners = [
      this.#on(subscriber, subscriber.isCluster ? 'smessage' : 'message', (channel, message) => {
        this.#receive(channel, message);
      }),
      this.#on(subscriber, 'ready', () => {
        this.#active.clear();
        void this.#sync();
      }),
      // On a cluster: the subscriptions have moved to other servers, or the connection to one of them was lost.
      this.#on(subscriber, 'subscribersReady', () => {
        this.#active.clear();
        void this.#sync();
      }),
      this.#on(subscriber, 'close', () => {
        this.#active.clear();
      }),
      this.#on(publisher, 'ready', () => {
        this.#announceLoss();
      }),
    ];
    void this.#sync();
  }

  publish(topic: string, payload: string): void {
    if (this.#closed) return;
    void this.#send(this.#channelOf(topic), `${this.#id} ${payload}`).then(
      () => {
        this.#publishFailed = false;
        this.#announceLoss();
      },
      (error: unknown) => {
        // Once per interruption. The other nodes read what is missing from the history.
        if (!this.#publishFailed)
          this.#log.error({ reason: messageOf(error) }, 'messages to other nodes are lost: Redis rejects them');
        this.#publishFailed = true;
        this.#hasLost = true;
      },
    );
    this.#queue.push({ topic, payload });
    if (this.#delivering) return;
    this.#delivering = true;
    // Receivers that publish extend the queue during iteration.
    for (const next of this.#queue) {
      const found = this.#topics.get(next.topic);
      if (found !== undefined) this.#deliver(found, next.payload);
    }
    this.#queue.length = 0;
    this.#delivering = false;
  }

  subscribe(name: string, subscriber: BusSubscriber): () => void {
    const subscription: Subscription = { subscriber, isOpen: !this.#closed, isReady: false };
    if (this.#closed) return () => undefined;
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = { name, channel: this.#channelOf(name), subscriptions: [] };
      this.#topics.set(name, topic);
      this.#byChannel.set(topic.channel, topic);
      void this.#sync();
    } else if (this.#active.has(topic.channel)) {
      queueMicrotask(() => {
        this.#activated(subscription);
      });
    }
    topic.subscriptions = [...topic.subscriptions, subscription];
    const subscribed = topic;
    return () => {
      if (!subscription.isOpen) return;
      subscription.isOpen = false;
      subscribed.subscriptions = subscribed.subscriptions.filter((other) => other !== subscription);
      if (subscribed.subscriptions.length > 0) return;
      this.#topics.delete(name);
      this.#byChannel.delete(subscribed.channel);
      void this.#sync();
    };
  }

  /** Ends all subscriptions and timers. Closes neither client. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#probe.timer);
    clearTimeout(this.#lossTimer);
    for (const end of this.#listeners) end();
    for (const { subscriptions } of this.#topics.values()) for (const each of subscriptions) each.isOpen = false;
    this.#topics.clear();
    this.#byChannel.clear();
  }

  /** Brings the subscriptions at Redis in line with the topics, in batches and one command at a time. */
  async #sync(): Promise<void> {
    if (this.#syncing) return;
    this.#syncing = true;
    try {
      // Collects the changes of this turn.
      await Promise.resolve();
      while (!this.#closed && this.#subscriber.status === 'ready') {
        const wanted = [this.#probe.channel, this.#lossChannel, ...this.#byChannel.keys()];
        const missing = wanted.filter((channel) => !this.#active.has(channel)).slice(0, channelsPerCommand);
        const surplus = [...this.#active].filter((channel) => !this.#isWanted(channel)).slice(0, channelsPerCommand);
        if (missing.length > 0) await this.#subscribeTo(missing);
        else if (surplus.length > 0) await this.#unsubscribeFrom(surplus);
        else return;
      }
    } catch (error) {
      this.#log.warn({ reason: messageOf(error) }, 'the bus could not subscribe at Redis');
      setTimeout(() => void this.#sync(), retryMs).unref();
    } finally {
      this.#syncing = false;
    }
  }

  #isWanted(channel: string): boolean {
    return channel === this.#probe.channel || channel === this.#lossChannel || this.#byChannel.has(channel);
  }

  async #subscribeTo(channels: readonly string[]): Promise<void> {
    if (this.#subscriber.isCluster) for (const channel of channels) await this.#subscriber.ssubscribe(channel);
    else await this.#subscriber.subscribe(...channels);
    for (const channel of channels) this.#active.add(channel);
    for (const channel of channels) {
      for (const subscription of this.#byChannel.get(channel)?.subscriptions ?? []) this.#activated(subscription);
    }
  }

  async #unsubscribeFrom(channels: readonly string[]): Promise<void> {
    if (this.#subscriber.isCluster) for (const channel of channels) await this.#subscriber.sunsubscribe(channel);
    else await this.#subscriber.unsubscribe(...channels);
    for (const channel of channels) this.#active.delete(channel);
  }

  /** The subscription is active, for the first time or again. */
  #activated(subscription: Subscription): void {
    const { subscriber, isReady } = subscription;
    subscription.isReady = true;
    this.#call(subscription, () => {
      if (isReady) subscriber.gap?.();
      else subscriber.ready?.();
    });
  }

  #call(subscription: Subscription, run: () => void): void {
    if (!subscription.isOpen) return;
    try {
      run();
    } catch (error) {
      this.#log.error({ err: error }, 'a bus receiver threw');
    }
  }

  #checkProbe(): void {
    this.#announceLoss();
    if (this.#closed || this.#subscriber.status !== 'ready' || !this.#active.has(this.#probe.channel)) return;
    if (!this.#probe.arrived && !this.#publishFailed) {
      this.#log.warn({}, 'Redis does not deliver messages although the connection is open: connecting again');
      this.#probe.arrived = true;
      this.#active.clear();
      // Resubscribes and reports the gaps when it is ready again.
      this.#subscriber.disconnect(true);
      return;
    }
    this.#probe.expected = randomUUID();
    this.#probe.arrived = false;
    void this.#send(this.#probe.channel, this.#probe.expected).catch(() => {
      // Nothing can be said about the subscriptions while publishing fails.
      this.#probe.arrived = true;
    });
  }

  #receive(channel: string, message: string): void {
    if (channel === this.#probe.channel) {
      if (message === this.#probe.expected) this.#probe.arrived = true;
      return;
    }
    if (message.startsWith(`${this.#id} `)) return;
    if (channel === this.#lossChannel) this.#othersLost();
    const topic = this.#byChannel.get(channel);
    if (topic === undefined) return;
    this.#deliver(topic, message.slice(message.indexOf(' ') + 1));
  }

  /** Tells the other nodes that messages of this node were lost, which their own connections do not reveal. */
  #announceLoss(): void {
    if (!this.#hasLost || this.#closed) return;
    this.#hasLost = false;
    this.#send(this.#lossChannel, `${this.#id} `).catch(() => {
      this.#hasLost = true;
    });
  }

  #othersLost(): void {
    this.#lossTimer ??= setTimeout(() => {
      this.#lossTimer = undefined;
      for (const { subscriptions } of this.#topics.values()) {
        for (const subscription of subscriptions) if (subscription.isReady) this.#activated(subscription);
      }
    }, lossDelayMs).unref();
  }

  #deliver(topic: Topic, payload: string): void {
    for (const subscription of topic.subscriptions) {
      this.#call(subscription, () => {
        subscription.subscriber.message(payload);
      });
    }
  }

  #send(channel: string, message: string): Promise<unknown> {
    return this.#publisher.isCluster
      ? this.#publisher.spublish(channel, message)
      : this.#publisher.publish(channel, message);
  }

  #channelOf(topic: string): string {
    return `${this.#prefix}:${createHash('sha256').update(topic).digest('base64url').slice(0, 22)}`;
  }

  #on(client: Redis | Cluster, event: string, listener: (...args: string[]) => void): () => void {
    client.on(event, listener);
    return () => client.off(event, listener);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
