import { randomUUID } from 'node:crypto';
import { type Bus, subscribe } from './bus.ts';
import { type Logger, silent } from '../support/log.ts';

export interface ClusterRequestsOptions<Q, A> {
  readonly bus: Bus;
  /** The subject of the requests. All nodes must use the same topic for the same kind of request. */
  readonly topic: string;
  /** The name of this node, unique among all nodes. */
  readonly node: string;
  /** Returns the live nodes, with or without this one. If it rejects, the request is not sent and the result is incomplete. */
  readonly members: () => readonly string[] | Promise<readonly string[]>;
  /** Handles a request on this node. Requests of this node call it directly, without the bus. */
  readonly handle: (request: Q) => A | Promise<A>;
  readonly isRequest: (value: unknown) => value is Q;
  readonly isResponse: (value: unknown) => value is A;
  /** How long to wait for other nodes, in milliseconds. Defaults to 2,000. */
  readonly timeoutMs?: number;
  /** Called when requests of other nodes may have been lost, so that their effects can be looked up. */
  readonly missed?: () => void;
  readonly log?: Logger;
}

export interface NodeResponse<A> {
  readonly node: string;
  readonly response: A;
  /** Milliseconds from the request to the response of this node. */
  readonly ms: number;
}

export interface ClusterResponse<A> {
  /** The response of this node, then those of the other nodes in order of arrival. */
  readonly responses: readonly NodeResponse<A>[];
  /** Whether every live node has responded. */
  readonly complete: boolean;
}

export interface ClusterRequests<Q, A> {
  /**
   * Sends a request to every node, including this one. Resolves when all nodes have responded, or after `timeoutMs` with the responses
   * so far. Rejects with the error of this node's own `answer`.
   */
  send(request: Q): Promise<ClusterResponse<A>>;
  /** Stops sending and answering requests. Pending requests resolve with the responses so far. */
  stop(): void;
}

interface Pending<A> {
  readonly since: number;
  readonly awaited: Set<string>;
  readonly responses: NodeResponse<A>[];
  readonly done: () => void;
}

/** The maximum number of pending requests. Beyond it, only this node responds and the result is incomplete. */
const maxPending = 1_000;

/** Sends a request to all nodes over the bus and collects at most one response from each. It does not wait for dead nodes. */
export function createClusterRequests<Q, A>(options: ClusterRequestsOptions<Q, A>): ClusterRequests<Q, A> {
  const { bus, topic, node, members, handle, isRequest, isResponse, timeoutMs = 2_000, log = silent } = options;
  const requestTopic = `cluster:${topic}`;
  const responseTopicOf = (to: string): string => `cluster:${topic}:${to}`;
  const pending = new Map<string, Pending<A>>();

  async function respond(from: string, id: string, request: Q): Promise<void> {
    try {
      bus.publish(responseTopicOf(from), JSON.stringify({ id, node, response: await handle(request) }));
    } catch (error) {
      // Without a response, the requesting node reports an incomplete result.
      log.error({ err: error, topic }, 'a cluster request of another node failed');
    }
  }

  const unsubscribe = [
    subscribe(
      bus,
      requestTopic,
      (payload) => {
        const { id, from, request } = parse(payload);
        if (typeof id !== 'string' || typeof from !== 'string' || !isRequest(request)) {
          log.warn({ topic }, 'invalid cluster request payload on the bus');
        } else if (from !== node) {
          void respond(from, id, request);
        }
      },
      options.missed,
    ),
    subscribe(bus, responseTopicOf(node), (payload) => {
      const { id, node: from, response } = parse(payload);
      const sent = typeof id === 'string' ? pending.get(id) : undefined;
      // Ignore late responses and responses of nodes that were not asked.
      if (sent === undefined || typeof from !== 'string' || !isResponse(response) || !sent.awaited.delete(from)) return;
      sent.responses.push({ node: from, response, ms: elapsed(sent.since) });
      if (sent.awaited.size === 0) sent.done();
    }),
  ];

  async function others(): Promise<Set<string> | undefined> {
    try {
      const alive = new Set(await members());
      alive.delete(node);
      return alive;
    } catch (error) {
      log.error({ err: error, topic }, 'the live nodes could not be determined');
      return undefined;
    }
  }

  return {
    async send(request) {
      const since = performance.now();
      // This node handles the request first, independent of the other nodes.
      const own = { node, response: await handle(request), ms: elapsed(since) };
      const awaited = await others();
      if (awaited === undefined || pending.size >= maxPending) return { responses: [own], complete: false };
      if (awaited.size === 0) return { responses: [own], complete: true };
      const id = randomUUID();
      const responses = [own];
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        const done = (): void => {
          clearTimeout(timer);
          resolve();
        };
        pending.set(id, { since, awaited, responses, done });
        bus.publish(requestTopic, JSON.stringify({ id, from: node, request }));
      });
      pending.delete(id);
      return { responses, complete: awaited.size === 0 };
    },
    stop() {
      for (const end of unsubscribe) end();
      for (const { done } of pending.values()) done();
    },
  };
}

function elapsed(since: number): number {
  return Math.round((performance.now() - since) * 100) / 100;
}

function parse(payload: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
