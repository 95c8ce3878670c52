import { connect } from 'node:net';

/** The example key of RFC 6455 §1.3. */
export const exampleKey = 'dGhlIHNhbXBsZSBub25jZQ==';

/** The response to a handshake. */
export interface HandshakeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The complete response as received. */
  readonly raw: string;
}

export interface HandshakeParts {
  readonly method?: string;
  readonly version?: string;
  /** Headers that replace those of a valid handshake. `undefined` omits a header, an array sends it several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Returns the request text of a handshake. */
export function handshakeBytes(
  port: number,
  target: string,
  { method = 'GET', version = '1.1', headers = {} }: HandshakeParts = {},
): string {
  const validHeaders = {
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': exampleKey,
  };
  const all: HandshakeParts['headers'] = { ...validHeaders, ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : (value ?? [])).map((one) => `${name}: ${one}\r\n`),
  );
  return `${method} ${target} HTTP/${version}\r\n${lines.join('')}\r\n`;
}

/** Sends one handshake over a plain socket. Resolves when the server closes the connection or responds with 101. */
export function sendHandshake(
  port: number,
  target: string,
  parts: HandshakeParts = {},
  address = '127.0.0.1',
): Promise<HandshakeResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, address);
    let raw = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      raw += text;
      if (raw.startsWith('HTTP/1.1 101') && raw.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(parse(raw));
    });
    socket.write(handshakeBytes(port, target, parts));
  });
}

function parse(raw: string): HandshakeResponse {
  const end = raw.indexOf('\r\n\r\n');
  const [status = '', ...lines] = raw.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(status.split(' ')[1]), headers, body: raw.slice(end + 4), raw };
}
