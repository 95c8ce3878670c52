import { coreProtocol, type CoreProtocol } from './core.ts';
import type { Protocol } from './define.ts';

/** What a team describes: its own messages. The core's (welcome, beat, lease, ping, renew) come by themselves. */
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
 * Describes a protocol from one schema a message. The result gives types to both sides and, through `compileProtocol`,
 * the validator to the server.
 *
 * @throws TypeError when a name is the core's own, stands on both sides of the same direction, or is `reply` or `error`,
 * when a schema has a property `type` or `id` (those belong to the frame), or when the name is no subprotocol token (RFC 6455 §4.1).
 */
export function defineProtocol<const P extends ProtocolParts>(parts: P): DefinedProtocol<P> {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(parts.name)) {
    throw new TypeError(`protocol name ${JSON.stringify(parts.name)} is not a subprotocol token`);
  }
  const requests = parts.requests ?? {};
  const signals = parts.signals ?? {};
  const events = parts.events ?? {};
  const clientTypes = [...Object.keys(requests), ...Object.keys(signals)];
  refuseTaken(clientTypes, [...Object.keys(coreProtocol.requests), ...Object.keys(coreProtocol.signals)]);
  refuseTaken(Object.keys(events), Object.keys(coreProtocol.events));
  for (const [type, { params }] of Object.entries(requests)) refuseFields(type, params.properties, ['type', 'id']);
  for (const [type, schema] of Object.entries(signals)) refuseFields(type, schema.properties, ['type', 'id']);
  // An event may carry an `id` of its own (a message has one): only a request's is the frame's.
  for (const [type, schema] of Object.entries(events)) refuseFields(type, schema.properties, ['type']);
  const merged: Protocol = {
    name: parts.name,
    requests: { ...coreProtocol.requests, ...requests },
    signals: { ...coreProtocol.signals, ...signals },
    events: { ...coreProtocol.events, ...events },
    errors: [...new Set([...coreProtocol.errors, ...(parts.errors ?? [])])],
  };
  return merged as DefinedProtocol<P>;
}

function refuseTaken(types: readonly string[], core: readonly string[]): void {
  const seen = new Set<string>(core);
  for (const type of types) {
    if (reserved.has(type) || seen.has(type))
      throw new TypeError(`message type ${JSON.stringify(type)} is already taken`);
    seen.add(type);
  }
}

function refuseFields(type: string, properties: object, fields: readonly string[]): void {
  for (const field of fields) {
    if (field in properties) throw new TypeError(`${JSON.stringify(type)}: property ${field} belongs to the frame`);
  }
}
