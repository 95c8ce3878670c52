import { expect, test } from 'vitest';
import { Random } from './random.ts';

test('the same seed makes the same choices', () => {
  const choices = (seed: number): number[] => {
    const random = new Random(seed).fork();
    return Array.from({ length: 5 }, () => random.between(0, 10));
  };
  expect(choices(7)).toEqual(choices(7));
  expect(choices(7)).not.toEqual(choices(8));
});

test('pickWeighted returns every key in proportion to its weight', () => {
  const random = new Random(1);
  const counts = { never: 0, rarely: 0, often: 0 };
  for (let draw = 0; draw < 10_000; draw++) counts[random.pickWeighted({ never: 0, rarely: 1, often: 9 })]++;
  expect(counts.never).toBe(0);
  expect(counts.rarely).toBeGreaterThan(900);
  expect(counts.rarely).toBeLessThan(1_100);
  expect(counts.often).toBe(10_000 - counts.rarely);
});

test('pickWeighted requires a positive weight', () => {
  expect(() => new Random(1).pickWeighted({ never: 0 })).toThrow(RangeError);
});
