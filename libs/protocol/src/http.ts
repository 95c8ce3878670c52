import { type Static, Type } from 'typebox';
import { messageSchema, roomName, unreadFields } from './rooms.ts';

/** The HTTP half of the contract, one schema a shape. Field names of sign-in and tickets are the user's own. */

const expires = Type.Integer({ description: 'Unix seconds' });

export const credentialsSchema = Type.Object({
  user: Type.String({ minLength: 1, maxLength: 64 }),
  pwd: Type.String({ minLength: 1, maxLength: 256 }),
});
export type Credentials = Static<typeof credentialsSchema>;

export const newUserSchema = Type.Object({
  user: Type.String({
    pattern: '^(?=.*[A-Za-z0-9])[A-Za-z0-9._-]{1,32}$',
    description: 'stored in lower case; at least one letter or digit',
  }),
  pwd: Type.String({ maxLength: 256 }),
});

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
  at: Type.Integer({ description: 'Unix milliseconds: of the last message, or when the room was made' }),
  unread: Type.Integer({ minimum: 0, description: 'messages of others behind `read`, at most 1,000' }),
  ...unreadFields,
  mine: Type.Boolean({ description: 'whether one is a member: it is in one’s list and counts what one has not read' }),
  manages: Type.Boolean({ description: 'whether one may say who is a member' }),
});
export type Room = Static<typeof roomSchema>;

export const roomsSchema = Type.Object({
  rooms: Type.Array(roomSchema),
  next: Type.Optional(Type.String({ description: 'there are more: the `cursor` of the next page' })),
});
export type Rooms = Static<typeof roomsSchema>;

export const roomsQuerySchema = Type.Object({
  cursor: Type.Optional({ ...roomName, description: 'the `next` of the previous page; without it the first page' }),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 500,
      description: 'rooms of which one is not a member; the first page has all of one’s own besides',
    }),
  ),
});
export type RoomsQuery = Static<typeof roomsQuerySchema>;

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
  after: Type.Optional(
    Type.Integer({ minimum: 0, description: 'messages with a greater seq; not together with before' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
});
export type MessagePageQuery = Static<typeof messagePageQuerySchema>;

/** Somebody whose room it is: who made it, was taken in, or joined a public one and did not leave it. */
export const memberSchema = Type.Object({
  user: Type.String(),
  status: Type.Union([Type.Literal('online'), Type.Literal('away'), Type.Literal('offline')]),
  owner: Type.Boolean({ description: 'whether they made the room' }),
});
export type Member = Static<typeof memberSchema>;

export const membersSchema = Type.Object({ members: Type.Array(memberSchema) });
export type Members = Static<typeof membersSchema>;

export const searchQuerySchema = Type.Object({
  q: Type.String({
    minLength: 1,
    maxLength: 200,
    description: 'at most 16 different words, all of which occur in the message; the last may be a prefix',
  }),
  room: Type.Optional(roomName),
  before: Type.Optional(Type.String({ maxLength: 96, description: 'the `next` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
});
export type SearchQuery = Static<typeof searchQuerySchema>;

/** Messages of one’s rooms, the newest first. */
export const foundSchema = Type.Object({
  messages: Type.Array(messageSchema),
  next: Type.Optional(Type.String({ description: 'there are more: what to give as `before`' })),
});
export type Found = Static<typeof foundSchema>;
