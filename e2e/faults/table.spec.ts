import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const document = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const named = [...document.matchAll(/`((?:faults|history)\/[\w-]+\.spec\.ts)`: ([^|]+?) +\|/g)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

/** The titles of the tests of a file. A title of `describe.each` or `test.each` matches any value in place of `%s`. */
function titlesOf(file: string): RegExp[] {
  const text = readFileSync(join(root, 'e2e', file), 'utf8');
  const quoted = (pattern: string): RegExp => new RegExp(`^(?:describe|  test|test)${pattern}\\('([^']+)'`, 'gm');
  const groups = [...text.matchAll(/^(?:describe\.each.*|\]\))?\(?'([^']*%s[^']*)'/gm)].map(([, title = '']) => title);
  const tests = [...text.matchAll(quoted(''))].map(([, title = '']) => title);
  const all = [...tests, ...groups.flatMap((group) => tests.map((title) => `${group} ${title}`))];
  return all.map((title) => new RegExp(`^${escape(title).replaceAll('%s', '.+')}$`));
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

test('the table of faults names tests', () => {
  expect(named.length).toBeGreaterThan(15);
});

test.each(named)('%s has the test "%s"', (file, title) => {
  expect(titlesOf(file).some((pattern) => pattern.test(title))).toBe(true);
});

test.each(['redis', 'postgres', 'nodes'])('every test of faults/%s.spec.ts is in the table', (name) => {
  const file = `faults/${name}.spec.ts`;
  const inTable = named.filter(([other]) => other === file).map(([, title]) => title);
  const tests = [...readFileSync(join(root, 'e2e', file), 'utf8').matchAll(/^ *test\('([^']+)'/gm)].map(
    ([, title = '']) => title,
  );
  for (const title of tests) expect(inTable.some((row) => row.endsWith(title))).toBe(true);
});
