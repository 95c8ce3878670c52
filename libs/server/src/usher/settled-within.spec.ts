import { describe, expect, test } from 'vitest';
import { settledWithin } from './settled-within.ts';

describe('settledWithin', () => {
  test('resolves to true if the work resolves or rejects', async () => {
    expect(await settledWithin(Promise.resolve(), 10_000)).toBe(true);
    expect(await settledWithin(Promise.reject(new Error('failed')), 10_000)).toBe(true);
  });

  test('resolves to false if the work never settles', async () => {
    expect(await settledWithin(new Promise(() => undefined), 1)).toBe(false);
  });
});
