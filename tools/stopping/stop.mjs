import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../attacks/server.mjs';

/** A server that takes longer than this is killed, in milliseconds. */
const giveUpMs = 20_000;

/**
 * Starts a server, opens what the case holds open, stops the server and measures.
 *
 * @returns the case's name; `ms` from the signal to the exit, its bound `boundMs` (`DRAIN_SECONDS` plus 2 seconds); exit code or the
 *   signal that ended it; whether the database was closed (then its write-ahead log is gone); and `fault`, what clients miss.
 */
export async function measureStop(checkout, stopCase, drainSeconds = 1) {
  const { name, settings, nodeOptions = [], stop = 'SIGTERM' } = stopCase;
  const server = await startServer(checkout, { DRAIN_SECONDS: String(drainSeconds), ...settings }, nodeOptions);
  try {
    const check = await stopCase.hold(server);
    const start = performance.now();
    process.kill(server.pid, stop);
    const exit = await Promise.race([server.exited, delay(giveUpMs, undefined, { ref: false })]);
    const ms = Math.round(performance.now() - start);
    const closed = exit !== undefined && !existsSync(join(server.dataDir, 'usher.db-wal'));
    const fault = exit === undefined ? undefined : await check?.().catch((error) => error.message);
    const exitCode = exit?.code ?? exit?.signal ?? 'still running';
    return { name, ms, boundMs: (drainSeconds + 2) * 1_000, exitCode, closed, fault };
  } finally {
    await server.stop();
  }
}

/** The measurements as a table in Markdown. */
export function stopTable(rows) {
  const lines = rows.map(
    ({ name, ms, exitCode, closed, fault }) =>
      `| ${name} | ${ms} | ${exitCode} | ${closed ? 'yes' : 'no'} |${fault === undefined ? '' : ` ${fault} |`}`,
  );
  return [
    '| clients hold open | ms to exit | exit code | database closed |',
    '| --- | --: | --: | --- |',
    ...lines,
  ].join('\n');
}
