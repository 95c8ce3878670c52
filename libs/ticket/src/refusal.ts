import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problem, type ProblemCode } from '@usher/protocol';

export interface Refusal {
  readonly code: ProblemCode;
  readonly retryAfterMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Headers of an error that belong to its code (RFC 9110 §10.2.3, §11.6.1, §15.5.22). */
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

/** Answers that are the same each time, as they are written: strangers come often, and there are few codes. */
const written = new Map<ProblemCode, string>();

/** Answers a handshake with an error and hangs up, without a trip through any router. A socket that is gone is left alone. */
export function refuse(socket: Duplex, refusal: Refusal): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  // A client that goes on talking is not listened to, and one that does not hang up is hung up on.
  socket.resume();
  const hangUp = (): void => {
    socket.destroy();
  };
  // To close says the same as to end and then to close, by one call of the system less for each stranger; TLS says its own goodbye.
  if ('encrypted' in socket) socket.end(answerOf(refusal), 'latin1', hangUp);
  else socket.write(answerOf(refusal), 'latin1', hangUp);
}

function answerOf(refusal: Refusal): string {
  if (refusal.retryAfterMs !== undefined || refusal.headers !== undefined) return write(refusal);
  let answer = written.get(refusal.code);
  if (answer === undefined) written.set(refusal.code, (answer = write(refusal)));
  return answer;
}

/** In ASCII alone: titles are, and what a problem says of itself besides are numbers. */
function write({ code, retryAfterMs, headers }: Refusal): string {
  const body = problem(code, retryAfterMs);
  const text = JSON.stringify(body);
  const lines = [`HTTP/1.1 ${body.status} ${STATUS_CODES[body.status] ?? ''}`];
  const all = {
    ...problemHeaders(body.status, retryAfterMs),
    ...headers,
    'content-length': String(Buffer.byteLength(text)),
  };
  for (const [name, value] of Object.entries(all)) lines.push(`${name}: ${value}`);
  // RFC 9110 §7.8: an `Upgrade` header is named by the connection too.
  lines.push(`connection: ${headers?.['upgrade'] === undefined ? 'close' : 'upgrade, close'}`);
  return `${lines.join('\r\n')}\r\n\r\n${text}`;
}
