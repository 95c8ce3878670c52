import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { createdKeySchema, keysSchema, newKeySchema } from '@usher/operator-api/server';
import { Type } from 'typebox';
import { noContent, operatorCall } from '../docs/operations.ts';
import { HttpProblem } from '../http/http-problem.ts';
import type { OperatorAccounts } from '../operator/accounts.ts';
import type { ApiKeys } from '../operator/api-keys-store.ts';
import type { AuditLog } from '../operator/audit-log.ts';
import { operatorCheck } from './operator.ts';

export interface KeyRoutesOptions {
  readonly accounts: OperatorAccounts;
  readonly audit: AuditLog;
  readonly keys: ApiKeys;
}

const keyParams = Type.Object({ id: Type.String() });

/** Creates, lists and revokes API keys. Each change is recorded in the audit log. */
export const keyRoutes: FastifyPluginCallbackTypebox<KeyRoutesOptions> = (app, { accounts, audit, keys }, done) => {
  const operator = operatorCheck(app);

  app.get(
    '/admin/keys',
    { schema: { ...operatorCall('listKeys', 'List API keys'), response: { 200: keysSchema } } },
    async (request, reply) => {
      await operator(request);
      reply.header('cache-control', 'no-store');
      return accounts.keys();
    },
  );

  app.post(
    '/admin/keys',
    {
      schema: {
        ...operatorCall('createKey', 'Create an API key'),
        body: newKeySchema,
        response: { 201: createdKeySchema },
      },
    },
    async (request, reply) => {
      const by = await operator(request);
      const { name, scopes, expiresAt } = request.body;
      const created = await audit.within(async (transaction, record) => {
        const key = await keys.create(transaction, by.by, request.body);
        await record({ ...by, action: 'key.create', target: key.id, detail: { name, scopes, expiresAt } });
        return key;
      });
      request.log.info({ by: by.by, key: created.id, name, scopes }, 'API key created');
      reply.code(201).header('cache-control', 'no-store');
      return created;
    },
  );

  app.delete(
    '/admin/keys/:id',
    { schema: { ...operatorCall('revokeKey', 'Revoke an API key'), params: keyParams, response: { 204: noContent } } },
    async (request, reply) => {
      const by = await operator(request);
      const { id } = request.params;
      await audit.within(async (transaction, record) => {
        const name = await keys.revoke(transaction, id);
        if (name === undefined) throw new HttpProblem('not_found');
        await record({ ...by, action: 'key.revoke', target: id, detail: { name } });
      });
      request.log.info({ by: by.by, key: id }, 'API key revoked');
      return reply.code(204).send();
    },
  );

  done();
};
