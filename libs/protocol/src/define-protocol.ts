import { Type } from 'typebox';
import type { Protocol } from './protocol.ts';

/** Unix seconds. */
const seconds = Type.Integer({ minimum: 0, description: 'Unix seconds' });

export const limitsSchema = Type.Object({
  frameBytes: Type.Integer({ description: 'largest frame that the server accepts' }),
  textChars: Type.Integer({ description: 'maximum length of a message text' }),
  rooms: Type.Integer({ description: 'maximum number of rooms that one connection may join' }),
  sendsPerSecond: Type.Number({ description: 'sustained rate of `send`; 0 means no limit' }),
});

/**
 * The messages of every protocol: the welcome frame, heartbeats, lease renewal and ping.
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
    beat: Type.Object({}, { description: 'The answer to the `beat` of the server.' }),
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
    beat: Type.Object({}, { description: 'Must be answered with `beat`, or the connection is closed with 4008.' }),
  },
  errors: ['bad_message', 'unknown_type', 'not_found', 'forbidden', 'rate_limited', 'invalid_ticket', 'internal'],
} as const;

export type CoreProtocol = typeof coreProtocol;

/** The application messages of a protocol. `defineProtocol` adds the core messages (welcome, beat, lease, ping, renew). */
export type ProtocolParts = Partial<Omit<Protocol, 'name'>> & Pick<Protocol, 'name'>;

type Part<P extends ProtocolParts, K extends 'requests' | 'signals' | 'events'> =
  P[K] extends NonNullable<ProtocolParts[K]> ? P[K] : unknown;

export interface DefinedProtocol<P extends ProtocolParts> {
  readonly name: P['name'];
  readonly requests: CoreProtocol['requests'] & Part<P, 'requests'>;
  readonly signals: CoreProtocol['signals'] & Part<P, 'signals'>;
  readonly events: CoreProtocol['events'] & Part<P, 'events'>;
  readonly errors: readonly (
    CoreProtocol['errors'][number] | (P['errors'] extends readonly string[] ? P['errors'][number] : never)
  )[];
}

const reserved = new Set(['reply', 'error']);

/**
 * Defines a protocol with one schema per message. Both sides derive their types from the result. The server passes it to
 * `compileProtocol` to get a validator.
 *
 * @throws TypeError if the protocol name is not a subprotocol token (RFC 6455 §4.1); if a message has the name of a core
 * message of the same direction, or the name `reply` or `error`; if a request and a signal have the same name; or if a
 * schema has a property that the frame itself uses: `type`, and in requests and signals `id`.
 */
export function defineProtocol<const P extends ProtocolParts>(parts: P): DefinedProtocol<P> {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(parts.name)) {
    throw new TypeError(`protocol name ${JSON.stringify(parts.name)} is not a subprotocol token`);
  }
  const requests = parts.requests ?? {};
  const signals = parts.signals ?? {};
  const events = parts.events ?? {};
  const clientTypes = [...Object.keys(requests), ...Object.keys(signals)];
  rejectTakenTypes(clientTypes, [...Object.keys(coreProtocol.requests), ...Object.keys(coreProtocol.signals)]);
  rejectTakenTypes(Object.keys(events), Object.keys(coreProtocol.events));
  for (const [type, { params }] of Object.entries(requests)) rejectFrameFields(type, params.properties, ['type', 'id']);
  for (const [type, schema] of Object.entries(signals)) rejectFrameFields(type, schema.properties, ['type', 'id']);
  // Events may have their own `id`, as messages do. In client frames, `id` is the request id.
  for (const [type, schema] of Object.entries(events)) rejectFrameFields(type, schema.properties, ['type']);
  const merged: Protocol = {
    name: parts.name,
    requests: { ...coreProtocol.requests, ...requests },
    signals: { ...coreProtocol.signals, ...signals },
    events: { ...coreProtocol.events, ...events },
    errors: [...new Set([...coreProtocol.errors, ...(parts.errors ?? [])])],
  };
  return merged as DefinedProtocol<P>;
}

function rejectTakenTypes(types: readonly string[], core: readonly string[]): void {
  const seen = new Set<string>(core);
  for (const type of types) {
    if (reserved.has(type) || seen.has(type))
      throw new TypeError(`message type ${JSON.stringify(type)} is already taken`);
    seen.add(type);
  }
}

function rejectFrameFields(type: string, properties: object, fields: readonly string[]): void {
  for (const field of fields) {
    if (field in properties) throw new TypeError(`${JSON.stringify(type)}: property ${field} belongs to the frame`);
  }
}
