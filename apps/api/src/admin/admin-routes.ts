import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import {
  createdUserSchema,
  newUserByOperatorSchema,
  passwordLinkSchema,
  userChangeSchema,
  userDetailSchema,
  usersQuerySchema,
  usersSchema,
} from '@usher/operator-api/server';
import { foldUserName, proofSchema } from '@usher/protocol/server';
import type { RevocationProof, SessionRevocation } from '@usher/realtime';
import { Type } from 'typebox';
import type { Sessions } from '../auth/sessions.ts';
import { operatorCall } from '../docs/operations.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { OperatorAccounts } from '../operator/accounts.ts';
import type { AuditLog } from '../operator/audit-log.ts';
import type { UserCommands } from '../socket/user-commands.ts';
import { type NewPasswordLink, PasswordLinks } from '../users/password-links.ts';
import { Users } from '../users/users.ts';
import { completeAction } from './complete-action.ts';
import { operatorCheck } from './operator.ts';

export interface AdminRoutesOptions {
  readonly accounts: OperatorAccounts;
  readonly audit: AuditLog;
  readonly sessions: Sessions;
  readonly revocation: SessionRevocation;
  readonly userCommands: Pick<UserCommands, 'rolesChanged'>;
  /** Returns the origin of the web app, for links. */
  readonly origin: () => string;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const userParams = Type.Object({ user: Type.String() });
const sessionParams = Type.Object({ user: Type.String(), session: Type.String({ maxLength: 64 }) });
const connectionParams = Type.Object({ id: Type.String() });

/** Lists, creates and changes users, revokes their sessions and closes connections. Each change is recorded in the audit log. */
export const adminRoutes: FastifyPluginCallbackTypebox<AdminRoutesOptions> = (app, options, done) => {
  const { accounts, audit, sessions, revocation, userCommands, origin, now } = options;
  const operator = operatorCheck(app);

  // The fragment of a URL is sent to no server, so it is in no log.
  const toLink = ({ token, expires }: NewPasswordLink) => ({ url: `${origin()}/set-password#${token}`, expires });

  app.get(
    '/admin/users',
    {
      config: { cost: 10 },
      schema: {
        ...operatorCall('listUsers', 'List users'),
        querystring: usersQuerySchema,
        response: { 200: usersSchema },
      },
    },
    async (request, reply) => {
      await operator(request);
      reply.header('cache-control', 'no-store');
      return accounts.users(request.query);
    },
  );

  app.get(
    '/admin/users/:user',
    {
      config: { cost: 5 },
      schema: {
        ...operatorCall('getUser', 'Get a user with their sessions'),
        params: userParams,
        response: { 200: userDetailSchema },
      },
    },
    async (request, reply) => {
      await operator(request);
      reply.header('cache-control', 'no-store');
      return accounts.user(request.params.user);
    },
  );

  app.post(
    '/admin/users',
    {
      config: { problems: ['user_taken'] },
      schema: {
        ...operatorCall('createUser', 'Create a user and a link to set a password'),
        body: newUserByOperatorSchema,
        response: { 201: createdUserSchema },
      },
    },
    async (request, reply) => {
      const by = await operator(request);
      const user = foldUserName(request.body.user);
      const roles = [...new Set(request.body.roles)].sort();
      const link = await audit.within(async (transaction, record) => {
        if (!(await new Users(transaction, now).add({ name: user, passwordHash: '', roles }))) {
          throw new HttpProblem('user_taken');
        }
        const created = await new PasswordLinks(transaction, now).create(user);
        await record({ ...by, action: 'user.create', target: user, detail: { roles, linkExpires: created.expires } });
        return created;
      });
      request.log.info({ by: by.by, user, roles }, 'user created by an operator');
      reply.code(201).header('cache-control', 'no-store');
      return { user, ...toLink(link) };
    },
  );

  app.post(
    '/admin/users/:user/password-link',
    {
      schema: {
        ...operatorCall('createPasswordLink', 'Create a link to set a password'),
        params: userParams,
        response: { 201: passwordLinkSchema },
      },
    },
    async (request, reply) => {
      const by = await operator(request);
      const { user } = request.params;
      const link = await audit.within(async (transaction, record) => {
        const known = await new Users(transaction, now).find(user);
        if (known === undefined) throw new HttpProblem('not_found');
        // Only the identity provider may authenticate its users.
        if (known.issuer !== undefined) throw new HttpProblem('forbidden');
        const created = await new PasswordLinks(transaction, now).create(user);
        await record({ ...by, action: 'user.password_link', target: user, detail: { linkExpires: created.expires } });
        return created;
      });
      request.log.info({ by: by.by, user }, 'password link created by an operator');
      reply.code(201).header('cache-control', 'no-store');
      return toLink(link);
    },
  );

  app.put(
    '/admin/users/:user',
    {
      schema: {
        ...operatorCall('updateUser', 'Disable or enable a user, or change their roles'),
        params: userParams,
        body: userChangeSchema,
        response: { 200: proofSchema },
      },
    },
    async (request) => {
      const by = await operator(request);
      const { user } = request.params;
      const { disabled, roles } = request.body;
      // No other operator may be able to undo this.
      if (user === by.by && disabled === true)
        throw new HttpProblem('bad_request', { detail: 'params/user: must not be yourself' });
      const recorded = await audit.within(async (transaction, record) => {
        const users = new Users(transaction, now);
        const before = await users.find(user);
        if (before === undefined) throw new HttpProblem('not_found');
        if (roles !== undefined) await users.setRoles(user, roles);
        if (disabled !== undefined) await users.setDisabled(user, disabled);
        if (disabled === true) await new PasswordLinks(transaction, now).revoke(user);
        // Such transactions run one after another, so two administrators cannot remove each other.
        if (!(await users.hasAdmin()))
          throw new HttpProblem('bad_request', { detail: 'params/user: must not be the last administrator' });
        return record({
          ...by,
          action: disabled === undefined ? 'user.roles' : disabled ? 'user.disable' : 'user.enable',
          target: user,
          detail: {
            ...(disabled === undefined ? {} : { disabled, wasDisabled: before.disabled }),
            ...(roles === undefined ? {} : { roles, formerRoles: before.roles }),
          },
        });
      });
      const result = applyChange(user, disabled === true, roles !== undefined);
      const fields = { user, disabled, roles };
      return completeAction({ request, audit, recorded, result, fields, message: 'user changed by an operator' });
    },
  );

  async function applyChange(user: string, disabled: boolean, hasRoles: boolean): Promise<RevocationProof> {
    // The user is disabled before the sessions are listed, so no new session can be missed.
    if (disabled) return revocation.revokeSessions(await sessions.ids(user), 'user_disabled');
    return hasRoles ? userCommands.rolesChanged(user) : revocation.revokeSessions([], 'user_disabled');
  }

  app.delete(
    '/admin/users/:user/sessions',
    {
      schema: {
        ...operatorCall('endSessionsOfUser', 'End all sessions of a user'),
        params: userParams,
        response: { 200: proofSchema },
      },
    },
    async (request) => {
      const by = await operator(request);
      const { user } = request.params;
      const recorded = await audit.within(async (transaction, record) => {
        if ((await new Users(transaction, now).find(user)) === undefined) throw new HttpProblem('not_found');
        return record({ ...by, action: 'user.end_sessions', target: user });
      });
      const result = revocation.revokeSessions(await sessions.ids(user), 'operator');
      const message = 'sessions of a user revoked by an operator';
      return completeAction({ request, audit, recorded, result, fields: { user }, message });
    },
  );

  app.delete(
    '/admin/users/:user/sessions/:session',
    {
      schema: {
        ...operatorCall('endSessionOfUser', 'End one session of a user'),
        params: sessionParams,
        response: { 200: proofSchema },
      },
    },
    async (request) => {
      const by = await operator(request);
      const { user, session } = request.params;
      if (!(await sessions.ids(user)).includes(session)) throw new HttpProblem('not_found');
      const recorded = await audit.record({ ...by, action: 'user.end_session', target: user, detail: { session } });
      const result = revocation.revokeSessions([session], 'operator');
      const message = 'session of a user revoked by an operator';
      return completeAction({ request, audit, recorded, result, fields: { user }, message });
    },
  );

  app.delete(
    '/admin/connections/:id',
    {
      schema: {
        ...operatorCall('closeConnection', 'Close a connection'),
        params: connectionParams,
        response: { 200: proofSchema },
      },
    },
    async (request) => {
      const by = await operator(request);
      const { id } = request.params;
      const recorded = await audit.record({ ...by, action: 'connection.close', target: id });
      const result = revocation.closeConnection(id);
      const message = 'connection closed by an operator';
      const proof = await completeAction({ request, audit, recorded, result, fields: { connection: id }, message });
      if (proof.closed === 0) throw new HttpProblem('not_found');
      return proof;
    },
  );

  done();
};
