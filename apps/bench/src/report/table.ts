import { peerTitles } from '../peer-names.ts';
import { table } from './markdown-table.ts';
import { measured, ratio } from './numbers.ts';
import type { Report } from './report.ts';
import type { GoalResult, Result, Row } from './result.ts';

/** The report in Markdown: the goals, then one table per measurement. */
export function markdown(report: Report, chart: string): string {
  const { machine, results } = report;
  const parts = [
    '# Usher compared with its peers',
    `Produced by \`npm run bench${report.quick ? ' -- --quick' : ''}\` on ${machine.processor}, ${machine.cores} cores, ` +
      `${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}. How it is measured: [apps/bench](../../apps/bench/README.md).`,
    ...(report.quick
      ? [
          '**Quick run: a smoke test with few rounds and smaller sizes than the titles state. The figures are not reliable.**',
        ]
      : []),
    `![Every peer as a ratio](${chart})`,
    '## Goals',
    goals(results),
    ...results.flatMap((result) => [`## ${result.title}`, ...section(result)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function goals(results: readonly Result[]): string {
  const rows = results.flatMap((result) => result.goals.map((goal) => goalRow(result, goal)));
  return table(['', 'goal', 'result', ''], rows);
}

function goalRow({ title, unit, better }: Result, { to, bound, reached, met }: GoalResult): string[] {
  const show = to === undefined ? measured : ratio;
  const what = to === undefined ? unit : `× ${peerTitles[to]}`;
  const value = reached === undefined ? 'not measured' : `${show(reached)} ${what}`;
  return [title, `at ${better === 'more' ? 'least' : 'most'} ${show(bound)} ${what}`, value, met ? 'yes' : '**no**'];
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
