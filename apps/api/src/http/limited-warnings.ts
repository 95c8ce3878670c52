import type { FastifyBaseLogger } from 'fastify';

export interface LimitedWarningsOptions {
  /** Lines per minute. Defaults to 10. */
  readonly perMinute?: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

const windowMs = 60_000;

/**
 * Writes warnings whose number an attacker controls. Within a minute each `key` is logged once, and at most `perMinute` keys are.
 * A line says in `suppressed` how many were left out since the line before it.
 */
export function limitedWarnings(
  log: Pick<FastifyBaseLogger, 'warn'>,
  { perMinute = 10, now = () => performance.now() }: LimitedWarningsOptions = {},
): (key: string, fields: object, message: string) => void {
  const logged = new Set<string>();
  let windowEnds = 0;
  let suppressed = 0;
  return (key, fields, message) => {
    if (now() >= windowEnds) {
      logged.clear();
      windowEnds = now() + windowMs;
    }
    if (logged.has(key) || logged.size >= perMinute) {
      suppressed += 1;
      return;
    }
    logged.add(key);
    log.warn(suppressed === 0 ? fields : { ...fields, suppressed }, message);
    suppressed = 0;
  };
}
