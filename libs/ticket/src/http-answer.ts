import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** A complete HTTP answer, independent of a framework. */
export interface HttpAnswer {
  readonly status: number;
  /** A flat list of names and values. The names are in lower case. */
  readonly headers: string[];
  /** `undefined` for an answer without a body. */
  readonly body: string | undefined;
}

/** Sends an answer through `node:http`. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, headers);
  response.end(body);
}

/**
 * Writes an answer to a connection that `node:http` does not read, with the headers that `node:http` adds.
 *
 * @param keepAliveMs how long the connection stays open for another request, in milliseconds. 0: without a limit. `undefined`: the server
 *   closes the connection after this answer.
 */
export function writeAnswer(
  socket: Socket,
  { status, headers, body = '' }: HttpAnswer,
  keepAliveMs: number | undefined,
): void {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let index = 0; index < headers.length; index += 2) {
    head += `${headers[index] ?? ''}: ${headers[index + 1] ?? ''}\r\n`;
  }
  head += `date: ${currentDate()}\r\nconnection: ${keepAliveMs === undefined ? 'close' : 'keep-alive'}\r\n`;
  if (keepAliveMs !== undefined && keepAliveMs > 0)
    head += `keep-alive: timeout=${Math.floor(keepAliveMs / 1_000)}\r\n`;
  socket.write(`${head}\r\n${body}`);
}

let date = '';
let dateSecond = 0;

/** Returns the value of a `Date` header. It is formatted once per second. */
function currentDate(): string {
  const now = Date.now();
  const second = Math.floor(now / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    date = new Date(now).toUTCString();
  }
  return date;
}
