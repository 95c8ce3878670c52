import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import {
  connectionDetailSchema,
  connectionsQuerySchema,
  connectionsSchema,
  nodesSchema,
  overviewQuerySchema,
  overviewSchema,
  receiptQuerySchema,
  receiptSchema,
  refusalGroupsQuerySchema,
  refusalGroupsSchema,
  refusalsQuerySchema,
  refusalsSchema,
} from '@usher/operator-api/server';
import { proofSchema } from '@usher/protocol/server';
import { operatorCall } from '../docs/operations.ts';
import type { AuditLog } from '../operator/audit-log.ts';
import { type OperatorTraffic, queryCosts } from '../operator/operator-traffic.ts';
import { completeAction } from './complete-action.ts';
import { operatorCheck } from './operator.ts';

export interface TrafficRoutesOptions {
  readonly traffic: OperatorTraffic;
  readonly audit: AuditLog;
}

const nodeParams = Type.Object({ node: Type.String({ maxLength: 64 }) });
const connectionParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
const receiptParams = receiptQuerySchema;

/** What operators query about traffic. Their socket has the same queries. */
export const trafficRoutes: FastifyPluginCallbackTypebox<TrafficRoutesOptions> = (app, { traffic, audit }, done) => {
  const operator = operatorCheck(app);

  app.addHook('onSend', (_request, reply, _payload, next) => {
    reply.header('cache-control', 'no-store');
    next();
  });

  const query = { config: { cost: queryCosts.query } };

  app.get(
    '/admin/overview',
    {
      config: { ...query.config, problems: ['not_found'] },
      schema: {
        ...operatorCall('getOverview', 'Get the state of all nodes and current problems'),
        querystring: overviewQuerySchema,
        response: { 200: overviewSchema },
      },
    },
    async (request) => {
      await operator(request);
      return traffic.overview(request.query);
    },
  );

  app.get(
    '/admin/nodes',
    { ...query, schema: { ...operatorCall('listNodes', 'List the nodes'), response: { 200: nodesSchema } } },
    async (request) => {
      await operator(request);
      return traffic.nodes();
    },
  );

  app.post(
    '/admin/nodes/:node/drain',
    {
      ...query,
      schema: { ...operatorCall('drainNode', 'Drain a node'), params: nodeParams, response: { 200: proofSchema } },
    },
    async (request) => {
      const by = await operator(request);
      const { node } = request.params;
      await traffic.requireAnotherNode(node);
      const recorded = await audit.record({ ...by, action: 'node.drain', target: node });
      const result = traffic.drain(node);
      const message = 'node drained by an operator';
      return completeAction({ request, audit, recorded, result, fields: { node }, message, level: 'warn' });
    },
  );

  app.get(
    '/admin/refusals',
    {
      ...query,
      schema: {
        ...operatorCall('listRefusals', 'List refused requests with their reasons'),
        querystring: refusalsQuerySchema,
        response: { 200: refusalsSchema },
      },
    },
    async (request) => {
      await operator(request);
      return traffic.refusals(request.query);
    },
  );

  app.get(
    '/admin/refusals/groups',
    {
      ...query,
      schema: {
        ...operatorCall('countRefusals', 'Count refused requests by a field'),
        querystring: refusalGroupsQuerySchema,
        response: { 200: refusalGroupsSchema },
      },
    },
    async (request) => {
      await operator(request);
      return traffic.refusalGroups(request.query);
    },
  );

  app.get(
    '/admin/receipts/:receipt',
    {
      config: { cost: queryCosts.receipt },
      schema: {
        ...operatorCall('getReceipt', 'Look up an attempt to connect by its receipt'),
        params: receiptParams,
        response: { 200: receiptSchema },
      },
    },
    async (request) => {
      await operator(request);
      return traffic.receipt(request.params);
    },
  );

  app.get(
    '/admin/connections',
    {
      ...query,
      schema: {
        ...operatorCall('listConnections', 'List open or recently closed connections'),
        querystring: connectionsQuerySchema,
        response: { 200: connectionsSchema },
      },
    },
    async (request) => {
      await operator(request);
      return traffic.connections(request.query);
    },
  );

  app.get(
    '/admin/connections/:id',
    {
      ...query,
      schema: {
        ...operatorCall('getConnection', 'Get a connection with its timeline'),
        params: connectionParams,
        response: { 200: connectionDetailSchema },
      },
    },
    async (request) => {
      await operator(request);
      return traffic.connection(request.params.id);
    },
  );

  done();
};
