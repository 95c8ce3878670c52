import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withBlock } from '../report/markdown.ts';
import type { Report } from '../report/report.ts';
import { root } from '../server.ts';
import { costsOf } from './model.ts';
import { type ScalingReport, scalingReport } from './plan.ts';
import { scalingTables } from './scaling-table.ts';

const file = (path: string): string => readFileSync(join(root, path), 'utf8');
const { results } = JSON.parse(file('docs/benchmarks/results.json')) as Report;

describe('costsOf', () => {
  it('names the missing measurement and the command that runs it', () => {
    const without = results.filter(({ name }) => name !== 'crowd');
    expect(() => costsOf(without)).toThrow('npm run bench -- --only crowd');
  });

  it('reads the maximum number of connections from the levels of connections-flat', () => {
    const flat = results.find(({ name }) => name === 'connections-flat');
    const [row] = flat?.rows ?? [];
    if (flat === undefined || row === undefined) throw new Error('connections-flat was not measured');
    const rows = [{ ...row, peer: 'usher' as const, extras: { 'kB each at 1,000': 1, 'kB each at 19,600': 1 } }];
    const others = results.filter(({ name }) => name !== 'connections-flat');
    expect(costsOf([...others, { ...flat, rows }]).maxConnections).toBe(19_600);
  });
});

describe('docs/scaling.md (npm run simulate writes it)', () => {
  const report = JSON.parse(file('docs/benchmarks/scaling.json')) as ScalingReport;
  const page = file('docs/scaling.md');

  it('matches docs/benchmarks/scaling.json', () => {
    expect(page).toBe(withBlock(page, 'scaling', scalingTables(report)));
  });

  it('is reproducible from docs/benchmarks/results.json', () => {
    expect(scalingTables(report)).toBe(scalingTables(scalingReport(costsOf(results))));
  });

  it('lists every assumption with its source', () => {
    for (const { what, from } of Object.values(report.assumed)) {
      expect(page).toContain(`| ${what}`);
      expect(page).toContain(from);
    }
  });
});
