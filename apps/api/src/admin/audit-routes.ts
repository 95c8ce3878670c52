import { Readable } from 'node:stream';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { auditQuerySchema, auditSchema } from '@usher/operator-api/server';
import type { OperatorAccounts } from '../operator/accounts.ts';
import type { AuditLog } from '../operator/audit-log.ts';
import { Type } from 'typebox';
import { operatorCall } from '../docs/operations.ts';
import { operatorCheck } from './operator.ts';

export interface AuditRoutesOptions {
  readonly accounts: OperatorAccounts;
  readonly audit: AuditLog;
}

/** Lists and exports the audit log. */
export const auditRoutes: FastifyPluginCallbackTypebox<AuditRoutesOptions> = (app, { accounts, audit }, done) => {
  const operator = operatorCheck(app);

  app.get(
    '/admin/audit',
    {
      config: { cost: 5 },
      schema: {
        ...operatorCall('listAudit', 'List the audit log'),
        querystring: auditQuerySchema,
        response: { 200: auditSchema },
      },
    },
    async (request, reply) => {
      await operator(request);
      reply.header('cache-control', 'no-store');
      return accounts.audit(request.query);
    },
  );

  // JSON Lines, oldest first, as `npm run audit:verify -- --file` reads it.
  app.get(
    '/admin/audit/export',
    {
      config: {
        cost: 50,
        describedResponses: {
          200: {
            description: 'JSON Lines, oldest first.',
            content: { 'application/jsonl': { schema: Type.String() } },
          },
        },
      },
      schema: operatorCall('exportAudit', 'Export the audit log'),
    },
    async (request, reply) => {
      const by = await operator(request);
      await audit.record({ ...by, action: 'audit.export', target: 'audit' });
      return reply
        .header('cache-control', 'no-store')
        .header('content-disposition', 'attachment; filename="audit.jsonl"')
        .type('application/jsonl; charset=utf-8')
        .send(Readable.from(lines()));
    },
  );

  async function* lines(): AsyncGenerator<string> {
    for await (const entry of audit.entries()) yield `${JSON.stringify(entry)}\n`;
  }

  done();
};
