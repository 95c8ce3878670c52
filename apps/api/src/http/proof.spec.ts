import { expect, test } from 'vitest';
import { HttpProblem } from './http-problem.ts';
import { answerOf } from './proof.ts';

const nodes = [{ node: 'here', closed: 2, ms: 1.5 }];

test('a whole proof is the answer', () => {
  expect(answerOf({ complete: true, closed: 2, nodes })).toEqual({ closed: 2, nodes });
});

test('one that is not whole is 503 with the proof so far', () => {
  expect(() => answerOf({ complete: false, closed: 2, nodes })).toThrow(
    expect.objectContaining({ code: 'store_unavailable', retryAfterMs: 1_000, extension: { closed: 2, nodes } }),
  );
  expect(() => answerOf({ complete: false, closed: 2, nodes })).toThrow(HttpProblem);
});
