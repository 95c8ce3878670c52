import { expect, test, vi } from 'vitest';
import { createMemoryBus } from './memory-bus.ts';
import { silent } from '../support/log.ts';
import { busContract } from '../testing.ts';

busContract('the memory bus', () => {
  const bus = createMemoryBus();
  return { here: bus, there: bus };
});

test('delivers before publish returns, and logs a receiver that throws', () => {
  const error = vi.fn();
  const bus = createMemoryBus({ log: { ...silent, error } });
  const heard: string[] = [];
  bus.subscribe('topic', () => {
    throw new Error('a receiver that fails');
  });
  bus.subscribe('topic', (payload) => heard.push(payload));
  bus.publish('topic', 'a');
  expect(heard).toEqual(['a']);
  expect(error).toHaveBeenCalledOnce();
});
