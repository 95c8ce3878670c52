import { join } from 'node:path';
import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import { listeningUrl } from './config/origins.ts';
import { DatabaseDamaged } from './database/integrity.ts';
import { DataDirInUse } from './database/sqlite.ts';

/** How many connections may knock before they are taken: a crowd coming back must not be turned away by the kernel. */
const backlog = 4096;

try {
  await start();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

async function start(): Promise<void> {
  const config = loadConfig(process.env, join(import.meta.dirname, '../../web/dist/browser'));
  const app = await buildApp(config);
  const { close } = closeWithGrace(
    // Signals are heard below: here a second one would end the drain with exit code 1, and Ctrl+C often comes twice.
    { delay: (config.drainSeconds + 10) * 1_000, logger: false, skip: ['SIGHUP', 'SIGINT', 'SIGTERM'] },
    async ({ err }) => {
      if (err !== undefined) app.log.fatal({ err }, 'ending after an error that nobody caught');
      await app.drain();
      await app.close();
    },
  );
  let ending = false;
  const end = (reason: string): void => {
    if (ending) return;
    ending = true;
    app.log.info({ reason }, 'ending');
    close();
  };
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  // Started by a parent with a channel: when it is gone, nobody is left to stop this server.
  process.once('disconnect', () => {
    end('the parent is gone');
  });
  try {
    await app.listen({
      host: config.host,
      port: config.port,
      backlog,
      listenTextResolver: (address) => `listening at ${address}`,
    });
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = listeningUrl(config, app.boundPort());
  app.log.info({ url }, 'ready');
  if (process.send === undefined) return;
  // It may have gone while this was starting, or go while it is told: the event says so.
  if (process.connected) process.send({ type: 'ready', url }, undefined, {}, () => undefined);
  else end('the parent is gone');
}

function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DataDirInUse || error instanceof DatabaseDamaged) {
    return error.message;
  }
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return 'PORT: something listens there already; stop it or choose another port';
  }
  return error.stack ?? error.message;
}
