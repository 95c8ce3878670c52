import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problem, type ProblemCode } from '@usher/protocol';

export interface Refusal {
  readonly code: ProblemCode;
  readonly retryAfterMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Headers of a problem response (RFC 9110 §10.2.3, §11.6.1, §15.5.22). */
export function problemHeaders(status: number, retryAfterMs?: number): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (retryAfterMs !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  return headers;
}

/** Serialized responses that depend on the code alone. They make rejections of unauthenticated clients cheap. */
const serialized = new Map<ProblemCode, string>();

/** Sends a problem response on the socket and closes it, without a router. Sends nothing if the socket is already closed. */
export function refuse(socket: Duplex, refusal: Refusal): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  // Discard further data from the client, and do not wait until it closes the connection.
  socket.resume();
  const close = (): void => {
    socket.destroy();
  };
  // On a plain socket, `destroy` without `end` saves a system call per rejection. TLS needs `end` for its closing alert.
  if ('encrypted' in socket) {
    socket.end(responseOf(refusal), 'latin1', close);
  } else {
    // Not in the callback itself: Node creates an error with a stack trace for a stream that is destroyed there.
    socket.write(responseOf(refusal), 'latin1', () => {
      process.nextTick(close);
    });
  }
}

function responseOf(refusal: Refusal): string {
  if (refusal.retryAfterMs !== undefined || refusal.headers !== undefined) return serialize(refusal);
  let response = serialized.get(refusal.code);
  if (response === undefined) serialized.set(refusal.code, (response = serialize(refusal)));
  return response;
}

/** Contains ASCII only, because titles are ASCII and all other values are numbers or codes. */
function serialize({ code, retryAfterMs, headers }: Refusal): string {
  const body = problem(code, retryAfterMs);
  const text = JSON.stringify(body);
  const lines = [`HTTP/1.1 ${body.status} ${STATUS_CODES[body.status] ?? ''}`];
  const all = {
    ...problemHeaders(body.status, retryAfterMs),
    ...headers,
    'content-length': String(Buffer.byteLength(text)),
  };
  for (const [name, value] of Object.entries(all)) lines.push(`${name}: ${value}`);
  // RFC 9110 §7.8: a response with an `Upgrade` header lists it in `Connection`.
  lines.push(`connection: ${headers?.['upgrade'] === undefined ? 'close' : 'upgrade, close'}`);
  return `${lines.join('\r\n')}\r\n\r\n${text}`;
}
