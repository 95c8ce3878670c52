import type { FastifyInstance } from 'fastify';
import Schema from 'typebox/schema';
import type { OpenApiDocument, Operation } from '../docs/openapi.ts';

/** A response of the app, with its call. */
export interface DocumentedResponse {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

/** The documents of all apps of a process are the same. */
let document: OpenApiDocument | undefined;

/**
 * Compares a response of the API with the OpenAPI document.
 *
 * @throws Error if the operation, its status, media type or problem code is not documented, or the body does not match its schema
 */
export function requireDocumented(
  app: FastifyInstance,
  { method, path, status, headers, json }: DocumentedResponse,
): void {
  if (!path.startsWith('/api/')) return;
  document ??= app.openApi();
  const call = `${method} ${path}: ${status}`;
  const operation = operationOf(document, method, path);
  if (operation === undefined) {
    // A preflight is part of CORS, not of the API. Requests without a route are rejected.
    if (status >= 400 || method === 'OPTIONS') return;
    throw new Error(`${call}: the document has no such operation`);
  }
  const response = operation.responses[status];
  if (response === undefined) {
    throw new Error(`${call} ${JSON.stringify(json)} is not documented: add the code to config.problems of the route`);
  }
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  if (response.content === undefined) {
    if (type !== '') throw new Error(`${call} has a body of type ${type}, but none is documented`);
    return;
  }
  const media = response.content[type];
  if (media === undefined) throw new Error(`${call} has a body of type ${type}, which is not documented`);
  if (!type.endsWith('json')) return;
  const [isValid, errors] = Schema.Errors(withComponents(document, media.schema), json);
  if (!isValid)
    throw new Error(`${call} ${JSON.stringify(json)} is not documented: ${JSON.stringify(errors.slice(0, 3))}`);
}

/** Returns a schema that can be checked: its references point into the document. */
export function withComponents({ components }: OpenApiDocument, schema: object): object {
  return { allOf: [schema], components };
}

/** Returns the operation for a request. Literal segments of a path win over parameters. */
function operationOf({ paths }: OpenApiDocument, method: string, path: string): Operation | undefined {
  const [target = ''] = path.split('?');
  const template = Object.keys(paths)
    .filter((candidate) => new RegExp(`^${candidate.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(target))
    .toSorted((one, other) => one.split('{').length - other.split('{').length)[0];
  return template === undefined ? undefined : paths[template]?.[method === 'HEAD' ? 'get' : method.toLowerCase()];
}
