import type { Logger } from '@usher/realtime';

const { error, warn } = console;

/** The default logger: warnings and errors on the console. */
export const consoleLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields, message) => {
    warn(`usher: ${message}`, fields);
  },
  error: (fields, message) => {
    error(`usher: ${message}`, fields);
  },
};

export interface LimitedWarningsOptions {
  /** Maximum lines per minute. Defaults to 10. */
  readonly perMinute?: number;
  /** Monotonic milliseconds. Defaults to `performance.now()`. */
  readonly now?: () => number;
}

const windowMs = 60_000;

/**
 * Returns a function that logs warnings at a limited rate, for warnings that clients can trigger. Each `key` is logged once per minute, and at
 * most `perMinute` keys. The field `suppressed` is the number of omitted lines since the previous one.
 */
export function limitedWarnings(
  log: Pick<Logger, 'warn'>,
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
