import {
  connectionDetailSchema,
  connectionSchema,
  connectionsQuerySchema,
  nodeSchema,
  refusalGroupsQuerySchema,
  refusalGroupsSchema,
  refusalSchema,
  refusalsQuerySchema,
} from '@usher/operator-api/server';
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { nodeHistorySchema } from './rates.ts';
import { refusalSummarySchema } from './refusal-summary.ts';

/** The commands from one node to all nodes, and their results, which are at most one page. Both are validated, because they cross the bus. */

const position = Type.Object({ at: Type.Integer(), node: Type.String(), id: Type.String() });
const after = Type.Optional(position);
/** One more than the largest page, to know whether there is another one. */
const size = Type.Integer({ minimum: 1, maximum: 201 });
const receipt = Type.String({ maxLength: 7 });
const total = Type.Integer({ minimum: 0 });

const localPage = <T extends TSchema>(value: T) =>
  Type.Object({ entries: Type.Array(Type.Object({ position, value }), { maxItems: 201 }), total });

export const commandSchema = Type.Union([
  Type.Object({ type: Type.Literal('refusals'), filter: refusalsQuerySchema, size, after }),
  Type.Object({ type: Type.Literal('refusal_groups'), query: refusalGroupsQuerySchema }),
  Type.Object({ type: Type.Literal('receipt'), receipt }),
  Type.Object({ type: Type.Literal('connections'), filter: connectionsQuerySchema, size, after }),
  Type.Object({ type: Type.Literal('connection'), id: Type.String({ maxLength: 64 }) }),
  Type.Object({ type: Type.Literal('report'), history: Type.Boolean() }),
  Type.Object({ type: Type.Literal('drain'), node: Type.String({ maxLength: 64 }) }),
]);
export type TrafficCommand = Static<typeof commandSchema>;

export const resultSchema = Type.Union([
  Type.Object({ type: Type.Literal('refusals'), page: localPage(refusalSchema) }),
  Type.Object({
    type: Type.Literal('refusal_groups'),
    groups: Type.Array(refusalGroupsSchema.properties.groups.items, { maxItems: 200 }),
    total,
  }),
  Type.Object({
    type: Type.Literal('receipt'),
    issued: Type.Optional(Type.Object({ at: Type.Integer(), user: Type.String() })),
    refusals: Type.Array(refusalSchema, { maxItems: 40 }),
    connection: Type.Optional(connectionDetailSchema),
  }),
  Type.Object({ type: Type.Literal('connections'), page: localPage(connectionSchema) }),
  Type.Object({ type: Type.Literal('connection'), detail: Type.Optional(connectionDetailSchema) }),
  Type.Object({
    type: Type.Literal('report'),
    node: nodeSchema,
    users: total,
    refusals: Type.Array(refusalSummarySchema, { maxItems: 200 }),
    history: Type.Optional(nodeHistorySchema),
  }),
  Type.Object({ type: Type.Literal('drain'), closed: total }),
]);
export type TrafficResult = Static<typeof resultSchema>;
export type TrafficType = TrafficCommand['type'];
export type ResultOf<T extends TrafficType> = Extract<TrafficResult, { readonly type: T }>;
export type CommandOf<T extends TrafficType> = Extract<TrafficCommand, { readonly type: T }>;
export type NodeReport = ResultOf<'report'>;

const command = Compile(commandSchema);
const result = Compile(resultSchema);

export const isTrafficCommand = (value: unknown): value is TrafficCommand => command.Check(value);
export const isTrafficResult = (value: unknown): value is TrafficResult => result.Check(value);
