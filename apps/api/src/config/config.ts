import { isIP } from 'node:net';
import { foldUserName, userNamePattern } from '@usher/protocol/server';
import { type IdentityProvider, readIdentityProvider } from './identity-provider.ts';
import { isLoopbackUrl } from './origins.ts';

/** Everything that an operator can set. Made once by `loadConfig`, frozen, handed down; nothing else reads the environment. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Where the database and a generated secret live. */
  readonly dataDir: string;
  /** At least 32 bytes. Without it one is made and kept in `dataDir`. */
  readonly jwtSecret?: string;
  /** Whose tokens are accepted beside the server's own. */
  readonly identityProvider?: IdentityProvider;
  /** Where people reach the server, an origin without a slash at its end. Absent: where it listens. */
  readonly publicUrl?: string;
  /** Exact origins that may open sockets. Absent: those of `publicUrl`. */
  readonly allowedOrigins?: readonly string[];
  /** Proxies whose forwarded headers count: `false`, how many hops, or their addresses. */
  readonly trustProxy: false | number | readonly string[];
  readonly signUp: 'open' | 'closed';
  /** Sign-ups of one address in a row; then 3 a minute. 0: no limit. */
  readonly signUpsPerAddress: number;
  /** Characters of a new password, at least. */
  readonly passwordMinLength: number;
  readonly admin?: { readonly user: string; readonly password: string };
  readonly demoUsers: boolean;
  readonly ticketTtlSeconds: number;
  readonly accessTokenSeconds: number;
  readonly leaseSeconds: number;
  /** A session ends when nobody used it for so long. */
  readonly sessionIdleSeconds: number;
  /** A session ends after so long, whatever is done with it. */
  readonly sessionSeconds: number;
  /** Sessions of one user; over it the one used least lately ends. */
  readonly maxSessionsPerUser: number;
  /** Whether a ticket that comes back after its use ends the session that owned it. */
  readonly replayEndsSession: boolean;
  readonly maxConnections: number;
  readonly maxConnectionsPerUser: number;
  /** TCP connections from one address that is no trusted proxy. 0: no limit. */
  readonly maxConnectionsPerAddress: number;
  readonly connectsPerSecond: number;
  /** Points per second that the HTTP calls of a user may cost (see `http/call-budget.ts`). 0: no limit. */
  readonly callsPerSecond: number;
  /** 0: no limit. */
  readonly sendsPerSecond: number;
  /** Megabytes that one user may store in 24 hours. 0: no limit. */
  readonly maxMbPerUserPerDay: number;
  /** Size of the database. 0: no limit. */
  readonly maxDatabaseMb: number;
  /** Free space of the disk below which no message is stored. 0: no limit. */
  readonly minFreeDiskMb: number;
  readonly maxRoomsPerUser: number;
  readonly maxRoomsPerUserPerHour: number;
  /** Cost of all requests and signals of one connection, in units per second; 0: no limit. */
  readonly requestsPerSecond: number;
  readonly heartbeatMs: number;
  readonly heartbeatGraceMs: number;
  /** How long somebody whose connection dropped is shown as before. */
  readonly presenceGraceMs: number;
  /** Within so many seconds of a signal every connection is gone. */
  readonly drainSeconds: number;
  /** How long `ready` answers 503 before the first connection is closed; part of `drainSeconds`. */
  readonly drainDelaySeconds: number;
  readonly metricsToken?: string;
  readonly logLevel: LogLevel;
  /** The built page. A folder that is not there means: no page. */
  readonly webRoot: string;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One or more settings are wrong. The message names each with what it wants, and repeats no value of a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The server cannot start with these settings:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

const shortestPassword = 8;
const longestPassword = 256;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of the contract from an environment. Touches no file. An empty variable is an absent one.
 *
 * @throws ConfigError naming every wrong setting at once.
 */
