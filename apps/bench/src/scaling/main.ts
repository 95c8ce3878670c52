/**
 * Computes the limits of one node and the resources for a million and a hundred million connections from the measurements.
 * Usage: `npm run simulate`. Reads docs/benchmarks/results.json; writes docs/benchmarks/scaling.json and the tables of
 * docs/scaling.md.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withBlock } from '../report/markdown.ts';
import type { Report } from '../report/report.ts';
import { root } from '../server.ts';
import { costsOf } from './model.ts';
import { scalingReport } from './plan.ts';
import { scalingTables } from './scaling-table.ts';

const results = join(root, 'docs/benchmarks/results.json');
const page = join(root, 'docs/scaling.md');

const made = existsSync(results) ? (JSON.parse(readFileSync(results, 'utf8')) as Report).results : [];
const report = scalingReport(costsOf(made));
const tables = scalingTables(report);
writeFileSync(join(root, 'docs/benchmarks/scaling.json'), `${JSON.stringify(report, undefined, 2)}\n`);
writeFileSync(page, withBlock(readFileSync(page, 'utf8'), 'scaling', tables));
process.stdout.write(`${tables}\n`);
