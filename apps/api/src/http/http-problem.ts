import { problem, type ProblemCode, problems, type Proof } from '@usher/protocol';
import type { FastifyReply } from 'fastify';

/** An HTTP error of the API. Thrown anywhere in a request, it becomes a problem+json response. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code: ProblemCode;
  readonly statusCode: number;
  readonly retryAfterMs: number | undefined;
  readonly detail: string | undefined;
  /** Extension members of the document (RFC 9457 §3.2). */
  readonly extension: object | undefined;
  /** The user whose request was rejected, if known. For operators only: never part of the response. */
  readonly user: string | undefined;

  constructor(
    code: ProblemCode,
    options: {
      readonly retryAfterMs?: number;
      readonly detail?: string | undefined;
      readonly extension?: object;
      readonly user?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(problems[code].title, 'cause' in options ? { cause: options.cause } : {});
    this.code = code;
    this.detail = options.detail;
    this.extension = options.extension;
    this.user = options.user;
    this.statusCode = problems[code].status;
    this.retryAfterMs = options.retryAfterMs === undefined ? undefined : Math.max(0, Math.ceil(options.retryAfterMs));
  }
}

/** Sends a problem document (RFC 9457) with `Retry-After` and `WWW-Authenticate` where required (RFC 9110 §10.2.3, §11.6.1). */
export function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  { retryAfterMs, detail, extension }: Partial<Pick<HttpProblem, 'retryAfterMs' | 'detail' | 'extension'>> = {},
): FastifyReply {
  const body = { ...problem(code, retryAfterMs), ...(detail === undefined ? {} : { detail }), ...extension };
  if (body.status === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(retryAfterMs / 1000)));
  return reply
    .code(body.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(body);
}

/**
 * Returns the proof for the HTTP response.
 *
 * @throws HttpProblem 503 `store_unavailable` with the partial proof if a node did not respond. The revocation is durable anyway.
 */
export function proofOrProblem({ complete, closed, nodes }: Proof & { readonly complete: boolean }): Proof {
  return completeOrProblem(complete, { closed, nodes: [...nodes] });
}

/**
 * Returns the results of all nodes for the HTTP response.
 *
 * @throws HttpProblem 503 `store_unavailable` with the results so far if a node did not respond
 */
export function completeOrProblem<T extends object>(complete: boolean, results: T): T {
  if (!complete) throw new HttpProblem('store_unavailable', { retryAfterMs: 1_000, extension: results });
  return results;
}
