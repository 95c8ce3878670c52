import { deviceSchema, newUserSchema } from '@usher/chat-api/server';
import { type Static, Type } from '@usher/protocol/server';
import { at, page, pageQuery } from './common-schemas.ts';
import { examples } from './examples.ts';

/** Users, rooms, API keys and the audit log. They are in the database, so that any node can return them. */

const role = Type.String({ pattern: '^[a-z][a-z0-9_-]{0,31}$' });

export const userSchema = Type.Object({
  user: Type.String(),
  roles: Type.Array(Type.String()),
  disabled: Type.Boolean(),
  createdAt: at,
  seenAt: Type.Optional(at),
  sessions: Type.Integer({ minimum: 0 }),
  connections: Type.Optional(Type.Integer({ minimum: 0, description: 'open connections on all nodes' })),
});
export type User = Static<typeof userSchema>;

export const usersQuerySchema = Type.Object({
  ...pageQuery,
  q: Type.Optional(Type.String({ maxLength: 64, description: 'beginning of the user name' })),
  disabled: Type.Optional(Type.Boolean()),
  role: Type.Optional(role),
});
export type UsersQuery = Static<typeof usersQuerySchema>;
/** By user name. */
export const usersSchema = Type.Object(
  { users: Type.Array(userSchema), total: Type.Integer({ minimum: 0 }), ...page },
  { examples: [examples.users] },
);
export type Users = Static<typeof usersSchema>;

export const userSessionSchema = Type.Object({
  id: Type.String(),
  device: deviceSchema,
  address: Type.Optional(Type.String()),
  startedAt: at,
  seenAt: at,
  expires: Type.Integer({ description: 'Unix seconds' }),
});
export const userDetailSchema = Type.Object(
  { user: userSchema, sessions: Type.Array(userSessionSchema) },
  { examples: [examples.user] },
);
export type UserDetail = Static<typeof userDetailSchema>;

export const newUserByOperatorSchema = Type.Object(
  {
    user: newUserSchema.properties.user,
    roles: Type.Optional(Type.Array(role, { maxItems: 16 })),
  },
  { examples: [examples.newUser] },
);
/** The user sets a password with the link. It is valid once and is shown only in this response. */
export const passwordLinkSchema = Type.Object(
  {
    url: Type.String(),
    expires: Type.Integer({ description: 'Unix seconds' }),
  },
  { examples: [examples.passwordLink] },
);
export type PasswordLink = Static<typeof passwordLinkSchema>;
/** The new user and the link. */
export const createdUserSchema = Type.Object(
  { user: Type.String(), ...passwordLinkSchema.properties },
  { examples: [examples.createdUser] },
);
export type CreatedUser = Static<typeof createdUserSchema>;

/** The token is the fragment of the link. */
export const linkPasswordSchema = Type.Object(
  {
    token: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
    newPwd: Type.String({ maxLength: 256 }),
  },
  { examples: [examples.linkPassword] },
);
export const passwordSetSchema = Type.Object({ user: Type.String() }, { examples: [examples.passwordSet] });

export const userChangeSchema = Type.Object(
  {
    disabled: Type.Optional(Type.Boolean()),
    roles: Type.Optional(Type.Array(role, { maxItems: 16 })),
  },
  { minProperties: 1, examples: [examples.userChange] },
);
export type UserChange = Static<typeof userChangeSchema>;

export const operatorRoomSchema = Type.Object({
  room: Type.String(),
  title: Type.String(),
  private: Type.Boolean(),
  archived: Type.Boolean({ description: 'an archived room is read-only' }),
  owner: Type.Optional(Type.String()),
  members: Type.Integer({ minimum: 0 }),
  seq: Type.Integer({ minimum: 0 }),
  at: Type.Integer({ description: 'Unix milliseconds of the last message, or of the creation' }),
  messagesPerMinute: Type.Number({ minimum: 0, description: 'over the last 5 minutes, at most 200' }),
});
export type OperatorRoom = Static<typeof operatorRoomSchema>;

export const operatorRoomsQuerySchema = Type.Object({
  ...pageQuery,
  q: Type.Optional(Type.String({ maxLength: 64, description: 'beginning of the name, or part of the title' })),
  order: Type.Optional(
    Type.Union([Type.Literal('name'), Type.Literal('recent')], { description: 'defaults to recent' }),
  ),
});
export type OperatorRoomsQuery = Static<typeof operatorRoomsQuerySchema>;
export const operatorRoomsSchema = Type.Object(
  {
    rooms: Type.Array(operatorRoomSchema),
    total: Type.Integer({ minimum: 0 }),
    ...page,
  },
  { examples: [examples.rooms] },
);
export type OperatorRooms = Static<typeof operatorRoomsSchema>;
export const roomChangeSchema = Type.Object({ archived: Type.Boolean() }, { examples: [examples.roomChange] });

export const scopeSchema = Type.Union([Type.Literal('messages:write'), Type.Literal('events:write')]);
export type Scope = Static<typeof scopeSchema>;
export const keySchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scopes: Type.Array(scopeSchema),
  createdAt: at,
  createdBy: Type.String(),
  expiresAt: Type.Optional(at),
  usedAt: Type.Optional(Type.Integer({ description: 'Unix milliseconds of the last use, to the minute' })),
  revokedAt: Type.Optional(at),
});
export type ApiKey = Static<typeof keySchema>;
export const keysSchema = Type.Object({ keys: Type.Array(keySchema) }, { examples: [examples.keys] });
export type ApiKeys = Static<typeof keysSchema>;
export const newKeySchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 80 }),
    scopes: Type.Array(scopeSchema, { minItems: 1, uniqueItems: true }),
    expiresAt: Type.Optional(at),
  },
  { examples: [examples.newKey] },
);
export type NewKey = Static<typeof newKeySchema>;
/** The only response that contains the key. The server stores its hash. */
export const createdKeySchema = Type.Object(
  { id: Type.String(), key: Type.String() },
  { examples: [examples.createdKey] },
);
export type CreatedKey = Static<typeof createdKeySchema>;

export const auditEntrySchema = Type.Object({
  seq: Type.Integer({ minimum: 1, description: 'contiguous' }),
  at,
  by: Type.String({ description: 'user name of the operator' }),
  address: Type.Optional(Type.String()),
  action: Type.String({ description: 'for example `user.disable` or `connection.close`' }),
  target: Type.String({ description: 'what was changed: a user, connection, room, key or node' }),
  completes: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: '`seq` of the entry whose action has finished; `detail` contains the proof',
    }),
  ),
  detail: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { description: 'parameters of the action, or its proof' }),
  ),
  hash: Type.String({ description: 'SHA-256 of the entry and the hash of the previous entry, base64url' }),
});
export type AuditEntry = Static<typeof auditEntrySchema>;
export const auditQuerySchema = Type.Object({
  ...pageQuery,
  by: Type.Optional(Type.String({ maxLength: 64 })),
  action: Type.Optional(Type.String({ maxLength: 64 })),
  target: Type.Optional(Type.String({ maxLength: 128 })),
});
export type AuditQuery = Static<typeof auditQuerySchema>;
/** Newest first. */
export const auditSchema = Type.Object(
  { entries: Type.Array(auditEntrySchema), ...page },
  { examples: [examples.audit] },
);
export type Audit = Static<typeof auditSchema>;
