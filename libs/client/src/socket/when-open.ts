import { filter, firstValueFrom, fromEvent, map, NEVER, takeUntil } from 'rxjs';
import type { Welcome } from './connection-state.ts';
import { Disconnected } from './errors.ts';
import type { CurrentState } from './states.ts';

/** Implements `TicketSocket.whenOpen`. */
export async function untilOpen(current: CurrentState, signal?: AbortSignal): Promise<Welcome> {
  signal?.throwIfAborted();
  const outcome$ = current.state$.pipe(
    map(({ name }) => current.welcome ?? (name === 'signed_out' || name === 'stopped' ? null : undefined)),
    filter((outcome) => outcome !== undefined),
    takeUntil(signal ? fromEvent(signal, 'abort') : NEVER),
  );
  const welcome = await firstValueFrom(outcome$, { defaultValue: null });
  if (welcome) return welcome;
  signal?.throwIfAborted();
  throw new Disconnected();
}
