import { isIP } from 'node:net';
import { foldUserName, userNamePattern } from '@usher/protocol/server';
import { type IdentityProvider, readIdentityProvider } from './identity-provider.ts';
import { isLoopbackUrl } from './origins.ts';

/** The settings of the server. Created once by `loadConfig` and frozen. No other code reads the environment. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** The directory of the database and the generated secret. */
  readonly dataDir: string;
  /** At least 32 bytes. Defaults to a generated secret that is stored in `dataDir`. */
  readonly jwtSecret?: string;
  /** An external identity provider whose tokens are accepted in addition to the server's own. */
  readonly identityProvider?: IdentityProvider;
  /** The origin under which users reach the server, without a trailing slash. Defaults to the listening address. */
  readonly publicUrl?: string;
  /** Exact origins that may open sockets. Defaults to the origin of `publicUrl`. */
  readonly allowedOrigins?: readonly string[];
  /** Trusted proxies: `false`, the number of hops, or addresses and CIDRs. */
  readonly trustProxy: false | number | readonly string[];
  readonly signUp: 'open' | 'closed';
  /** Burst of sign-ups from one address, followed by 3 per minute. 0: no limit. */
  readonly signUpsPerAddress: number;
  /** Minimum characters of a new password. */
  readonly passwordMinLength: number;
  readonly admin?: { readonly user: string; readonly password: string };
  readonly demoUsers: boolean;
  readonly ticketTtlSeconds: number;
  readonly accessTokenSeconds: number;
  readonly leaseSeconds: number;
  /** Seconds without use after which a session ends. */
  readonly sessionIdleSeconds: number;
  /** Seconds after which a session ends, regardless of use. */
  readonly sessionSeconds: number;
  /** Maximum sessions of one user. Above it the least recently used one is revoked. */
  readonly maxSessionsPerUser: number;
  /** Whether the replay of a consumed ticket revokes its session. */
  readonly replayEndsSession: boolean;
  readonly maxConnections: number;
  readonly maxConnectionsPerUser: number;
  /** TCP connections from one address, except trusted proxies. 0: no limit. */
  readonly maxConnectionsPerAddress: number;
  readonly connectsPerSecond: number;
  /** Points per second for the HTTP calls of one user (see `http/call-budget.ts`). 0: no limit. */
  readonly callsPerSecond: number;
  /** 0: no limit. */
  readonly sendsPerSecond: number;
  /** Megabytes that one user may store in 24 hours. 0: no limit. */
  readonly maxMbPerUserPerDay: number;
  /** Maximum size of the database. 0: no limit. */
  readonly maxDatabaseMb: number;
  /** Minimum free disk space for storing messages. 0: no limit. */
  readonly minFreeDiskMb: number;
  readonly maxRoomsPerUser: number;
  readonly maxRoomsPerUserPerHour: number;
  /** Cost of all requests and signals of one connection, in units per second. 0: no limit. */
  readonly requestsPerSecond: number;
  readonly heartbeatMs: number;
  readonly heartbeatGraceMs: number;
  /** How long a user whose connection dropped still counts as present. */
  readonly presenceGraceMs: number;
  /** Seconds after a signal within which all connections are closed. */
  readonly drainSeconds: number;
  /** How long `ready` returns 503 before the first connection is closed. Part of `drainSeconds`. */
  readonly drainDelaySeconds: number;
  readonly metricsToken?: string;
  readonly logLevel: LogLevel;
  /** Directory of the built web app. If it does not exist, the server serves only its API. */
  readonly webRoot: string;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Invalid settings. The message names each setting and its requirement, and never contains a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`Invalid settings:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

const minPasswordLength = 8;
const maxPasswordLength = 256;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from environment variables. An empty variable counts as absent. Does not access files.
 *
 * @throws ConfigError with all invalid settings.
 */
export function loadConfig(env: Env, webRoot: string): Config {
  const faults: string[] = [];
  const text = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === '' ? undefined : value;
  };
  /** Parses a setting. If `parse` returns `undefined`, adds a fault with the value, which therefore must not be a secret. */
  function setting<T>(name: string, requirement: string, fallback: T, parse: (value: string) => T | undefined): T {
    const value = text(name);
    if (value === undefined) return fallback;
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    faults.push(`invalid ${name} ${JSON.stringify(value.slice(0, 100))}: must be ${requirement}`);
    return fallback;
  }
  const integer = (name: string, fallback: number, min: number, max: number): number =>
    setting(name, `an integer between ${min} and ${max}`, fallback, (value) => parseInteger(value, min, max));
  function oneOf<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    return setting<T>(name, choices.join(' or '), fallback, (value) => choices.find((choice) => choice === value));
  }
  /** Parses a setting whose value may contain a secret. The fault does not repeat the value. */
  function secret<T>(name: string, requirement: string, parse: (value: string) => T | undefined): T | undefined {
    const value = text(name);
    const parsed = value === undefined ? undefined : parse(value);
    if (value !== undefined && parsed === undefined) faults.push(`invalid ${name}: must be ${requirement}`);
    return parsed;
  }

  for (const name of ['REDIS_URL', 'DATABASE_URL']) {
    if (text(name) !== undefined) faults.push(`invalid ${name}: not supported by this version; remove it`);
  }
  const jwtSecret = secret('JWT_SECRET', 'at least 32 bytes', (value) =>
    Buffer.byteLength(value) >= 32 ? value : undefined,
  );
  const publicUrl = secret('PUBLIC_URL', 'an origin like https://chat.example.org, without a path', parseOrigin);
  const allowedOrigins = secret(
    'ALLOWED_ORIGINS',
    'origins like https://chat.example.org, separated by commas',
    (value) => parseList(value, parseOrigin),
  );
  const metricsToken = secret('METRICS_TOKEN', '8 to 256 visible ASCII characters', (value) =>
    /^[\x21-\x7e]{8,256}$/.test(value) ? value : undefined,
  );
  const sendsPerSecond = integer('SENDS_PER_SECOND', 20, 0, 100_000);
  const heartbeatMs = integer('HEARTBEAT_MS', 25_000, 100, 600_000);
  const drainSeconds = integer('DRAIN_SECONDS', 10, 0, 600);
  const drainDelaySeconds = integer('DRAIN_DELAY_SECONDS', 0, 0, 600);
  if (drainDelaySeconds > 0 && drainDelaySeconds >= drainSeconds) {
    faults.push('invalid DRAIN_DELAY_SECONDS: must be less than DRAIN_SECONDS');
  }
  const identityProvider = readIdentityProvider(text, faults);
  const admin = readAdmin(text('ADMIN_USER'), env['ADMIN_PASSWORD'], faults);

  const config: Config = {
    host: setting('HOST', 'a host name or an IP address', '127.0.0.1', (value) =>
      isIP(value) !== 0 || /^[a-zA-Z0-9.-]{1,253}$/.test(value) ? value : undefined,
    ),
    port: integer('PORT', 3000, 0, 65_535),
    dataDir: text('DATA_DIR') ?? './data',
    ...(jwtSecret === undefined ? {} : { jwtSecret }),
    ...(identityProvider === undefined ? {} : { identityProvider }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
    trustProxy: setting<Config['trustProxy']>(
      'TRUST_PROXY',
      'off, a number of hops, or addresses and CIDRs separated by commas',
      false,
      parseTrustProxy,
    ),
    signUp: oneOf('SIGN_UP', ['closed', 'open'], 'closed'),
    signUpsPerAddress: integer('SIGN_UPS_PER_ADDRESS', 30, 0, 100_000),
    passwordMinLength: integer('PASSWORD_MIN_LENGTH', minPasswordLength, 8, 64),
    ...(admin === undefined ? {} : { admin }),
    demoUsers: oneOf('DEMO_USERS', ['false', 'true'], 'false') === 'true',
    ticketTtlSeconds: integer('TICKET_TTL_SECONDS', 30, 1, 600),
    accessTokenSeconds: integer('ACCESS_TOKEN_SECONDS', 900, 1, 86_400),
    leaseSeconds: integer('LEASE_SECONDS', 1800, 1, 86_400),
    sessionIdleSeconds: integer('SESSION_IDLE_SECONDS', 14 * 86_400, 1, 400 * 86_400),
    sessionSeconds: integer('SESSION_SECONDS', 30 * 86_400, 1, 400 * 86_400),
    maxSessionsPerUser: integer('MAX_SESSIONS_PER_USER', 100, 1, 100_000),
    replayEndsSession: oneOf('REPLAY_ENDS_SESSION', ['false', 'true'], 'false') === 'true',
    maxConnections: integer('MAX_CONNECTIONS', 20_000, 1, 1_000_000),
    maxConnectionsPerUser: integer('MAX_CONNECTIONS_PER_USER', 10, 1, 100_000),
    maxConnectionsPerAddress: integer('MAX_CONNECTIONS_PER_ADDRESS', 1_000, 0, 1_000_000),
    callsPerSecond: integer('CALLS_PER_SECOND', 30, 0, 100_000),
    connectsPerSecond: integer('CONNECTS_PER_SECOND', 500, 1, 100_000),
    sendsPerSecond,
    // Without a limit of sends, as in a load test, other requests have no limit by default.
    requestsPerSecond: integer('REQUESTS_PER_SECOND', sendsPerSecond === 0 ? 0 : 100, 0, 100_000),
    maxMbPerUserPerDay: integer('MAX_MB_PER_USER_PER_DAY', 50, 0, 1_000_000),
    maxDatabaseMb: integer('MAX_DATABASE_MB', 0, 0, 100_000_000),
    minFreeDiskMb: integer('MIN_FREE_DISK_MB', 100, 0, 100_000_000),
    maxRoomsPerUser: integer('MAX_ROOMS_PER_USER', 1_000, 1, 100_000),
    maxRoomsPerUserPerHour: integer('MAX_ROOMS_PER_USER_PER_HOUR', 60, 1, 100_000),
    heartbeatMs,
    heartbeatGraceMs: integer('HEARTBEAT_GRACE_MS', 10_000, 100, 600_000),
    presenceGraceMs: integer('PRESENCE_GRACE_MS', 10_000, 0, 600_000),
    drainSeconds,
    drainDelaySeconds,
    ...(metricsToken === undefined ? {} : { metricsToken }),
    logLevel: oneOf('LOG_LEVEL', logLevels, 'info'),
    webRoot,
  };
  if (config.demoUsers && publicUrl !== undefined && !isLoopbackUrl(publicUrl)) {
    faults.push(
      'invalid DEMO_USERS "true": must be false unless PUBLIC_URL is a loopback address, because the demo passwords are public ' +
        '(npm start sets it to true by default)',
    );
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(config);
}

function readAdmin(typedUser: string | undefined, password: string | undefined, faults: string[]): Config['admin'] {
  const user = typedUser === undefined ? undefined : foldUserName(typedUser);
  if (user === undefined && (password === undefined || password === '')) return undefined;
  const before = faults.length;
  if (user === undefined || !new RegExp(userNamePattern).test(user)) {
    faults.push(
      'invalid ADMIN_USER: must have 1 to 32 characters of a-z 0-9 . _ - with at least one letter or digit (required with ADMIN_PASSWORD)',
    );
  }
  const chars = password?.length ?? 0;
  if (chars < minPasswordLength || chars > maxPasswordLength) {
    faults.push(
      `invalid ADMIN_PASSWORD: must have ${minPasswordLength} to ${maxPasswordLength} characters (required with ADMIN_USER)`,
    );
  }
  return faults.length > before || user === undefined || password === undefined ? undefined : { user, password };
}

function parseInteger(value: string, min: number, max: number): number | undefined {
  if (!/^\d{1,10}$/.test(value)) return undefined;
  const number = Number(value);
  return number >= min && number <= max ? number : undefined;
}

/** Parses a comma-separated list. Returns `undefined` if an item is invalid or the list is empty. */
function parseList<T>(value: string, parse: (part: string) => T | undefined): readonly T[] | undefined {
  const parts: T[] = [];
  for (const part of value.split(',')) {
    const parsed = parse(part.trim());
    if (parsed === undefined) return undefined;
    parts.push(parsed);
  }
  return parts;
}

/** Parses an http(s) origin into the form that browsers send (RFC 6454 §6.2): lower case, no default port, no trailing slash. */
function parseOrigin(value: string): string | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return bare ? url.origin : undefined;
}

function parseTrustProxy(value: string): Config['trustProxy'] | undefined {
  if (value === 'off') return false;
  const hops = parseInteger(value, 0, 32);
  if (hops !== undefined) return hops === 0 ? false : hops;
  return parseList(value, (part) => (isAddressOrCidr(part) ? part : undefined));
}

function isAddressOrCidr(part: string): boolean {
  const [address = '', prefix, ...rest] = part.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || parseInteger(prefix, 0, family === 4 ? 32 : 128) !== undefined;
}
