import { expect, it } from 'vitest';
import { compare } from './rolling-client.ts';

it('accepts a history that contains every acknowledged text once, and other texts', () => {
  expect(compare(['a', 'b'], ['b', 'c', 'a'])).toEqual({ lost: 0, doubled: 0 });
});

it('counts acknowledged texts that the history does not contain', () => {
  expect(compare(['a', 'b', 'c'], ['b'])).toEqual({ lost: 2, doubled: 0 });
});

it('counts texts that the history contains more than once, even if they were not acknowledged', () => {
  expect(compare(['a'], ['a', 'a', 'a', 'b', 'b'])).toEqual({ lost: 0, doubled: 2 });
});
