import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../install.mjs';
import { withThreatTable } from './table.mjs';
import { threats } from './threats.mjs';
import { weaken } from './weaken.mjs';

describe('the threat table', () => {
  test.each(threats)('$id: its defence stands in the code, and its test is there', (threat) => {
    const text = readFileSync(join(root, threat.in), 'utf8');
    const weak = weaken(text, threat);
    expect(weak).not.toBe(text);
    // Or any test would fail, whatever it looks at.
    expect(() => stripTypeScriptTypes(weak)).not.toThrow();
    expect(existsSync(join(root, ...threat.shown))).toBe(true);
  });

  test('has every row once', () => {
    expect(new Set(threats.map(({ id }) => id)).size).toBe(threats.length);
  });

  test('stands in docs/security.md as it is here (npm run threats -- --table writes it)', () => {
    const document = readFileSync(join(root, 'docs/security.md'), 'utf8');
    expect(withThreatTable(document)).toBe(document);
  });
});

test('every file that docs/security.md names is there', () => {
  const document = readFileSync(join(root, 'docs/security.md'), 'utf8');
  const named = [...document.matchAll(/`([\w/.-]+\.(?:ts|mjs))`/g)].map(([, name]) => name);
  const places = ['', 'libs', 'apps', 'e2e/stories'];
  const missing = named.filter((name) => !places.some((place) => existsSync(join(root, place, name))));
  expect(missing).toEqual([]);
  expect(named.length).toBeGreaterThan(100);
});

describe('taking out a defence', () => {
  test('wants it to stand there once', () => {
    const threat = { id: 'x', without: ['a', 'b'] };
    expect(weaken('a', threat)).toBe('b');
    expect(() => weaken('', threat)).toThrow('should stand there once');
    expect(() => weaken('a a', threat)).toThrow('should stand there once');
  });
});
