import type { Proof } from '@usher/protocol';
import { HttpProblem } from './http-problem.ts';

/**
 * The answer of a call that ended something.
 *
 * @throws HttpProblem 503 `store_unavailable` with the proof so far when not every node has answered: the end is durable all the same.
 */
export function answerOf({ complete, closed, nodes }: Proof & { readonly complete: boolean }): Proof {
  const proof = { closed, nodes: [...nodes] };
  if (!complete) throw new HttpProblem('store_unavailable', { retryAfterMs: 1_000, extension: proof });
  return proof;
}
