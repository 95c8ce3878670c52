import { type Static, Type } from 'typebox';
import { defineProtocol } from './define-protocol.ts';

export const roomName = Type.String({ pattern: '^[a-z0-9-]{1,64}$', description: 'name of a room' });
const epoch = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'identity of a room’s history; another one means that sequences start anew',
});
const seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** A UUID of any version, as RFC 9562 writes it. */
const key = Type.String({
  pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  description: 'UUID made by the client: the same key again is the same message',
});

export const messageSchema = Type.Object({
  room: Type.String(),
  seq: Type.Integer({ minimum: 1, description: 'contiguous from 1 in its room' }),
  id: Type.String({ description: 'identity of the message, the same for everybody' }),
  from: Type.String({ description: 'the user who sent it' }),
  text: Type.String({ description: 'as it is now; empty once it is deleted' }),
  at: Type.Integer({ description: 'Unix milliseconds, the server’s clock' }),
  edits: Type.Optional(
    Type.Integer({ minimum: 1, description: 'this is no message of its own: the text of that one is another now' }),
  ),
  deletes: Type.Optional(
    Type.Integer({ minimum: 1, description: 'this is no message of its own: that one is taken back' }),
  ),
  edited: Type.Optional(Type.Integer({ description: 'Unix milliseconds: when its text was changed last' })),
  deleted: Type.Optional(Type.Integer({ description: 'Unix milliseconds: when it was taken back' })),
});

/** `online` wherever at least one connection of the user is attentive, `away` where all of them look elsewhere. */
const here = Type.Union([Type.Literal('online'), Type.Literal('away')]);

const page = { messages: Type.Array(messageSchema), more: Type.Boolean() };

/** PostgreSQL cannot store U+0000. */
const text = Type.String({ pattern: '^[^\\u0000]*$', description: 'text without U+0000' });

/** The `seq` of the message that is changed. */
const target = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const sent = Type.Object({ seq, at: Type.Integer({ description: 'Unix milliseconds' }) });

/** What a person has not read of a room, beside the count itself. */
export const unreadFields = {
  read: Type.Integer({ minimum: 0, description: 'up to where the person has read' }),
  mentions: Type.Integer({ minimum: 0, description: 'those of the unread messages that name the person' }),
};

/**
 * Usher's rooms, made with `defineProtocol` and nothing else.
 * `text` has no bounds here: a text that is too long is answered with `too_long`, not as a malformed frame.
 */
export const roomsProtocol = defineProtocol({
  name: 'usher.v1',
  requests: {
    join: {
      params: Type.Object({ room: roomName, epoch: Type.Optional(epoch), after: Type.Optional(seq) }),
      reply: Type.Object({
        room: Type.String(),
        epoch,
        seq,
        recovery: Type.Union([Type.Literal('fresh'), Type.Literal('recovered'), Type.Literal('gap')]),
        ...page,
        present: Type.Array(Type.Object({ user: Type.String(), status: here })),
      }),
    },
    history: {
      params: Type.Object({ room: roomName, after: seq }),
      reply: Type.Object(page),
    },
    leave: { params: Type.Object({ room: roomName }), reply: Type.Object({}) },
    send: {
      params: Type.Object({ room: roomName, key, text }),
      reply: sent,
    },
    edit: {
      params: Type.Object({ room: roomName, key, edits: target, text }),
      reply: sent,
    },
    delete: {
      params: Type.Object({ room: roomName, key, deletes: target }),
      reply: sent,
    },
    read: { params: Type.Object({ room: roomName, seq }), reply: Type.Object({}) },
  },
  signals: {
    typing: Type.Object({ room: roomName }),
    away: Type.Object({ away: Type.Boolean() }),
  },
  events: {
    message: messageSchema,
    unread: Type.Object({
      room: Type.String(),
      seq: Type.Integer({ minimum: 0, description: 'of the last message of the room' }),
      ...unreadFields,
      count: Type.Integer({ minimum: 0, description: 'messages of others behind `read`, at most 1,000' }),
    }),
    presence: Type.Object({
      room: Type.String(),
      user: Type.String(),
      status: Type.Union([here, Type.Literal('offline')]),
    }),
    typing: Type.Object({ room: Type.String(), user: Type.String() }),
    left: Type.Object({ room: Type.String() }),
    removed: Type.Object({ room: Type.String(), code: Type.String() }),
  },
  errors: ['not_joined', 'too_long', 'too_many_rooms', 'quota_exceeded', 'storage_full'],
});

export type RoomsProtocol = typeof roomsProtocol;
/** A message as everybody sees it. */
export type Message = Static<typeof messageSchema>;

/** Bounds of the rooms protocol that both sides and the documents share. */
export const roomBounds = {
  textChars: 4_000,
  clientFrameBytes: 64 * 1024,
  serverFrameBytes: 512 * 1024,
  freshMessages: 50,
  pageMessages: 200,
  pageBytes: 256 * 1024,
  recoverableMessages: 1_000,
  /** Beyond it nobody counts. */
  unreadMessages: 1_000,
  typingEveryMs: 2_000,
  presenceEveryMs: 500,
  typingForMs: 5_000,
} as const;
