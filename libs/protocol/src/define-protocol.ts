import { type Static, type TObject, type TSchema, Type } from 'typebox';
import type { CoreProtocol, NoRequests } from './core-messages.ts';
import type { Protocol } from './protocol.ts';
import type { Schema, StandardSchema } from './schema.ts';

/** Unix seconds. */
const seconds = Type.Integer({ minimum: 0, description: 'Unix seconds' });
const requestNumber = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'identifies the request on its connection',
});

export const limitsSchema = Type.Object({
  frameBytes: Type.Integer({ description: 'largest frame that the server accepts' }),
  textChars: Type.Integer({ description: 'maximum length of a message text' }),
  rooms: Type.Integer({ description: 'maximum number of rooms that one connection may join' }),
  sendsPerSecond: Type.Number({ description: 'sustained rate of `send`; 0 means no limit' }),
});

/**
 * The messages of every protocol: the welcome frame, heartbeats, lease renewal, ping and the frames of server requests.
 * `defineProtocol` adds application messages to these.
 */
export const coreProtocol = {
  requests: {
    ping: { params: Type.Object({}, { description: 'Measures the round-trip time.' }), reply: Type.Object({}) },
    renew: {
      params: Type.Object(
        { ticket: Type.String({ minLength: 1, maxLength: 512 }) },
        {
          description: 'Extends the lease with a fresh ticket of the same session, without a reconnect.',
          examples: [{ ticket: 'A'.repeat(43) }],
        },
      ),
      reply: Type.Object({ lease: seconds }, { examples: [{ lease: 1_767_227_400 }] }),
    },
  },
  signals: {
    beat: Type.Object({}, { description: 'The reply to the `beat` of the server.' }),
    response: Type.Object(
      {
        request: requestNumber,
        data: Type.Optional(Type.Unknown({ description: 'the reply' })),
        code: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'set if the request failed' })),
        message: Type.Optional(Type.String({ maxLength: 1_000 })),
      },
      { description: 'The response to a `request` of the server.', examples: [{ request: 1, data: { yes: true } }] },
    ),
  },
  events: {
    welcome: Type.Object(
      {
        connection: Type.String(),
        user: Type.String(),
        roles: Type.Array(Type.String()),
        heartbeatMs: Type.Integer({ minimum: 1 }),
        lease: seconds,
        limits: limitsSchema,
      },
      {
        description: 'The first frame on every connection.',
        examples: [
          {
            connection: 'c-8f14e45f',
            user: 'maggie',
            roles: [],
            heartbeatMs: 25_000,
            lease: 1_767_227_400,
            limits: { frameBytes: 65_536, textChars: 4_000, rooms: 100, sendsPerSecond: 20 },
          },
        ],
      },
    ),
    lease: Type.Object(
      { lease: seconds },
      { description: 'The lease ends at `lease` and has to be renewed.', examples: [{ lease: 1_767_227_400 }] },
    ),
    beat: Type.Object({}, { description: 'The client must reply with `beat`, or the connection is closed with 4008.' }),
    request: Type.Object(
      { request: requestNumber, name: Type.String(), params: Type.Unknown() },
      {
        description: 'A request of the server, to which the client sends a `response`.',
        examples: [{ request: 1, name: 'confirm', params: { question: 'Cancel the order?' } }],
      },
    ),
  },
  errors: ['bad_message', 'unknown_type', 'not_found', 'forbidden', 'rate_limited', 'invalid_ticket', 'internal'],
} as const;

/** A schema of TypeBox, or of any library that implements Standard Schema, such as Zod, Valibot and ArkType. */
export type AnySchema = TSchema | StandardSchema;
/** A schema of an object. Its fields become fields of the frame. */
export type ObjectSchema = TObject | StandardSchema<object, object>;

interface RequestParts {
  readonly params: ObjectSchema;
  readonly reply: AnySchema;
}

/** The application messages of a protocol. `defineProtocol` adds the core messages (welcome, beat, lease, ping, renew, …). */
export interface ProtocolParts {
  /** The WebSocket subprotocol, e.g. `shop.v1`. */
  readonly name: string;
  /** Client → server. The server sends exactly one `reply` or `error`. */
  readonly requests?: Readonly<Record<string, RequestParts>>;
  /** Client → server, without a reply. */
  readonly signals?: Readonly<Record<string, ObjectSchema>>;
  /** Server → client, not in response to a request. */
  readonly events?: Readonly<Record<string, ObjectSchema>>;
  /** Server → client. The client sends a `response`. */
  readonly serverRequests?: Readonly<Record<string, RequestParts>>;
  /** The error codes of the application. */
  readonly errors?: readonly string[];
}

/** The types of a schema without the schema, so that clients do not depend on its library. */
export type TypesOf<S> =
  S extends StandardSchema<infer Input, infer Output>
    ? Schema<Output, Input>
    : S extends TSchema
      ? Schema<Static<S>>
      : never;

type MessagesOf<M> =
  M extends Readonly<Record<string, AnySchema>> ? { readonly [T in keyof M]: TypesOf<M[T]> } : unknown;
type RequestsOf<M> =
  M extends Readonly<Record<string, RequestParts>>
    ? { readonly [T in keyof M]: { readonly params: TypesOf<M[T]['params']>; readonly reply: TypesOf<M[T]['reply']> } }
    : unknown;
