import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Bus } from './bus.ts';
import { createMemoryBus } from './memory-bus.ts';
import { createSurvey, type SurveyOptions } from './survey.ts';
import { newLog } from '../testing/new-node.ts';

type Options = SurveyOptions<string, number>;

const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** A node that answers every question with `answer`. */
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

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

test('every live node is asked once, and each answers for itself; one’s own answer comes first', async () => {
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

test('alone, it answers without waiting for anybody', async () => {
  const survey = newSurvey('one', createMemoryBus(), { members: () => ['one'] });
  expect(await survey.ask('close them')).toMatchObject({ complete: true, answers: [{ node: 'one', answer: 3 }] });
  expect(vi.getTimerCount()).toBe(0);
});

test('a node that is alive and does not answer makes it incomplete, after the time that it has', async () => {
  const bus = createMemoryBus();
  const one = newSurvey('one', bus, { waitMs: 500 });
  newSurvey('second', bus);
  const asking = one.ask('close them');
  await vi.advanceTimersByTimeAsync(499);
  await vi.advanceTimersByTimeAsync(1);
  const { complete, answers } = await asking;
  expect(complete).toBe(false);
  expect(answers.map(({ node }) => node)).toEqual(['one', 'second']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a node whose answer fails is one that does not answer', async () => {
  const bus = createMemoryBus();
  const one = newSurvey('one', bus, { members: () => ['one', 'second'] });
  const second = newSurvey('second', bus, { answer: () => Promise.reject(new Error('no')) });
  const asking = one.ask('close them');
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await asking).complete).toBe(false);
  expect(second.log.lines).toEqual(['error a question of another node could not be answered']);
});

test('where it is not known who is alive, this node does its part and says that it is not all', async () => {
  const { answer, ...survey } = newSurvey('one', createMemoryBus(), {
    members: () => Promise.reject(new Error('away')),
  });
  expect(await survey.ask('close them')).toMatchObject({ complete: false, answers: [{ node: 'one' }] });
  expect(answer).toHaveBeenCalledOnce();
});

test('what this node cannot do itself is an error', async () => {
  const survey = newSurvey('one', createMemoryBus(), { answer: () => Promise.reject(new Error('no')) });
  await expect(survey.ask('close them')).rejects.toThrow('no');
});

test('answers of strangers, of those who answered already, and of another shape count for nothing', async () => {
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

test('a question of another shape is not answered, and is told to the log', () => {
  const bus = createMemoryBus();
  const { answer, log } = newSurvey('one', bus);
  for (const payload of ['no JSON', 'null', '{"id":"1","from":"second","question":2}', '{"question":"close them"}']) {
    bus.publish('survey:endings', payload);
  }
  expect(answer).not.toHaveBeenCalled();
  expect(log.lines).toHaveLength(4);
});

test('a stopped one neither answers nor waits', async () => {
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

test('what the bus may have lost is told', () => {
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
