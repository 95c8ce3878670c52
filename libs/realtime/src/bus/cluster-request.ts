import { randomUUID } from 'node:crypto';
import type { Bus } from './bus.ts';
import { type Logger, silent } from '../support/log.ts';

export interface SurveyOptions<Q, A> {
  readonly bus: Bus;
  /** The subject of the requests. All nodes must use the same topic for the same kind of request. */
  readonly topic: string;
  /** The name of this node, unique among all nodes. */
  readonly node: string;
  /** Returns the live nodes, with or without this one. If it rejects, the request is not sent and the result is incomplete. */
  readonly members: () => readonly string[] | Promise<readonly string[]>;
  /** Handles a request on this node. Requests of this node call it directly, without the bus. */
  readonly answer: (question: Q) => A | Promise<A>;
  readonly isQuestion: (value: unknown) => value is Q;
  readonly isAnswer: (value: unknown) => value is A;
  /** How long to wait for other nodes, in milliseconds. Defaults to 2,000. */
  readonly waitMs?: number;
  /** Called when requests of other nodes may have been lost, so that their effects can be looked up. */
  readonly missed?: () => void;
  readonly log?: Logger;
}

export interface Answered<A> {
  readonly node: string;
  readonly answer: A;
  /** Milliseconds from the request to the response of this node. */
  readonly ms: number;
}

export interface Gathered<A> {
  /** The response of this node, then those of the other nodes in order of arrival. */
  readonly answers: readonly Answered<A>[];
  /** Whether every live node has responded. */
  readonly complete: boolean;
}

export interface Survey<Q, A> {
  /**
   * Sends a request to every node, including this one. Resolves when all nodes have responded, or after `waitMs` with the responses
   * so far. Rejects with the error of this node's own `answer`.
   */
  ask(question: Q): Promise<Gathered<A>>;
  /** Stops sending and answering requests. Pending requests resolve with the responses so far. */
  stop(): void;
}

interface Pending<A> {
  readonly since: number;
  readonly awaited: Set<string>;
  readonly answers: Answered<A>[];
  readonly done: () => void;
}

/** The maximum number of pending requests. Beyond it, only this node responds and the result is incomplete. */
const maxPending = 1_000;

/** Sends a request to all nodes over the bus and collects at most one response from each. It does not wait for dead nodes. */
export function createSurvey<Q, A>(options: SurveyOptions<Q, A>): Survey<Q, A> {
  const { bus, topic, node, members, answer, isQuestion, isAnswer, waitMs = 2_000, log = silent } = options;
  const questions = `survey:${topic}`;
  const answersTo = (to: string): string => `survey:${topic}:${to}`;
  const pending = new Map<string, Pending<A>>();

  async function answerTo(from: string, id: string, question: Q): Promise<void> {
    try {
      bus.publish(answersTo(from), JSON.stringify({ id, node, answer: await answer(question) }));
    } catch (error) {
      // Without a response, the requesting node reports an incomplete result.
      log.error({ err: error, topic }, 'a cluster request of another node failed');
    }
  }

  const unsubscribe = [
    bus.subscribe(
      questions,
      (payload) => {
        const { id, from, question } = parse(payload);
        if (typeof id !== 'string' || typeof from !== 'string' || !isQuestion(question)) {
          log.warn({ topic }, 'invalid cluster request payload on the bus');
        } else if (from !== node) {
          void answerTo(from, id, question);
        }
      },
      options.missed,
    ),
    bus.subscribe(answersTo(node), (payload) => {
      const { id, node: from, answer: response } = parse(payload);
      const request = typeof id === 'string' ? pending.get(id) : undefined;
      // Ignore late responses and responses of nodes that were not asked.
      if (request === undefined || typeof from !== 'string' || !isAnswer(response) || !request.awaited.delete(from))
        return;
      request.answers.push({ node: from, answer: response, ms: elapsed(request.since) });
      if (request.awaited.size === 0) request.done();
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
    async ask(question) {
      const since = performance.now();
      // This node handles the request first, independent of the other nodes.
      const own = { node, answer: await answer(question), ms: elapsed(since) };
      const awaited = await others();
      if (awaited === undefined || pending.size >= maxPending) return { answers: [own], complete: false };
      if (awaited.size === 0) return { answers: [own], complete: true };
      const id = randomUUID();
      const answers = [own];
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        const done = (): void => {
          clearTimeout(timer);
          resolve();
        };
        pending.set(id, { since, awaited, answers, done });
        bus.publish(questions, JSON.stringify({ id, from: node, question }));
      });
      pending.delete(id);
      return { answers, complete: awaited.size === 0 };
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
