import type { ProblemCode } from '@usher/protocol';
import { type TSchema, Type } from 'typebox';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The problems of this operation, beyond those that follow from its security, parameters and body (`problems.ts`). */
    problems?: readonly ProblemCode[];
    /** Responses that Fastify does not serialize, by status, for the API description only. */
    describedResponses?: Readonly<Record<number, DescribedResponse>>;
  }
}

export interface DescribedResponse {
  readonly description: string;
  /** The schema of each media type. Without it, the response has no body. */
  readonly content?: Readonly<Record<string, { readonly schema: TSchema }>>;
}

/** The schema of a 204. */
export const noContent = Type.Unsafe<undefined>({ type: 'null', description: 'No Content' });

/** A security requirement of OpenAPI: one of its entries must be satisfied. */
export type Security = readonly Readonly<Record<string, readonly string[]>>[];

/** The value of `schema.security` of a route. */
export const security = {
  none: [],
  /** The access token of a user. */
  bearer: [{ bearer: [] }],
  /** The refresh token in its cookie. */
  refreshCookie: [{ refreshCookie: [] }],
  bearerOrRefreshCookie: [{ bearer: [] }, { refreshCookie: [] }],
  /** The API key of a backend. */
  apiKey: [{ apiKey: [] }],
  /** `METRICS_TOKEN`, or a direct request from the machine of the server. */
  metrics: [{ metricsToken: [] }, {}],
  ticket: [{ ticket: [] }],
} as const satisfies Readonly<Record<string, Security>>;

/** The definitions of the schemes that `security` refers to. */
export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'The access token of `POST /api/auth` or `POST /api/auth/refresh`, or a token of the identity provider.',
  },
  refreshCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Secure-usher_refresh',
    description: 'HttpOnly, SameSite=Strict. Without https, its name is `usher_refresh`.',
  },
  apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, which an administrator creates for a backend.' },
  metricsToken: {
    type: 'http',
    scheme: 'bearer',
    description:
      '`METRICS_TOKEN`. Without this setting, only direct requests from and to a loopback address are permitted.',
  },
  ticket: {
    type: 'apiKey',
    in: 'query',
    name: 'ticket',
    description: 'A ticket of `GET /api/ws_ticket`. It is valid once, for this path only.',
  },
} as const;

/** The values of `schema.tags` of a route: one per operation. */
export const tags = {
  authentication: 'Authentication',
  sessions: 'Sessions',
  users: 'Users',
  socket: 'Socket',
  rooms: 'Rooms',
  operators: 'Operators',
  backends: 'Backends',
  monitoring: 'Monitoring',
  documents: 'Documents',
} as const;

/** What the schema of a route for operators declares. `forbidden` follows from its tag. */
export function operatorCall(operationId: string, summary: string) {
  return { tags: [tags.operators], security: security.bearer, operationId, summary };
}

/** What the schema of a route for backends declares. */
export function backendCall(operationId: string, summary: string) {
  return { tags: [tags.backends], security: security.apiKey, operationId, summary };
}

export const tagDescriptions: Readonly<Record<(typeof tags)[keyof typeof tags], string>> = {
  Authentication: 'Sign in, refresh the access token, sign out.',
  Sessions: 'The devices on which a user is signed in.',
  Users: 'Accounts.',
  Socket: 'The ticket, and the handshake that consumes it. The AsyncAPI document describes the frames.',
  Rooms: 'Rooms, their members and their history. New messages arrive over the socket.',
  Operators: 'Calls for users with the role `admin`. Calls that close connections return the proof of each node.',
  Backends: 'Calls for servers, with an API key.',
  Monitoring: 'Health and metrics.',
  Documents: 'The descriptions of this API.',
};

/**
 * What a route has to declare to be described completely.
 *
 * @returns one sentence per missing declaration, for the developer of the route
 */
export function missingDeclarations(
  schema: object | undefined,
  config: { readonly describedResponses?: object } | undefined,
): string[] {
  const {
    operationId,
    summary,
    tags: operationTags,
    security: requirement,
    response,
  } = (schema ?? {}) as OperationSchema;
  const known: readonly string[] = Object.values(tags);
  const missing: string[] = [];
  if (!/^[a-z][A-Za-z]+$/.test(operationId ?? '')) missing.push('schema.operationId: a unique name in camelCase');
  if (summary === undefined) missing.push('schema.summary: what the call does, in the imperative');
  if (operationTags?.length !== 1 || !known.includes(operationTags[0] ?? ''))
    missing.push('schema.tags: one value of `tags` (docs/operations.ts)');
  if (requirement === undefined) missing.push('schema.security: a value of `security` (docs/operations.ts)');
  const statuses = Object.keys({ ...response, ...config?.describedResponses });
  if (!statuses.some((status) => /^[1-3]/.test(status)))
    missing.push(
      'schema.response: the successful response (or config.describedResponses, if it is not serialized by Fastify)',
    );
  return missing;
}

interface OperationSchema {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: Security;
  readonly response?: object;
}
