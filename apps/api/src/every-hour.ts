import type { FastifyBaseLogger } from 'fastify';

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
