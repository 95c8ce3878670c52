import { beforeAll, expect, test } from 'vitest';
import { root } from '../install.mjs';
import { stopCases } from './cases.mjs';
import { measureStops, stopTable } from './stop.mjs';

let rows = [];
beforeAll(async () => {
  rows = await measureStops(root, stopCases);
  process.stdout.write(`\n${stopTable(rows)}\n`);
}, 240_000);

test.each(stopCases.map(({ name, code = 0 }, index) => ({ name, code, index })))(
  'the server stops within DRAIN_SECONDS plus 2 seconds: $name',
  ({ code, index }) => {
    const { ms, boundMs, exitCode, closed, fault } = rows[index];
    expect(fault).toBeUndefined();
    expect(exitCode).toBe(code);
    expect(closed, 'the database was closed').toBe(true);
    // The bound is documented, so the test asserts the time.
    expect(ms).toBeLessThanOrEqual(boundMs);
  },
);
