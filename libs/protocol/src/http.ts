import { Type } from 'typebox';

/** Bodies of HTTP responses that every Usher client or operator reads. An application adds its own, as `@usher/chat-api` does. */

const expires = Type.Integer({ description: 'Unix seconds' });

export const tokenSchema = Type.Object(
  { token: Type.String({ description: 'a JWT' }), expires },
  { examples: [{ token: 'eyJhbGciOiJIUzI1NiJ9.e30.signature', expires: 1_767_225_600 }] },
);

export const ticketSchema = Type.Object(
  {
    ticket: Type.String({ description: '256 random bits, base64url; single use' }),
    expires,
    connectAfterMs: Type.Integer({ minimum: 0, description: 'milliseconds to wait before connecting' }),
  },
  {
    examples: [{ ticket: 'A'.repeat(43), expires: 1_767_225_630, connectAfterMs: 0 }],
  },
);

/** The proof of a revocation: the connections that each live node closed. */
export const proofSchema = Type.Object(
  {
    closed: Type.Integer({ minimum: 0, description: 'number of connections closed on all nodes' }),
    nodes: Type.Array(
      Type.Object({
        node: Type.String(),
        closed: Type.Integer({ minimum: 0 }),
        ms: Type.Number({ minimum: 0, description: 'milliseconds from the request to the response of this node' }),
      }),
    ),
  },
  {
    examples: [
      {
        closed: 2,
        nodes: [
          { node: 'usher-1', closed: 2, ms: 1.4 },
          { node: 'usher-2', closed: 0, ms: 3.8 },
        ],
      },
    ],
  },
);
