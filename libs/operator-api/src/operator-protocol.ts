import { defineProtocol, Type } from '@usher/protocol/server';
import {
  auditQuerySchema,
  auditSchema,
  keysSchema,
  operatorRoomsQuerySchema,
  operatorRoomsSchema,
  userDetailSchema,
  usersQuerySchema,
  usersSchema,
} from './account-schemas.ts';
import { nodesSchema, overviewQuerySchema, overviewSchema } from './overview-schemas.ts';
import {
  connectionDetailSchema,
  connectionsQuerySchema,
  connectionsSchema,
  receiptQuerySchema,
  receiptSchema,
  refusalGroupsQuerySchema,
  refusalGroupsSchema,
  refusalsQuerySchema,
  refusalsSchema,
} from './traffic-schemas.ts';

/**
 * The protocol of the operator console, for sockets of users with the role `admin`. The console queries what it shows, page by page. Changes
 * are HTTP calls, whose responses contain the proof.
 */
export const operatorProtocol = defineProtocol({
  name: 'usher.operator.v1',
  requests: {
    overview: { params: overviewQuerySchema, reply: overviewSchema },
    nodes: { params: Type.Object({}), reply: nodesSchema },
    refusals: { params: refusalsQuerySchema, reply: refusalsSchema },
    refusal_groups: { params: refusalGroupsQuerySchema, reply: refusalGroupsSchema },
    receipt: { params: receiptQuerySchema, reply: receiptSchema },
    connections: { params: connectionsQuerySchema, reply: connectionsSchema },
    connection: { params: Type.Object({ connection: Type.String({ maxLength: 64 }) }), reply: connectionDetailSchema },
    users: { params: usersQuerySchema, reply: usersSchema },
    user: { params: Type.Object({ user: Type.String({ maxLength: 64 }) }), reply: userDetailSchema },
    rooms: { params: operatorRoomsQuerySchema, reply: operatorRoomsSchema },
    keys: { params: Type.Object({}), reply: keysSchema },
    audit: { params: auditQuerySchema, reply: auditSchema },
  },
  errors: ['store_unavailable'],
});

/** The type of `operatorProtocol`. */
export type OperatorProtocol = typeof operatorProtocol;