export function loadConfig(env: Env, webRoot: string): Config {
  const faults: string[] = [];
  const text = (name: string): string | undefined => {
    const value = env[name]?.trim();
    return value === '' ? undefined : value;
  };
  /** The value of a setting as `parse` reads it; what it does not read (`undefined`) is a fault. */
  function setting<T>(name: string, wants: string, fallback: T, parse: (value: string) => T | undefined): T {
    const value = text(name);
    if (value === undefined) return fallback;
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    faults.push(`${name}: wants ${wants}`);
    return fallback;
  }
  const integer = (name: string, fallback: number, min: number, max: number): number =>
    setting(name, `a whole number from ${min} to ${max}`, fallback, (value) => wholeNumber(value, min, max));
  function oneOf<const T extends string>(name: string, choices: readonly T[], fallback: T): T {
    return setting<T>(name, choices.join(' or '), fallback, (value) => choices.find((choice) => choice === value));
  }
  const optional = <T>(name: string, wants: string, parse: (value: string) => T | undefined): T | undefined =>
    setting<T | undefined>(name, wants, undefined, parse);

  for (const name of ['REDIS_URL', 'DATABASE_URL']) {
    if (text(name) !== undefined) faults.push(`${name}: this version does not support it yet; leave it out`);
  }
  const jwtSecret = optional('JWT_SECRET', 'at least 32 bytes', (value) =>
    Buffer.byteLength(value) >= 32 ? value : undefined,
  );
  const publicUrl = optional('PUBLIC_URL', 'an address like https://chat.example.org, without a path', parseOrigin);
  const allowedOrigins = optional(
    'ALLOWED_ORIGINS',
    'origins like https://chat.example.org, separated by commas',
    (value) => parseList(value, parseOrigin),
  );
  const metricsToken = optional('METRICS_TOKEN', '8 to 256 visible ASCII characters', (value) =>
    /^[\x21-\x7e]{8,256}$/.test(value) ? value : undefined,
  );
  const sendsPerSecond = integer('SENDS_PER_SECOND', 20, 0, 100_000);
  const heartbeatMs = integer('HEARTBEAT_MS', 25_000, 100, 600_000);
  const drainSeconds = integer('DRAIN_SECONDS', 10, 0, 600);
  const drainDelaySeconds = integer('DRAIN_DELAY_SECONDS', 0, 0, 600);
  if (drainDelaySeconds > 0 && drainDelaySeconds >= drainSeconds) {
    faults.push('DRAIN_DELAY_SECONDS: must be less than DRAIN_SECONDS');
  }
  const identityProvider = readIdentityProvider(text, faults);
  const admin = readAdmin(text('ADMIN_USER'), env['ADMIN_PASSWORD'], faults);

  const config: Config = {
    host: setting('HOST', 'a host name or an address', '127.0.0.1', (value) =>
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
    passwordMinLength: integer('PASSWORD_MIN_LENGTH', shortestPassword, 8, 64),
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
    // Without a limit of sends, as in a load test, there is none of the other requests either, unless one is set.
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
      'DEMO_USERS: must be false while PUBLIC_URL is not a loopback address, because everybody knows the passwords of the demo ' +
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
      'ADMIN_USER: wants 1 to 32 of a-z 0-9 . _ - with at least one letter or digit (together with ADMIN_PASSWORD)',
    );
  }
  const chars = password?.length ?? 0;
  if (chars < shortestPassword || chars > longestPassword) {
    faults.push(
      `ADMIN_PASSWORD: wants ${shortestPassword} to ${longestPassword} characters (together with ADMIN_USER)`,
    );
  }
  return faults.length > before || user === undefined || password === undefined ? undefined : { user, password };
}

function wholeNumber(value: string, min: number, max: number): number | undefined {
  if (!/^\d{1,10}$/.test(value)) return undefined;
  const number = Number(value);
  return number >= min && number <= max ? number : undefined;
}

/** Every part of a comma-separated list as `parse` reads it, or `undefined` when one is wrong or there is none. */
function parseList<T>(value: string, parse: (part: string) => T | undefined): readonly T[] | undefined {
  const parts: T[] = [];
  for (const part of value.split(',')) {
    const parsed = parse(part.trim());
    if (parsed === undefined) return undefined;
    parts.push(parsed);
  }
  return parts;
}

/** An http(s) origin as browsers send it (RFC 6454 §6.2): lower case, no default port, no slash. */
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
  const hops = wholeNumber(value, 0, 32);
  if (hops !== undefined) return hops === 0 ? false : hops;
  return parseList(value, (part) => (isAddressOrCidr(part) ? part : undefined));
}

function isAddressOrCidr(part: string): boolean {
  const [address = '', prefix, ...rest] = part.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return prefix === undefined || wholeNumber(prefix, 0, family === 4 ? 32 : 128) !== undefined;
}
