import { type HttpResponse, http2Only, isHtml, problemIn } from './http.ts';
import { Fatal, type Finding, quoted } from './report.ts';

/** Describes a response for a message. */
export function describe(response: HttpResponse): string {
  const problem = problemIn(response);
  if (problem !== undefined) return `${response.status} ${problem.code}`;
  const kind = isHtml(response) ? ' with an HTML page' : '';
  const { server, via } = response.headers;
  const from =
    typeof server === 'string' ? ` from ${quoted(server)}` : typeof via === 'string' ? ` via ${quoted(via)}` : '';
  return `${response.status}${kind}${from}`;
}

/** Throws for a response to `url` that no server of Usher sends: from a page server, or from the proxy itself. */
export function requireUsher(response: HttpResponse, url: URL): void {
  const { status, headers } = response;
  const path = url.pathname;
  if (problemIn(response) !== undefined) return;
  // HTTP/2 servers respond with 505, or refuse a client that did not negotiate it (ALPN).
  if (status === 505 || (status === 403 && /\bALPN\b/.test(response.body))) {
    throw http2Only(`HTTP/1.1 is not accepted: ${describe(response)}`);
  }
  if (status >= 300 && status < 400) {
    throw new Fatal({
      culprit: 'redirect',
      message: `${path} is redirected (${status}) to ${quoted(locationOf(headers.location))}`,
      fix: 'Pass the URL that users open, and do not redirect this path: fetch and WebSocket lose the credentials or fail.',
    });
  }
  if (status === 502 || status === 503 || status === 504) {
    throw new Fatal({
      culprit: 'upstream_down',
      message: `the proxy cannot reach the server: ${describe(response)}`,
      fix: 'Check that the server runs (GET /api/health/ready), and its address in the proxy: proxy_pass (nginx), server (HAProxy). In a container, HOST=0.0.0.0.',
    });
  }
  if (/^(?:basic|digest|negotiate)\b/i.test(headers['www-authenticate'] ?? '')) {
    throw new Fatal({
      culprit: 'proxy_authentication',
      message: `the proxy itself requires a password for ${path}: ${describe(response)}`,
      fix: `Turn it off for ${path} (nginx: "auth_basic off;"). It replaces the header Authorization, which carries the token.`,
    });
  }
  if (isHtml(response) || status === 404 || status === 405) {
    throw new Fatal({
      culprit: 'ticket_call_not_forwarded',
      message: `${path} does not reach Usher: ${describe(response)}`,
      fix: `Forward ${path} to the server before the rule for pages (nginx: "location = ${path} { proxy_pass … }"), and do not change the path. If the server uses another path, pass --ticket-path.`,
    });
  }
}

/** The target of a redirect without its query, which may contain a secret. */
function locationOf(location: string | undefined): string {
  return location?.split(/[?#]/)[0] ?? '';
}

/** Explains a response other than 200 to a ticket call with a token. */
export function ticketRefusal(response: HttpResponse): Finding {
  const problem = problemIn(response);
  const code = problem?.code;
  const message = `the ticket call returned ${describe(response)}`;
  if (code === 'missing_token') {
    return {
      culprit: 'authorization_removed',
      message: `${message}, although a token was sent`,
      fix: 'The proxy removes the header Authorization. Remove proxy_set_header Authorization "" (nginx) or http-request del-header (HAProxy) for this path. If the server reads tokens from another header, check its authenticate.',
    };
  }
  const token = tokenFixes[code ?? ''];
  if (token !== undefined) return { culprit: 'token_rejected', message, fix: token };
  if (code === undefined && (response.status === 401 || response.status === 403)) {
    return {
      culprit: 'token_rejected',
      message,
      fix: 'The server, or middleware before the ticket call, does not accept the token. Check its log.',
    };
  }
  return { culprit: 'ticket_refused', message, fix: refusalFixes[code ?? ''] ?? 'Check the log of the server.' };
}

const tokenFixes: Readonly<Record<string, string>> = {
  invalid_token:
    'Check the key, the algorithm, iss and aud: the token must come from this deployment. On several nodes, JWT_SECRET must be the same.',
  token_expired:
    'Get a new token and run this again. If it is new, compare the clocks of the server that issued it and of this one.',
  session_ended: 'The session was signed out or revoked. Sign in again.',
  user_disabled: 'An operator disabled this user. Use another one.',
  forbidden: 'This user may not open connections. Use another one.',
};

const refusalFixes: Readonly<Record<string, string>> = {
  too_many_tickets:
    'This session has too many unused tickets. Wait for 30 seconds, and look for a client that requests tickets without using them.',
  too_many_connections:
    'Close other connections of this user, or raise MAX_CONNECTIONS_PER_USER (limits.connectionsPerUser).',
  rate_limited:
    'Wait. If the limit counts all users together, the server sees the address of the proxy: set TRUST_PROXY (trustProxy).',
  at_capacity: 'Raise MAX_CONNECTIONS (limits.connections), or add a node.',
  draining:
    'The node is stopping. The proxy should have chosen another one: check its health check (GET /api/health/ready).',
  store_unavailable: 'The server cannot reach Redis or its database. Check REDIS_URL and DATABASE_URL.',
};

/** Explains a response other than 101 to a handshake with a fresh ticket. */
export function handshakeRefusal(response: HttpResponse, path: string, origin: string): Finding {
  const problem = problemIn(response);
  const receipt = response.headers['usher-receipt'];
  const message = `the handshake returned ${describe(response)} instead of 101${typeof receipt === 'string' ? ` (receipt ${quoted(receipt)})` : ''}`;
  switch (problem?.code) {
    case 'upgrade_required':
    case 'bad_request':
      return { culprit: 'upgrade_not_forwarded', message, fix: upgradeFix(path) };
    case 'missing_ticket':
      return {
        culprit: 'query_removed',
        message,
        fix: `The proxy removes the query of ${path}. nginx: proxy_pass without a path, or with $is_args$args.`,
      };
    case 'invalid_ticket':
      return {
        culprit: 'ticket_rejected',
        message: `${message}, although the ticket was fresh`,
        fix: 'Several nodes must share their tickets: set REDIS_URL (redis) on all of them. With one node, the proxy sends the handshake twice: nginx must not retry it, except with "proxy_next_upstream error timeout http_503".',
      };
    case 'origin_forbidden':
      return {
        culprit: 'origin_not_allowed',
        message: `${message}: the origin ${origin} is not allowed`,
        fix: `Add ${origin} to ALLOWED_ORIGINS (allowedOrigins). If pages have another origin, pass it with --origin.`,
      };
    case 'unsupported_protocol':
      return {
        culprit: 'protocol_not_supported',
        message,
        fix: 'Pass the subprotocol of the server with --protocol, and do not change Sec-WebSocket-Protocol in the proxy.',
      };
    case undefined:
      return [400, 401, 403].includes(response.status) && !isHtml(response)
        ? {
            culprit: 'handshake_refused',
            message,
            fix: 'This response is not from Usher. Check the access rules of the proxy and of a web application firewall.',
          }
        : {
            culprit: response.status >= 502 ? 'upstream_down' : 'upgrade_not_forwarded',
            message,
            fix: upgradeFix(path),
          };
    default:
      return {
        culprit: 'handshake_refused',
        message,
        fix:
          refusalFixes[problem?.code ?? ''] ??
          'Look for the receipt or the time of this handshake in the log of the server.',
      };
  }
}

export function upgradeFix(path: string): string {
  return `Forward the upgrade of ${path}. nginx: "proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection $connection_upgrade;". Dev servers: "ws": true. Load balancers: turn on WebSockets.`;
}
