import type { Proof } from '@usher/protocol';
import type { FastifyRequest } from 'fastify';
import { proofOrProblem } from '../http/http-problem.ts';
import type { AuditLog, RecordedAction } from '../operator/audit-log.ts';

/** An action of an operator that takes effect on several nodes. */
interface RunningAction {
  readonly request: FastifyRequest;
  readonly audit: AuditLog;
  /** The entry in the audit log, which is durable before the action begins. */
  readonly recorded: RecordedAction;
  /** The result of the action on each node. */
  readonly result: Promise<Parameters<typeof proofOrProblem>[0]>;
  /** What the log line contains in addition to the operator and the number of closed connections. */
  readonly fields: object;
  readonly message: string;
  /** Defaults to `info`. */
  readonly level?: 'info' | 'warn';
}

/**
 * Waits for an action, completes its entry in the audit log with the proof, and logs it.
 *
 * @returns the proof for the response
 * @throws HttpProblem 503 `store_unavailable` with the partial proof if a node did not respond
 */
export async function completeAction(action: RunningAction): Promise<Proof> {
  const { request, audit, recorded, result, fields, message, level = 'info' } = action;
  const proof = await result;
  await audit.complete(recorded, proof);
  request.log[level]({ by: recorded.by, ...fields, closed: proof.closed }, message);
  return proofOrProblem(proof);
}
