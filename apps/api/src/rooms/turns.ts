import { setImmediate as nextTurn } from 'node:timers/promises';

/** Spreads work over turns of the event loop, so that other work comes between. */
export interface Turns {
  /** Resolves when the caller may do one piece of work. */
  take(): Promise<void>;
}

/** @param perTurn pieces of work in one turn */
export function createTurns(perTurn: number): Turns {
  let taken = 0;
  let waiting: Promise<void> | undefined;
  return {
    async take() {
      while (taken >= perTurn) {
        waiting ??= nextTurn().then(() => {
          taken = 0;
          waiting = undefined;
        });
        await waiting;
      }
      taken++;
    },
  };
}
