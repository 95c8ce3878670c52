import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { buildApp, drainMs } from './app.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { listeningUrl } from './config/origins.ts';
import { DataDirInUse, DataDirUnusable } from './database/data-dir.ts';
import { DatabaseDamaged } from './database/integrity.ts';
import { settledWithin } from './deadline.ts';

/** Connections that the kernel keeps until the server accepts them: after a restart all clients come back at once. */
const backlog = 4096;

/** Milliseconds after the deadline of the connections for the last commit and the database. Then the process exits in any case. */
const afterDeadlineMs = 1_400;

/** Uncaught errors during a shutdown that are logged: one that repeats must not fill the disk. */
const loggedErrors = 10;

const config = await started(() => loadConfig(process.env, join(import.meta.dirname, '../../web/dist/browser')));
let app: FastifyInstance | undefined;
let stopReason: string | undefined;
let uncaughtErrors = 0;

// Not `close-with-grace`: there a second uncaught error ends the process before the `onClose` hooks have run.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
// Started by a parent with an IPC channel: without that parent nothing can stop this server.
process.once('disconnect', () => {
  stop('the parent exited');
});
await started(run);

async function run(): Promise<void> {
  const built = await buildApp(config);
  app = built;
  process.on('uncaughtException', onUncaught);
  if (isStopping()) {
    await end(built);
    return;
  }
  try {
    await built.listen({
      host: config.host,
      port: config.port,
      backlog,
      listenTextResolver: (address) => `listening at ${address}`,
    });
  } catch (error) {
    if (isStopping()) return;
    await settledWithin(built.close(), afterDeadlineMs);
    throw error;
  }
  if (isStopping()) return;
  const url = listeningUrl(config, built.boundPort());
  built.log.info({ url }, 'ready');
  if (process.send === undefined) return;
  // The parent may have exited during the start, or exit while it receives this message: then there is a `disconnect` event.
  if (process.connected) process.send({ type: 'ready', url }, undefined, {}, () => undefined);
  else stop('the parent exited');
}

/** Whether a signal came meanwhile. */
function isStopping(): boolean {
  return stopReason !== undefined;
}

/** Starts the shutdown, once. It ends the process within `DRAIN_SECONDS` plus 2 seconds, whatever clients or hooks do. */
function stop(reason: string): void {
  if (isStopping()) return;
  stopReason = reason;
  setTimeout(
    () => {
      app?.log.fatal('exiting without a complete shutdown: it did not finish in time');
      process.exit(1);
    },
    drainMs(config) + afterDeadlineMs,
  );
  // During the start the app does not exist yet: `run` ends it.
  if (app !== undefined) void end(app);
}

async function end(running: FastifyInstance): Promise<void> {
  running.log.info({ reason: stopReason }, 'stopping');
  let failed = false;
  try {
    await running.shutDown();
    await running.close();
  } catch (error) {
    failed = true;
    running.log.error({ err: error }, 'closing failed');
  }
  process.exit(failed || uncaughtErrors > 0 ? 1 : 0);
}

/** The state is undefined after an uncaught error, so the server stops; the last commit and the database are closed as usual. */
function onUncaught(error: unknown): void {
  uncaughtErrors += 1;
  if (uncaughtErrors <= loggedErrors) app?.log.fatal({ err: error }, 'uncaught error');
  stop('uncaught error');
}

/** What `step` returns. If it throws, one line says why and the process exits with 1. */
async function started<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  }
}

function explain(error: unknown): string {
  const known = [ConfigError, DataDirInUse, DataDirUnusable, DatabaseDamaged];
  if (error instanceof Error && known.some((type) => error instanceof type)) {
    return error.message;
  }
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return 'PORT: something listens there already; stop it or choose another port';
  }
  return error.stack ?? error.message;
}
