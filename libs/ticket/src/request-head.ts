import { IncomingMessage, maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';

/** The head of a request, before it is a request of Node. */
export interface RequestHead {
  /** The request target in origin form. */
  readonly url: string;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: string[];
  /** Names in lower case. Each name occurs once. */
  readonly headers: Record<string, string>;
  /** The number of bytes of the head, including the empty line at its end. */
  readonly bytes: number;
}

/** Larger heads are left to `node:http`. */
const maxBytes = Math.min(8_192, maxHeaderSize);
const maxHeaders = 64;

/**
 * The requests that `readHead` reads: `GET`, a target in origin form without unusual characters, HTTP/1.1, and headers of printable ASCII
 * characters on one line each. The expression never backtracks: no two parts that follow each other share a character.
 */
const plainHead = /^GET \/[\w.~/?=&%+-]* HTTP\/1\.1\r\n(?:[\w!#$%&'*+.^`|~-]+:[ -~]*\r\n)+$/;

/**
 * Headers that change how a server reads the bytes after the head or that ask it for an answer of its own, and the one whose value is a
 * list in Node.
 */
const decidedByNode: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'trailer',
  'te',
  'expect',
  'set-cookie',
]);

const targetStart = 'GET '.length;
const versionLength = ' HTTP/1.1'.length;

/**
 * Reads the head of a request that has exactly one meaning for every HTTP parser. Returns `undefined` for any other: heads that are not
 * complete, not valid or unusual. `node:http` must read those, so that they are treated as on a server without this function.
 *
 * @param chunk the first bytes that a connection sent
 */
export function readHead(chunk: Buffer): RequestHead | undefined {
  const end = chunk.subarray(0, maxBytes).indexOf('\r\n\r\n', 0, 'latin1');
  if (end === -1) return undefined;
  const text = chunk.toString('latin1', 0, end + 2);
  if (!plainHead.test(text)) return undefined;
  const lines = text.split('\r\n');
  if (lines.length > maxHeaders) return undefined;
  const rawHeaders: string[] = [];
  const headers: Record<string, string> = {};
  // The first line is the request line. The last one is empty.
  for (let index = 1; index < lines.length - 1; index += 1) {
    const line = lines[index] ?? '';
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const lowerCase = name.toLowerCase();
    // Also true for the names of methods, such as `constructor`.
    if (lowerCase in headers || decidedByNode.has(lowerCase)) return undefined;
    const value = line.slice(colon + 1).trim();
    rawHeaders.push(name, value);
    headers[lowerCase] = value;
  }
  // RFC 9112 §3.2. `node:http` answers 400 without it.
  if ((headers['host'] ?? '') === '') return undefined;
  const [requestLine = ''] = lines;
  return { url: requestLine.slice(targetStart, -versionLength), rawHeaders, headers, bytes: end + 4 };
}

/** Returns the request of a head, as `node:http` would create it. It has no body. */
export function toRequest({ url, rawHeaders, headers }: RequestHead, socket: Socket): IncomingMessage {
  const request = new IncomingMessage(socket);
  request.method = 'GET';
  request.url = url;
  request.httpVersion = '1.1';
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  request.rawHeaders = rawHeaders;
  request.headers = headers;
  request.headersDistinct = distinct(headers);
  request.complete = true;
  request.push(null);
  return request;
}

function distinct(headers: Record<string, string>): NodeJS.Dict<string[]> {
  const lists = Object.create(null) as NodeJS.Dict<string[]>;
  for (const name in headers) lists[name] = [headers[name] ?? ''];
  return lists;
}
