// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { svg } from './chart.ts';
import { merged, type Report } from './report.ts';
import type { Result } from './result.ts';
import { summary } from './summary.ts';
import { markdown } from './table.ts';

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

  it('says first what was wanted and reached', () => {
    const title = '`ping` to `reply`, 1 < 2';
    expect(rows).toContainEqual(['', title, 'at least 0.90 × bare `ws`', '0.95 × bare `ws`', 'yes', '']);
    expect(rows).toContainEqual(['', title, 'at least 0.50 × uWebSockets (in Bun)', 'not measured', '**no**', '']);
  });

  it('has a row for each peer, with what a column lacks as a dash', () => {
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

describe('svg', () => {
  it('draws a bar a peer, as long as its median, and marks Usher', () => {
    const bars = [...svg(report).matchAll(/<rect class="([a-z ]+)" .*? width="([\d.]+)"/g)];
    expect(bars.map(([, kind, width]) => [kind, Number(width)])).toEqual([
      ['bar', 358.3],
      ['bar usher', 340.4],
    ]);
  });

  it('is well-formed whatever a title holds', () => {
    const page = new DOMParser().parseFromString(svg(report), 'image/svg+xml');
    expect(page.querySelector('parsererror')).toBeNull();
    expect(page.querySelector('.title')?.textContent).toBe('ping to reply, 1 < 2');
  });

  it('leaves out what has nobody to be compared with', () => {
    const alone = { ...echo, title: 'alone', rows: echo.rows.slice(1) };
    expect(svg({ ...report, results: [alone] })).not.toContain('alone');
  });
});

describe('summary', () => {
  it('warns when something else was at work on the machine', () => {
    const lines = summary(echo).split('\n');
    expect(lines.find((line) => line.includes(' ws '))).not.toContain('others');
    expect(lines.find((line) => line.includes(' usher '))).toContain('others took 0.50 cores');
    expect(summary(echo)).toContain('  met: at least 0.9 × ws, reached 0.95');
    expect(summary(echo)).toContain('  NOT met: at least 0.5 × bun, reached nothing');
  });
});

describe('merged', () => {
  it('replaces what was made again, keeps the rest, and forgets what is measured no more', () => {
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
