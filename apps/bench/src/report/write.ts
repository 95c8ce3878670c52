import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { svg } from './chart.ts';
import { type Machine, merged, type Report } from './report.ts';
import type { Result } from './result.ts';
import { markdown } from './table.ts';

/**
 * Writes JSON, Markdown and SVG into a folder, under the name of the kind of run. Results of earlier runs of that kind stay
 * where they were not made again. Returns the path of the Markdown.
 */
export function writeReport(folder: string, quick: boolean, made: readonly Result[], order: readonly string[]): string {
  const name = quick ? 'quick' : 'results';
  const file = (ending: string): string => join(folder, `${name}.${ending}`);
  const before = existsSync(file('json')) ? (JSON.parse(readFileSync(file('json'), 'utf8')) as Report).results : [];
  const report: Report = { quick, machine: thisMachine(), results: merged(before, made, order) };
  mkdirSync(folder, { recursive: true });
  writeFileSync(file('json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(file('svg'), svg(report));
  writeFileSync(file('md'), markdown(report, `${name}.svg`));
  return file('md');
}

/** What everything was measured on. */
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
