import { Value } from 'typebox/value';
import { isLoopbackUrl } from './origins.ts';
import { parseRedisUrl } from './redis-url.ts';
import { listSettings, type Settings, settingsSchema } from './settings.ts';

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<S>;

/** The settings under the names of `Config`: `MAX_CONNECTIONS` is `maxConnections`. */
type CamelCased<T> = { readonly [K in keyof T as CamelCase<K & string>]: T[K] };

/** An external identity provider whose signed JWTs are accepted as bearer tokens. */
export interface IdentityProvider {
  /** The URL of the public keys: https, or http on loopback. */
  readonly jwksUrl: string;
  /** The required value of `iss`. Compared exactly. */
  readonly issuer: string;
  /** The required value of `aud`: the name of this server at the provider. */
  readonly audience: string;
}

type Grouped = 'JWKS_URL' | 'JWT_ISSUER' | 'JWT_AUDIENCE' | 'ADMIN_USER' | 'ADMIN_PASSWORD';

/**
 * The settings of the server, described in `settings.ts`. Created once by `loadConfig` and frozen. No other code reads the environment.
 */
export interface Config extends CamelCased<Omit<Settings, Grouped>> {
  /** Its tokens are accepted in addition to the server's own. */
  readonly identityProvider?: IdentityProvider;
  readonly admin?: { readonly user: string; readonly password: string };
  /** Directory of the built web app. If it does not exist, the server serves only its API. */
  readonly webRoot: string;
}

export type LogLevel = Config['logLevel'];

/** Invalid settings. The message names each setting and its constraint, and never contains a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`Invalid settings:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from environment variables. An empty variable counts as absent. Does not access files.
 *
 * @throws ConfigError with all invalid settings.
 */
export function loadConfig(env: Env, webRoot: string): Config {
  const { values, faults } = readSettings(env);
  if (values['REDIS_URL'] !== undefined && values['DATABASE_URL'] === undefined) {
    faults.push('invalid REDIS_URL: requires DATABASE_URL, because nodes cannot share the embedded database');
  }
  if (values['DATABASE_URL'] !== undefined && values['JWT_SECRET'] === undefined) {
    faults.push('invalid JWT_SECRET: must be set with DATABASE_URL, so that all nodes sign tokens with the same key');
  }
  if (!Value.Check(settingsSchema, values)) throw new ConfigError(faults);
  // Without a limit of sends, as in a load test, other requests have no limit by default.
  if (values.SENDS_PER_SECOND === 0 && textOf(env, 'REQUESTS_PER_SECOND') === undefined) values.REQUESTS_PER_SECOND = 0;
  const { DRAIN_SECONDS, DRAIN_DELAY_SECONDS } = values;
  if (DRAIN_DELAY_SECONDS > 0 && DRAIN_DELAY_SECONDS >= DRAIN_SECONDS) {
    faults.push('invalid DRAIN_DELAY_SECONDS: must be less than DRAIN_SECONDS');
  }
  if (values.REDIS_WAIT_REPLICAS > 0 && parseRedisUrl(values.REDIS_URL ?? '')?.kind === 'cluster') {
    faults.push('invalid REDIS_WAIT_REPLICAS: must be 0 with Redis Cluster');
  }
  const { JWKS_URL, JWT_ISSUER, JWT_AUDIENCE, ADMIN_USER, ADMIN_PASSWORD, ...others } = values;
  const { publicUrl, ...config } = camelCased(others);
  if (config.demoUsers && publicUrl !== undefined && !isLoopbackUrl(publicUrl)) {
    faults.push(
      'invalid DEMO_USERS "true": must be false unless PUBLIC_URL is a loopback address, because the demo passwords are public ' +
        '(npm start sets it to true by default)',
    );
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze({
    ...config,
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(JWKS_URL === undefined || JWT_ISSUER === undefined || JWT_AUDIENCE === undefined
      ? {}
      : { identityProvider: { jwksUrl: JWKS_URL, issuer: JWT_ISSUER, audience: JWT_AUDIENCE } }),
    ...(ADMIN_USER === undefined || ADMIN_PASSWORD === undefined
      ? {}
      : { admin: { user: ADMIN_USER, password: ADMIN_PASSWORD } }),
    webRoot,
  });
}

/** Parses and validates every setting. An invalid one adds a fault and has its default, so that all faults are reported at once. */
function readSettings(env: Env): { readonly values: Record<string, unknown>; readonly faults: string[] } {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  const texts = new Map(listSettings().map(([name, { verbatim }]) => [name, textOf(env, name, verbatim)]));
  for (const [name, setting] of listSettings()) {
    const { constraint, parse = String, requiredWith = [], secret = false } = setting;
    if (setting.default !== undefined) values[name] = setting.default;
    const text = texts.get(name);
    if (text === undefined && !requiredWith.some((other) => texts.get(other) !== undefined)) continue;
    const value = text === undefined ? undefined : parse(text);
    if (Value.Check(setting, value)) {
      values[name] = value;
      continue;
    }
    const shown = secret || text === undefined ? '' : ` ${JSON.stringify(text.slice(0, 100))}`;
    const others = requiredWith.length === 0 ? '' : ` (required with ${requiredWith.join(' and ')})`;
    faults.push(`invalid ${name}${shown}: ${constraint}${others}`);
  }
  return { values, faults };
}

/** Returns the text of a variable, without leading and trailing spaces. Returns `undefined` if it is empty. */
function textOf(env: Env, name: string, verbatim = false): string | undefined {
  const text = env[name] ?? '';
  const trimmed = verbatim ? text : text.trim();
  return trimmed === '' ? undefined : trimmed;
}

function camelCased<T extends object>(settings: T): CamelCased<T> {
  const camelCase = (name: string): string =>
    name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [camelCase(name), value])) as CamelCased<T>;
}
