import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readHead, toRequest } from './request-head.ts';

const plain = [
  'GET /api/ws_ticket HTTP/1.1',
  'Host: chat.example',
  'Authorization: Bearer abc.def.ghi',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64)',
];
const handshake = [
  'GET /api/ws?ticket=0123456789_abcdefghijklmnopqrstuvwxyz-ABCDEF HTTP/1.1',
  'Host: chat.example',
  'Connection: keep-alive, Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

const headOf = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');

/** What an app can see of a request. */
function seen(request: IncomingMessage): object {
  const { method, url, httpVersion, httpVersionMajor, httpVersionMinor, rawHeaders, headers, headersDistinct } =
    request;
  return { method, url, httpVersion, httpVersionMajor, httpVersionMinor, rawHeaders, headers, headersDistinct };
}

describe('the head of a request', () => {
  test('is read with its target, its headers and its length', () => {
    const chunk = Buffer.concat([headOf(plain), Buffer.from('more')]);
    expect(readHead(chunk)).toMatchObject({
      url: '/api/ws_ticket',
      headers: { host: 'chat.example', authorization: 'Bearer abc.def.ghi' },
      bytes: chunk.length - 4,
    });
  });

  test.each([
    ['another method', ['POST / HTTP/1.1', 'Host: a']],
    ['HTTP/1.0', ['GET / HTTP/1.0', 'Host: a']],
    ['a target in absolute form', ['GET http://a/ HTTP/1.1', 'Host: a']],
    ['a fragment', ['GET /#a HTTP/1.1', 'Host: a']],
    ['no Host header', ['GET / HTTP/1.1', 'Accept: */*']],
    ['an empty Host header', ['GET / HTTP/1.1', 'Host: ']],
    ['two headers of one name', ['GET / HTTP/1.1', 'Host: a', 'X-A: 1', 'x-a: 2']],
    ['a Content-Length header', ['GET / HTTP/1.1', 'Host: a', 'Content-Length: 0']],
    ['a Transfer-Encoding header', ['GET / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked']],
    ['an Expect header', ['GET / HTTP/1.1', 'Host: a', 'Expect: 100-continue']],
    ['a folded header', ['GET / HTTP/1.1', 'Host: a', 'X-A: 1', ' 2']],
    ['a space before the colon', ['GET / HTTP/1.1', 'Host : a']],
    ['a value that is not ASCII', ['GET / HTTP/1.1', 'Host: a', 'X-A: ä']],
    ['the name of an object method as a header', ['GET / HTTP/1.1', 'Host: a', 'constructor: x']],
    ['a line feed without a carriage return', ['GET / HTTP/1.1', 'Host: a\nX-A: 1']],
    ['more than 8 KiB', ['GET / HTTP/1.1', 'Host: a', `X-A: ${'a'.repeat(9_000)}`]],
    ['more than 64 lines', ['GET / HTTP/1.1', 'Host: a', ...Array.from({ length: 64 }, (_, index) => `X-${index}: 1`)]],
  ])('is left to node:http with %s', (_name, lines) => {
    expect(readHead(headOf(lines))).toBeUndefined();
  });

  test('is left to node:http if it is not complete', () => {
    const whole = headOf(handshake);
    for (let length = 0; length < whole.length; length += 1) {
      expect(readHead(whole.subarray(0, length)), String(length)).toBeUndefined();
    }
  });
});

describe('compared with node:http', () => {
  let server: Server;
  const requests: IncomingMessage[] = [];

  beforeAll(async () => {
    server = createServer((request) => {
      requests.push(request);
      request.socket.destroy();
    });
    server.on('upgrade', (request: IncomingMessage, socket) => {
      requests.push(request);
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => server.close());

  /** Sends bytes to `node:http`. Returns the requests that it reads from them. */
  async function readByNode(chunk: Buffer): Promise<object[]> {
    requests.length = 0;
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.end(chunk);
    await once(socket, 'close');
    return requests.map(seen);
  }

  const unusualLines = [
    ...['Host: other', 'host: chat.example', 'Content-Length: 5', 'Content-Length: 0', 'Transfer-Encoding: chunked'],
    ...[
      'Expect: 100-continue',
      ' folded',
      '\tfolded',
      'X-Empty:',
      'X-Tab:\tvalue\t',
      'X-Spaces:   a  b  ',
      ': no name',
    ],
    ...[
      'Connection: close',
      'Upgrade: h2c',
      'Cookie: a=b',
      'Cookie: c=d',
      'Set-Cookie: a',
      '__proto__: x',
      'toString: x',
    ],
    ...['X-Forwarded-For: 10.0.0.1', 'Origin: https://chat.example', 'Accept: text/html, */*;q=0.8'],
  ];
  const change = fc.oneof(
    fc.record({ kind: fc.constant('line' as const), at: fc.nat(8), text: fc.constantFrom(...unusualLines) }),
    fc.record({ kind: fc.constant('replace' as const), at: fc.nat(300), byte: fc.nat(255) }),
    fc.record({ kind: fc.constant('insert' as const), at: fc.nat(300), byte: fc.nat(255) }),
    fc.record({ kind: fc.constant('remove' as const), at: fc.nat(300), count: fc.integer({ min: 1, max: 4 }) }),
    fc.record({
      kind: fc.constant('append' as const),
      text: fc.constantFrom('more', '\r\n', 'GET / HTTP/1.1\r\n\r\n'),
    }),
  );

  function changed(
    start: Buffer,
    changes: readonly (typeof change extends fc.Arbitrary<infer T> ? T : never)[],
  ): Buffer {
    let bytes = start;
    for (const one of changes) {
      if (one.kind === 'line') {
        const lines = bytes.toString('latin1').split('\r\n');
        lines.splice(1 + (one.at % Math.max(1, lines.length - 2)), 0, one.text);
        bytes = Buffer.from(lines.join('\r\n'), 'latin1');
      } else if (one.kind === 'append') {
        bytes = Buffer.concat([bytes, Buffer.from(one.text)]);
      } else {
        const at = one.at % (bytes.length + 1);
        const inserted = one.kind === 'remove' ? [] : [one.byte];
        const removed = one.kind === 'remove' ? one.count : one.kind === 'replace' ? 1 : 0;
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(inserted), bytes.subarray(at + removed)]);
      }
    }
    return bytes;
  }

  test('every head that is read means the same to both, for 2,000 changed heads', async () => {
    let readCount = 0;
    const start = fc.constantFrom(headOf(plain), headOf(handshake));
    const property = fc.asyncProperty(start, fc.array(change, { maxLength: 3 }), async (bytes, changes) => {
      const chunk = changed(bytes, changes);
      const head = readHead(chunk);
      if (head === undefined) return;
      readCount += 1;
      const [first] = await readByNode(chunk.subarray(0, head.bytes));
      expect(seen(toRequest(head, new Socket()))).toEqual(first);
    });
    await fc.assert(property, { numRuns: 2_000 });
    // Otherwise nothing was compared.
    expect(readCount).toBeGreaterThan(400);
  });
});
