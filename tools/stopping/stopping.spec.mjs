import { afterAll, expect, test } from 'vitest';
import { root } from '../install.mjs';
import { stopCases } from './cases.mjs';
import { measureStop, stopTable } from './stop.mjs';

const rows = [];
afterAll(() => {
  process.stdout.write(`\n${stopTable(rows)}\n`);
});

test.concurrent.each(stopCases)(
  'the server stops within DRAIN_SECONDS plus 2 seconds: $name',
  { timeout: 60_000 },
  async (stopCase) => {
    const row = await measureStop(root, stopCase);
    rows.push(row);
    expect(row.fault).toBeUndefined();
    expect(row.exitCode).toBe(stopCase.code ?? 0);
    expect(row.closed, 'the database was closed').toBe(true);
    // The bound is the contract, so here a time is asserted.
    expect(row.ms).toBeLessThanOrEqual(row.boundMs);
  },
);
