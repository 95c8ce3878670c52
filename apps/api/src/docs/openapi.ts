import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import swagger from '@fastify/swagger';
import { proofSchema } from '@usher/protocol/server';
import type { FastifySchema, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { operationsBeforeTheRouter } from './before-the-router.ts';
import { useNamedSchemas } from './named-schemas.ts';
import { missingDeclarations, type Security, securitySchemes, tagDescriptions, tags } from './operations.ts';
import { type OperationErrors, problemResponses } from './problems.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Returns the OpenAPI document of the running app. Computed at the first call, which must follow `ready`.
     *
     * @throws TypeError that names the routes with missing declarations, and what is missing
     */
    openApi(): OpenApiDocument;
  }
}

/** The parts of an OpenAPI 3.1 document that this code reads. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: Security;
  readonly parameters?: readonly Readonly<Record<string, unknown>>[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface Response {
  readonly description: string;
  readonly headers?: object;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface MediaType {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** The version of this server, which is also the version of its API. */
export function apiVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

/** Collects all routes that are registered after it, and describes them with OpenAPI 3.1. */
export const openApi = fp(
  async (app) => {
    const incomplete: string[] = [];
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Usher',
          version: apiVersion(),
          description:
            'The HTTP API of Usher: sign-in, tickets for authenticated WebSockets, rooms and administration. Every error is a problem ' +
            'document (RFC 9457) whose `code` is for programs. `/api/docs/asyncapi.json` describes the frames of the socket.',
          license: { name: 'MIT', identifier: 'MIT' },
        },
        servers: [{ url: '/', description: 'This server' }],
        tags: Object.entries(tagDescriptions).map(([name, description]) => ({ name, description })),
        components: { securitySchemes },
      },
      convertConstToEnum: false,
      transform({ schema, url, route }) {
        // The files of the web app.
        if (url === '/*') return { schema: { ...schema, hide: true }, url };
        const missing = missingDeclarations(schema, route.config);
        if (missing.length > 0) incomplete.push(`${String(route.method)} ${url}:\n    ${missing.join('\n    ')}`);
        return { schema: describedSchema(schema, route), url };
      },
      transformObject: (document) => complete('openapiObject' in document ? document.openapiObject : {}) as never,
    });
    app.decorate('openApi', () => {
      const document = app.swagger() as unknown as OpenApiDocument;
      if (incomplete.length > 0)
        throw new TypeError(`routes that do not describe themselves:\n  ${incomplete.join('\n  ')}`);
      return document;
    });
  },
  { name: 'openapi', fastify: '5.x' },
);

/** Adds the errors of the operation as an extension, which `complete` replaces, and the responses that Fastify does not serialize. */
function describedSchema(
  schema: FastifySchema | undefined,
  { config, url }: Pick<RouteOptions, 'config' | 'url'>,
): FastifySchema {
  const { security = [], tags: operationTags = [] } = (schema ?? {}) as {
    readonly security?: Security;
    readonly tags?: readonly string[];
  };
  const response = schema?.response as Readonly<Record<string, unknown>> | undefined;
  const errors: OperationErrors = {
    schemes: security.flatMap((entry) => Object.keys(entry)),
    hasParameters: url.includes(':'),
    hasBody: schema?.body !== undefined,
    returnsProof: response?.[200] === proofSchema,
    declared: [
      ...(config?.problems ?? []),
      ...(operationTags.includes(tags.operators) ? (['forbidden'] as const) : []),
    ],
  };
  const described = mapValues(config?.describedResponses ?? {}, (response) =>
    // The schema of a response without a body, for `@fastify/swagger`.
    response.content === undefined ? { type: 'null', ...response } : response,
  );
  return { ...schema, response: { ...response, ...described }, 'x-errors': errors } as FastifySchema;
}

/** Adds what `@fastify/swagger` does not know: problems, the operations before the router and the named schemas. */
function complete(generated: object): object {
  const { paths = {}, components, ...rest } = generated as Partial<OpenApiDocument>;
  const all = { ...mapValues(paths, (item) => mapValues(item, describeOperation)), ...operationsBeforeTheRouter };
  const sorted = Object.fromEntries(Object.entries(all).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  const { document, schemas } = useNamedSchemas(JSON.parse(JSON.stringify(sorted)));
  return { ...rest, paths: document, components: { ...components, schemas } };
}

function describeOperation(operation: Operation & { readonly 'x-errors'?: OperationErrors }): object {
  const { 'x-errors': errors, responses, ...rest } = operation;
  const described = mapValues(responses, (response, status) =>
    response.description === 'Default Response'
      ? { ...response, description: STATUS_CODES[status] ?? status }
      : response,
  );
  return { ...rest, responses: { ...described, ...(errors === undefined ? {} : problemResponses(errors)) } };
}

function mapValues<V, W>(object: Readonly<Record<string, V>>, map: (value: V, key: string) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
