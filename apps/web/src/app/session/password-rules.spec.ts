import { HttpErrorResponse } from '@angular/common/http';
import { problem } from '@usher/protocol';
import { expect, test } from 'vitest';
import { passwordTexts, problemTexts } from '../texts/session.ts';
import { newPasswordRefusal, newPasswordError } from './password-field.ts';

test.each([
  ['1234567', passwordTexts.short],
  ['12345678', undefined],
  // Four characters, though twice as many units.
  ['🎟🎟🎟🎟', passwordTexts.short],
])('%j is checked against the minimum length', (pwd, failure) => {
  expect(newPasswordError(pwd)).toBe(failure);
});

test.each([
  ['weak_password', problemTexts.weak_password],
  ['bad_request', passwordTexts.longer],
  ['user_taken', undefined],
] as const)('the problem code %s has a text at the password field only if it is about the password', (code, text) => {
  expect(newPasswordRefusal(new HttpErrorResponse({ status: 400, error: problem(code) }))).toBe(text);
});
