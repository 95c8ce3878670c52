import { join } from 'node:path';
import { settledWithin } from '@usher/server';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { listeningUrl } from './config/origins.ts';
import { DataDirInUse, DataDirUnusable } from './database/data-dir.ts';
import { DatabaseDamaged } from './database/integrity.ts';
import { drainMs } from './lifecycle/timing.ts';
import { PostgresUnusable } from './postgres/postgres-unusable.ts';
import { RedisUnusable } from './redis/connect-redis.ts';

/** The listen backlog. After a restart all clients reconnect at once. */
const backlog = 4096;

/** Milliseconds after the drain deadline for the last commit and closing the database. Then the process exits in any case. */
const afterDeadlineMs = 1_400;

/** Maximum number of uncaught errors to log, so that a repeated error does not fill the disk. */
const maxLoggedErrors = 10;

const config = await orExit(() => loadConfig(process.env, join(import.meta.dirname, '../../web/dist/browser')));
let app: FastifyInstance | undefined;
let stopReason: string | undefined;
let uncaughtErrors = 0;

// `close-with-grace` is not used: a second uncaught error would end the process before the `onClose` hooks have run.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
// With an IPC channel to a parent process, the server stops when the parent exits, because nothing else would stop it.
process.once('disconnect', () => {
  stop('the parent exited');
});
await orExit(run);

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
  // If the parent exits while this message is sent, a `disconnect` event follows.
  if (process.connected) process.send({ type: 'ready', url }, undefined, {}, () => undefined);
  else stop('the parent exited');
}

/** Whether a signal was received. */
function isStopping(): boolean {
  return stopReason !== undefined;
}

/** Starts the shutdown. Idempotent. The process exits within `DRAIN_SECONDS` plus 2 seconds, even if clients or hooks hang. */
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
  // During startup the app does not exist yet. `run` ends it when it does.
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

/** The state is undefined after an uncaught error, so the server shuts down as on a signal. */
function onUncaught(error: unknown): void {
  uncaughtErrors += 1;
  if (uncaughtErrors <= maxLoggedErrors) app?.log.fatal({ err: error }, 'uncaught error');
  stop('uncaught error');
}

/** Returns the result of `step`. If it throws, prints the reason and exits with code 1. */
async function orExit<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  }
}

function explain(error: unknown): string {
  const known = [ConfigError, DataDirInUse, DataDirUnusable, DatabaseDamaged, PostgresUnusable, RedisUnusable];
  if (error instanceof Error && known.some((type) => error instanceof type)) {
    return error.message;
  }
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return 'PORT: already in use; stop the other process or choose another port';
  }
  return error.stack ?? error.message;
}
