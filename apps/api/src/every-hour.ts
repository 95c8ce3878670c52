import type { FastifyBaseLogger } from 'fastify';

const hourMs = 3_600_000;

/** Does something now and every hour after, one at a time, until it is stopped. What fails is logged and tried again next time. */
export function everyHour(
  work: () => Promise<void>,
  log: FastifyBaseLogger,
): { /** Resolves when what is under way has ended. */ stop: () => Promise<void> } {
  let running = run();
  async function run(): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.error({ err: error }, 'hourly work failed');
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
