import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';

/** What `ws` keeps to itself and this file alone looks at. `ws-raw.spec.ts` fails loudly when it changes. */
interface Innards {
  readonly _socket?: unknown;
  readonly _sender?: unknown;
}

/**
 * The network socket below an open server-side WebSocket, to write frames to that are framed already (RFC 6455 §5.2):
 * only if it is there as known, nothing in `ws` may hold frames back, and no extension would have to touch them.
 * `undefined` otherwise: then `ws.send` does the work, slower.
 */
export function rawSocket(ws: WebSocket): Writable | undefined {
  if (ws.extensions !== '') return undefined;
  const { _socket: socket, _sender: sender } = ws as unknown as Innards;
  if (!isObject(socket) || !isObject(sender)) return undefined;
  // The sender writes through this very socket, at once (state 0: no blob and no compression under way).
  if (sender['_socket'] !== socket || sender['_state'] !== 0) return undefined;
  if (typeof socket['write'] !== 'function' || typeof socket['writableLength'] !== 'number') return undefined;
  return socket as unknown as Writable;
}

/**
 * Parts the network socket from the HTTP response of its upgrade, if a framework has tied one to it: it would keep request,
 * response and all that hangs on them alive as long as the socket.
 */
export function releaseHttp(ws: WebSocket): void {
  const { _socket: socket } = ws as unknown as Innards;
  if (!isObject(socket)) return;
  const response = socket['_httpMessage'];
  if (response instanceof ServerResponse) response.detachSocket(socket as unknown as Socket);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
