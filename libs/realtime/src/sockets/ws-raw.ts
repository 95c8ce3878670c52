import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';

/** Private fields of `ws` that only this file uses. `ws-raw.spec.ts` fails if they change. */
interface Innards {
  readonly _socket?: unknown;
  readonly _sender?: unknown;
}

/**
 * Returns the network socket of an open server-side WebSocket, to write pre-encoded frames (RFC 6455 §5.2). Returns `undefined` if
 * the internals of `ws` have changed, if `ws` may queue frames, or if an extension must process them. Then `ws.send` is used, which
 * is slower.
 */
export function rawSocket(ws: WebSocket): Writable | undefined {
  if (ws.extensions !== '') return undefined;
  const { _socket: socket, _sender: sender } = ws as unknown as Innards;
  if (!isObject(socket) || !isObject(sender)) return undefined;
  // The sender writes to this socket immediately (state 0: no blob and no compression in progress).
  if (sender['_socket'] !== socket || sender['_state'] !== 0) return undefined;
  if (typeof socket['write'] !== 'function' || typeof socket['writableLength'] !== 'number') return undefined;
  return socket as unknown as Writable;
}

/**
 * Detaches the network socket from the HTTP response of its upgrade, if a framework has attached one. Otherwise the socket would
 * keep the request and response in memory.
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
