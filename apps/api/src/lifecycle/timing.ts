import type { FastifyBaseLogger } from 'fastify';

/** Returns monotonic milliseconds. */
export type MonotonicClock = () => number;

/**
 * An absolute deadline that several steps share. The first call of `start` starts it. Later calls have no effect.
 */
export class Deadline {
  readonly #durationMs: number;
  readonly #now: MonotonicClock;
  #endsAt: number | undefined;

  constructor(durationMs: number, now: MonotonicClock = () => performance.now()) {
    this.#durationMs = durationMs;
    this.#now = now;
  }

  get started(): boolean {
    return this.#endsAt !== undefined;
  }

  start(): void {
    this.#endsAt ??= this.#now() + this.#durationMs;
  }

  /** Milliseconds until the deadline, 0 when it has passed, or the full duration before `start`. */
  get leftMs(): number {
    return this.#endsAt === undefined ? this.#durationMs : Math.max(0, this.#endsAt - this.#now());
  }
}

const hourMs = 3_600_000;

/** Runs `work` now and then once per hour, never in parallel, until `stop` is called. Logs errors. */
export function everyHour(
  work: () => Promise<void>,
  log: FastifyBaseLogger,
): { /** Resolves when the current run has ended. */ stop: () => Promise<void> } {
  let running = run();
  async function run(): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.error({ err: error }, 'hourly task failed');
    }
  }
  const timer = setInterval(() => {
    running = running.then(run);
  }, hourMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** Milliseconds from the signal until all connections are closed. At least 500, for close frames and short responses. */
export function drainMs({ drainSeconds }: { readonly drainSeconds: number }): number {
  return Math.max(500, drainSeconds * 1_000);
}

/**
 * The milliseconds over which a drain spreads its closes: not faster than the server accepts reconnects, and at most two thirds of
 * the remaining time, so that the last clients can finish the closing handshake.
 */
export function drainSpreadMs(connections: number, connectsPerSecond: number, leftMs: number): number {
  return Math.min((connections / connectsPerSecond) * 1_000, (leftMs * 2) / 3);
}
