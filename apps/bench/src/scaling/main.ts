/**
 * Computes the limits of one node and the resources for a million and a hundred million connections from the measurements.
 * Usage: `npm run simulate`. Reads docs/benchmarks/results.json and cluster.json; writes docs/benchmarks/scaling.json and the tables
 * of docs/scaling.md.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withBlock } from '../report/markdown.ts';
import type { Report } from '../report/report.ts';
import type { Result } from '../report/result.ts';
import { root } from '../server.ts';
import { assumedWith, costsOf } from './model.ts';
import { scalingReport } from './plan.ts';
import { scalingTables } from './scaling-table.ts';

const resultsOf = (name: 'results' | 'cluster'): readonly Result[] => {
  const file = join(root, `docs/benchmarks/${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report).results : [];
};
const page = join(root, 'docs/scaling.md');

const report = scalingReport(costsOf(resultsOf('results')), assumedWith(resultsOf('cluster')));
const tables = scalingTables(report);
writeFileSync(join(root, 'docs/benchmarks/scaling.json'), `${JSON.stringify(report, undefined, 2)}\n`);
writeFileSync(page, withBlock(readFileSync(page, 'utf8'), 'scaling', tables));
process.stdout.write(`${tables}\n`);
