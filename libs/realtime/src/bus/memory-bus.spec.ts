import { expect, test, vi } from 'vitest';
import { silent } from '../support/log.ts';
import { busContract } from '../testing.ts';
import { createMemoryBus, MemoryBusStore } from './memory-bus.ts';

busContract('the memory bus', () => {
  const store = new MemoryBusStore();
  return { here: createMemoryBus({ store }), there: createMemoryBus({ store }) };
});

test('delivers before publish returns, and logs a receiver that throws', () => {
  const error = vi.fn();
  const bus = createMemoryBus({ log: { ...silent, error } });
  const received: string[] = [];
  bus.subscribe('topic', {
    message: () => {
      throw new Error('a receiver that fails');
    },
  });
  bus.subscribe('topic', { message: (payload) => received.push(payload) });
  bus.publish('topic', 'a');
  expect(received).toEqual(['a']);
  expect(error).toHaveBeenCalledOnce();
});
