/** How the servers of `REDIS_URL` work together. */
export type RedisTarget = {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
} & (
  | { readonly kind: 'single'; readonly database: number; readonly path?: string }
  /** `name` is the name of the primary at the Sentinels. */
  | { readonly kind: 'sentinel'; readonly database: number; readonly name: string }
  | { readonly kind: 'cluster' }
);

export const redisUrlRequirement =
  'redis://, rediss:// (TLS) or unix:// for one server, redis+sentinel://host:26379,host:26379/name for Sentinel, or ' +
  'redis+cluster://host,host for Redis Cluster, each with user:password@ if required';

/**
 * Parses `REDIS_URL`. The forms for Sentinel and Cluster list several servers; `rediss+sentinel` and `rediss+cluster` use TLS.
 *
 * @returns `undefined` if the URL has none of these forms
 */
export function parseRedisUrl(text: string): RedisTarget | undefined {
  const match =
    /^(?<scheme>redis|rediss|unix)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^@/]*)@)?(?<hosts>[^/?#@]*)(?<path>\/[^?#]*)?$/.exec(
      text,
    );
  const groups = match?.groups;
  if (groups === undefined) return undefined;
  const { scheme = '', kind, user, hosts = '', path = '' } = groups;
  const credentials = parseCredentials(user);
  if (credentials === undefined) return undefined;
  const rest = decode(path.slice(1));
  if (rest === undefined) return undefined;
  if (scheme === 'unix') {
    if (kind !== undefined || hosts !== '' || rest === '') return undefined;
    return { kind: 'single', servers: [], tls: false, database: 0, path: `/${rest}`, ...credentials };
  }
  const servers = parseServers(hosts, kind === 'sentinel' ? 26_379 : 6_379);
  if (servers === undefined) return undefined;
  const common = { servers, tls: scheme === 'rediss', ...credentials };
  if (kind === 'cluster') return rest === '' ? { ...common, kind } : undefined;
  if (kind === 'sentinel') {
    const [name = '', database = '0', ...more] = rest.split('/');
    if (name === '' || !/^\d{1,3}$/.test(database) || more.length > 0) return undefined;
    return { ...common, kind, name, database: Number(database) };
  }
  if (servers.length !== 1 || !/^\d{0,3}$/.test(rest)) return undefined;
  return { ...common, kind: 'single', database: Number(rest) };
}

function parseCredentials(user: string | undefined): Pick<RedisTarget, 'username' | 'password'> | undefined {
  if (user === undefined) return {};
  const [name = '', ...rest] = user.split(':');
  const [username, password] = [decode(name), decode(rest.join(':'))];
  if (username === undefined || password === undefined) return undefined;
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function parseServers(hosts: string, defaultPort: number): RedisTarget['servers'] | undefined {
  const servers: { host: string; port: number }[] = [];
  for (const part of hosts.split(',')) {
    const { host, bracketed, port } =
      /^(?:\[(?<bracketed>[0-9a-fA-F:.]+)\]|(?<host>[\w.-]+))(?::(?<port>\d{1,5}))?$/.exec(part)?.groups ?? {};
    const name = bracketed ?? host;
    const number = port === undefined ? defaultPort : Number(port);
    if (name === undefined || number < 1 || number > 65_535) return undefined;
    servers.push({ host: name, port: number });
  }
  return servers;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
