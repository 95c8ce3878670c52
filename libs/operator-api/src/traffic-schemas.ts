import { closeSchema, page, pageQuery, partial, at } from './common-schemas.ts';
import { type Static, Type } from '@usher/protocol/server';
import { examples } from './examples.ts';

/** What operators see of connections and of rejected requests. */

const base32 = '[0-9A-HJ-KM-NP-TV-Z]';
const receipt = Type.String({
  pattern: `^${base32}{3}-${base32}{3}$`,
  description: 'short code of one attempt to connect, in Crockford’s base 32',
});

export const refusalSchema = Type.Object({
  receipt: Type.Optional(receipt),
  at,
  kind: Type.Union([Type.Literal('ticket'), Type.Literal('handshake'), Type.Literal('sign_in')], {
    description: 'the request that was refused',
  }),
  code: Type.String({ description: 'problem code that the client received' }),
  reason: Type.String({
    description: 'the real reason, for example `used` behind `invalid_ticket`; otherwise the code',
  }),
  user: Type.Optional(Type.String({ description: 'absent if the request named no known user' })),
  address: Type.Optional(Type.String()),
  origin: Type.Optional(Type.String()),
  userAgent: Type.Optional(Type.String()),
  node: Type.String(),
});
export type Refusal = Static<typeof refusalSchema>;

const refusalFilter = {
  kind: Type.Optional(refusalSchema.properties.kind),
  reason: Type.Optional(Type.String({ maxLength: 64 })),
  user: Type.Optional(Type.String({ maxLength: 64 })),
  address: Type.Optional(Type.String({ maxLength: 64 })),
  origin: Type.Optional(Type.String({ maxLength: 256 })),
  node: Type.Optional(Type.String({ maxLength: 64 })),
  since: Type.Optional(Type.Integer({ minimum: 0, description: 'Unix milliseconds' })),
};

export const refusalsQuerySchema = Type.Object({ ...pageQuery, ...refusalFilter });
export type RefusalsQuery = Static<typeof refusalsQuerySchema>;
/** Newest first. */
export const refusalsSchema = Type.Object(
  {
    refusals: Type.Array(refusalSchema),
    total: Type.Integer({ minimum: 0, description: 'refusals that match the filter and are still kept' }),
    ...page,
    ...partial,
  },
  { examples: [examples.refusals] },
);
export type Refusals = Static<typeof refusalsSchema>;

export const refusalGroupsQuerySchema = Type.Object({
  by: Type.Union([
    Type.Literal('reason'),
    Type.Literal('origin'),
    Type.Literal('address'),
    Type.Literal('user'),
    Type.Literal('node'),
  ]),
  limit: pageQuery.limit,
  ...refusalFilter,
});
export type RefusalGroupsQuery = Static<typeof refusalGroupsQuerySchema>;
/** Largest group first. */
export const refusalGroupsSchema = Type.Object(
  {
    groups: Type.Array(
      Type.Object({
        value: Type.Optional(Type.String({ description: 'absent for the refusals without a value' })),
        count: Type.Integer({ minimum: 1 }),
        lastAt: at,
      }),
    ),
    total: Type.Integer({ minimum: 0 }),
    ...partial,
  },
  { examples: [examples.refusalGroups] },
);
export type RefusalGroups = Static<typeof refusalGroupsSchema>;

/** One step of an attempt to connect, or of the connection that it opened. */
export const stepSchema = Type.Object({
  at,
  step: Type.Union([
    Type.Literal('sign_in_refused'),
    Type.Literal('ticket_issued'),
    Type.Literal('ticket_refused'),
    Type.Literal('handshake_refused'),
    Type.Literal('opened'),
    Type.Literal('joined'),
    Type.Literal('left'),
    Type.Literal('renewed'),
    Type.Literal('rate_limited'),
    Type.Literal('closing'),
    Type.Literal('closed'),
  ]),
  room: Type.Optional(Type.String()),
  code: Type.Optional(Type.String({ description: 'problem, error or close code' })),
  reason: Type.Optional(Type.String()),
});
export type Step = Static<typeof stepSchema>;

export const connectionSchema = Type.Object({
  id: Type.String(),
  receipt: Type.Optional(receipt),
  user: Type.String(),
  session: Type.Optional(Type.String({ description: 'id of the session, which can be ended' })),
  node: Type.String(),
  protocol: Type.String({ description: 'WebSocket subprotocol' }),
  address: Type.Optional(Type.String()),
  origin: Type.Optional(Type.String()),
  userAgent: Type.Optional(Type.String()),
  openedAt: at,
  closed: Type.Optional(closeSchema),
  rooms: Type.Integer({ minimum: 0, description: 'joined rooms' }),
  queuedBytes: Type.Integer({ minimum: 0, description: 'bytes that the client has not read yet' }),
  rateLimited: Type.Integer({ minimum: 0, description: 'requests that exceeded a rate limit' }),
  roundTripMs: Type.Optional(Type.Number({ minimum: 0, description: 'time from the last beat to its reply' })),
  lease: Type.Integer({ description: 'Unix seconds' }),
});
export type ConnectionInfo = Static<typeof connectionSchema>;

export const connectionsQuerySchema = Type.Object({
  ...pageQuery,
  state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('closed')], { description: 'defaults to open' })),
  user: Type.Optional(Type.String({ maxLength: 64 })),
  session: Type.Optional(Type.String({ maxLength: 64 })),
  address: Type.Optional(Type.String({ maxLength: 64 })),
  room: Type.Optional(Type.String({ maxLength: 64 })),
  node: Type.Optional(Type.String({ maxLength: 64 })),
});
export type ConnectionsQuery = Static<typeof connectionsQuerySchema>;
/** Open ones: most recently opened first. Closed ones: most recently closed first; a limited number is kept. */
export const connectionsSchema = Type.Object(
  {
    connections: Type.Array(connectionSchema),
    total: Type.Integer({ minimum: 0 }),
    ...page,
    ...partial,
  },
  { examples: [examples.connections] },
);
export type ConnectionList = Static<typeof connectionsSchema>;

export const connectionDetailSchema = Type.Object(
  {
    connection: connectionSchema,
    joined: Type.Array(Type.String(), { description: 'names of the joined rooms' }),
    steps: Type.Array(stepSchema, {
      description: 'oldest first; of a long list the first 20 and the most recent are kept',
    }),
  },
  { examples: [examples.connection] },
);
export type ConnectionDetail = Static<typeof connectionDetailSchema>;

export const receiptQuerySchema = Type.Object({
  receipt: Type.String({
    maxLength: 16,
    description: 'case, spaces and hyphens are ignored; O is read as 0, I and L as 1',
  }),
});
/** Everything that is known about the attempt with this code. */
export const receiptSchema = Type.Object(
  {
    receipt,
    user: Type.Optional(Type.String()),
    refusal: Type.Optional(refusalSchema),
    connection: Type.Optional(connectionSchema),
    steps: Type.Array(stepSchema),
    ...partial,
  },
  { examples: [examples.receipt] },
);
export type ReceiptReport = Static<typeof receiptSchema>;
