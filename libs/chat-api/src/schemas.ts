import { messageSchema, roomName, type Static, Type, unreadFields } from '@usher/protocol/server';

/** Schemas of the HTTP requests and responses of the chat application. PROTOCOL.md describes them. */

const expires = Type.Integer({ description: 'Unix seconds' });
const at = Type.Integer({ description: 'Unix milliseconds' });

/** The room, the message and the session in the examples. */
const room = {
  room: 'general',
  title: 'General',
  private: false,
  seq: 42,
  at: 1_767_225_000_000,
  unread: 3,
  read: 39,
  mentions: 1,
  isMember: true,
  canManage: false,
};
const message = {
  room: 'general',
  seq: 42,
  id: '01b307ac-ba4f-54f5-9aaf-c33bb06bbbf6',
  from: 'maggie',
  text: 'Hello!',
  at: 1_767_225_000_000,
};
const session = {
  id: 's-1f3870be',
  current: true,
  device: { browser: 'Firefox 128', system: 'Windows', kind: 'desktop' },
  address: '192.0.2.7',
  startedAt: 1_767_200_000_000,
  seenAt: 1_767_225_000_000,
  expires: 1_769_817_000,
  connections: 1,
};

export const credentialsSchema = Type.Object(
  {
    user: Type.String({ minLength: 1, maxLength: 64 }),
    pwd: Type.String({ minLength: 1, maxLength: 256 }),
  },
  { examples: [{ user: 'maggie', pwd: 'secret' }] },
);
export type Credentials = Static<typeof credentialsSchema>;

export const newUserSchema = Type.Object(
  {
    user: Type.String({
      pattern: '^(?=.*[A-Za-z0-9])[A-Za-z0-9._-]{1,32}$',
      description: 'stored in lower case; at least one letter or digit',
    }),
    pwd: Type.String({ maxLength: 256 }),
  },
  { examples: [{ user: 'maggie', pwd: 'correct horse battery staple' }] },
);

export const meSchema = Type.Object(
  {
    user: Type.String(),
    roles: Type.Array(Type.String()),
    session: Type.String(),
    expires,
  },
  { examples: [{ user: 'maggie', roles: ['admin'], session: 's-1f3870be', expires: 1_767_225_600 }] },
);
export type Me = Static<typeof meSchema>;

/** The device of a session, derived from its User-Agent header. Unrecognized parts are absent. */
export const deviceSchema = Type.Object({
  browser: Type.Optional(Type.String({ description: 'for example Firefox 128' })),
  system: Type.Optional(Type.String({ description: 'for example Windows' })),
  kind: Type.Union([Type.Literal('desktop'), Type.Literal('phone'), Type.Literal('tablet'), Type.Literal('other')]),
});
export type Device = Static<typeof deviceSchema>;

export const sessionSchema = Type.Object({
  id: Type.String(),
  current: Type.Boolean({ description: 'whether this session made the request' }),
  device: deviceSchema,
  address: Type.Optional(Type.String({ description: 'client address of the most recent use' })),
  startedAt: at,
  seenAt: Type.Integer({ description: 'Unix milliseconds of the most recent use, to the minute' }),
  expires: Type.Integer({ description: 'Unix seconds: when the session ends if it is not used again' }),
  connections: Type.Integer({ minimum: 0, description: 'open connections of the session on the responding node' }),
});
export type Session = Static<typeof sessionSchema>;

export const sessionsSchema = Type.Object(
  { sessions: Type.Array(sessionSchema) },
  { examples: [{ sessions: [session] }] },
);
export type Sessions = Static<typeof sessionsSchema>;

export const newPasswordSchema = Type.Object(
  {
    pwd: Type.String({ minLength: 1, maxLength: 256, description: 'current password' }),
    newPwd: Type.String({ maxLength: 256 }),
  },
  { examples: [{ pwd: 'secret', newPwd: 'correct horse battery staple' }] },
);
export type NewPassword = Static<typeof newPasswordSchema>;

