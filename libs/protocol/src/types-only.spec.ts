import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Returns the packages that a module and its imports name, including imports of types. */
function packagesOf(file: URL, seen = new Set<string>()): string[] {
  if (seen.has(file.href)) return [];
  seen.add(file.href);
  const found: string[] = [];
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export|\}) [^;]*?from '([^']+)'/gm,
  )) {
    if (specifier.startsWith('.')) found.push(...packagesOf(new URL(specifier, file), seen));
    else found.push(specifier);
  }
  return found;
}

test('the types of the browser entry point need no schema library', () => {
  expect(packagesOf(new URL('./index.ts', import.meta.url))).toEqual([]);
});

test('the same check finds the schema library in the server entry point', () => {
  expect(packagesOf(new URL('./server.ts', import.meta.url))).toContain('typebox');
});
