import { type Static, Type } from 'typebox';
import { messageSchema, roomName } from './rooms.ts';

/** The HTTP half of the contract, one schema a shape. Field names of sign-in and tickets are the user's own. */

const expires = Type.Integer({ description: 'Unix seconds' });

export const credentialsSchema = Type.Object({
  user: Type.String({ minLength: 1, maxLength: 64 }),
  pwd: Type.String({ minLength: 1, maxLength: 256 }),
});
export type Credentials = Static<typeof credentialsSchema>;

export const tokenSchema = Type.Object({ token: Type.String(), expires });
export type TokenAnswer = Static<typeof tokenSchema>;

export const ticketSchema = Type.Object({
  ticket: Type.String({ description: '256 random bits, base64url; valid once' }),
  expires,
  connectAfterMs: Type.Integer({ minimum: 0, description: 'how long to wait before connecting' }),
});
export type TicketAnswer = Static<typeof ticketSchema>;

export const meSchema = Type.Object({
  user: Type.String(),
  roles: Type.Array(Type.String()),
  session: Type.String(),
  expires,
});
export type Me = Static<typeof meSchema>;

/** What a session is used with, as far as its User-Agent tells. Absent: it does not say. */
export const deviceSchema = Type.Object({
  browser: Type.Optional(Type.String({ description: 'such as Firefox 128' })),
  system: Type.Optional(Type.String({ description: 'such as Windows' })),
  kind: Type.Union([Type.Literal('desktop'), Type.Literal('phone'), Type.Literal('tablet'), Type.Literal('other')]),
});
export type Device = Static<typeof deviceSchema>;

const at = Type.Integer({ description: 'Unix milliseconds' });

export const sessionSchema = Type.Object({
  id: Type.String(),
  current: Type.Boolean({ description: 'the one that asks' }),
  device: deviceSchema,
  address: Type.Optional(Type.String({ description: 'from which it was used last' })),
  startedAt: at,
  seenAt: Type.Integer({ description: 'Unix milliseconds, to the minute' }),
  expires: Type.Integer({ description: 'Unix seconds: its end if it is not used from now on' }),
  connections: Type.Integer({ minimum: 0, description: 'its open sockets, on the node that answers' }),
});
export type Session = Static<typeof sessionSchema>;

export const sessionsSchema = Type.Object({ sessions: Type.Array(sessionSchema) });
export type Sessions = Static<typeof sessionsSchema>;

/** What an end of sessions or connections did, gathered from every live node. */
export const proofSchema = Type.Object({
  closed: Type.Integer({ minimum: 0, description: 'open sockets that were closed' }),
  nodes: Type.Array(
    Type.Object({
      node: Type.String(),
      closed: Type.Integer({ minimum: 0 }),
      ms: Type.Number({ minimum: 0, description: 'from the call to the answer of this node' }),
    }),
  ),
});
export type Proof = Static<typeof proofSchema>;

export const newPasswordSchema = Type.Object({
  pwd: Type.String({ minLength: 1, maxLength: 256, description: 'the one of now' }),
  newPwd: Type.String({ maxLength: 256 }),
});
export type NewPassword = Static<typeof newPasswordSchema>;

export const disabledSchema = Type.Object({ disabled: Type.Boolean() });

export const roomSchema = Type.Object({
  room: Type.String(),
  title: Type.String(),
  private: Type.Boolean(),
  seq: Type.Integer({ minimum: 0, description: 'of the last message' }),
  unread: Type.Integer({ minimum: 0 }),
});
export type Room = Static<typeof roomSchema>;

export const roomsSchema = Type.Object({ rooms: Type.Array(roomSchema) });
export type Rooms = Static<typeof roomsSchema>;

export const newRoomSchema = Type.Object({
  room: roomName,
  title: Type.String({ minLength: 1, maxLength: 80 }),
  private: Type.Optional(Type.Boolean()),
});
export type NewRoom = Static<typeof newRoomSchema>;

export const messagePageSchema = Type.Object({ messages: Type.Array(messageSchema), more: Type.Boolean() });
export type MessagePage = Static<typeof messagePageSchema>;

export const messagePageQuerySchema = Type.Object({
  before: Type.Optional(
    Type.Integer({ minimum: 1, description: 'messages with a smaller seq; without it the newest' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
});
export type MessagePageQuery = Static<typeof messagePageQuerySchema>;
