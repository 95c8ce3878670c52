/**
 * Finds what breaks clients of the last release: in the direction of requests, whatever the server no longer accepts; in the direction of
 * responses and events, everything that the client no longer receives. Additions are no breaking changes, because clients ignore what they do not
 * know (PROTOCOL.md).
 */

type Json = Readonly<Record<string, unknown>>;
type Direction = 'to server' | 'to client';

/** Keywords that limit values. A change of one may reject what was accepted before. */
const limits = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern', 'format', 'const'];

/** Returns the breaking changes between two OpenAPI or AsyncAPI documents, one sentence each. */
export function breakingChanges(released: object, current: object): string[] {
  const before = new Described(released as Json);
  const now = new Described(current as Json);
  const changes: string[] = [];
  for (const [name, operation] of before.operations()) {
    const changed = now.operations().get(name);
    if (changed === undefined) changes.push(`${name} is removed`);
    else compareOperations(name, { before, operation }, { before: now, operation: changed }, changes);
  }
  for (const [name, { payload, direction }] of before.messages()) {
    const message = now.messages().get(name);
    if (message === undefined) changes.push(`message ${name} is removed`);
    else changes.push(...new Comparison(before, now, direction).compare(`message ${name}`, payload, message.payload));
  }
  return [...new Set(changes)];
}

interface Side {
  readonly before: Described;
  readonly operation: Json;
}

function compareOperations(name: string, one: Side, other: Side, changes: string[]): void {
  const old = one.operation;
  const now = other.operation;
  const toServer = new Comparison(one.before, other.before, 'to server');
  const toClient = new Comparison(one.before, other.before, 'to client');
  for (const field of ['operationId', 'security', 'action', 'reply'] as const) {
    if (JSON.stringify(old[field]) !== JSON.stringify(now[field])) changes.push(`${name}: ${field} has changed`);
  }
  const parameters = (operation: Json): Map<string, Json> =>
    new Map(
      ((operation['parameters'] ?? []) as Json[]).map((entry) => [
        `${String(entry['in'])} ${String(entry['name'])}`,
        entry,
      ]),
    );
  const known = parameters(old);
  for (const [key, parameter] of parameters(now)) {
    const previous = known.get(key);
    if (parameter['required'] === true && previous?.['required'] !== true)
      changes.push(`${name}: ${key} is now required`);
    if (previous !== undefined) {
      changes.push(...toServer.compare(`${name}: ${key}`, previous['schema'], parameter['schema']));
    }
  }
  for (const key of known.keys()) if (!parameters(now).has(key)) changes.push(`${name}: ${key} is removed`);
  const body = bodyOf(old['requestBody']);
  const newBody = bodyOf(now['requestBody']);
  if (body === undefined && newBody !== undefined) changes.push(`${name}: a body is now required`);
  changes.push(...compareBodies(`${name} request`, body, newBody, toServer));
  const responses = (now['responses'] ?? {}) as Json;
  for (const [status, response] of Object.entries((old['responses'] ?? {}) as Json)) {
    if (!(status in responses)) changes.push(`${name}: the response ${status} is removed`);
    else changes.push(...compareBodies(`${name} ${status}`, bodyOf(response), bodyOf(responses[status]), toClient));
  }
}

function bodyOf(holder: unknown): Json | undefined {
  return (holder as { readonly content?: Json } | undefined)?.content;
}

function compareBodies(name: string, old: Json = {}, now: Json = {}, comparison: Comparison): string[] {
  return Object.entries(old).flatMap(([type, media]) => {
    const other = now[type];
    if (other === undefined) return [`${name}: the media type ${type} is removed`];
    return comparison.compare(name, (media as Json)['schema'], (other as Json)['schema']);
  });
}

/** Compares schemas in one direction. */
class Comparison {
  readonly #before: Described;
  readonly #now: Described;
  readonly #direction: Direction;

  constructor(before: Described, now: Described, direction: Direction) {
    this.#before = before;
    this.#now = now;
    this.#direction = direction;
  }

