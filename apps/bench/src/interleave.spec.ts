import { expect, it } from 'vitest';
import { interleave } from './interleave.ts';

it('gives everybody a turn before anybody has a second one', () => {
  const turns = [...interleave(3, ['A', 'B', 'C'])];
  expect(turns.map(({ of }) => of).join('')).toBe('ABCABCABC');
  expect(turns.map(({ round }) => round)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
});
