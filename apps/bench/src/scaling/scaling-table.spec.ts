import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withBlock } from '../report/markdown.ts';
import type { Report } from '../report/report.ts';
import type { Result, Row } from '../report/result.ts';
import { root } from '../server.ts';
import { assumedWith, assumptions, costsOf } from './model.ts';
import { type ScalingReport, scalingReport } from './plan.ts';
import { scalingTables } from './scaling-table.ts';

const file = (path: string): string => readFileSync(join(root, path), 'utf8');
const { results } = JSON.parse(file('docs/benchmarks/results.json')) as Report;
const { results: clusterResults } = JSON.parse(file('docs/benchmarks/cluster.json')) as Report;

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

describe('assumedWith', () => {
  const row: Row = {
    peer: 'usher-cluster',
    figures: { min: 1, median: 300, p99: 400, max: 400 },
    loadCores: 1,
    saturated: 'neither',
    loadMicros: 1,
    extras: { 'Redis, µs each': 40 },
    values: [],
  };
  const result = (name: string, rows: readonly Row[]): Result => {
    return { name, title: '', unit: '', better: 'more', at: '', rounds: 1, rows, goals: [], failed: [] };
  };
  const single: Row = { ...row, peer: 'usher-postgres', figures: { ...row.figures, median: 200 } };

  it('replaces the costs of Redis and PostgreSQL by measured ones', () => {
    const found = assumedWith([result('cluster-bus', [single, row]), result('postgres-sends-rooms', [single])]);
    expect(found.busMicros).toMatchObject({ value: 25, measurement: 'cluster-bus' });
    expect(found.redisPerSecond).toMatchObject({ value: 100_000, measurement: 'cluster-bus' });
    expect(found.postgresPerSecond).toMatchObject({ value: 200, measurement: 'postgres-sends-rooms' });
    expect(found.cpuShare).toBe(assumptions.cpuShare);
  });

  it('keeps the assumptions without measurements, and if one node was not cheaper', () => {
    expect(assumedWith([])).toEqual(assumptions);
    const reversed = { ...single, figures: { ...row.figures, median: 301 } };
    expect(assumedWith([result('cluster-bus', [reversed, row])]).busMicros).toEqual(assumptions.busMicros);
  });
});

describe('docs/scaling.md (npm run simulate writes it)', () => {
  const report = JSON.parse(file('docs/benchmarks/scaling.json')) as ScalingReport;
  const page = file('docs/scaling.md');

  it('matches docs/benchmarks/scaling.json', () => {
    expect(page).toBe(withBlock(page, 'scaling', scalingTables(report)));
  });

  it('is reproducible from docs/benchmarks/results.json and cluster.json', () => {
    const again = scalingReport(costsOf(results), assumedWith(clusterResults));
    expect(scalingTables(report)).toBe(scalingTables(again));
  });

  it('lists every assumption and measured cost with its source', () => {
    for (const { what, from } of Object.values(report.assumed)) {
      expect(page).toContain(`| ${what}`);
      expect(page).toContain(from);
    }
  });
});
