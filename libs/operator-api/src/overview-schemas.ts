import { type Static, Type } from '@usher/protocol/server';
import { at, partial } from './common-schemas.ts';
import { examples } from './examples.ts';

/** The state of the deployment: its nodes, rates and current problems. */

const rate = Type.Number({ minimum: 0, description: 'per second, over the last 10 seconds' });

const rates = {
  connections: Type.Integer({ minimum: 0, description: 'open connections' }),
  connects: rate,
  refusals: rate,
  messages: rate,
  deliveries: rate,
};

export const nodeSchema = Type.Object({
  node: Type.String(),
  version: Type.String(),
  startedAt: at,
  draining: Type.Boolean(),
  ...rates,
  eventLoopDelayMs: Type.Number({ minimum: 0, description: '99th percentile of the last 10 seconds' }),
  memoryBytes: Type.Integer({ minimum: 0, description: 'resident set size' }),
  storeMs: Type.Optional(Type.Number({ minimum: 0, description: 'last round trip to the database' })),
  busMs: Type.Optional(Type.Number({ minimum: 0, description: 'last round trip of the probe of the bus' })),
  clockOffsetMs: Type.Optional(Type.Number({ description: 'clock of the node minus clock of the store' })),
  leaseMs: Type.Optional(
    Type.Number({ description: 'how long the other nodes count this one as live without a renewal' }),
  ),
});
export type NodeInfo = Static<typeof nodeSchema>;

export const nodesSchema = Type.Object({ nodes: Type.Array(nodeSchema), ...partial }, { examples: [examples.nodes] });
export type Nodes = Static<typeof nodesSchema>;

/** Something that an operator should act on, with the action. */
export const findingSchema = Type.Object({
  id: Type.String({ description: 'stable while the problem lasts' }),
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning')]),
  title: Type.String({ description: 'what is wrong, with numbers' }),
  advice: Type.String({ description: 'what to check or change' }),
  since: Type.Optional(at),
  refusals: Type.Optional(
    Type.Object(
      {
        reason: Type.Optional(Type.String()),
        origin: Type.Optional(Type.String()),
        address: Type.Optional(Type.String()),
        user: Type.Optional(Type.String()),
      },
      { description: 'filter for the refusals that belong to this finding' },
    ),
  ),
});
export type Finding = Static<typeof findingSchema>;

const series = Type.Array(Type.Union([Type.Number(), Type.Null()]));
/** One value per step, oldest first. `null` where nothing was measured. */
export const historySchema = Type.Object({
  from: at,
  stepMs: Type.Integer({ minimum: 1 }),
  connections: series,
  connects: series,
  refusals: series,
  messages: series,
  deliveries: series,
  eventLoopDelayMs: series,
  memoryBytes: series,
  storeMs: series,
});
export type OverviewHistory = Static<typeof historySchema>;

export const overviewQuerySchema = Type.Object({
  node: Type.Optional(Type.String({ maxLength: 64, description: 'only this node; defaults to all' })),
  history: Type.Optional(Type.Boolean({ description: 'include the last hour; defaults to false' })),
});
export type OverviewQuery = Static<typeof overviewQuerySchema>;

export const overviewSchema = Type.Object(
  {
    at,
    ...rates,
    users: Type.Integer({ minimum: 0, description: 'users with an open connection' }),
    refusalsByReason: Type.Array(Type.Object({ reason: Type.String(), count: Type.Integer({ minimum: 1 }) }), {
      description: 'of the last 5 minutes, most frequent first',
    }),
    findings: Type.Array(findingSchema),
    nodes: Type.Array(nodeSchema),
    history: Type.Optional(historySchema),
    ...partial,
  },
  { examples: [examples.overview] },
);
export type Overview = Static<typeof overviewSchema>;
