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

/** Whether the host of a URL is a loopback address: `localhost` and its subdomains (RFC 6761), 127.0.0.0/8, `::1`. */
export function isLoopbackUrl(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname) || /^(?:.+\.)?localhost$/.test(hostname);
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
