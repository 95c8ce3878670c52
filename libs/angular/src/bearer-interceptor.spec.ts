import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { DOCUMENT } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { describe, expect, test } from 'vitest';
import { usherBearer } from './bearer-interceptor.ts';
import type { UsherOptions } from './options.ts';
import { provideUsher } from './provide-usher.ts';

/** What a call carries as Authorization. */
function authorizationOf(
  url: string,
  {
    method = 'GET',
    headers = {},
    ...options
  }: Partial<UsherOptions> & {
    method?: string;
    headers?: Record<string, string>;
  } = {},
): string | null {
  const document = globalThis.document.implementation.createHTMLDocument();
  const base = document.createElement('base');
  base.href = 'https://app.test/deep/page';
  document.head.append(base);
  TestBed.resetTestingModule();
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([usherBearer])),
      provideHttpClientTesting(),
      provideUsher({ token: () => 'secret', ...options }),
      { provide: DOCUMENT, useValue: document },
    ],
  });
  TestBed.inject(HttpClient).request(method, url, { headers }).subscribe();
  return TestBed.inject(HttpTestingController)
    .expectOne(() => true)
    .request.headers.get('Authorization');
}

describe('the token goes along', () => {
  test.each([
    '/api',
    '/api/',
    '/api/me',
    '/api/rooms?after=7#x',
    '/api/auth/sessions',
    '/api/authority',
    'https://app.test/api/me',
    'https://APP.test:443/api/me',
    '//app.test/api/me',
    '../api/me',
    '/x/../api/me',
    '/api/x/%2e%2e/me',
  ])('to %s', (url) => {
    expect(authorizationOf(url)).toBe('Bearer secret');
  });

  test.each(['GET', 'DELETE'])('to %s /api/auth', (method) => {
    expect(authorizationOf('/api/auth', { method })).toBe('Bearer secret');
  });

  test.each(['/v1', '/v1/', 'https://app.test/v1'])('to another prefix, given as %s', (api) => {
    expect(authorizationOf('/v1/me', { api })).toBe('Bearer secret');
    expect(authorizationOf('/api/me', { api })).toBeNull();
  });

  test('to an API of another origin, where that is the app’s own', () => {
    const api = 'https://api.test/v1';
    expect(authorizationOf('https://api.test/v1/me', { api })).toBe('Bearer secret');
    expect(authorizationOf('/v1/me', { api })).toBeNull();
    expect(authorizationOf('http://api.test/v1/me', { api })).toBeNull();
  });

  test('where the API is all of the origin', () => {
    expect(authorizationOf('/me', { api: '/' })).toBe('Bearer secret');
    expect(authorizationOf('https://evil.test/me', { api: '/' })).toBeNull();
  });
});

describe('the token does not go along', () => {
  test.each([
    'https://evil.test/api/me',
    '//evil.test/api/me',
    '\\\\evil.test/api/me',
    '/\\evil.test/api/me',
    'https://app.test.evil.test/api/me',
    'https://app.test@evil.test/api/me',
    'http://app.test/api/me',
    'https://app.test:8443/api/me',
    '/apix',
    '/apix/me',
    '/API/me',
    '/',
    '/assets/api/me',
    '/api/../other',
    '/api/%2e%2e/other',
    '/api/..%2e/../../other',
    'api/me',
    'data:application/json,{}',
    'blob:https://app.test/api/me',
    'https://',
  ])('to %s', (url) => {
    expect(authorizationOf(url)).toBeNull();
  });

  test.each(['/api/auth', '/api/auth/', 'https://app.test/api/auth?x=1'])('to sign in at %s', (url) => {
    expect(authorizationOf(url, { method: 'POST' })).toBeNull();
  });

  test.each(['GET', 'POST'])('to refresh with %s', (method) => {
    expect(authorizationOf('/api/auth/refresh', { method })).toBeNull();
    expect(authorizationOf('/api/auth/refresh/', { method })).toBeNull();
  });

  test('over an Authorization that is there', () => {
    expect(authorizationOf('/api/me', { headers: { authorization: 'Bearer other' } })).toBe('Bearer other');
  });

  test('where nobody is signed in', () => {
    expect(authorizationOf('/api/me', { token: () => undefined })).toBeNull();
  });
});
