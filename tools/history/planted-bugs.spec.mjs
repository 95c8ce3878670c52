import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../install.mjs';
import { weaken } from '../threats/weaken.mjs';
import plantedBugs from './planted-bugs.mjs';

test.each(plantedBugs)('$id quotes existing code and names an existing rule', (bug) => {
  const text = readFileSync(join(root, bug.in), 'utf8');
  const weak = weaken(text, bug);
  expect(weak).not.toBe(text);
  // A syntax error would stop every node and prove nothing.
  expect(() => stripTypeScriptTypes(weak)).not.toThrow();
  expect(readFileSync(join(root, 'e2e/history/record.ts'), 'utf8')).toContain(`'${bug.rule}'`);
});
