import * as chat from '@usher/chat-api/server';
import { messageSchema, proofSchema, ticketSchema, tokenSchema } from '@usher/protocol/server';
import { problemSchema } from './problems.ts';

/** The schemas that the description names. Other schemas are written where they are used. */
const named: Readonly<Record<string, object>> = {
  ...Object.fromEntries(Object.entries(chat).map(([name, schema]) => [componentName(name), schema])),
  Message: messageSchema,
  Problem: problemSchema,
  Proof: proofSchema,
  TicketResponse: ticketSchema,
  TokenResponse: tokenSchema,
};

/** `roomSchema` → `Room` */
function componentName(exported: string): string {
  return exported.charAt(0).toUpperCase() + exported.slice(1).replace(/Schema$/, '');
}

/**
 * Replaces each copy of a named schema in a document by a reference.
 *
 * @returns the document, and the named schemas that it refers to
 */
export function useNamedSchemas(document: unknown): {
  readonly document: unknown;
  readonly schemas: Readonly<Record<string, unknown>>;
} {
  const names = new Map(Object.entries(named).map(([name, schema]) => [identityOf(schema), name]));
  const schemas: Record<string, unknown> = {};

  function replace(node: unknown): unknown {
    if (typeof node !== 'object' || node === null) return node;
    const name = 'type' in node ? names.get(identityOf(node)) : undefined;
    if (name === undefined) return children(node);
    if (!(name in schemas)) {
      schemas[name] = undefined;
      schemas[name] = children(named[name] ?? {});
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  function children(node: object): unknown {
    if (Array.isArray(node)) return node.map(replace);
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replace(value)]));
  }

  const replaced = replace(document);
  return { document: replaced, schemas: Object.fromEntries(Object.entries(schemas).toSorted(byName)) };
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** Two schemas with the same identity validate the same values. `@fastify/swagger` moves examples out of schemas. */
function identityOf(schema: object): string {
  return JSON.stringify(schema, (key, value: unknown) => (key === 'examples' ? undefined : value));
}
