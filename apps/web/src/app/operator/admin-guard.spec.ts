import { provideHttpClient } from '@angular/common/http';
import { provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { RedirectCommand, provideRouter } from '@angular/router';
import { beforeEach, expect, test } from 'vitest';
import { pendingRequest, respondWithProblem } from '../testing/rendered-component.ts';
import { isAdmin } from './admin-guard.ts';

beforeEach(() => {
  TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting(), provideRouter([])] });
});

function guard(): unknown {
  return TestBed.runInInjectionContext(() => isAdmin());
}

const me = (roles: string[]): object => ({ user: 'maggie', roles, session: 's', expires: 1 });

test('the console opens for the role admin', async () => {
  const result = guard();
  (await pendingRequest('GET', '/api/me')).flush(me(['support', 'admin']));
  expect(await result).toBe(true);
});

test('users without the role admin get the page for unknown paths', async () => {
  const result = guard();
  (await pendingRequest('GET', '/api/me')).flush(me(['support']));
  expect(await result).toBeInstanceOf(RedirectCommand);
});

test('a server that cannot be reached does not hide the console', async () => {
  const result = guard();
  respondWithProblem(await pendingRequest('GET', '/api/me'), 'store_unavailable');
  expect(await result).toBe(true);
});

test('a refused call hides the console', async () => {
  const result = guard();
  respondWithProblem(await pendingRequest('GET', '/api/me'), 'forbidden');
  expect(await result).toBeInstanceOf(RedirectCommand);
});
