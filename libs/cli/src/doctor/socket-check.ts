import { describe, handshakeRefusal, upgradeFix } from './responses.ts';
import type { Target } from './options.ts';
import { Fatal, type ReportBuilder } from './report.ts';
import { type DoctorSocket, type Frame, openSocket } from './socket.ts';

/** A welcome that takes longer than this after the handshake was held back, in milliseconds. */
const lateMs = 2_000;

const bufferingFix =
  'Turn off buffering and content inspection for WebSockets. nginx: "proxy_buffering off;" and "proxy_request_buffering off;" where a module or another proxy buffers; in firewalls and virus scanners, exempt this path.';

/** Opens the socket. @throws Fatal if it does not open, or if no frame arrives */
export async function checkHandshake(target: Target, ticket: string, report: ReportBuilder): Promise<DoctorSocket> {
  const socket = await open(target, ticket);
  report.ok('handshake', `${target.socketUrl.pathname} returned 101`);
  const welcome = await welcomeOf(socket, target.timeoutMs);
  const ms = performance.now() - socket.openedAt;
  if (welcome === undefined) {
    const { frames, isClosed } = socket;
    const [first] = frames;
    await socket.close(target.timeoutMs);
    const { code } = await socket.closed;
    report.fail(
      'first frame',
      isClosed
        ? {
            culprit: 'connection_closed',
            message: `the connection was closed with ${code} before the first frame`,
            fix: 'Check the log of the server at this time. Code 1006 without a line there: the proxy closed the connection.',
          }
        : {
            culprit: 'buffering',
            message: `${first === undefined ? 'no frame' : 'no welcome'} arrived within ${target.timeoutMs / 1_000} s`,
            fix: bufferingFix,
          },
    );
    throw new Finished();
  }
  if (ms > Math.min(lateMs, target.timeoutMs)) {
    const message = `the first frame arrived ${(ms / 1_000).toFixed(1)} s after the handshake`;
    report.fail('first frame', { culprit: 'buffering', message, fix: bufferingFix });
  } else report.ok('first frame', 'the welcome arrived immediately');
  return socket;
}

/** Ends the examination after a failure that has been reported already. */
export class Finished extends Error {
  override readonly name = 'Finished';
}

export async function open(target: Target, ticket: string): Promise<DoctorSocket> {
  const { socketUrl, origin } = target;
  const result = await openSocket(target, ticket);
  if (result.kind === 'open') return result.socket;
  if (result.kind === 'refused') throw new Fatal(handshakeRefusal(result.response, socketUrl.pathname, origin));
  throw new Fatal(
    result.message.includes('subprotocol')
      ? {
          culprit: 'protocol_not_supported',
          message: `the server returned 101 without the subprotocol ${target.protocol}`,
          fix: 'Forward the header Sec-WebSocket-Protocol, and pass the subprotocol of the server with --protocol.',
        }
      : {
          culprit: 'upgrade_not_forwarded',
          message: `the handshake failed: ${result.message}`,
          fix: upgradeFix(socketUrl.pathname),
        },
  );
}

export function welcomeOf(socket: DoctorSocket, ms: number): Promise<Frame | undefined> {
  return socket.waitFor(({ type }) => type === 'welcome', ms);
}

/** Returns the interval of the heartbeats that the welcome announces, in milliseconds. */
export function heartbeatOf(welcome: Frame | undefined): number {
  const value = welcome?.['heartbeatMs'];
  return typeof value === 'number' && value > 0 ? value : 25_000;
}

/** Sends `ping` and waits for its reply. */
export async function checkPing(socket: DoctorSocket, target: Target, report: ReportBuilder): Promise<void> {
  const startedAt = performance.now();
  socket.send({ type: 'ping', id: 1 });
  const reply = await socket.waitFor(({ type, id }) => type === 'reply' && id === 1, target.timeoutMs);
  if (reply !== undefined) {
    report.ok('heartbeat', `a ping took ${Math.round(performance.now() - startedAt)} ms`);
    return;
  }
  const message = socket.isClosed
    ? `the connection was closed with ${(await socket.closed).code} before the reply to a ping`
    : `no reply to a ping within ${target.timeoutMs / 1_000} s`;
  report.fail('heartbeat', {
    culprit: socket.isClosed ? 'connection_closed' : 'buffering',
    message,
    fix: 'The proxy must forward frames in both directions immediately. Turn off request buffering and content inspection for this path.',
  });
}

/** Presents a ticket again that has opened a connection. The server must reject it. */
export async function checkUsedTicket(target: Target, ticket: string, report: ReportBuilder): Promise<void> {
  const result = await openSocket(target, ticket);
  if (result.kind === 'refused' && result.response.status === 401) {
    report.ok('used ticket', 'a used ticket is rejected');
  } else if (result.kind === 'open') {
    await result.socket.close(target.timeoutMs);
    report.fail('used ticket', {
      culprit: 'used_ticket_accepted',
      message: 'a used ticket opened a second connection',
      fix: 'All nodes must share one ticket store whose consume is atomic: set REDIS_URL (redis), and run ticketStoreContract on your own store.',
    });
  } else {
    report.fail('used ticket', {
      culprit: 'handshake_refused',
      message:
        result.kind === 'refused'
          ? `a handshake with a used ticket returned ${describe(result.response)} instead of 401`
          : `a handshake with a used ticket failed: ${result.message}`,
      fix: 'The proxy replaces the responses of the server. Turn off error pages of the proxy for this path (nginx: "proxy_intercept_errors off;").',
    });
  }
}