  compare(path: string, before: unknown, now: unknown): string[] {
    const old = this.#before.resolve(before);
    const changed = this.#now.resolve(now);
    const changes: string[] = [];
    if (JSON.stringify(old['type']) !== JSON.stringify(changed['type'])) changes.push(`${path}: the type has changed`);
    for (const keyword of limits) {
      // Limits of responses do not affect clients, except a fixed value.
      if (this.#direction === 'to client' && keyword !== 'const') continue;
      if (changed[keyword] !== undefined && changed[keyword] !== old[keyword])
        changes.push(`${path}: ${keyword} has changed`);
    }
    changes.push(...this.#compareValues(path, old, changed), ...this.#compareProperties(path, old, changed));
    if (old['items'] !== undefined) changes.push(...this.compare(`${path}[]`, old['items'], changed['items']));
    for (const keyword of ['allOf', 'anyOf'] as const) {
      const variants = (old[keyword] ?? []) as unknown[];
      const others = (changed[keyword] ?? []) as unknown[];
      if (keyword === 'anyOf' && this.#direction === 'to client') continue;
      variants.forEach((variant, index) => {
        if (others[index] === undefined) changes.push(`${path}: a variant is removed`);
        else changes.push(...this.compare(path, variant, others[index]));
      });
    }
    return changes;
  }

  #compareValues(path: string, old: Json, changed: Json): string[] {
    if (this.#direction === 'to client') return [];
    const values = (old['enum'] ?? []) as unknown[];
    const others = changed['enum'] as unknown[] | undefined;
    if (old['enum'] === undefined && others !== undefined) return [`${path}: only some values are accepted now`];
    return values
      .filter((value) => others?.includes(value) === false)
      .map((value) => `${path}: the value ${JSON.stringify(value)} is removed`);
  }

  #compareProperties(path: string, old: Json, changed: Json): string[] {
    const properties = (old['properties'] ?? {}) as Json;
    const others = (changed['properties'] ?? {}) as Json;
    const required = (old['required'] ?? []) as string[];
    const nowRequired = (changed['required'] ?? []) as string[];
    const changes: string[] = [];
    for (const [name, schema] of Object.entries(properties)) {
      if (!(name in others)) changes.push(`${path}.${name} is removed`);
      else changes.push(...this.compare(`${path}.${name}`, schema, others[name]));
    }
    if (this.#direction === 'to server') {
      for (const name of nowRequired) if (!required.includes(name)) changes.push(`${path}.${name} is now required`);
    } else {
      for (const name of required) if (!nowRequired.includes(name)) changes.push(`${path}.${name} may now be absent`);
    }
    return changes;
  }
}

/** A document with its references resolved on demand. */
class Described {
  readonly #document: Json;

  constructor(document: Json) {
    this.#document = document;
  }

  /** All operations of both kinds of documents, by name. */
  operations(): Map<string, Json> {
    const { paths = {}, operations = {} } = this.#document as { paths?: Json; operations?: Json };
    const ofPaths = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item as Json).map(([method, operation]): [string, Json] => [
        `${method.toUpperCase()} ${path}`,
        operation as Json,
      ]),
    );
    return new Map([...ofPaths, ...(Object.entries(operations) as [string, Json][])]);
  }

  /** The messages of an AsyncAPI document. */
  messages(): Map<string, { readonly payload: unknown; readonly direction: Direction }> {
    const { messages = {} } = (this.#document['components'] ?? {}) as { messages?: Json };
    return new Map(
      Object.entries(messages).map(([name, message]) => [
        name,
        { payload: (message as Json)['payload'], direction: name.includes('.client.') ? 'to server' : 'to client' },
      ]),
    );
  }

  resolve(schema: unknown): Json {
    const { $ref, ...own } = (schema ?? {}) as Json;
    if (typeof $ref !== 'string') return own;
    const target = $ref
      .slice(2)
      .split('/')
      .reduce<unknown>((node, key) => (node as Json | undefined)?.[key], this.#document);
    return { ...this.resolve(target), ...own };
  }
}
