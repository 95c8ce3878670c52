import { beforeEach, expect, type MockInstance, onTestFinished, test, vi } from 'vitest';
import type { Bus } from './bus.ts';
import { createMemoryBus } from './memory-bus.ts';
import { createSurvey, type SurveyOptions } from './cluster-request.ts';
import { newLog } from '../testing/new-node.ts';

type Options = SurveyOptions<string, number>;

const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** A node that answers every request with `answer`. */
function newSurvey(node: string, bus: Bus, options: Partial<Options> = {}) {
  const log = newLog();
  const answer = vi.fn<Options['answer']>(() => node.length);
  const survey = createSurvey<string, number>({
    bus,
    topic: 'endings',
    node,
    members: () => ['one', 'second', 'the third'],
    answer,
    isQuestion: isString,
    isAnswer: isNumber,
    log,
    ...options,
  });
  onTestFinished(() => {
    survey.stop();
  });
  return { ...survey, answer, log };
}

let timers: MockInstance<typeof setTimeout>;

beforeEach(() => {
  vi.useFakeTimers();
  // The number of pending timers would include those of sockets that an earlier test file of this process has just closed.
  timers = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

test('asks every live node once and returns its own response first', async () => {
  const bus = createMemoryBus();
  const nodes = ['one', 'second', 'the third'].map((name) => newSurvey(name, bus));
  const gathered = await nodes[1]?.ask('close them');
  expect(gathered?.complete).toBe(true);
  expect(gathered?.answers.map(({ node, answer }) => [node, answer])).toEqual([
    ['second', 6],
    ['one', 3],
    ['the third', 9],
  ]);
  expect(gathered?.answers.every(({ ms }) => ms >= 0)).toBe(true);
  for (const { answer } of nodes) expect(answer).toHaveBeenCalledExactlyOnceWith('close them');
});

test('responds without waiting when it is the only node', async () => {
  const survey = newSurvey('one', createMemoryBus(), { members: () => ['one'], waitMs: 500 });
  expect(await survey.ask('close them')).toMatchObject({ complete: true, answers: [{ node: 'one', answer: 3 }] });
  expect(timers).not.toHaveBeenCalledWith(expect.any(Function), 500);
});

test('is incomplete after the timeout when a live node does not respond', async () => {
  const bus = createMemoryBus();
  const one = newSurvey('one', bus, { waitMs: 500 });
  newSurvey('second', bus);
  const asking = one.ask('close them');
  await vi.advanceTimersByTimeAsync(499);
  await vi.advanceTimersByTimeAsync(1);
  const { complete, answers } = await asking;
  expect(complete).toBe(false);
  expect(answers.map(({ node }) => node)).toEqual(['one', 'second']);
});

test('treats a node whose answer fails as not responding', async () => {
  const bus = createMemoryBus();
  const one = newSurvey('one', bus, { members: () => ['one', 'second'] });
  const second = newSurvey('second', bus, { answer: () => Promise.reject(new Error('no')) });
  const asking = one.ask('close them');
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await asking).complete).toBe(false);
  expect(second.log.lines).toEqual(['error a cluster request of another node failed']);
});

test('responds for this node only and is incomplete when the live nodes are unknown', async () => {
  const { answer, ...survey } = newSurvey('one', createMemoryBus(), {
    members: () => Promise.reject(new Error('away')),
  });
  expect(await survey.ask('close them')).toMatchObject({ complete: false, answers: [{ node: 'one' }] });
  expect(answer).toHaveBeenCalledOnce();
});

test('rejects with the error of this node', async () => {
  const survey = newSurvey('one', createMemoryBus(), { answer: () => Promise.reject(new Error('no')) });
  await expect(survey.ask('close them')).rejects.toThrow('no');
});

test('ignores responses of unknown nodes, repeated responses and invalid responses', async () => {
  const bus = createMemoryBus();
  const one = newSurvey('one', bus, { members: () => ['one', 'second'], waitMs: 100 });
  let id = '';
  bus.subscribe('survey:endings', (payload) => {
    id = (JSON.parse(payload) as { id: string }).id;
  });
  const asking = one.ask('close them');
  await vi.advanceTimersByTimeAsync(0);
  const say = (answer: object): void => {
    bus.publish('survey:endings:one', JSON.stringify(answer));
  };
  say({ id, node: 'nobody', answer: 1 });
  say({ id: 'another', node: 'second', answer: 1 });
  say({ id, node: 'second', answer: 'many' });
  bus.publish('survey:endings:one', 'no JSON');
  say({ id, node: 'second', answer: 7 });
  say({ id, node: 'second', answer: 8 });
  expect(await asking).toMatchObject({ complete: true, answers: [{ node: 'one' }, { node: 'second', answer: 7 }] });
});

test('logs an invalid request and does not answer it', () => {
  const bus = createMemoryBus();
  const { answer, log } = newSurvey('one', bus);
  for (const payload of ['no JSON', 'null', '{"id":"1","from":"second","question":2}', '{"question":"close them"}']) {
    bus.publish('survey:endings', payload);
  }
  expect(answer).not.toHaveBeenCalled();
  expect(log.lines).toHaveLength(4);
});

test('neither answers nor waits after stop', async () => {
  const bus = createMemoryBus();
  const one = newSurvey('one', bus, { members: () => ['one', 'second'] });
  const second = newSurvey('second', bus);
  second.stop();
  const asking = one.ask('close them');
  await vi.advanceTimersByTimeAsync(0);
  one.stop();
  expect(await asking).toMatchObject({ complete: false });
  expect(second.answer).not.toHaveBeenCalled();
});

test('calls missed when the bus may have lost requests', () => {
  const missed = vi.fn();
  const inner = createMemoryBus();
  const tell: (() => void)[] = [];
  const bus: Bus = {
    publish: (topic, payload) => {
      inner.publish(topic, payload);
    },
    subscribe: (topic, receive, onMissed) => {
      if (onMissed !== undefined) tell.push(onMissed);
      return inner.subscribe(topic, receive);
    },
  };
  newSurvey('one', bus, { missed });
  for (const each of tell) each();
  expect(missed).toHaveBeenCalledOnce();
});
