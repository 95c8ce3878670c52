import { type TProperties, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  defineProtocol,
  type ExtendedProtocol,
  extendProtocol,
  isStandardSchema,
  type ObjectSchema,
  type ProtocolParts,
  type TypesOf,
} from './define-protocol.ts';
import type { PayloadRoomsProtocol, RoomsProtocol } from './room-messages.ts';
import {
  exampleKey,
  exampleMessage,
  key,
  messageSchema,
  roomName,
  roomParts,
  sentReply,
  target,
  text,
} from './room-parts.ts';
import type { InputOf, OutputOf, StandardSchema } from './schema.ts';

const textParts = roomParts(
  messageSchema,
  Type.Object(
    { room: roomName, key, text },
    {
      description:
        'Sends a message to a room that this connection has joined. The reply means that the message is durable.',
      examples: [{ room: 'general', key: exampleKey, text: 'Hello!' }],
    },
  ),
  exampleMessage,
);

/**
 * The rooms protocol of the chat: the instance of `defineRooms` whose messages are texts, which their authors can edit and delete.
 * The schema does not limit the length of `text`, so that the server can reject a long text with `too_long` instead of
 * `bad_message`.
 */
export const roomsProtocol: RoomsProtocol = {
  ...defineProtocol({
    ...textParts,
    name: 'usher.v1',
    requests: {
      ...textParts.requests,
      edit: {
        params: Type.Object(
          { room: roomName, key, edits: target, text },
          {
            description: 'Changes the text of one of the user’s own messages.',
            examples: [{ room: 'general', key: exampleKey, edits: 42, text: 'Hello, everyone!' }],
          },
        ),
        reply: sentReply,
      },
      delete: {
        params: Type.Object(
          { room: roomName, key, deletes: target },
          {
            description: 'Deletes one of the user’s own messages permanently.',
            examples: [{ room: 'general', key: exampleKey, deletes: 42 }],
          },
        ),
        reply: sentReply,
      },
    },
    events: {
      ...textParts.events,
      archived: Type.Object(
        { room: Type.String(), archived: Type.Boolean() },
        {
          description: 'One of the user’s rooms has become read-only, or is no longer.',
          examples: [{ room: 'general', archived: true }],
        },
      ),
      event: Type.Object(
        {
          name: Type.String({ description: 'what happened, in the words of the backend that sent it' }),
          data: Type.Record(Type.String(), Type.Unknown()),
        },
        { examples: [{ name: 'order_paid', data: { order: 4711 } }] },
      ),
    },
  }),
  rooms: 'text',
};

/** The payload schema of rooms and further messages of the application. */
export interface RoomsParts extends Partial<ProtocolParts> {
  /**
   * The schema of the payload: a JSON object. Every message has the fields `room`, `seq`, `id`, `from` and `at`, and the payload as it was
   * validated. TypeBox does not remove unknown properties, so set `additionalProperties: false`.
   */
  readonly payload: ObjectSchema;
}

type ObjectOf<T> = T extends object ? T : never;

/** The protocol that `defineRooms` returns. */
export type DefinedRooms<P extends RoomsParts> = ExtendedProtocol<
  PayloadRoomsProtocol<ObjectOf<OutputOf<TypesOf<P['payload']>>>, ObjectOf<InputOf<TypesOf<P['payload']>>>>,
  P
>;

/**
 * Defines a protocol with rooms whose messages have a payload of the application. Rooms have history, recovery, exactly-once sends, presence
 * and read markers.
 *
 * ```ts
 * const board = defineRooms({ payload: Type.Object({ x: Type.Number(), y: Type.Number() }, { additionalProperties: false }) });
 * ```
 *
 * @param parts the payload schema, and the messages of the application as for `defineProtocol`; `name` defaults to `usher.v1`
 * @throws TypeError like `defineProtocol`
 */
export function defineRooms<const P extends RoomsParts>(parts: P): DefinedRooms<P> {
  const { payload, ...own } = parts as RoomsParts;
  const message = Type.Object({
    room: messageSchema.properties.room,
    seq: messageSchema.properties.seq,
    id: messageSchema.properties.id,
    from: messageSchema.properties.from,
    payload: isStandardSchema(payload) ? Type.Unknown() : payload,
    at: messageSchema.properties.at,
  });
  const examplePayload = { ...exampleMessage, text: undefined, payload: {} };
  const rooms = {
    ...defineProtocol({ name: 'usher.v1', ...roomParts(message, sendParams(payload), examplePayload) }),
    rooms: 'payload',
  };
  return extendProtocol(rooms, own) as unknown as DefinedRooms<P>;
}

/** The params of `send`. A payload schema of another library is combined with the TypeBox schema of the other fields. */
function sendParams(payload: ObjectSchema): ObjectSchema {
  const fields = { room: roomName, key } satisfies TProperties;
  if (!isStandardSchema(payload)) return Type.Object({ ...fields, payload });
  const validator = Compile(Type.Object({ ...fields, payload: Type.Unknown() }));
  const validate: StandardSchema<object, object>['~standard']['validate'] = (value) => {
    if (!validator.Check(value)) {
      const [first] = validator.Errors(value);
      return {
        issues: [{ message: first?.message ?? 'invalid', path: first?.instancePath.split('/').slice(1) ?? [] }],
      };
    }
    const result = payload['~standard'].validate(value.payload);
    // Reported when a message is decoded.
    if (result instanceof Promise) return result;
    return result.issues === undefined
      ? { value: { ...value, payload: result.value } }
      : { issues: result.issues.map((issue) => ({ ...issue, path: ['payload', ...(issue.path ?? [])] })) };
  };
  return { '~standard': { version: 1, vendor: 'usher', validate } };
}
