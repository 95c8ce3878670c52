import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { hashSlot } from './hash-slot.ts';
import type { SubscribedChannels } from './subscribed-channels.ts';

export interface BusProbesOptions {
  readonly subscriber: Redis | Cluster;
  readonly channels: Pick<SubscribedChannels, 'add' | 'delete' | 'isActive'>;
  /** Returns a channel of this bus only. The same number gives the same channel. */
  readonly channelOf: (number: number) => string;
  readonly publish: (channel: string, message: string) => Promise<unknown>;
}

interface Probe {
  readonly channel: string;
  expected: string;
  arrived: boolean;
}

/** How many channels to try in search of one on a shard. Without success, the hash tag of the prefix excludes the shard. */
const channelsTried = 1_000;

/**
 * Messages of a bus to itself, which reveal connections that are open and deliver nothing. On a cluster there is a probe for each shard,
 * because the client has a connection for subscriptions to each.
 */
export class BusProbes {
  readonly #options: BusProbesOptions;
  /** By shard. */
  readonly #probes = new Map<string, Probe>();
  readonly #byChannel = new Map<string, Probe>();

  constructor(options: BusProbesOptions) {
    this.#options = options;
    this.update();
  }

  /** Adapts the probes to the shards of the cluster. The client emits no event when it discovers a shard. */
  update(): void {
    const { subscriber } = this.#options;
    const shards = subscriber.isCluster ? shardsOf(subscriber as Cluster) : [''];
    for (const [shard, { channel }] of this.#probes) {
      if (!shards.includes(shard) || !this.#isOn(channel, shard)) this.#remove(shard, channel);
    }
    for (const shard of shards) if (!this.#probes.has(shard)) this.#add(shard);
  }

  /** @returns whether the channel is one of a probe */
  receive(channel: string, message: string): boolean {
    const probe = this.#byChannel.get(channel);
    if (probe === undefined) return false;
    if (message === probe.expected) probe.arrived = true;
    return true;
  }

  /** Whether a connection did not deliver its last probe although Redis has confirmed the subscription. */
  get isOverdue(): boolean {
    return this.#active().some(({ arrived }) => !arrived);
  }

  /** Discards the pending probes, because their connections were lost. */
  reset(): void {
    for (const probe of this.#probes.values()) probe.arrived = true;
  }

  /** Sends the next probes. */
  send(): void {
    for (const probe of this.#active()) {
      probe.expected = randomUUID();
      probe.arrived = false;
      this.#options.publish(probe.channel, probe.expected).catch(() => {
        // Nothing can be said about the subscriptions while publishing fails.
        probe.arrived = true;
      });
    }
  }

  #active(): readonly Probe[] {
    return [...this.#probes.values()].filter(({ channel }) => this.#options.channels.isActive(channel));
  }

  #add(shard: string): void {
    const { channelOf, channels } = this.#options;
    for (let number = 0; number < channelsTried; number++) {
      const channel = channelOf(number);
      if (!this.#isOn(channel, shard)) continue;
      const probe = { channel, expected: '', arrived: true };
      this.#probes.set(shard, probe);
      this.#byChannel.set(channel, probe);
      channels.add(channel);
      return;
    }
  }

  #remove(shard: string, channel: string): void {
    this.#probes.delete(shard);
    this.#byChannel.delete(channel);
    this.#options.channels.delete(channel);
  }

  #isOn(channel: string, shard: string): boolean {
    const { subscriber } = this.#options;
    return !subscriber.isCluster || (subscriber as Cluster).slots[hashSlot(channel)]?.[0] === shard;
  }
}

/** The primaries of a cluster, named as in the table of slots of the client. */
function shardsOf(cluster: Cluster): readonly string[] {
  return cluster.nodes('master').map(({ options: { host = '127.0.0.1', port = 6379 } }) => `${host}:${port}`);
}
