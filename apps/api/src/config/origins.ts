import { isIPv6 } from 'node:net';

/** The settings that decide under which addresses the server is reached. */
interface AddressSettings {
  readonly host: string;
  readonly publicUrl?: string | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
}

/** The URL of the server on this machine. `port` is the bound port. */
export function listeningUrl(config: Pick<AddressSettings, 'host'>, port: number): string {
  const wildcard = config.host === '0.0.0.0' || config.host === '::';
  const host = wildcard ? 'localhost' : isIPv6(config.host) ? `[${config.host}]` : config.host;
  return new URL(`http://${host}:${port}`).origin;
}

/** Returns whether the host of a URL is a loopback address: `localhost` and its subdomains (RFC 6761), 127.0.0.0/8, `::1`. */
export function isLoopbackUrl(url: string): boolean {
  return isLoopbackHost(new URL(url).hostname);
}

/** Returns whether a host, with or without a port as in the header `Host`, names a loopback address. Accepts any text. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(host);
}

/** Parses an http(s) origin into the form that browsers send (RFC 6454 §6.2): lower case, no default port, no trailing slash. */
export function parseOrigin(value: string): string | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return bare ? url.origin : undefined;
}

/**
 * The exact origins that may open sockets: `ALLOWED_ORIGINS`, which defaults to the origin of `PUBLIC_URL`. On loopback the default includes
 * both `localhost` and `127.0.0.1`, because users open either.
 */
export function allowedOrigins(config: AddressSettings, port: number): readonly string[] {
  if (config.allowedOrigins !== undefined) return config.allowedOrigins;
  const origin = config.publicUrl ?? listeningUrl(config, port);
  const url = new URL(origin);
  const twin = { localhost: '127.0.0.1', '127.0.0.1': 'localhost' }[url.hostname];
  if (twin === undefined) return [origin];
  url.hostname = twin;
  return [origin, url.origin];
}
