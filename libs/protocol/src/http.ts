import { type Static, Type } from 'typebox';

/** Bodies of HTTP responses that every Usher client or operator reads. An application adds its own, as `@usher/chat-api` does. */

const expires = Type.Integer({ description: 'Unix seconds' });

export const tokenSchema = Type.Object({ token: Type.String(), expires });
export type TokenResponse = Static<typeof tokenSchema>;

export const ticketSchema = Type.Object({
  ticket: Type.String({ description: '256 random bits, base64url; single use' }),
  expires,
  connectAfterMs: Type.Integer({ minimum: 0, description: 'milliseconds to wait before connecting' }),
});
export type TicketResponse = Static<typeof ticketSchema>;

/** The proof of a revocation: the connections that each live node closed. */
export const proofSchema = Type.Object({
  closed: Type.Integer({ minimum: 0, description: 'number of connections closed on all nodes' }),
  nodes: Type.Array(
    Type.Object({
      node: Type.String(),
      closed: Type.Integer({ minimum: 0 }),
      ms: Type.Number({ minimum: 0, description: 'milliseconds from the request to the response of this node' }),
    }),
  ),
});
export type Proof = Static<typeof proofSchema>;
