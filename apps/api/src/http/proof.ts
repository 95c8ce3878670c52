import type { Proof } from '@usher/protocol';
import { HttpProblem } from './http-problem.ts';

/**
 * Returns the proof for the HTTP response.
 *
 * @throws HttpProblem 503 `store_unavailable` with the partial proof if a node did not respond. The revocation is durable anyway.
 */
export function proofOrProblem({ complete, closed, nodes }: Proof & { readonly complete: boolean }): Proof {
  const proof = { closed, nodes: [...nodes] };
  if (!complete) throw new HttpProblem('store_unavailable', { retryAfterMs: 1_000, extension: proof });
  return proof;
}
