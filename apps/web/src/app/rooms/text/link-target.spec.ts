import { expect, test } from 'vitest';
import { targetToShow } from './rich-node.ts';

test.each([
  'https://bank.example',
  'https://bank.example/evil.example',
  'bank.example',
  'www.bank.example/login.',
  'Log in at bank.example now',
  'HTTPS://BANK.EXAMPLE',
  'https:\\\\bank.example',
  'https://evil.example@bank.example',
  'https://evil.example.bank.example',
  'https://bank.example:8443',
  'https://10.0.0.1',
  'https://intranet',
  'ｂａｎｋ.example',
  'ba\u200bnk.example',
  '\u202eelpmaxe.knab',
  'https://еvil.example',
  'ask maggie@bank.example',
  'https://evil.example or https://bank.example',
  'see/https://bank.example',
])('a link to evil.example shows its host after the text %j', (text) => {
  expect(targetToShow(text, 'https://evil.example/bank.example')).toBe('evil.example');
});

test.each([
  'https://evil.example/bank.example',
  'https://evil.example',
  'http://EVIL.example/other',
  'evil.example',
  'evil.example.',
  'my bank',
  'and/or, 3.14, v2.0, e.g. this … and so on',
  'What is new?',
  '',
])('a link to evil.example shows only its text %j', (text) => {
  expect(targetToShow(text, 'https://evil.example/bank.example')).toBeUndefined();
});

test('a host in other letters is shown as it is resolved', () => {
  expect(targetToShow('https://apple.com', 'https://аpple.com/')).toBe('xn--pple-43d.com');
});

test('a target with user information shows its host', () => {
  expect(targetToShow('https://bank.example@evil.example', 'https://bank.example@evil.example')).toBe('evil.example');
});

test('a link to a mailbox shows its address after another one', () => {
  expect(targetToShow('bart@example.org', 'mailto:mallory@evil.example')).toBe('mallory@evil.example');
  expect(targetToShow('mailto:bart@example.org', 'mailto:bart@example.org')).toBeUndefined();
  expect(targetToShow('write to Bart', 'mailto:bart@example.org')).toBeUndefined();
});
