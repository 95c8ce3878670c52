import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { disabledSchema, proofSchema } from '@usher/protocol/server';
import type { FastifyRequest } from 'fastify';
import type { Endings } from '../auth/endings.ts';
import type { Sessions } from '../auth/sessions.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { answerOf } from '../http/proof.ts';
import type { Users } from '../users/users.ts';

export interface AdminRoutesOptions {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly endings: Endings;
}

const userParams = Type.Object({ user: Type.String() });
const connectionParams = Type.Object({ id: Type.String() });

/** What an operator can do to people and connections. Each answers the proof of what it closed. */
export const adminRoutes: FastifyPluginCallbackTypebox<AdminRoutesOptions> = (
  app,
  { users, sessions, endings },
  done,
) => {
  /** @throws HttpProblem as `authenticate` does; 403 `forbidden` for whoever is no admin. */
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
      // Nobody would be left to take it back.
      if (user === by && disabled)
        throw new HttpProblem('bad_request', { detail: 'params/user: must not be yourself' });
      if (!(await users.setDisabled(user, disabled))) throw new HttpProblem('not_found');
      // Disabled first: no session can begin behind the list.
      const proof = await endings.sessions(disabled ? await sessions.ids(user) : [], 'user_disabled');
      request.log.info({ by, user, disabled, closed: proof.closed }, 'a user was disabled or enabled');
      return answerOf(proof);
    },
  );

  app.delete(
    '/admin/users/:user/sessions',
    { schema: { params: userParams, response: { 200: proofSchema } } },
    async (request) => {
      const by = await admin(request);
      const { user } = request.params;
      if ((await users.find(user)) === undefined) throw new HttpProblem('not_found');
      const proof = await endings.sessions(await sessions.ids(user), 'operator');
      request.log.info({ by, user, closed: proof.closed }, 'the sessions of a user were ended by an operator');
      return answerOf(proof);
    },
  );

  app.delete(
    '/admin/connections/:id',
    { schema: { params: connectionParams, response: { 200: proofSchema } } },
    async (request) => {
      const by = await admin(request);
      const proof = await endings.connection(request.params.id);
      request.log.info(
        { by, connection: request.params.id, closed: proof.closed },
        'a connection was closed by an operator',
      );
      const answer = answerOf(proof);
      if (answer.closed === 0) throw new HttpProblem('not_found');
      return answer;
    },
  );

  done();
};
