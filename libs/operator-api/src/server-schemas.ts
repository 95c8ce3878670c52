import { type Static, Type } from '@usher/protocol/server';
import { examples } from './examples.ts';

/** The HTTP API for backends, which authenticate with an API key. */

const pattern = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';

export const serverMessageSchema = Type.Object(
  {
    key: Type.String({ pattern, description: 'UUID; a repeated key of the same sender creates no second message' }),
    text: Type.String({
      minLength: 1,
      pattern: '^[^\\u0000]*$',
      description: 'text without U+0000, at most 4,000 characters',
    }),
    from: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9][a-z0-9._-]{0,31}$',
        description: 'members see `app:` and this name; defaults to the name of the API key',
      }),
    ),
  },
  { examples: [examples.serverMessage] },
);
export type ServerMessage = Static<typeof serverMessageSchema>;

export const serverMessageSentSchema = Type.Object(
  {
    seq: Type.Integer({ minimum: 1 }),
    at: Type.Integer({ description: 'Unix milliseconds' }),
    from: Type.String({ description: 'the sender that members see' }),
  },
  { examples: [examples.serverMessageSent] },
);
export type ServerMessageSent = Static<typeof serverMessageSentSchema>;

export const serverEventSchema = Type.Object(
  {
    type: Type.String({
      pattern: '^(?!usher([._-]|$))[a-z][a-z0-9._-]{0,63}$',
      description: '`name` of the event that clients receive; names of Usher (`usher`, `usher.…`) are reserved',
    }),
    data: Type.Record(Type.String(), Type.Unknown()),
  },
  { examples: [examples.serverEvent] },
);
export type ServerEvent = Static<typeof serverEventSchema>;

/** To how many connections an event was sent. */
export const deliverySchema = Type.Object(
  {
    delivered: Type.Integer({ minimum: 0, description: 'connections to which the event was sent' }),
    nodes: Type.Array(Type.Object({ node: Type.String(), delivered: Type.Integer({ minimum: 0 }), ms: Type.Number() })),
  },
  { examples: [examples.delivery] },
);
export type Delivery = Static<typeof deliverySchema>;
