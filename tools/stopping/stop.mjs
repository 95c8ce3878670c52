import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../attacks/server.mjs';

/** A server that takes longer than this is killed, in milliseconds. */
const giveUpMs = 20_000;
/** Servers that are stopped at the same time. */
const atOnce = 5;

/**
 * For each case, starts a server, opens the connections of the case, stops the server and measures.
 *
 * All servers of a group are started before the first of them is stopped: a start takes more than a second of CPU time, which would delay
 * the stop of the others.
 *
 * @returns for each case its name; `ms` from the signal to the exit, and its bound `boundMs` (`DRAIN_SECONDS` plus 2 seconds); the
 *   exit code, or the signal that ended the server; whether the database was closed (then its write-ahead log is gone); and `fault`,
 *   what went wrong for the clients.
 */
export async function measureStops(checkout, stopCases, drainSeconds = 1) {
  const rows = [];
  for (let first = 0; first < stopCases.length; first += atOnce) {
    const group = stopCases.slice(first, first + atOnce);
    const prepared = await Promise.allSettled(group.map((stopCase) => prepare(checkout, stopCase, drainSeconds)));
    const stopped = prepared.map(({ value, reason }, n) =>
      value === undefined
        ? { name: group[n].name, ms: Number.NaN, exitCode: 'not started', closed: false, fault: reason.message }
        : stopAndMeasure(value, group[n]),
    );
    for (const row of await Promise.all(stopped)) rows.push({ ...row, boundMs: (drainSeconds + 2) * 1_000 });
  }
  return rows;
}

/** Starts a server and opens the connections of the case. */
async function prepare(checkout, { settings, nodeOptions = [], hold }, drainSeconds) {
  const server = await startServer(checkout, { DRAIN_SECONDS: String(drainSeconds), ...settings }, nodeOptions);
  try {
    return { server, ...(await hold(server)) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function stopAndMeasure({ server, before, after }, { name, stop = 'SIGTERM' }) {
  try {
    await before?.();
    const start = performance.now();
    process.kill(server.pid, stop);
    const exit = await Promise.race([server.exited, delay(giveUpMs, undefined, { ref: false })]);
    const ms = Math.round(performance.now() - start);
    const closed = exit !== undefined && !existsSync(join(server.dataDir, 'usher.db-wal'));
    const fault = exit === undefined ? undefined : await after?.().catch((error) => error.message);
    return { name, ms, exitCode: exit?.code ?? exit?.signal ?? 'still running', closed, fault };
  } finally {
    await server.stop();
  }
}

/** The measurements as a table in Markdown. */
export function stopTable(rows) {
  const lines = rows.map(({ name, ms, exitCode, closed, fault }) => {
    const cells = [name, ms, exitCode, closed ? 'yes' : 'no', fault ?? ''];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| clients hold open | ms to exit | exit code | database closed | fault |',
    '| --- | --: | --: | --- | --- |',
    ...lines,
  ].join('\n');
}
