import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { disabledSchema, proofSchema } from '@usher/protocol/server';
import type { FastifyRequest } from 'fastify';
import type { SessionRevocation } from '@usher/realtime';
import type { Sessions } from '../auth/sessions.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { proofOrProblem } from '../http/proof.ts';
import type { Users } from '../users/users.ts';

export interface AdminRoutesOptions {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly revocation: SessionRevocation;
}

const userParams = Type.Object({ user: Type.String() });
const connectionParams = Type.Object({ id: Type.String() });

/** Disables users, revokes their sessions and closes connections. Each call returns the proof of what it closed. */
export const adminRoutes: FastifyPluginCallbackTypebox<AdminRoutesOptions> = (
  app,
  { users, sessions, revocation },
  done,
) => {
  /** @throws HttpProblem as `authenticate` does; 403 `forbidden` without the role `admin`. */
  async function admin(request: FastifyRequest): Promise<string> {
    const { user, roles } = await app.authenticate(request);
    if (!roles.includes('admin')) throw new HttpProblem('forbidden');
    return user;
  }

  app.put(
    '/admin/users/:user',
    { schema: { params: userParams, body: disabledSchema, response: { 200: proofSchema } } },
    async (request) => {
      const by = await admin(request);
      const { user } = request.params;
      const { disabled } = request.body;
      // The last operator could not undo this.
      if (user === by && disabled)
        throw new HttpProblem('bad_request', { detail: 'params/user: must not be yourself' });
      if (!(await users.setDisabled(user, disabled))) throw new HttpProblem('not_found');
      // The user is disabled before the sessions are listed, so no new session can be missed.
      const proof = await revocation.revokeSessions(disabled ? await sessions.ids(user) : [], 'user_disabled');
      request.log.info({ by, user, disabled, closed: proof.closed }, 'user disabled or enabled');
      return proofOrProblem(proof);
    },
  );

  app.delete(
    '/admin/users/:user/sessions',
    { schema: { params: userParams, response: { 200: proofSchema } } },
    async (request) => {
      const by = await admin(request);
      const { user } = request.params;
      if ((await users.find(user)) === undefined) throw new HttpProblem('not_found');
      const proof = await revocation.revokeSessions(await sessions.ids(user), 'operator');
      request.log.info({ by, user, closed: proof.closed }, 'sessions of a user revoked by an operator');
      return proofOrProblem(proof);
    },
  );

  app.delete(
    '/admin/connections/:id',
    { schema: { params: connectionParams, response: { 200: proofSchema } } },
    async (request) => {
      const by = await admin(request);
      const proof = await revocation.closeConnection(request.params.id);
      request.log.info({ by, connection: request.params.id, closed: proof.closed }, 'connection closed by an operator');
      const response = proofOrProblem(proof);
      if (response.closed === 0) throw new HttpProblem('not_found');
      return response;
    },
  );

  done();
};
