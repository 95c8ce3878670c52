import { isIP } from 'node:net';
import { foldUserName, userNamePattern } from '@usher/protocol/server';
import { type Static, type TSchema, Type } from 'typebox';
import { parseRedisUrl, redisUrlRequirement } from './redis-url.ts';
import { parseOrigin } from './origins.ts';
import {
  flag,
  integer,
  ofProvider,
  oneOf,
  options,
  parseKeysUrl,
  parseList,
  parseTrustProxy,
  type SettingOptions,
} from './setting-kinds.ts';

const days = 86_400;
const exampleOrigin = 'https://chat.example.org';

function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
}

/**
 * Every setting: the name of its environment variable, and the type, default, bounds and description of its value. `loadConfig` reads the
 * environment with it, and the table in docs/deploying.md is generated from it.
 */
export const settingsSchema = Type.Object({
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
  SIGN_UP: oneOf(['closed', 'open'], 'closed', '`closed` or `open`: whether users can create accounts'),
  SIGN_UPS_PER_ADDRESS: integer(
    30,
    0,
    100_000,
    'burst of sign-ups from one address; above it, three sign-ups per minute; 0: no limit',
  ),
  PASSWORD_MIN_LENGTH: integer(
    8,
    8,
    64,
    'minimum length of a new password. NIST SP 800-63B-4 requires 15 without a second factor',
  ),
  ADMIN_USER: Type.Optional(
    Type.String(
      options({
        description:
          'the first administrator, created in an empty database and ignored (with a warning) in any other: 1 to 32 of `a-z 0-9 . _ -` with a letter or digit',
        constraint: 'must have 1 to 32 characters of a-z 0-9 . _ - with at least one letter or digit',
        // An operator may confuse it with ADMIN_PASSWORD.
        secret: true,
        requiredWith: ['ADMIN_PASSWORD'],
        pattern: userNamePattern,
        parse: foldUserName,
      }),
    ),
  ),
  ADMIN_PASSWORD: Type.Optional(
    Type.String(
      options({
        description: 'the password of `ADMIN_USER`: 8 to 256 characters that are not easy to guess',
        constraint: 'must have 8 to 256 characters',
        secret: true,
        verbatim: true,
        requiredWith: ['ADMIN_USER'],
        minLength: 8,
        maxLength: 256,
      }),
    ),
  ),
  DEMO_USERS: flag(
    'creates `maggie`, `bart`, `lisa` and `admin` (pwd `secret`) and two rooms in an empty database. Rejected with a `PUBLIC_URL` that is not a loopback address',
  ),
  TICKET_TTL_SECONDS: integer(30, 1, 600, 'lifetime of a ticket'),
  ACCESS_TOKEN_SECONDS: integer(900, 1, days, 'lifetime of an access token'),
  LEASE_SECONDS: integer(1800, 1, days, 'how long a connection stays open without renewal'),
  SESSION_IDLE_SECONDS: integer(14 * days, 1, 400 * days, 'idle timeout of a session (14 days)'),
  SESSION_SECONDS: integer(30 * days, 1, 400 * days, 'absolute lifetime of a session (30 days)'),
  MAX_SESSIONS_PER_USER: integer(100, 1, 100_000, 'sessions of one user; above it, the least recently used one ends'),
  REPLAY_ENDS_SESSION: flag('ends the session of a ticket that is used a second time'),
  MAX_CONNECTIONS: integer(20_000, 1, 1_000_000, 'WebSocket connections of this node'),
  MAX_CONNECTIONS_PER_USER: integer(10, 1, 100_000, 'WebSocket connections of one user, on all nodes together'),
  MAX_CONNECTIONS_PER_ADDRESS: integer(
    1_000,
    0,
    1_000_000,
    'TCP connections from one address (IPv6: from one /64) that is neither on loopback nor a proxy of `TRUST_PROXY`; 0: no limit',
  ),
  CONNECTS_PER_SECOND: integer(
    500,
    1,
    100_000,
    'the rate at which connection slots are assigned, by all nodes together',
  ),
  CALLS_PER_SECOND: integer(
    30,
    0,
    100_000,
    'points per second that the HTTP calls of one user may cost, averaged over 10 seconds (see below); 0: no limit',
  ),
  SENDS_PER_SECOND: integer(20, 0, 100_000, 'sends of one connection; 0: no limit'),
  REQUESTS_PER_SECOND: integer(
    100,
    0,
    100_000,
    'units per second that one connection may spend (PROTOCOL.md, Limits); 0: no limit. Defaults to 0 with `SENDS_PER_SECOND=0`',
  ),
  MAX_MB_PER_USER_PER_DAY: integer(
    50,
    0,
    1_000_000,
    'megabytes that one user may store in 24 hours (see [disk space](#disk-space)); 0: no limit',
  ),
  MAX_DATABASE_MB: integer(0, 0, 100_000_000, 'size of the database with its write-ahead log; 0: no limit'),
  MIN_FREE_DISK_MB: integer(100, 0, 100_000_000, 'free disk space below which no message is stored; 0: no limit'),
  MAX_ROOMS_PER_USER: integer(1_000, 1, 100_000, 'rooms that one user may create'),
  MAX_ROOMS_PER_USER_PER_HOUR: integer(60, 1, 100_000, 'rooms that one user may create in an hour'),
  HEARTBEAT_MS: integer(25_000, 100, 600_000, 'interval of the heartbeats'),
  HEARTBEAT_GRACE_MS: integer(10_000, 100, 600_000, 'how late a heartbeat may be before the connection is closed'),
  NODE_LEASE_MS: integer(
    9_000,
    500,
    600_000,
    'with `REDIS_URL`: how long a node that does not reach Redis still counts as live; the same on all nodes',
  ),
  PRESENCE_GRACE_MS: integer(10_000, 0, 600_000, 'how long a dropped connection still counts as present'),
  DRAIN_SECONDS: integer(
    10,
    0,
    600,
    'time after a signal within which every connection is closed; see [stopping](#stopping-and-updating)',
  ),
  DRAIN_DELAY_SECONDS: integer(
    0,
    0,
    600,
    'how long `ready` is 503 before the first connection is closed; less than `DRAIN_SECONDS`',
  ),
  REFUSALS_KEPT: integer(
    20_000,
    100,
    1_000_000,
    'refused sign-ins, ticket calls and handshakes that each node keeps in memory for operators, at most 1 kB each',
  ),
  RECEIPTS_KEPT: integer(
    20_000,
    100,
    1_000_000,
    'granted ticket calls that each node keeps in memory for operators, for a day and about 100 bytes each',
  ),
  METRICS_TOKEN: Type.Optional(
    Type.String(
      options({
        description:
          '8 to 256 visible ASCII characters; without it, `/metrics` answers only a direct peer on loopback that names a loopback host',
        constraint: 'must be 8 to 256 visible ASCII characters',
        secret: true,
        pattern: '^[\\x21-\\x7e]{8,256}$',
      }),
    ),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.Refine(
      Type.String(
        options({
          description:
            'base URL of an OpenTelemetry collector that receives [traces](operations.md#traces) over OTLP/HTTP, such as `http://127.0.0.1:4318`',
          computedDefault: 'no traces',
          constraint: 'must be an http or https URL',
          secret: true,
        }),
      ),
      (value) => /^https?:\/\//.test(value) && URL.canParse(value),
    ),
  ),
  OTEL_SDK_DISABLED: flag('exports no traces'),
  OTEL_TRACES_SAMPLER: oneOf(
    [
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ],
    'parentbased_always_on',
    'which traces are exported: one of the [samplers of OpenTelemetry](https://opentelemetry.io/docs/languages/sdk-configuration/general/#otel_traces_sampler)',
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Number(
    options({
      default: 1,
      minimum: 0,
      maximum: 1,
      description: '0 to 1: the share of traces that a `traceidratio` sampler exports',
      constraint: 'must be a number between 0 and 1',
      parse: (text) => (/^\d(?:\.\d{1,10})?$/.test(text) ? Number(text) : text),
    }),
  ),
  LOG_LEVEL: oneOf(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'info',
    '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`',
  ),
});

export type Settings = Static<typeof settingsSchema>;

/** Lists the settings in the order of the documentation. */
export function listSettings(): readonly (readonly [name: string, setting: TSchema & SettingOptions])[] {
  return Object.entries(settingsSchema.properties as unknown as Record<string, TSchema & SettingOptions>);
}
