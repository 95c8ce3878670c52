import { setImmediate as nextTurn } from 'node:timers/promises';

/** Spreads work over event-loop turns, so that other work can run in between. */
export interface Turns {
  /** Resolves when the caller may run one task. */
  take(): Promise<void>;
}

/** @param perTurn maximum tasks per turn */
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
