import { randomUUID } from 'node:crypto';
import type { Bus } from './bus.ts';
import { type Logger, silent } from '../support/log.ts';

export interface SurveyOptions<Q, A> {
  readonly bus: Bus;
  /** What the survey is about; nodes that ask and answer the same use the same name. */
  readonly topic: string;
  /** This node's own name, another one on every node. */
  readonly node: string;
  /** The nodes that are alive now, this one included or not. Where it rejects, nobody else counts as asked. */
  readonly members: () => readonly string[] | Promise<readonly string[]>;
  /** What this node does and says; called at once for its own questions, bus or no bus. */
  readonly answer: (question: Q) => A | Promise<A>;
  readonly isQuestion: (value: unknown) => value is Q;
  readonly isAnswer: (value: unknown) => value is A;
  /** How long the others may take, in milliseconds; 2,000 unless told. */
  readonly waitMs?: number;
  /** Called when questions of others may have been lost: what they would have changed is to be looked up. */
  readonly missed?: () => void;
  readonly log?: Logger;
}

export interface Answered<A> {
  readonly node: string;
  readonly answer: A;
  /** From the question to this node's answer, in milliseconds. */
  readonly ms: number;
}

export interface Gathered<A> {
  /** This node's own first, the others in the order in which they came. */
  readonly answers: readonly Answered<A>[];
  /** Whether every node that is alive has answered. */
  readonly complete: boolean;
}

export interface Survey<Q, A> {
  /**
   * Asks every node, this one included. Resolves when all have answered, or with what has come when `waitMs` is over.
   * Rejects with what this node's own `answer` throws.
   */
  ask(question: Q): Promise<Gathered<A>>;
  /** Neither asks nor answers any more; what is under way ends with what has come. */
  stop(): void;
}

interface Asked<A> {
  readonly since: number;
  readonly awaited: Set<string>;
  readonly answers: Answered<A>[];
  readonly done: () => void;
}

/** Questions that may wait for the others at once; beyond it they are answered by this node alone, and are not complete. */
const mostAsked = 1_000;

/** Puts one question to all nodes over the bus and gathers their answers: at most once each, and never waits for the dead. */
export function createSurvey<Q, A>(options: SurveyOptions<Q, A>): Survey<Q, A> {
  const { bus, topic, node, members, answer, isQuestion, isAnswer, waitMs = 2_000, log = silent } = options;
  const questions = `survey:${topic}`;
  const answersTo = (to: string): string => `survey:${topic}:${to}`;
  const asked = new Map<string, Asked<A>>();

  async function answerTo(from: string, id: string, question: Q): Promise<void> {
    try {
      bus.publish(answersTo(from), JSON.stringify({ id, node, answer: await answer(question) }));
    } catch (error) {
      // No answer: whoever asked learns that not everybody has given one.
      log.error({ err: error, topic }, 'a question of another node could not be answered');
    }
  }

  const unsubscribe = [
    bus.subscribe(
      questions,
      (payload) => {
        const { id, from, question } = parse(payload);
        if (typeof id !== 'string' || typeof from !== 'string' || !isQuestion(question)) {
          log.warn({ topic }, 'the bus brought something that is no question');
        } else if (from !== node) {
          void answerTo(from, id, question);
        }
      },
      options.missed,
    ),
    bus.subscribe(answersTo(node), (payload) => {
      const { id, node: from, answer: said } = parse(payload);
      const mine = typeof id === 'string' ? asked.get(id) : undefined;
      // Too late, or of nobody who was asked.
      if (mine === undefined || typeof from !== 'string' || !isAnswer(said) || !mine.awaited.delete(from)) return;
      mine.answers.push({ node: from, answer: said, ms: elapsed(mine.since) });
      if (mine.awaited.size === 0) mine.done();
    }),
  ];

  async function others(): Promise<Set<string> | undefined> {
    try {
      const alive = new Set(await members());
      alive.delete(node);
      return alive;
    } catch (error) {
      log.error({ err: error, topic }, 'it is not known which nodes are alive');
      return undefined;
    }
  }

  return {
    async ask(question) {
      const since = performance.now();
      // First of all, and whatever becomes of the rest.
      const own = { node, answer: await answer(question), ms: elapsed(since) };
      const awaited = await others();
      if (awaited === undefined || asked.size >= mostAsked) return { answers: [own], complete: false };
      if (awaited.size === 0) return { answers: [own], complete: true };
      const id = randomUUID();
      const answers = [own];
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        const done = (): void => {
          clearTimeout(timer);
          resolve();
        };
        asked.set(id, { since, awaited, answers, done });
        bus.publish(questions, JSON.stringify({ id, from: node, question }));
      });
      asked.delete(id);
      return { answers, complete: awaited.size === 0 };
    },
    stop() {
      for (const end of unsubscribe) end();
      for (const { done } of asked.values()) done();
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
