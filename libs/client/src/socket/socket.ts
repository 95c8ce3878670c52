import type { TicketSocketOptions } from './options.ts';

/** The part of a WebSocket that the client uses. The global `WebSocket` and the one of the `ws` package satisfy it. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type SocketConstructor = new (url: string, protocol: string) => Socket;

/** The event handlers of a socket. */
export interface SocketHandlers {
  readonly onopen: () => void;
  readonly onmessage: (event: { readonly data: unknown }) => void;
  readonly onclose: (event: { readonly code: number; readonly reason: string }) => void;
}

/** Opens a socket with a ticket. The caller must not expose the message of an error: it contains the URL and with it the ticket. */
export function openSocket(
  { url, protocol = 'usher.v1', WebSocket = globalThis.WebSocket }: TicketSocketOptions,
  ticket: string,
  handlers: SocketHandlers,
): Socket {
  const address = typeof url === 'function' ? url() : url;
  const query = `${address.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(ticket)}`;
  const socket = new WebSocket(address + query, protocol);
  // `onclose` follows an error with the details. The `ws` package throws if `error` has no listener.
  return Object.assign(socket, handlers, { onerror: () => undefined });
}

/** Closes a socket without calling its handlers. */
export function closeSocket(socket: Socket | undefined): void {
  if (!socket) return;
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.close(1000);
}
