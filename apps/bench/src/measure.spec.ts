import { expect, it } from 'vitest';
import { interleave } from './measure.ts';

it('runs each item once per round before the next round starts', () => {
  const turns = [...interleave(3, ['A', 'B', 'C'])];
  expect(turns.map(({ of }) => of).join('')).toBe('ABCABCABC');
  expect(turns.map(({ round }) => round)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
});
