import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../install.mjs';
import { withThreatTable } from './table.mjs';
import { threats } from './threats.mjs';
import { weaken } from './weaken.mjs';

describe('the threat table', () => {
  test.each(threats)('$id quotes existing code and names an existing test', (threat) => {
    const text = readFileSync(join(root, threat.in), 'utf8');
    const weak = weaken(text, threat);
    expect(weak).not.toBe(text);
    // A syntax error would fail every test and prove nothing.
    expect(() => stripTypeScriptTypes(weak)).not.toThrow();
    expect(existsSync(join(root, ...threat.shown))).toBe(true);
  });

  test('has unique ids', () => {
    expect(new Set(threats.map(({ id }) => id)).size).toBe(threats.length);
  });

  test('matches docs/security.md (written by npm run threats -- --table)', () => {
    const document = readFileSync(join(root, 'docs/security.md'), 'utf8');
    expect(withThreatTable(document)).toBe(document);
  });
});

test('every file named in docs/security.md exists', () => {
  const document = readFileSync(join(root, 'docs/security.md'), 'utf8');
  const named = [...document.matchAll(/`([\w/.-]+\.(?:ts|mjs))`/g)].map(([, name]) => name);
  const places = ['', 'libs', 'apps', 'e2e/stories'];
  const missing = named.filter((name) => !places.some((place) => existsSync(join(root, place, name))));
  expect(missing).toEqual([]);
  expect(named.length).toBeGreaterThan(100);
});

describe('weaken', () => {
  test('requires that the quoted code occurs exactly once', () => {
    const threat = { id: 'x', without: ['a', 'b'] };
    expect(weaken('a', threat)).toBe('b');
    expect(() => weaken('', threat)).toThrow('must occur exactly once');
    expect(() => weaken('a a', threat)).toThrow('must occur exactly once');
  });
});
