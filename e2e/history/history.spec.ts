import { expect, test } from 'vitest';
import { runHistory } from './run-history.ts';

test('no rule is violated while random users act on three nodes under random faults', async () => {
  const report = await runHistory({ seed: 4, seconds: 12 });
  expect(report.violations, report.output).toEqual([]);
  // Without operations and faults, the run would prove nothing.
  expect(report.counts.get('write ok')).toBeGreaterThan(50);
  expect(report.counts.get('membership ok')).toBeGreaterThan(5);
  expect(report.counts.get('sign-out invoke')).toBeGreaterThan(0);
  expect([...report.faults.values()].reduce((total, count) => total + count, 0)).toBeGreaterThan(2);
});

test('no rule is violated while Redis fails over under a Sentinel', async () => {
  const report = await runHistory({ seed: 3, seconds: 15, sentinel: true, faults: ['redis failed over'] });
  expect(report.violations, report.output).toEqual([]);
  expect(report.counts.get('write ok')).toBeGreaterThan(20);
  expect(report.faults.get('redis failed over')).toBeGreaterThan(0);
});
