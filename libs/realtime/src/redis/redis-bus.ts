import { createHash, randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { Bus, BusSubscriber } from '../bus/bus.ts';
import { type Logger, silent } from '../support/log.ts';
import { BusProbes } from './bus-probes.ts';
import { messageOf, SubscribedChannels } from './subscribed-channels.ts';

export interface RedisBusOptions {
  /**
   * A client of `ioredis` for publishing, which may be shared. Set `commandTimeout`, `enableOfflineQueue: false` and
   * `maxRetriesPerRequest: 0`. `batchWrites`, or `enableAutoPipelining: true` for a cluster, sends the messages of one turn of the event
   * loop together.
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

/** Topics that look up what is missing in one turn of the event loop. */
const topicsAtOnce = 100;
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
  readonly #ownMessage = `${this.#id} `;
  readonly #topics = new Map<string, Topic>();
  readonly #byChannel = new Map<string, Topic>();
  readonly #channels: SubscribedChannels;
  readonly #probes: BusProbes;
  readonly #probeTimer: NodeJS.Timeout;
  readonly #listeners: readonly (() => void)[];
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
    this.#channels = new SubscribedChannels({
      subscriber,
      onActive: (channel) => {
        for (const subscription of this.#byChannel.get(channel)?.subscriptions ?? []) this.#activated(subscription);
      },
      log,
    });
    this.#channels.add(this.#lossChannel);
    this.#probes = new BusProbes({
      subscriber,
      channels: this.#channels,
      channelOf: (number) => this.#channelOf(`probe ${this.#id} ${number}`),
      publish: (channel, message) => this.#send(channel, message),
    });
    this.#probeTimer = setInterval(() => {
      this.#checkProbes();
    }, probeMs).unref();
    this.#listeners = [
      this.#on(subscriber, subscriber.isCluster ? 'smessage' : 'message', (channel, message) => {
        this.#receive(channel, message);
      }),
      this.#on(subscriber, 'ready', () => {
        this.#resubscribe();
      }),
      // On a cluster: the subscriptions have moved to other servers, or the connection to one of them was lost.
      this.#on(subscriber, 'subscribersReady', () => {
        this.#resubscribe();
      }),
      this.#on(subscriber, 'close', () => {
        this.#reset();
      }),
      this.#on(publisher, 'ready', () => {
        this.#announceLoss();
      }),
    ];
  }

  publish(topic: string, payload: string): void {
    if (this.#closed) return;
    const channel = this.#topics.get(topic)?.channel ?? this.#channelOf(topic);
    void this.#send(channel, this.#ownMessage + payload).then(
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
      this.#channels.add(topic.channel);
    }
    if (this.#channels.isActive(topic.channel)) {
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
      this.#channels.delete(subscribed.channel);
    };
  }

  /** Ends all subscriptions and timers. Closes neither client. */
  close(): void {
    this.#closed = true;
    this.#channels.close();
    clearInterval(this.#probeTimer);
    clearTimeout(this.#lossTimer);
    for (const end of this.#listeners) end();
    for (const { subscriptions } of this.#topics.values()) for (const each of subscriptions) each.isOpen = false;
    this.#topics.clear();
    this.#byChannel.clear();
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

  #checkProbes(): void {
    this.#announceLoss();
    if (this.#closed || this.#subscriber.status !== 'ready') return;
    if (this.#probes.isOverdue && !this.#publishFailed) {
      this.#log.warn({}, 'Redis does not deliver messages although the connection is open: connecting again');
      this.#reset();
      // Resubscribes and reports the gaps when it is ready again.
      this.#subscriber.disconnect(true);
      return;
    }
    this.#probes.update();
    this.#probes.send();
  }

  /** The connection was lost, and its subscriptions with it. */
  #reset(): void {
    this.#channels.reset();
    this.#probes.reset();
  }

  #resubscribe(): void {
    this.#reset();
    this.#probes.update();
    void this.#channels.sync();
  }

  #receive(channel: string, message: string): void {
    if (this.#probes.receive(channel, message)) return;
    if (message.startsWith(this.#ownMessage)) return;
    if (channel === this.#lossChannel) this.#othersLost();
    const topic = this.#byChannel.get(channel);
    if (topic === undefined) return;
    this.#deliver(topic, message.slice(message.indexOf(' ') + 1));
  }

  /** Notifies the other nodes that messages of this node were lost, which they cannot detect on their own connections. */
  #announceLoss(): void {
    if (!this.#hasLost || this.#closed) return;
    this.#hasLost = false;
    this.#send(this.#lossChannel, this.#ownMessage).catch(() => {
      this.#hasLost = true;
    });
  }

  #othersLost(): void {
    this.#lossTimer ??= setTimeout(() => {
      this.#lossTimer = undefined;
      this.#reportGaps([...this.#topics.values()], 0);
    }, lossDelayMs).unref();
  }

  #reportGaps(topics: readonly Topic[], from: number): void {
    const until = from + topicsAtOnce;
    for (const { subscriptions } of topics.slice(from, until)) {
      for (const subscription of subscriptions) if (subscription.isReady) this.#activated(subscription);
    }
    if (until < topics.length) {
      setImmediate(() => {
        this.#reportGaps(topics, until);
      });
    }
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
