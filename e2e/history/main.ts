/**
 * `npm run history-check -- --seed N --seconds S [--runs R] [--sentinel] [--fault NAME …]`: runs the history checker and prints a report for
 * each run. With `--runs`, the seeds N, N + 1, … are used. With `--sentinel`, the nodes use Redis under a Sentinel, with other faults. Exits
 * with code 1 if a rule was violated.
 */
import { parseArgs } from 'node:util';
import { faultNames } from './faults.ts';
import { type HistoryReport, runHistory } from './run-history.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '30' },
    runs: { type: 'string', default: '1' },
    fault: { type: 'string', multiple: true },
    sentinel: { type: 'boolean', default: false },
    output: { type: 'boolean', default: false },
  },
});

function integer(name: 'seed' | 'seconds' | 'runs'): number {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  process.stderr.write(`invalid --${name} "${values[name]}": must be a positive integer\n`);
  process.exit(2);
}

const [seed, seconds, runs] = [integer('seed'), integer('seconds'), integer('runs')];
for (const name of values.fault ?? []) {
  const known = faultNames(values.sentinel);
  if (known.includes(name)) continue;
  process.stderr.write(`unknown fault "${name}": must be one of ${known.join(', ')}\n`);
  process.exit(2);
}

const list = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, count]) => `${name} ${count}`).join(', ') || 'none';

function print(report: HistoryReport): void {
  process.stdout.write(
    `seed ${report.seed}, ${report.seconds} seconds${values.sentinel ? ', with Sentinel' : ''}\n` +
      `  operations: ${list(report.counts)}\n` +
      `  faults: ${list(report.faults)}\n` +
      `  violations: ${report.violations.length}\n`,
  );
  for (const { rule, text } of report.violations.slice(0, 50)) process.stdout.write(`    ${rule}: ${text}\n`);
  if (values.output) process.stdout.write(`${report.output}\n`);
}

let violations = 0;
for (let run = 0; run < runs; run++) {
  const report = await runHistory({ seed: seed + run, seconds, faults: values.fault, sentinel: values.sentinel });
  print(report);
  violations += report.violations.length;
}
process.exit(violations === 0 ? 0 : 1);
