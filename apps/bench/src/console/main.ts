/**
 * Measures the operator console on a server with many connections and refusals, in Chromium: the first view of its pages, their filters,
 * and the CPU time of the server with and without an open console. Usage: `npm run measure:console [-- --quick]`, which sets
 * `USHER_CHROMIUM`.
 */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import { createAccounts } from '../accounts.ts';
import { figuresOf } from '../figures.ts';
import { clientFrame, type LeanSocket } from '../load/frames.ts';
import { Load } from '../load/load.ts';
import { connectionLimit } from '../load/meter.ts';
import { runBench, startProgress } from '../process.ts';
import { startServer, usherSettings } from '../server.ts';
import { ConsoleBrowser, type ConsolePageName, consolePages, type Filter } from './console-browser.ts';
import { causeRefusals } from './refusals.ts';

/** A session may request 55 tickets in a minute; each user has five sessions. */
const users = { full: 80, quick: 10 };
const connections = { full: 20_000, quick: 1_000 };
const refusals = { full: 100_000, quick: 5_000 };
const cpuSeconds = { full: 35, quick: 5 };
const cpuRounds = { full: 2, quick: 1 };
const views = { full: 7, quick: 3 };
/** Sessions whose ticket calls are refused. They open no connection. */
const refusedSessions = 20;
const settleMs = 3_000;
const beat = clientFrame(JSON.stringify({ type: 'beat' }));
/** The share of its open files that the server uses for WebSockets (`ConnectionLimits`). */
const webSocketShare = 0.9;

const names = Object.keys(consolePages) as ConsolePageName[];
const filters: readonly Filter[] = [
  { page: 'connections', field: 'user', value: 'user-7', selector: 'ul.rows .cover' },
  { page: 'refusals', field: 'origin', value: 'https://origin-7.example', selector: 'ul.rows .from' },
  { page: 'refusals', field: 'reason', value: 'missing_token', selector: 'ul.rows .title', text: 'Missing token' },
];

interface CpuUsage {
  readonly seen: ConsolePageName | 'no console';
  /** Percent of one core. */
  readonly percent: number;
}

await runBench(async () => {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
  const size = values.quick ? 'quick' : 'full';
  const chromium = process.env['USHER_CHROMIUM'];
  if (chromium === undefined) throw new Error('USHER_CHROMIUM is not set: it must be the path of a Chromium');
  const progress = startProgress();
  progress('creating users …');
  const accounts = await createAccounts(users[size]);
  const server = await startServer({
    ...accounts,
    env: { ...usherSettings, JWT_SECRET: accounts.secret, REFUSALS_KEPT: String(refusals[size]) },
  });
  const port = Number(new URL(server.url).port);
  const load = new Load({ peer: 'usher', port, pid: server.pid, tokens: accounts.tokens.slice(refusedSessions) });
  const limit = connectionLimit(server.pid, process.pid);
  const count = Math.min(connections[size], Math.floor(limit.connections * webSocketShare));
  if (count < connections[size]) progress(`${count} connections instead of ${connections[size]}: ${limit.because}`);
  progress(`opening ${count} connections …`);
  const sockets = await openSockets(load, count);
  const refused = { port, tokens: accounts.tokens.slice(0, refusedSessions), count: refusals[size] };
  progress(`causing ${refusals[size]} refusals …`);
  await causeRefusals(refused);

  progress('opening the console …');
  const browser = await ConsoleBrowser.open(chromium, server.url);
  const loads = [loadavg()[0] ?? 0];
  const firstViews = new Map<string, number[]>();
  const filtered = new Map<string, number[]>();
  for (let view = 0; view < views[size]; view += 1) {
    for (const name of names) {
      add(firstViews, name, await browser.open(name));
      for (const filter of filters.filter(({ page }) => page === name)) {
        const { field } = filter;
        await browser.open(name);
        add(filtered, `${name} by ${field}`, await browser.filter(filter));
      }
    }
  }

  const heading = `${count} connections, ${refusals[size]} refusals`;
  process.stdout.write(
    `${heading}\n\n${timeTable('first view, ms', firstViews)}\n\n${timeTable('filter, ms', filtered)}\n\n`,
  );

  const cpu: CpuUsage[] = [];
  for (let round = 0; round < cpuRounds[size]; round += 1) {
    // The overview summarizes the refusals of the last five minutes: all of them, in this order of measurements.
    if (round > 0) await causeRefusals(refused);
    for (const seen of [...names, 'no console' as const]) {
      progress(`CPU time, round ${round + 1} of ${cpuRounds[size]}: ${seen} …`);
      if (seen === 'no console') await browser.leave();
      else await browser.open(seen);
      await sleep(settleMs);
      const stop = load.meter();
      await sleep(cpuSeconds[size] * 1_000);
      const { serverMs, wallMs } = stop();
      if (serverMs === undefined) throw new Error('this system does not report CPU time per process');
      const percent = (100 * serverMs) / wallMs;
      cpu.push({ seen, percent });
      progress(`${percent.toFixed(2)} %`);
      loads.push(loadavg()[0] ?? 0);
    }
  }
  await browser.close();
  for (const socket of sockets) socket.cut();

  const without = medianOf(cpu, 'no console');
  const machine = `load of the machine ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
  process.stdout.write(`${cpuTable(cpu, without)}\n\n${machine}\n`);
});

/** Opens connections that stay open. A lost one ends the process, because it would distort the result. */
async function openSockets(load: Load, count: number): Promise<LeanSocket[]> {
  const sockets: LeanSocket[] = [];
  await load.ready(count);
  await load.each(count, async () => {
    // A line of its own, because a server that is almost full closes idle HTTP connections.
    const line = load.line();
    const ticket = await load.ticket(line);
    line.close();
    const socket = await load.dial(ticket);
    socket.onText = (bytes, start, end) => {
      if (bytes.toString('latin1', start, end).includes('"beat"')) socket.write(beat);
    };
    socket.onEnd = (reason) => {
      throw new Error('a connection was lost', { cause: reason });
    };
    sockets.push(socket);
  });
  return sockets;
}

function add(series: Map<string, number[]>, name: string, value: number): void {
  series.set(name, [...(series.get(name) ?? []), value]);
}

function medianOf(cpu: readonly CpuUsage[], seen: CpuUsage['seen']): number {
  return figuresOf(cpu.filter((each) => each.seen === seen).map(({ percent }) => percent)).median;
}

function timeTable(heading: string, series: ReadonlyMap<string, readonly number[]>): string {
  const rows = [...series].map(([name, values]) => {
    const { min, median, max } = figuresOf(values);
    return [name, ...[min, median, max].map((value) => value.toFixed(0))];
  });
  return markdownTable([[heading, 'min', 'median', 'max'], ...rows], { align: ['l', 'r', 'r', 'r'] });
}

function cpuTable(cpu: readonly CpuUsage[], without: number): string {
  const rows = (['no console', ...names] as const).map((seen) => {
    const rounds = cpu.filter((each) => each.seen === seen).map(({ percent }) => percent.toFixed(2));
    const median = medianOf(cpu, seen);
    const added = seen === 'no console' ? '' : (median - without).toFixed(2);
    return [seen, rounds.join(', '), median.toFixed(2), added];
  });
  const heading = ['CPU of the server, % of one core', 'rounds', 'median', 'added by the console'];
  return markdownTable([heading, ...rows], { align: ['l', 'r', 'r', 'r'] });
}
