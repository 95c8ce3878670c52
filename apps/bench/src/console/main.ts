/**
 * Measures the operator console on one or more nodes with many connections and refusals, in Chromium: the first view of its pages, their filters,
 * and the CPU time of the servers with and without an open console. Usage: `npm run measure:console -- [--nodes N] [--quick]`, which sets
 * `USHER_CHROMIUM`.
 */
import { chmodSync } from 'node:fs';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { markdownTable } from 'markdown-table';
import { figuresOf } from '../figures.ts';
import type { Usage } from '../load/meter.ts';
import { runBench, startProgress } from '../process.ts';
import { HeldConnections, share } from './connections.ts';
import { readSize } from './console-arguments.ts';
import { ConsoleBrowser, type ConsolePageName, consolePages, type Filter } from './console-browser.ts';
import { causeRefusals } from './refusals.ts';
import { startServers } from './servers.ts';

/** Sessions whose ticket calls are refused. They open no connection. */
const refusedSessions = 20;
const settleMs = 3_000;

const names = Object.keys(consolePages) as ConsolePageName[];
const filters: readonly Filter[] = [
  { page: 'connections', field: 'user', value: 'user-7', selector: 'ul.rows .cover' },
  { page: 'refusals', field: 'origin', value: 'https://origin-7.example', selector: 'ul.rows .from' },
  { page: 'refusals', field: 'reason', value: 'missing_token', selector: 'ul.rows .title', text: 'Missing token' },
];

interface CpuUsage {
  readonly seen: ConsolePageName | 'no console';
  /** `nodes`, or a service. */
  readonly part: string;
  /** Percent of one core. */
  readonly percent: number;
}

await runBench(async (folder) => {
  // PostgreSQL does not run as root, so its user needs access to its data.
  if (process.getuid?.() === 0) chmodSync(folder, 0o711);
  const size = readSize();
  const chromium = process.env['USHER_CHROMIUM'];
  if (chromium === undefined) throw new Error('USHER_CHROMIUM is not set: it must be the path of a Chromium');
  const progress = startProgress();
  progress('creating users …');
  const servers = await startServers(size);
  const { nodes, tokens } = servers;
  const [first] = nodes;
  if (first === undefined) throw new RangeError('there is no node');
  progress(`opening ${size.connections} connections to ${nodes.length} node(s) …`);
  const connections = await HeldConnections.open(nodes, tokens.slice(refusedSessions), size.connections, progress);
  const refuse = async (): Promise<void> => {
    progress(`causing ${size.refusals} refusals …`);
    await Promise.all(
      nodes.map(({ url }, index) =>
        causeRefusals({
          port: Number(new URL(url).port),
          // A session has the limits of all nodes together.
          tokens: tokens.slice(0, refusedSessions).filter((_, token) => token % nodes.length === index),
          count: share(size.refusals, nodes.length, index),
        }),
      ),
    );
  };
  await refuse();

  progress('opening the console …');
  const browser = await ConsoleBrowser.open(chromium, first.url);
  const loads = [loadavg()[0] ?? 0];
  const firstViews = new Map<string, number[]>();
  const filtered = new Map<string, number[]>();
  for (let view = 0; view < size.views; view += 1) {
    for (const name of names) {
      add(firstViews, name, await browser.open(name));
      for (const filter of filters.filter(({ page }) => page === name)) {
        const { field } = filter;
        await browser.open(name);
        add(filtered, `${name} by ${field}`, await browser.filter(filter));
      }
    }
  }
  await connections.requireAll();

  const heading = `${nodes.length} node(s), ${connections.count} connections, ${size.refusals} refusals`;
  process.stdout.write(
    `${heading}\n\n${timeTable('first view, ms', firstViews)}\n\n${timeTable('filter, ms', filtered)}\n\n`,
  );

  const cpu: CpuUsage[] = [];
  for (let round = 0; round < size.cpuRounds; round += 1) {
    // The overview summarizes the refusals of the last five minutes: all of them, in this order of measurements.
    if (round > 0) await refuse();
    for (const seen of [...names, 'no console' as const]) {
      progress(`CPU time, round ${round + 1} of ${size.cpuRounds}: ${seen} …`);
      if (seen === 'no console') await browser.leave();
      else await browser.open(seen);
      await sleep(settleMs);
      const stop = servers.meter();
      await sleep(size.cpuSeconds * 1_000);
      const usage = stop();
      await connections.requireAll();
      cpu.push(...cpuOf(seen, usage));
      progress(`${cpu.at(-1)?.percent.toFixed(2) ?? ''} %`);
      loads.push(loadavg()[0] ?? 0);
    }
  }
  await browser.close();
  await connections.end();

  const parts = [...new Set(cpu.map(({ part }) => part))];
  const tables = parts.map((part) =>
    cpuTable(
      part,
      cpu.filter((each) => each.part === part),
    ),
  );
  const machine = `load of the machine ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
  process.stdout.write(`${tables.join('\n\n')}\n\n${machine}\n`);
});

/** The CPU time of each service and of the nodes, in percent of one core. The nodes are last. */
function cpuOf(seen: CpuUsage['seen'], { serverMs, parts, wallMs }: Usage): CpuUsage[] {
  if (serverMs === undefined) throw new Error('this system does not report CPU time per process');
  const { nodes = serverMs, ...services } = parts ?? {};
  return Object.entries({ ...services, nodes }).map(([part, ms]) => ({ seen, part, percent: (100 * ms) / wallMs }));
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

function cpuTable(part: string, cpu: readonly CpuUsage[]): string {
  const without = medianOf(cpu, 'no console');
  const rows = (['no console', ...names] as const).map((seen) => {
    const rounds = cpu.filter((each) => each.seen === seen).map(({ percent }) => percent.toFixed(2));
    const median = medianOf(cpu, seen);
    const added = seen === 'no console' ? '' : (median - without).toFixed(2);
    return [seen, rounds.join(', '), median.toFixed(2), added];
  });
  const heading = [`CPU of ${part}, % of one core`, 'rounds', 'median', 'added by the console'];
  return markdownTable([heading, ...rows], { align: ['l', 'r', 'r', 'r'] });
}
