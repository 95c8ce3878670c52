import { expect, test } from 'vitest';
import { safeReturn } from './sign-in-input.ts';

test.each(['/', '/rooms/general', '/connection?x=1#y', '/rooms/sign-in'])('%s is a valid return URL', (url) => {
  expect(safeReturn(url)).toBe(url);
});

test.each([
  undefined,
  null,
  5,
  ['/rooms/general'],
  '',
  'rooms',
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  'javascript:alert(1)',
  '/sign-in',
  '/sign-in?return=/sign-in',
  '/create-account',
])('%j is replaced by the start page', (value) => {
  expect(safeReturn(value)).toBe('/');
});
