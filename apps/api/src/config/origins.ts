import { isIPv6 } from 'node:net';
import type { Config } from './config.ts';

/** Where the server listens, as an address to open on this machine. `port` is the one really bound. */
export function listeningUrl(config: Pick<Config, 'host'>, port: number): string {
  const wildcard = config.host === '0.0.0.0' || config.host === '::';
  const host = wildcard ? 'localhost' : isIPv6(config.host) ? `[${config.host}]` : config.host;
  return new URL(`http://${host}:${port}`).origin;
}

/** Whether only this machine can reach a URL, going by its host: `localhost` and its subdomains (RFC 6761), 127.0.0.0/8, `::1`. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname) || /^(?:.+\.)?localhost$/.test(hostname);
}

/**
 * The exact origins that may open sockets: `ALLOWED_ORIGINS`, else that of the public address, and on loopback its
 * `localhost`/`127.0.0.1` twin, since people type either.
 */
export function allowedOrigins(config: Config, port: number): readonly string[] {
  if (config.allowedOrigins !== undefined) return config.allowedOrigins;
  const origin = config.publicUrl ?? listeningUrl(config, port);
  const url = new URL(origin);
  const twin = { localhost: '127.0.0.1', '127.0.0.1': 'localhost' }[url.hostname];
  if (twin === undefined) return [origin];
  url.hostname = twin;
  return [origin, url.origin];
}
