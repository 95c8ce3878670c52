import { filter, firstValueFrom, fromEvent, map, NEVER, type Observable, takeUntil } from 'rxjs';
import type { ConnectionState, Welcome } from './connection-state.ts';
import { Disconnected } from './errors.ts';

/**
 * Resolves to the `welcome` when the connection of a socket is open, at once if it is. Rejects with `Disconnected` when the socket enters
 * `signed_out` or `stopped`, and with the reason of `signal`. Does not connect.
 */
export async function whenOpen(
  socket: { readonly state$: Observable<ConnectionState>; readonly welcome: Welcome | undefined },
  signal?: AbortSignal,
): Promise<Welcome> {
  signal?.throwIfAborted();
  const outcome$ = socket.state$.pipe(
    map(({ name }) => socket.welcome ?? (name === 'signed_out' || name === 'stopped' ? null : undefined)),
    filter((outcome) => outcome !== undefined),
    takeUntil(signal ? fromEvent(signal, 'abort') : NEVER),
  );
  const welcome = await firstValueFrom(outcome$, { defaultValue: null });
  if (welcome) return welcome;
  signal?.throwIfAborted();
  throw new Disconnected();
}
