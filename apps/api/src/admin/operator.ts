import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpProblem } from '../http/http-problem.ts';

/** The operator who makes a request, for the audit log. */
export interface Operator {
  readonly by: string;
  readonly address: string;
}

/**
 * Returns the function with which routes authenticate an operator.
 *
 * @throws HttpProblem as `authenticate` does; 403 `forbidden` without the role `admin`
 */
export function operatorCheck(
  app: Pick<FastifyInstance, 'authenticate'>,
): (request: FastifyRequest) => Promise<Operator> {
  return async (request) => {
    const { user, roles } = await app.authenticate(request);
    if (!roles.includes('admin')) throw new HttpProblem('forbidden');
    return { by: user, address: request.clientAddress };
  };
}
