import { expect, test } from 'vitest';
import { pluralIn } from './language.ts';

const forms = { one: 'wiadomość', few: 'wiadomości', many: 'wiadomości wielu', other: 'wiadomości ułamka' };

test.each([
  [1, forms.one],
  [3, forms.few],
  [5, forms.many],
  [22, forms.few],
  [1.5, forms.other],
])('%s has the Polish plural form', (n, form) => {
  expect(pluralIn('pl')(n, forms)).toBe(form);
});

test('a plural form that few languages have falls back to "other"', () => {
  expect(pluralIn('ar')(2, forms)).toBe(forms.other);
  expect(pluralIn('ar')(0, forms)).toBe(forms.other);
});
