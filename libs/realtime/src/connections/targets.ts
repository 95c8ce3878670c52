import type { Event, EventType, Protocol } from '@usher/protocol';
import type { CoreProtocol } from '@usher/protocol/server';
import type { Bus } from '../bus/bus.ts';
import { type Cluster, createMemoryCluster } from '../cluster/cluster.ts';
import { ClusterCommands, type ClusterResults } from '../cluster/cluster-commands.ts';
import type { Logger } from '../support/log.ts';
import type { Connection } from './connection.ts';
import { Frame } from './frame.ts';

/** The connections of a user or of a session, on all nodes. */
export type TargetFilter = { readonly user: string } | { readonly session: string };

export interface SendOptions {
  /** Drop the event for connections whose client does not read fast enough (`limits.volatileBytes`). Defaults to `false`. */
  readonly volatile?: boolean;
}

/** The number of connections that an event was sent to, in total and on each node. */
export interface Delivery {
  /** The number of connections on the nodes that replied. Volatile events that were dropped do not count. */
  readonly delivered: number;
  /** The nodes that replied, this node first, each with the milliseconds until its reply. */
  readonly nodes: readonly { readonly node: string; readonly delivered: number; readonly ms: number }[];
  /** Whether every live node has replied. */
  readonly complete: boolean;
}

/** Connections on all nodes. */
export interface Target<P extends Protocol> {
  /**
   * Sends an event to the connections that are open now. It is not stored: a client that is not connected never receives it. Resolves when
   * all live nodes have sent it, or after 2 seconds with the replies so far.
   *
   * @throws TypeError if `type` belongs to the core (`welcome`, `lease`, `beat`, `request`) or is `reply` or `error`
   * @throws RangeError if the frame has more than 512 KiB
   */
  send<T extends Exclude<EventType<P>, keyof CoreProtocol['events']>>(
    type: T,
    data: Event<P, T>,
    options?: SendOptions,
  ): Promise<Delivery>;
}

interface Command {
  readonly user?: string;
  readonly session?: string;
  /** The serialized event. */
  readonly text: string;
  readonly volatile?: true;
}

export interface TargetsOptions {
  readonly bus: Bus | undefined;
  readonly cluster: Cluster | undefined;
  readonly list: (filter: { readonly user?: string; readonly session?: string }) => readonly Connection[];
  readonly log: Logger;
}

const reserved = new Set(['reply', 'error', 'welcome', 'lease', 'beat', 'request']);
const maxFrameBytes = 512 * 1024;

/** Serializes an event. @throws TypeError or RangeError, see `Target.send` */
export function toEventText(type: string, data: object): string {
  if (reserved.has(type)) throw new TypeError(`events of type "${type}" cannot be sent`);
  const text = JSON.stringify({ ...data, type });
  if (Buffer.byteLength(text) > maxFrameBytes) throw new RangeError('the event is larger than 512 KiB');
  return text;
}

/** Sends events to connections on all nodes. */
export class Targets {
  readonly #options: TargetsOptions;
  /** `undefined` without a bus: then there is only this node. */
  readonly #commands: ClusterCommands<Command, number> | undefined;
  readonly #endCluster: (() => Promise<void>) | undefined;

  constructor(options: TargetsOptions) {
    this.#options = options;
    const { bus, log } = options;
    if (bus === undefined) return;
    const cluster = options.cluster ?? createMemoryCluster({ log });
    this.#endCluster = options.cluster === undefined ? () => cluster.close() : undefined;
    this.#commands = new ClusterCommands<Command, number>({
      bus,
      cluster,
      topic: 'events',
      // A node that is not live may have missed revocations, and other nodes do not wait for it.
      execute: (command) => (cluster.isLive() ? this.#execute(command) : 0),
      isCommand,
      isResult: (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0,
      log,
    });
  }

  /** @throws TypeError or RangeError, see `Target.send` */
  to(filter: { readonly user?: string; readonly session?: string }): Target<Protocol> {
    return {
      send: async (type, data, { volatile = false } = {}) =>
        this.#send({ ...filter, text: toEventText(type, data), ...(volatile && { volatile }) }),
    };
  }

  stop(): void {
    this.#commands?.stop();
    void this.#endCluster?.();
  }

  async #send(command: Command): Promise<Delivery> {
    if (this.#commands === undefined) {
      const delivered = this.#execute(command);
      return { delivered, nodes: [{ node: 'local', delivered, ms: 0 }], complete: true };
    }
    return toDelivery(await this.#commands.send(command));
  }

  /** Sends an event to the connections of this node. */
  #execute({ user, session, text, volatile }: Command): number {
    const frame = new Frame(text);
    let delivered = 0;
    const filter = { ...(user !== undefined && { user }), ...(session !== undefined && { session }) };
    for (const connection of this.#options.list(filter)) {
      if (volatile) {
        if (connection.sendVolatile(frame)) delivered++;
        continue;
      }
      connection.send(frame);
      delivered++;
    }
    return delivered;
  }
}

/** Adds up what the nodes have sent. */
export function toDelivery({ results, complete }: ClusterResults<number>): Delivery {
  const nodes = results.map(({ node, result, ms }) => ({ node, delivered: result, ms }));
  return { delivered: nodes.reduce((total, { delivered }) => total + delivered, 0), nodes, complete };
}

function isCommand(value: unknown): value is Command {
  if (typeof value !== 'object' || value === null) return false;
  const { user, session, text, volatile } = value as Record<string, unknown>;
  const isFilter = (field: unknown): boolean => field === undefined || typeof field === 'string';
  return (
    isFilter(user) && isFilter(session) && typeof text === 'string' && (volatile === undefined || volatile === true)
  );
}
