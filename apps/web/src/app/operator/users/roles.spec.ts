import { expect, test } from 'vitest';
import { rolesOf } from './roles.ts';

test('roles are separated by commas or spaces', () => {
  expect(rolesOf(' admin, support  admin,')).toEqual(['admin', 'support']);
  expect(rolesOf('')).toEqual([]);
});

test.each(['Admin', '1st', 'a.b', 'x'.repeat(33)])('%j is not a role', (typed) => {
  expect(rolesOf(typed)).toBeUndefined();
});
