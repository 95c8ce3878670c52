export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface DoctorOptions {
  /** The public URL of the deployment, as browsers see it. */
  readonly url: URL;
  /** An access token, or what `POST <authPath>` exchanges for one. */
  readonly access: { readonly token: string } | { readonly credentials: Credentials };
  /** The origin of the page that connects. Defaults to the origin of `url`. */
  readonly origin?: string | undefined;
  /** Certificates of your own certificate authority (PEM). */
  readonly ca?: string | undefined;
  /** Time limit of each call, in milliseconds. Defaults to 10,000. */
  readonly timeoutMs?: number | undefined;
  /** How long to keep sockets open, in milliseconds. Defaults to 0: not at all. */
  readonly watchMs?: number | undefined;
  /** The access log of the proxy. */
  readonly accessLog?: string | undefined;
  /** Defaults to `/api/auth`. */
  readonly authPath?: string | undefined;
  /** Defaults to `/api/ws_ticket`. */
  readonly ticketPath?: string | undefined;
  /** Defaults to `/api/ws`. */
  readonly socketPath?: string | undefined;
  /** The subprotocol. Defaults to `usher.v1`. */
  readonly protocol?: string | undefined;
}

/** The options with their defaults, and the URLs that follow from them. */
export interface Target {
  readonly url: URL;
  readonly origin: string;
  readonly ca: string | undefined;
  readonly timeoutMs: number;
  readonly watchMs: number;
  readonly authUrl: URL;
  readonly ticketUrl: URL;
  readonly socketUrl: URL;
  readonly protocol: string;
}

export function targetOf(options: DoctorOptions): Target {
  const { url } = options;
  const at = (path: string): URL => new URL(path, url);
  const socketUrl = at(options.socketPath ?? '/api/ws');
  socketUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    url,
    origin: options.origin ?? url.origin,
    ca: options.ca,
    timeoutMs: options.timeoutMs ?? 10_000,
    watchMs: options.watchMs ?? 0,
    authUrl: at(options.authPath ?? '/api/auth'),
    ticketUrl: at(options.ticketPath ?? '/api/ws_ticket'),
    socketUrl,
    protocol: options.protocol ?? 'usher.v1',
  };
}