type ErrorsOf<P> = P extends { readonly errors: readonly (infer E extends string)[] } ? E : never;

/** A protocol with its base: the core messages, or another protocol. */
export type ExtendedProtocol<B extends Base, P extends Partial<ProtocolParts>> = Omit<
  B,
  'name' | 'requests' | 'signals' | 'events' | 'serverRequests' | 'errors'
> & {
  readonly name: P extends { readonly name: infer N extends string }
    ? N
    : B extends { readonly name: infer N }
      ? N
      : never;
  readonly requests: B['requests'] & RequestsOf<P['requests']>;
  readonly signals: B['signals'] & MessagesOf<P['signals']>;
  readonly events: B['events'] & MessagesOf<P['events']>;
  readonly serverRequests: NonNullable<B['serverRequests']> & RequestsOf<P['serverRequests']>;
  readonly errors: readonly (B['errors'][number] | ErrorsOf<P>)[];
};

type Base = Omit<Protocol, 'name'>;

/** The core messages, of which the types contain no schemas. */
interface Core extends CoreProtocol {
  readonly serverRequests: NoRequests;
}

export type DefinedProtocol<P extends ProtocolParts> = ExtendedProtocol<Core, P>;

const reserved = ['reply', 'error'];

/**
 * Defines a protocol with one schema per message. Both sides derive their types from the result. The server passes it to
 * `compileProtocol` to get a validator. A schema is one of TypeBox (`Type` of this entry point) or of any library that implements Standard
 * Schema; it must validate synchronously.
 *
 * @throws TypeError if the protocol name is not a subprotocol token (RFC 6455 §4.1); if a message has the name of a core
 * message of the same direction, or the name `reply` or `error`; if a request and a signal have the same name; or if a
 * TypeBox schema has a property that the frame itself uses: `type`, and in requests and signals `id`. Fields of that name in other schemas
 * are not sent.
 */
export function defineProtocol<const P extends ProtocolParts>(parts: P): DefinedProtocol<P> {
  return extend({ name: parts.name, serverRequests: {}, ...coreProtocol }, parts) as unknown as DefinedProtocol<P>;
}

/**
 * Adds requests, signals, events, server requests and error codes to a protocol, for example to one with rooms. Everything that serves
 * the base also serves the result: `createRooms` accepts its connections and sockets.
 *
 * @param parts the additional messages; `name` defaults to the name of the base
 * @throws TypeError like `defineProtocol`; also if the base has a message of the same name
 */
export function extendProtocol<B extends Protocol, const P extends Partial<ProtocolParts>>(
  base: B,
  parts: P,
): ExtendedProtocol<B, P> {
  return extend(base as unknown as RuntimeProtocol, parts) as unknown as ExtendedProtocol<B, P>;
}

/** A protocol as it is at runtime, with its schemas. */
interface RuntimeProtocol extends Required<ProtocolParts> {
  readonly name: string;
}

function extend(base: RuntimeProtocol, parts: Partial<ProtocolParts>): RuntimeProtocol {
  const { name = base.name, requests = {}, signals = {}, events = {}, serverRequests = {}, errors = [] } = parts;
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) {
    throw new TypeError(`protocol name ${JSON.stringify(name)} is not a subprotocol token`);
  }
  const clientTypes = [...Object.keys(requests), ...Object.keys(signals)];
  rejectTakenTypes(clientTypes, [...Object.keys(base.requests), ...Object.keys(base.signals)]);
  rejectTakenTypes(Object.keys(events), Object.keys(base.events));
  rejectTakenTypes(Object.keys(serverRequests), Object.keys(base.serverRequests));
  for (const [type, { params }] of Object.entries(requests)) rejectFrameFields(type, params, ['type', 'id']);
  for (const [type, schema] of Object.entries(signals)) rejectFrameFields(type, schema, ['type', 'id']);
  // Events may have their own `id`, as messages do. In client frames, `id` is the request id.
  for (const [type, schema] of Object.entries(events)) rejectFrameFields(type, schema, ['type']);
  return {
    ...base,
    name,
    requests: { ...base.requests, ...requests },
    signals: { ...base.signals, ...signals },
    events: { ...base.events, ...events },
    serverRequests: { ...base.serverRequests, ...serverRequests },
    errors: [...new Set([...base.errors, ...errors])],
  };
}

function rejectTakenTypes(types: readonly string[], taken: readonly string[]): void {
  const seen = new Set<string>([...reserved, ...taken]);
  for (const type of types) {
    if (seen.has(type)) throw new TypeError(`message type ${JSON.stringify(type)} is already taken`);
    seen.add(type);
  }
}

/** Only TypeBox schemas list their properties. */
function rejectFrameFields(type: string, schema: ObjectSchema, fields: readonly string[]): void {
  if (isStandardSchema(schema)) return;
  for (const field of fields) {
    if (field in schema.properties)
      throw new TypeError(`${JSON.stringify(type)}: property ${field} belongs to the frame`);
  }
}

/** Whether a schema implements Standard Schema. Those of ArkType are functions. */
export function isStandardSchema(schema: object): schema is StandardSchema<object, object> {
  return '~standard' in schema;
}
