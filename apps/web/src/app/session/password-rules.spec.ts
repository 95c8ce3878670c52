import { HttpErrorResponse } from '@angular/common/http';
import { problem } from '@usher/protocol';
import { expect, test } from 'vitest';
import { passwordTexts } from '../texts/password.ts';
import { problemTexts } from '../texts/problems.ts';
import { newPasswordRefusal, newPasswordTrouble } from './password-rules.ts';

test.each([
  ['1234567', passwordTexts.short],
  ['12345678', undefined],
  // Four characters, though twice as many units.
  ['🎟🎟🎟🎟', passwordTexts.short],
])('%j is as long as it has to be, or that is told', (pwd, trouble) => {
  expect(newPasswordTrouble(pwd)).toBe(trouble);
});

test.each([
  ['weak_password', problemTexts.weak_password],
  ['bad_request', passwordTexts.longer],
  ['user_taken', undefined],
] as const)('the server’s %s is about the new password, or not', (code, words) => {
  expect(newPasswordRefusal(new HttpErrorResponse({ status: 400, error: problem(code) }))).toBe(words);
});
