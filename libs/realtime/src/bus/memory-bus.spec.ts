import { expect, test, vi } from 'vitest';
import { createMemoryBus, MemoryBusStore } from './memory-bus.ts';
import { silent } from '../support/log.ts';
import { busContract } from '../testing.ts';

busContract('the memory bus', () => {
  const store = new MemoryBusStore();
  const [here, there] = [createMemoryBus({ store }), createMemoryBus({ store })];
  return { here, there, interrupt: () => there.interrupt() };
});

test('delivers before publish returns, and logs a subscriber that throws', () => {
  const error = vi.fn();
  const bus = createMemoryBus({ log: { ...silent, error } });
  const heard: string[] = [];
  bus.subscribe('topic', {
    message: () => {
      throw new Error('a subscriber that fails');
    },
  });
  bus.subscribe('topic', { message: (payload) => heard.push(payload) });
  bus.publish('topic', 'a');
  expect(heard).toEqual(['a']);
  expect(error).toHaveBeenCalledOnce();
});
