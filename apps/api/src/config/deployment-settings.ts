import { isIP } from 'node:net';
import { Type } from 'typebox';
import { parseRedisUrl, redisUrlRequirement } from './redis-url.ts';
import { parseOrigin } from './origins.ts';
import { integer, ofProvider, options, parseKeysUrl, parseList, parseTrustProxy } from './setting-kinds.ts';

const exampleOrigin = 'https://chat.example.org';

function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
}

/** Where the server listens and stores its data, its keys, and the addresses that it trusts. */
export const deploymentSettings = {
  HOST: Type.Refine(
    Type.String(
      options({
        default: '127.0.0.1',
        description: 'the host name or address to listen on',
        constraint: 'must be a host name or an IP address',
      }),
    ),
    (value) => isIP(value) !== 0 || /^[a-zA-Z0-9.-]{1,253}$/.test(value),
  ),
  PORT: integer(3000, 0, 65_535, 'the port to listen on; 0 selects a free port'),
  DATA_DIR: Type.String(
    options({
      default: './data',
      description: 'the folder of the database and of a generated secret; created if missing',
      constraint: 'must be a path',
    }),
  ),
  DATABASE_URL: Type.Optional(
    Type.Refine(
      Type.String(
        options({
          description:
            'a PostgreSQL database instead of the embedded one: `postgres://user:password@host:5432/database`. Requires `JWT_SECRET`',
          computedDefault: 'the embedded database in `DATA_DIR`',
          constraint: 'must be a URL like postgres://user:password@host:5432/database',
          secret: true,
        }),
      ),
      isPostgresUrl,
    ),
  ),
  DATABASE_MIGRATION_URL: Type.Optional(
    Type.Refine(
      Type.String(
        options({
          description:
            'the URL of PostgreSQL itself, for migrations and notifications, if `DATABASE_URL` is a pooler such as PgBouncer in transaction mode',
          computedDefault: '`DATABASE_URL`',
          constraint: 'must be a URL like postgres://user:password@host:5432/database',
          secret: true,
        }),
      ),
      isPostgresUrl,
    ),
  ),
  REDIS_URL: Type.Optional(
    Type.Refine(
      Type.String(
        options({
          description:
            'a Redis (7 or newer) or Valkey for [several nodes](#several-nodes): `redis://user:password@host:6379/0` or another of its [forms](#several-nodes). Requires `DATABASE_URL`',
          computedDefault: 'one node',
          constraint: `must be ${redisUrlRequirement}`,
          secret: true,
        }),
      ),
      (value) => parseRedisUrl(value) !== undefined,
    ),
  ),
  REDIS_WAIT_REPLICAS: integer(
    0,
    0,
    10,
    'replicas of Redis that must confirm the use of a ticket before its socket opens (see [several nodes](#several-nodes)). Must be 0 with Redis Cluster',
  ),
  JWT_SECRET: Type.Optional(
    Type.Refine(
      Type.String(
        options({
          description: 'the key that signs access tokens: at least 32 bytes',
          computedDefault: 'generated, kept in `DATA_DIR`',
          constraint: 'must be at least 32 bytes',
          secret: true,
        }),
      ),
      (value) => Buffer.byteLength(value) >= 32,
    ),
  ),
  JWKS_URL: Type.Optional(
    Type.String(
      options({
        description:
          'URL of the keys of an [identity provider](#an-identity-provider): https, or http on loopback. Requires the next two settings',
        constraint: 'must be an https URL, or an http URL on loopback, without credentials',
        secret: true,
        requiredWith: ['JWT_ISSUER', 'JWT_AUDIENCE'],
        parse: parseKeysUrl,
      }),
    ),
  ),
  JWT_ISSUER: ofProvider(
    ['JWKS_URL', 'JWT_AUDIENCE'],
    'the `iss` of the identity provider’s tokens: 1 to 256 visible ASCII characters',
  ),
  JWT_AUDIENCE: ofProvider(
    ['JWKS_URL', 'JWT_ISSUER'],
    'the `aud` of the identity provider’s tokens: 1 to 256 visible ASCII characters',
  ),
  PUBLIC_URL: Type.Optional(
    Type.String(
      options({
        description: `the URL that users open, such as \`${exampleOrigin}\`, without a path`,
        computedDefault: '`http://HOST:PORT`',
        constraint: `must be an origin like ${exampleOrigin}, without a path`,
        secret: true,
        parse: parseOrigin,
      }),
    ),
  ),
  ALLOWED_ORIGINS: Type.Optional(
    Type.Immutable(
      Type.Array(
        Type.String(),
        options({
          description:
            'the exact origins that may open sockets, separated by commas. On loopback the default includes both `localhost` and `127.0.0.1`',
          computedDefault: 'the origin of `PUBLIC_URL`',
          constraint: `must be origins like ${exampleOrigin}, separated by commas`,
          secret: true,
          parse: (text) => parseList(text, parseOrigin),
        }),
      ),
    ),
  ),
  TRUST_PROXY: Type.Union(
    [Type.Literal(false), Type.Integer({ minimum: 1, maximum: 32 }), Type.Immutable(Type.Array(Type.String()))],
    options({
      default: false,
      description:
        '`off`, a number of hops, or addresses and CIDRs separated by commas: the proxies whose forwarded headers are trusted',
      computedDefault: '`off`',
      constraint: 'must be off, a number of hops, or addresses and CIDRs separated by commas',
      parse: parseTrustProxy,
    }),
  ),
};
