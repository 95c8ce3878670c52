import type { IncomingMessage } from 'node:http';
import type { ProblemCode } from '@usher/protocol';

/** Why a request is not a valid handshake, with headers for the response. */
export interface HandshakeProblem {
  readonly code: Extract<ProblemCode, 'bad_request' | 'upgrade_required'>;
  readonly headers: Readonly<Record<string, string>>;
}

const bad: HandshakeProblem = { code: 'bad_request', headers: {} };
const otherVersion: HandshakeProblem = {
  code: 'upgrade_required',
  // RFC 6455 §4.4: the supported versions.
  headers: { 'sec-websocket-version': '13', upgrade: 'websocket' },
};

/** Returns the path of an origin-form request target without its query, or `undefined` for other forms. */
export function pathOf(url: string): string | undefined {
  if (!url.startsWith('/')) return undefined;
  // Not a regular expression, because this runs several times per connect.
  const query = url.indexOf('?');
  const fragment = url.indexOf('#');
  if (query === -1 && fragment === -1) return url;
  return url.slice(0, query === -1 || (fragment !== -1 && fragment < query) ? fragment : query);
}

/** An http URI as a request target. User information (RFC 9110 §4.2.4) and anything that is not a host and port do not match. */
const absoluteForm = /^https?:\/\/((?:\[[0-9a-f:.]+\]|[\w.~-]+)(?::\d{1,5})?)(?=[/?#]|$)/i;

/** Converts an absolute-form target to origin form. Returns any other target unchanged. */
export function originFormOf(url: string): string {
  if (url.startsWith('/')) return url;
  const [prefix] = absoluteForm.exec(url) ?? [];
  if (prefix === undefined) return url;
  const rest = url.slice(prefix.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Rewrites an absolute-form request target (`GET http://host/path`) to origin form. RFC 9112 §3.2.2 requires servers to accept
 * such targets and to replace the `Host` header with their authority.
 */
export function toOriginForm(request: IncomingMessage): void {
  const { url = '' } = request;
  if (url.startsWith('/')) return;
  const [, authority] = absoluteForm.exec(url) ?? [];
  if (authority === undefined) return;
  request.url = originFormOf(url);
  if (request.headers.host !== undefined) request.headers.host = authority;
}

/** Checks a client's opening handshake against RFC 6455 §4.2.1, without its ticket. Returns the problem, or `undefined` if it is valid. */
export function handshakeProblem(request: IncomingMessage): HandshakeProblem | undefined {
  const { headers, method, httpVersionMajor, httpVersionMinor } = request;
  if (method !== 'GET') return bad;
  // RFC 9112 §3.2.1: a request target has no fragment.
  if (request.url?.includes('#') === true) return bad;
  if (httpVersionMajor < 1 || (httpVersionMajor === 1 && httpVersionMinor < 1)) return bad;
  // A proxy would read the bytes after the headers as a body, and this server as WebSocket frames.
  if (hasBody(request)) return bad;
  if (countOf(request, 'host') !== 1 || headers.host === '') return bad;
  if (!hasToken(headers.upgrade, 'websocket') || !hasToken(headers.connection, 'upgrade')) return bad;
  // Node joins repeated headers of these names to a list, which is neither a version nor a key.
  const version = headers['sec-websocket-version'];
  if (version === undefined) return bad;
  if (version.trim() !== '13') return otherVersion;
  if (!isKey(headers['sec-websocket-key'] ?? '')) return bad;
  return undefined;
}

/**
 * Returns how often a request contains a header. Node drops repeated headers of some names, such as `Host`. `headersDistinct` would show
 * them, but copies all headers.
 *
 * @param name in lower case
 */
function countOf({ rawHeaders }: IncomingMessage, name: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] ?? '';
    if (raw.length === name.length && raw.toLowerCase() === name) count += 1;
  }
  return count;
}

/** Whether a request announces a body (RFC 9112 §6.3). */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** 16 bytes in base64: 22 characters, of which the last carries 2 bits, and padding. */
function isKey(key: string): boolean {
  return /^[+/0-9A-Za-z]{21}[AQgw]==$/.test(key.trim());
}

/** Whether a request asks for an upgrade to WebSocket, valid or not. */
export function asksForWebSocket(request: IncomingMessage): boolean {
  return hasToken(request.headers.upgrade, 'websocket');
}

function hasToken(header: string | undefined, token: string): boolean {
  return header?.split(',').some((part) => part.trim().toLowerCase() === token) ?? false;
}

/**
 * Returns the values of all `ticket` parameters of a request target. A single empty value counts as no ticket.
 * Names and values are decoded as `URLSearchParams` does (WHATWG URL §5.1).
 */
export function ticketsOf(url: string): string[] {
  return valuesOf(url, 'ticket');
}

/** Returns the values of all query parameters with this name, under the rules of `ticketsOf`. */
export function valuesOf(url: string, name: string): string[] {
  const start = url.indexOf('?');
  if (start === -1) return [];
  const query = url.slice(start + 1);
  // The usual query, which needs no parser: one parameter without encoded characters.
  const only = query.startsWith(`${name}=`) ? query.slice(name.length + 1) : '';
  if (/^[\w-]+$/.test(only)) return [only];
  const values = new URLSearchParams(query).getAll(name);
  return values.length === 1 && values[0] === '' ? [] : values;
}

/**
 * Selects the subprotocol of a connection: the first one that the client offers and the server supports. A client without a list, like
 * `new WebSocket(url)`, gets the first supported one. `undefined`: the client offers none of them, or its list is malformed.
 */
export function selectSubprotocol(request: IncomingMessage, supported: readonly string[]): string | undefined {
  // Node joins repeated headers of this name to one list.
  const list = request.headers['sec-websocket-protocol'];
  if (list === undefined) return supported[0];
  if (supported.includes(list)) return list;
  const offered = list.split(',').map((name) => name.trim());
  const tokens = offered.every((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name));
  if (!tokens || new Set(offered).size !== offered.length) return undefined;
  return offered.find((name) => supported.includes(name));
}

/**
 * Returns a function that returns the allowed origins in the form that browsers send. It converts a list once: a function that returns the
 * same list again costs nothing.
 *
 * @throws TypeError if an origin of the list is invalid. If `allowedOrigins` is a function, its result throws.
 */
export function exactOrigins(allowedOrigins: readonly string[] | (() => readonly string[])): () => readonly string[] {
  if (typeof allowedOrigins !== 'function') {
    const exact = allowedOrigins.map(exactOrigin);
    return () => exact;
  }
  let list: readonly string[] = [];
  let exact: readonly string[] = [];
  return () => {
    const current = allowedOrigins();
    if (current !== list) {
      exact = current.map(exactOrigin);
      list = current;
    }
    return exact;
  };
}

/**
 * Returns an allowed origin in the form that browsers send (RFC 6454 §6.2): scheme, host and port.
 * @throws TypeError if the text has other parts or is not an http(s) origin.
 */
function exactOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.origin !== text.replace(/\/$/, '').toLowerCase()) {
    throw new TypeError(`invalid allowed origin ${JSON.stringify(text)}: must be scheme://host[:port]`);
  }
  return url.origin;
}
