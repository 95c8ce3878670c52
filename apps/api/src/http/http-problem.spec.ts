import { expect, test } from 'vitest';
import { HttpProblem, proofOrProblem } from './http-problem.ts';

const nodes = [{ node: 'here', closed: 2, ms: 1.5 }];

test('returns a complete proof', () => {
  expect(proofOrProblem({ complete: true, closed: 2, nodes })).toEqual({ closed: 2, nodes });
});

test('throws 503 with the partial proof if a node did not respond', () => {
  expect(() => proofOrProblem({ complete: false, closed: 2, nodes })).toThrow(
    expect.objectContaining({ code: 'store_unavailable', retryAfterMs: 1_000, extension: { closed: 2, nodes } }),
  );
  expect(() => proofOrProblem({ complete: false, closed: 2, nodes })).toThrow(HttpProblem);
});
