import { Type } from 'typebox';

/** Unix seconds. */
const seconds = Type.Integer({ minimum: 0, description: 'Unix seconds' });

export const limitsSchema = Type.Object({
  frameBytes: Type.Integer({ description: 'largest frame that the server accepts' }),
  textChars: Type.Integer({ description: 'maximum length of a message text' }),
  rooms: Type.Integer({ description: 'maximum number of rooms that one connection may join' }),
  sendsPerSecond: Type.Number({ description: 'sustained rate of `send`; 0 means no limit' }),
});

/**
 * The messages of every protocol: the welcome frame, heartbeats, lease renewal and ping.
 * `defineProtocol` adds application messages to these.
 */
export const coreProtocol = {
  requests: {
    ping: { params: Type.Object({}), reply: Type.Object({}) },
    renew: {
      params: Type.Object({ ticket: Type.String({ minLength: 1, maxLength: 512 }) }),
      reply: Type.Object({ lease: seconds }),
    },
  },
  signals: {
    beat: Type.Object({}),
  },
  events: {
    welcome: Type.Object({
      connection: Type.String(),
      user: Type.String(),
      roles: Type.Array(Type.String()),
      heartbeatMs: Type.Integer({ minimum: 1 }),
      lease: seconds,
      limits: limitsSchema,
    }),
    lease: Type.Object({ lease: seconds }),
    beat: Type.Object({}),
  },
  errors: ['bad_message', 'unknown_type', 'not_found', 'forbidden', 'rate_limited', 'invalid_ticket', 'internal'],
} as const;

export type CoreProtocol = typeof coreProtocol;
