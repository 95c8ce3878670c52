import { describe, expect, it } from 'vitest';
import { svg } from './chart.ts';
import { markdown, merged, type Report, summary } from './report.ts';
import type { Result } from './result.ts';

const echo: Result = {
  name: 'echo',
  title: '`ping` to `reply`, 1 < 2',
  unit: 'replies/s',
  better: 'more',
  at: '2026-01-02T03:04:05.000Z',
  rounds: 21,
  rows: [
    {
      peer: 'ws',
      figures: { min: 40_000, median: 50_000, p99: 60_000, max: 60_000 },
      serverCores: 0.99,
      loadCores: 0.5,
      otherCores: 0,
      saturated: 'server',
      serverMicros: 20,
      loadMicros: 10,
      extras: {},
      values: [50_000],
    },
    {
      peer: 'usher',
      figures: { min: 44_000, median: 47_500, p99: 48_000, max: 48_000 },
      ratio: 0.95,
      serverCores: 0.98,
      loadCores: 0.5,
      otherCores: 0.5,
      saturated: 'server',
      serverMicros: 21,
      loadMicros: 10,
      extras: { 'lag, ms': 3 },
      values: [47_500],
    },
  ],
  goals: [
    { to: 'ws', bound: 0.9, reached: 0.95, met: true },
    { to: 'bun', bound: 0.5, met: false },
  ],
  failed: [{ peer: 'bun', reason: 'it has nothing for this system' }],
};
const machine = { processor: 'An abacus', cores: 2, memoryGb: 8, system: 'Linux 6', node: '24.0.0' };
const report: Report = { quick: false, machine, results: [echo] };

describe('markdown', () => {
  const text = markdown(report, 'results.svg');

  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));

  it('lists the goals with their results first', () => {
    const title = '`ping` to `reply`, 1 < 2';
    expect(rows).toContainEqual(['', title, 'at least 0.90 × bare `ws`', '0.95 × bare `ws`', 'yes', '']);
    expect(rows).toContainEqual(['', title, 'at least 0.50 × uWebSockets (in Bun)', 'not measured', '**no**', '']);
  });

  it('has a row per peer, with a dash for a missing value', () => {
    expect(rows).toContainEqual([
      '',
      'bare `ws`',
      '50,000',
      '40,000 – 60,000',
      '1.00',
      '0.99',
      '0.50',
      '0.00',
      'server',
      '20.0',
      '10.0',
      '–',
      '',
    ]);
    expect(rows).toContainEqual([
      '',
      'Usher',
      '47,500',
      '44,000 – 48,000',
      '0.95',
      '0.98',
      '0.50',
      '0.50',
      'server',
      '21.0',
      '10.0',
      '3.00',
      '',
    ]);
  });

  it('names the machine, failed peers and a quick run', () => {
    expect(text).toContain('on An abacus, 2 cores, 8 GB, Linux 6, Node 24.0.0');
    expect(text).toContain('uWebSockets (in Bun) failed: it has nothing for this system');
    expect(text).not.toContain('figures are not reliable');
    expect(markdown({ ...report, quick: true }, 'quick.svg')).toContain('figures are not reliable');
  });
});

describe('goals of several nodes', () => {
  const goals = [
    { to: 'usher-postgres' as const, extra: 'p50, ms', by: 'difference' as const, bound: 0.5, reached: 0.4, met: true },
    { extra: 'reads per room', bound: 2, reached: 3, met: false },
  ];
  const cluster: Report = { ...report, cluster: true, results: [{ ...echo, better: 'less', goals }] };
  const rows = markdown(cluster, 'cluster.svg')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('lists goals of additional values, and differences', () => {
    const postgres = 'more than Usher, 1 node, PostgreSQL';
    expect(rows).toContainEqual([
      '',
      '`ping` to `reply`, 1 < 2: p50, ms',
      `at most 0.500 ${postgres}`,
      `0.400 ${postgres}`,
      'yes',
      '',
    ]);
    expect(rows).toContainEqual(['', '`ping` to `reply`, 1 < 2: reads per room', 'at most 2.00', '3.00', '**no**', '']);
  });

  it('prints them in the summary', () => {
    const lines = summary({ ...echo, better: 'less', goals }).split('\n');
    expect(lines).toContain('  met: p50, ms: at most 0.5 more than usher-postgres, result 0.400');
    expect(lines).toContain('  NOT met: reads per room: at most 2, result 3.00');
  });

  it('names the command', () => {
    expect(markdown(cluster, 'cluster.svg')).toContain('`npm run bench -- --cluster`');
    expect(markdown({ ...cluster, quick: true }, 'cluster.svg')).toContain('`npm run bench -- --cluster --quick`');
  });
});

describe('svg', () => {
  it('draws a bar per peer and highlights Usher', async () => {
    const bars = [...(await svg([echo])).matchAll(/aria-roledescription="bar"[^>]* fill="([^"]+)"/g)];
    expect(bars.map(([, fill]) => fill)).toEqual(['#8c959f', '#0969da']);
  });

  it('escapes titles and removes backticks', async () => {
    const chart = await svg([echo]);
    for (const text of ['ping to reply, 1 &lt; 2', '47,500 · 0.95', 'bare ws'])
      expect(chart).toContain(`>${text}</text>`);
  });

  it('omits measurements with one peer', async () => {
    const alone = { ...echo, title: 'alone', rows: echo.rows.slice(1) };
    expect(await svg([echo, alone])).not.toContain('alone');
  });
});

describe('summary', () => {
  it('reports the CPU use of other processes', () => {
    const lines = summary(echo).split('\n');
    expect(lines.find((line) => line.includes(' ws '))).not.toContain('other processes');
    expect(lines.find((line) => line.includes(' usher '))).toContain('other processes: 0.50 cores');
    expect(summary(echo)).toContain('  met: at least 0.9 × ws, result 0.95');
    expect(summary(echo)).toContain('  NOT met: at least 0.5 × bun, result not measured');
  });
});

describe('merged', () => {
  it('replaces repeated results, keeps the others, and drops unknown names', () => {
    const named = (name: string, rounds: number): Result => ({ ...echo, name, rounds });
    const results = merged(
      [named('crowd', 1), named('gone', 1), named('echo', 1)],
      [named('echo', 2)],
      ['echo', 'crowd'],
    );
    expect(results.map(({ name, rounds }) => [name, rounds])).toEqual([
      ['echo', 2],
      ['crowd', 1],
    ]);
  });
});
