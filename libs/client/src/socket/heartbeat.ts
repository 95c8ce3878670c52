import { type After, now } from './timing.ts';

/**
 * Detects a dead connection that still appears open, by the time since the last frame.
 *
 * @param after starts the timers of the current state
 * @param onTimeout called if no frame arrived in time
 * @returns `received`, to be called with every frame; `check`, which checks at once, because timers are late after sleep; `watch`, which
 * checks until the state changes and takes the longest time without a frame, in ms
 */
export function createHeartbeat(after: After, onTimeout: () => void) {
  let lastFrameAt = 0;
  let maxSilenceMs = 0;

  function received(): void {
    lastFrameAt = now();
  }

  function check(): number {
    // A clock that was set back must not extend the timeout.
    lastFrameAt = Math.min(lastFrameAt, now());
    const leftMs = lastFrameAt + maxSilenceMs - now();
    if (leftMs <= 0) onTimeout();
    return leftMs;
  }

  function watch(maxMs: number): void {
    maxSilenceMs = maxMs;
    const leftMs = check();
    if (leftMs > 0) {
      after(leftMs, () => {
        watch(maxMs);
      });
    }
  }

  return [received, check, watch] as const;
}