export const disabledSchema = Type.Object({ disabled: Type.Boolean() }, { examples: [{ disabled: true }] });

export const roomSchema = Type.Object(
  {
    room: Type.String(),
    title: Type.String(),
    private: Type.Boolean(),
    archived: Type.Optional(Type.Boolean({ description: 'true: the room is read-only; absent for all other rooms' })),
    seq: Type.Integer({ minimum: 0, description: 'sequence number of the last message' }),
    at: Type.Integer({
      description: 'Unix milliseconds: time of the last message, or of the creation of an empty room',
    }),
    unread: Type.Integer({ minimum: 0, description: 'messages of other users after `read`, at most 1,000' }),
    ...unreadFields,
    isMember: Type.Boolean({ description: 'whether the requesting user is a member' }),
    canManage: Type.Boolean({ description: 'whether the requesting user may add and remove members' }),
  },
  { examples: [room] },
);
export type Room = Static<typeof roomSchema>;

export const roomsSchema = Type.Object(
  {
    rooms: Type.Array(roomSchema),
    next: Type.Optional(Type.String({ description: 'value of `cursor` for the next page; absent on the last page' })),
  },
  { examples: [{ rooms: [room], next: 'random' }] },
);
export type Rooms = Static<typeof roomsSchema>;

export const roomsQuerySchema = Type.Object({
  cursor: Type.Optional({ ...roomName, description: '`next` of the previous page; absent for the first page' }),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 500,
      description: 'number of rooms of which the user is not a member; the first page also has all rooms of the user',
    }),
  ),
});
export type RoomsQuery = Static<typeof roomsQuerySchema>;

export const newRoomSchema = Type.Object(
  {
    room: roomName,
    title: Type.String({ minLength: 1, maxLength: 80 }),
    private: Type.Optional(Type.Boolean()),
  },
  { examples: [{ room: 'general', title: 'General', private: false }] },
);
export type NewRoom = Static<typeof newRoomSchema>;

export const messagePageSchema = Type.Object(
  { messages: Type.Array(messageSchema), more: Type.Boolean() },
  { examples: [{ messages: [message], more: false }] },
);
export type MessagePage = Static<typeof messagePageSchema>;

export const messagePageQuerySchema = Type.Object({
  before: Type.Optional(
    Type.Integer({ minimum: 1, description: 'only messages with a smaller seq; defaults to the newest' }),
  ),
  after: Type.Optional(
    Type.Integer({ minimum: 0, description: 'only messages with a greater seq; cannot be combined with before' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
});
export type MessagePageQuery = Static<typeof messagePageQuerySchema>;

/** A member of a room: its owner, a user who was added, or a user who joined a public room and has not left it. */
export const memberSchema = Type.Object({
  user: Type.String(),
  status: Type.Union([Type.Literal('online'), Type.Literal('away'), Type.Literal('offline')]),
  owner: Type.Boolean({ description: 'whether this user created the room' }),
});
export type Member = Static<typeof memberSchema>;

export const membersSchema = Type.Object(
  { members: Type.Array(memberSchema) },
  { examples: [{ members: [{ user: 'maggie', status: 'online', owner: true }] }] },
);
export type Members = Static<typeof membersSchema>;

export const searchQuerySchema = Type.Object({
  q: Type.String({
    minLength: 1,
    maxLength: 200,
    description: 'at most 16 different words, all of which occur in the message; the last may be a prefix',
  }),
  room: Type.Optional(roomName),
  before: Type.Optional(Type.String({ maxLength: 96, description: '`next` of the previous page' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
});
export type SearchQuery = Static<typeof searchQuerySchema>;

/** Search results from the rooms of the user, newest first. */
export const searchResultsSchema = Type.Object(
  {
    messages: Type.Array(messageSchema),
    next: Type.Optional(Type.String({ description: 'value of `before` for the next page; absent on the last page' })),
  },
  { examples: [{ messages: [message] }] },
);
export type SearchResults = Static<typeof searchResultsSchema>;
