import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { peerTitles } from '../peers.ts';
import { svg } from './chart.ts';
import { measured, ratio, table } from './markdown.ts';
import type { GoalResult, Result, Row } from './result.ts';

/** The content of `results.json`. */
export interface Report {
  /** Whether these are the measurements of several nodes. */
  readonly cluster?: boolean;
  /** Whether this was a `--quick` run, which has too few rounds for reliable figures. */
  readonly quick: boolean;
  readonly machine: Machine;
  readonly results: readonly Result[];
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
}

/** @returns the new results and those of earlier runs that were not repeated, in this `order`; other names are dropped */
export function merged(before: readonly Result[], added: readonly Result[], order: readonly string[]): Result[] {
  const byName = new Map([...before, ...added].map((result) => [result.name, result]));
  return order.flatMap((name) => byName.get(name) ?? []);
}

/** The report in Markdown: the goals, then one table per measurement. */
export function markdown(report: Report, chart: string): string {
  const { machine, results } = report;
  const parts = [
    report.cluster === true ? '# Several nodes, PostgreSQL and Redis' : '# Usher compared with its peers',
    `Produced by \`${commandOf(report)}\` on ${machine.processor}, ${machine.cores} cores, ` +
      `${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}. How it is measured: [apps/bench](../../apps/bench/README.md).`,
    ...(report.quick
      ? [
          '**Quick run: a smoke test with few rounds and smaller sizes than the titles state. The figures are not reliable.**',
        ]
      : []),
    `![All measurements with several peers](${chart})`,
    '## Goals',
    goals(results),
    ...results.flatMap((result) => [`## ${result.title}`, ...section(result)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function commandOf({ cluster = false, quick }: Report): string {
  const options = [...(cluster ? ['--cluster'] : []), ...(quick ? ['--quick'] : [])];
  return ['npm run bench', ...(options.length > 0 ? ['--', ...options] : [])].join(' ');
}

function goals(results: readonly Result[]): string {
  const rows = results.flatMap((result) => result.goals.map((goal) => goalRow(result, goal)));
  return table(['', 'goal', 'result', ''], rows);
}

function goalRow({ title, unit, better }: Result, goal: GoalResult): string[] {
  const { bound, reached, met, extra } = goal;
  const { show, what } = scaleOf(goal, unit);
  const value = reached === undefined ? 'not measured' : `${show(reached)} ${what}`;
  return [
    extra === undefined ? title : `${title}: ${extra}`,
    `at ${better === 'more' ? 'least' : 'most'} ${show(bound)} ${what}`,
    value,
    met ? 'yes' : '**no**',
  ];
}

/** Formats the bound and the result of a goal. */
function scaleOf({ to, by, extra }: GoalResult, unit: string): { show: (value: number) => string; what: string } {
  if (to === undefined) return { show: measured, what: extra === undefined ? unit : '' };
  if (by === 'difference') return { show: measured, what: `more than ${peerTitles[to]}` };
  return { show: ratio, what: `× ${peerTitles[to]}` };
}

function section({ name, unit, better, rounds, at, rows, failed }: Result): string[] {
  const [first] = rows;
  const extras = [...new Set(rows.flatMap((row) => Object.keys(row.extras)))];
  const head = [
    '',
    `median, ${unit}`,
    'min – max',
    `ratio`,
    'cores: server',
    'cores: load',
    'cores: others',
    'saturated',
    'server µs each',
    'load µs each',
    ...extras,
  ];
  const lines = rows.map((row) => [
    ...line(row, row === first),
    ...extras.map((extra) => cell(row.extras[extra], measured)),
  ]);
  return [
    `\`${name}\`, ${better} is better, ${rounds} rounds, ${at.slice(0, 10)}.`,
    table(head, lines),
    ...failed.map(({ peer, reason }) => `${peerTitles[peer]} failed: ${reason}`),
  ];
}

function line(row: Row, isFirst: boolean): string[] {
  const { min, median, max } = row.figures;
  return [
    peerTitles[row.peer],
    measured(median),
    `${measured(min)} – ${measured(max)}`,
    isFirst ? '1.00' : cell(row.ratio, ratio),
    cell(row.serverCores, ratio),
    ratio(row.loadCores),
    cell(row.otherCores, ratio),
    row.saturated,
    cell(row.serverMicros, measured),
    measured(row.loadMicros),
  ];
}

function cell(value: number | undefined, show: (value: number) => string): string {
  return value === undefined ? '–' : show(value);
}

/** The CPU use of other processes from which the summary reports it. */
const reportedCores = 0.2;

/** Formats a result for the terminal. */
export function summary({ title, unit, rows, goals, better }: Result): string {
  const lines = rows.map((row) => {
    const { min, median, max } = row.figures;
    const range = `${measured(median)} (${measured(min)} – ${measured(max)})`.padEnd(32);
    const share = (row.ratio === undefined ? '' : ratio(row.ratio)).padStart(6);
    const others =
      (row.otherCores ?? 0) < reportedCores ? '' : `, other processes: ${ratio(row.otherCores ?? 0)} cores`;
    return `  ${row.peer.padEnd(18)} ${range} ${share}  saturated: ${row.saturated}${others}`;
  });
  const goalResults = goals.map(({ to, by, extra, bound, reached, met }) => {
    const side = better === 'more' ? 'at least' : 'at most';
    const other = to === undefined ? '' : by === 'difference' ? ` more than ${to}` : ` × ${to}`;
    return `  ${met ? 'met:' : 'NOT met:'} ${extra === undefined ? '' : `${extra}: `}${side} ${bound}${other}, result ${reached === undefined ? 'not measured' : measured(reached)}`;
  });
  return `\n${title} (${unit})\n${[...lines, ...goalResults].join('\n')}\n\n`;
}

/**
 * Writes `results.json`, `.md` and `.svg` to `folder`, or `quick.*` for a quick run; `cluster.*` and `cluster-quick.*` for several nodes. Keeps the results of earlier runs that were
 * not repeated.
 *
 * @returns the path of the Markdown file
 */
export async function writeReport(
  folder: string,
  { quick, cluster }: { readonly quick: boolean; readonly cluster: boolean },
  added: readonly Result[],
  order: readonly string[],
): Promise<string> {
  const name = cluster ? (quick ? 'cluster-quick' : 'cluster') : quick ? 'quick' : 'results';
  const file = (ending: string): string => join(folder, `${name}.${ending}`);
  const before = existsSync(file('json')) ? (JSON.parse(readFileSync(file('json'), 'utf8')) as Report).results : [];
  const report: Report = {
    ...(cluster ? { cluster } : {}),
    quick,
    machine: thisMachine(),
    results: merged(before, added, order),
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(file('json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(file('svg'), await svg(report.results));
  writeFileSync(file('md'), markdown(report, `${name}.svg`));
  return file('md');
}

/** @returns the machine that this process runs on */
export function thisMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? 'an unknown processor',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
  };
}
