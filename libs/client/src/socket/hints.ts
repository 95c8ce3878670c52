import { Observable } from 'rxjs';
import type { ConnectionState, Step } from './connection-state.ts';
import type { TicketSocketOptions } from './options.ts';
import type { SocketConstructor } from './socket.ts';

/** After this many rejected handshakes in a row, a hint about the allowed origins is emitted. */
const manyRejections = 3;

/**
 * Emits a likely cause and its fix when a connection shows a common configuration mistake. For developers, not for users: subscribe in
 * development builds only. Each hint is emitted once.
 *
 * ```ts
 * if (import.meta.env.DEV) developerHints(socket, options).subscribe((hint) => console.warn(hint));
 * ```
 *
 * @param options the options of the socket
 */
export function developerHints(
  socket: { readonly state$: Observable<ConnectionState>; readonly log$: Observable<Step> },
  { who, ticket, WebSocket = globalThis.WebSocket }: Pick<TicketSocketOptions, 'who' | 'ticket' | 'WebSocket'>,
): Observable<string> {
  return new Observable((subscriber) => {
    const emitted = new Set<string>();
    /** Whether the server responded to the last handshake. */
    let responded = true;
    let rejections = 0;

    function emit(hint: string): void {
      if (emitted.has(hint)) return;
      emitted.add(hint);
      subscriber.next(hint);
    }

    subscriber.add(
      socket.log$.subscribe(({ step, code }) => {
        if (step === 'ticket' && !who && typeof ticket.who?.() !== 'object') {
          emit('The token names no user. Set the option `who`, so that a change of the user closes the connection.');
        } else if (step === 'dial') responded = false;
        else if (step === 'open') {
          responded = true;
          rejections = 0;
        } else if (step === 'close' && code === 1006 && !responded && ++rejections >= manyRejections) {
          emit(
            'The server rejects the handshake in spite of valid tickets. Is the origin of the page in ALLOWED_ORIGINS?',
          );
        }
      }),
    );
    subscriber.add(
      socket.state$.subscribe(({ name, reason }) => {
        if (name === 'backoff' && reason.kind === 'timeout' && !responded) {
          emit('The handshake received no response. A dev proxy forwards WebSockets only with `ws: true`.');
        } else if (name === 'stopped' && !(WebSocket as SocketConstructor | undefined)) {
          emit('There is no WebSocket. Use Node 22 or later, or set the option `WebSocket`.');
        } else if (name === 'stopped' && reason.kind === 'identity') {
          emit('The welcome names another user than the token. Set the option `who` to the user name of the server.');
        }
      }),
    );
  });
}
