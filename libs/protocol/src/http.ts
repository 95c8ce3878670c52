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
