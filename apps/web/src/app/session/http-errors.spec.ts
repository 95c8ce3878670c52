import { HttpErrorResponse } from '@angular/common/http';
import { problem } from '@usher/protocol';
import { expect, test } from 'vitest';
import { problemTexts } from '../texts/session.ts';
import { waitText, errorText } from './http-errors.ts';

function failed(status: number, error: unknown): HttpErrorResponse {
  return new HttpErrorResponse({ status, error });
}

test('a known problem code has its own text', () => {
  expect(errorText(failed(401, problem('invalid_credentials')))).toBe(problemTexts.invalid_credentials);
  expect(errorText(failed(403, problem('sign_up_closed')))).toBe(problemTexts.sign_up_closed);
});

test('too many attempts show how long to wait', () => {
  const error = failed(429, problem('too_many_attempts', 61_200));
  expect(errorText(error)).toBe('Too many attempts. Try again in 62 seconds.');
});

test.each([
  [1, '1 second'],
  [89_000, '89 seconds'],
  [90_001, '2 minutes'],
  [300_000, '5 minutes'],
])('%d ms is shown as %s', (ms, text) => {
  expect(waitText(ms)).toBe(text);
});

test('a missing response is shown as a network error', () => {
  expect(errorText(failed(0, new ProgressEvent('error')))).toBe(problemTexts.unreachable);
});

test.each([
  failed(500, 'oops'),
  failed(502, '<html>'),
  failed(418, { code: 'made_up' }),
  failed(400, { code: 'other' }),
  new Error('x'),
])('any other error has the general text', (error) => {
  expect(errorText(error)).toBe(problemTexts.other);
});
