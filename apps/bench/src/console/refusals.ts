import { connect } from 'node:net';
import { LeanSocket, Refused } from '../load/frames.ts';
import { share } from './connections.ts';

/** Pipelined requests per connection, below the limit of the server. */
const pipelined = 6;
const connections = 16;
const handshakesAtOnce = 32;
/** Handshakes need a connection each, so only every twentieth refusal is one. */
const handshakeShare = 20;
const origins = 40;
const userAgents = 400;
const statusLine = 'HTTP/1.1 ';

interface Refusals {
  readonly port: number;
  /** Access tokens. Their sessions exceed the ticket limit for a minute. */
  readonly tokens: readonly string[];
  readonly count: number;
}

/**
 * Makes the server refuse requests of several kinds, origins and clients: ticket calls without a token, with an invalid token and above
 * the limit of a session, and handshakes without a ticket and with an unknown one.
 *
 * @throws Error if a request is not refused
 */
export async function causeRefusals({ port, tokens, count }: Refusals): Promise<void> {
  const handshakes = Math.floor(count / handshakeShare);
  const calls = count - handshakes;
  await Promise.all(tokens.map((token) => exhaust(port, token)));
  const shares = Array.from({ length: connections }, (_, index) => share(calls, connections, index));
  await Promise.all(shares.map((calls, index) => refuseCalls(port, tokens, calls, index)));
  let next = 0;
  const refuseHandshakes = async (): Promise<void> => {
    while (next < handshakes) await refuseHandshake(port, next++);
  };
  await Promise.all(Array.from({ length: handshakesAtOnce }, refuseHandshakes));
}

/** Requests tickets until the session has as many unused ones as it may have. */
async function exhaust(port: number, token: string): Promise<void> {
  for (let call = 0; call < 11; call += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/api/ws_ticket`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await response.arrayBuffer();
    if (response.status === 429) return;
  }
  throw new Error('a session has more than ten unused tickets');
}

/** Sends ticket calls on one connection, several at a time. Resolves when all are refused. */
function refuseCalls(port: number, tokens: readonly string[], count: number, seed: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.setEncoding('latin1');
    let sent = 0;
    let completed = 0;
    let received = '';
    const send = (): void => {
      const until = Math.min(count, sent + pipelined);
      let requests = '';
      for (; sent < until; sent += 1) requests += ticketCall(port, tokens, sent * connections + seed);
      socket.write(requests);
    };
    socket.on('data', (text: string) => {
      received += text;
      for (;;) {
        const at = received.indexOf(statusLine);
        const status = at < 0 ? '' : received.slice(at + statusLine.length, at + statusLine.length + 3);
        if (status.length < 3) {
          received = at < 0 ? received.slice(-statusLine.length) : received.slice(at);
          break;
        }
        received = received.slice(at + statusLine.length);
        completed += 1;
        if (['401', '403', '429'].includes(status)) continue;
        reject(new Error(`a ticket call returned ${status}`));
        socket.destroy();
        return;
      }
      if (completed >= count) {
        resolve();
        socket.destroy();
      } else if (completed === sent) send();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error('the connection was closed before all ticket calls had a response'));
    });
    send();
  });
}

function ticketCall(port: number, tokens: readonly string[], number: number): string {
  const authorization =
    number % 3 === 0
      ? ''
      : `Authorization: Bearer ${number % 3 === 1 ? 'invalid' : (tokens[number % tokens.length] ?? 'invalid')}\r\n`;
  return (
    `GET /api/ws_ticket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${authorization}` +
    `Origin: https://origin-${number % origins}.example\r\nUser-Agent: client ${number % userAgents}\r\n\r\n`
  );
}

/** Resolves when a handshake without a ticket or with an unknown ticket is refused. */
function refuseHandshake(port: number, number: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = number % 2 === 0 ? '/api/ws' : `/api/ws?ticket=${String(number).padStart(43, 'x')}`;
    const socket = new LeanSocket({ port, path, subprotocol: 'usher.v1', agent: `client ${number % userAgents}` });
    socket.onOpen = () => {
      reject(new Error('a handshake without a valid ticket was accepted'));
    };
    socket.onEnd = (reason) => {
      if (reason instanceof Refused) resolve();
      else reject(reason);
    };
  });
}
