import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting, type TestRequest } from '@angular/common/http/testing';
import { DOCUMENT } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { type Problem, problem, type ProblemCode } from '@usher/protocol';
import { firstValueFrom } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { usherBearer } from './bearer-interceptor.ts';
import type { UsherOptions } from './options.ts';
import { provideUsher } from './usher.ts';

/** Returns the Authorization header of a request. */
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

describe('the token is added', () => {
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

  test('to an API of another origin if it is configured', () => {
    const api = 'https://api.test/v1';
    expect(authorizationOf('https://api.test/v1/me', { api })).toBe('Bearer secret');
    expect(authorizationOf('/v1/me', { api })).toBeNull();
    expect(authorizationOf('http://api.test/v1/me', { api })).toBeNull();
  });

  test('if the API covers the whole origin', () => {
    expect(authorizationOf('/me', { api: '/' })).toBe('Bearer secret');
    expect(authorizationOf('https://evil.test/me', { api: '/' })).toBeNull();
  });
});

describe('the token is not added', () => {
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

  test('if there is an Authorization header', () => {
    expect(authorizationOf('/api/me', { headers: { authorization: 'Bearer other' } })).toBe('Bearer other');
  });

  test('if no one is signed in', () => {
    expect(authorizationOf('/api/me', { token: () => undefined })).toBeNull();
  });
});

describe('with fresh and renew', () => {
  const problemResponse = (code: ProblemCode): [Problem, { status: number; statusText: string }] => [
    problem(code),
    { status: problem(code).status, statusText: code },
  ];

  /** A call with its result and the requests that it makes. */
  function startCall(options: Partial<UsherOptions>, url = '/api/me', method = 'GET') {
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([usherBearer])),
        provideHttpClientTesting(),
        provideUsher({ token: () => 'held', ...options }),
      ],
    });
    const done = firstValueFrom(TestBed.inject(HttpClient).request(method, url)).then(
      (response: unknown) => response,
      (error: unknown) => error,
    );
    const server = TestBed.inject(HttpTestingController);
    const next = (): Promise<TestRequest> => vi.waitFor(() => server.expectOne(() => true));
    return { done, next, server };
  }

  const bearerOf = ({ request }: TestRequest): string | null => request.headers.get('Authorization');
  const resolvesTo = (token: string | undefined) => vi.fn(() => Promise.resolve(token));

  test('a call waits for a valid token', async () => {
    const token = Promise.withResolvers<string>();
    const { next, server, done } = startCall({ fresh: () => token.promise });
    server.expectNone(() => true);
    token.resolve('fresh');
    const call = await next();
    expect(bearerOf(call)).toBe('Bearer fresh');
    call.flush({ user: 'maggie' });
    expect(await done).toEqual({ user: 'maggie' });
  });

  test('a call is sent without a token if no one is signed in', async () => {
    const { next } = startCall({ fresh: resolvesTo(undefined), renew: resolvesTo('x') });
    expect(bearerOf(await next())).toBeNull();
  });

  test.each(['token_expired', 'invalid_token'] as const)(
    'a call that is rejected with %s is retried once',
    async (code) => {
      const renew = resolvesTo('renewed');
      const { next, done } = startCall({ fresh: resolvesTo('fresh'), renew });
      (await next()).flush(...problemResponse(code));
      const again = await next();
      expect(renew).toHaveBeenCalledExactlyOnceWith('fresh');
      expect(bearerOf(again)).toBe('Bearer renewed');
      again.flush('done');
      expect(await done).toBe('done');
    },
  );

  test('a call is not retried twice', async () => {
    const { next, done, server } = startCall({ fresh: resolvesTo('fresh'), renew: resolvesTo('renewed') });
    (await next()).flush(...problemResponse('token_expired'));
    (await next()).flush(...problemResponse('invalid_token'));
    expect(await done).toMatchObject({ status: 401, error: { code: 'invalid_token' } });
    server.verify();
  });

  test('a call fails without a retry if the user is signed out', async () => {
    const { next, done, server } = startCall({ fresh: resolvesTo('fresh'), renew: resolvesTo(undefined) });
    (await next()).flush(...problemResponse('token_expired'));
    expect(await done).toMatchObject({ status: 401, error: { code: 'token_expired' } });
    server.verify();
  });

  test.each(['session_ended', 'invalid_credentials', 'user_disabled', 'draining'] as const)(
    'a call that is rejected with %s is not retried',
    async (code) => {
      const renew = resolvesTo('renewed');
      const { next, done } = startCall({ fresh: resolvesTo('fresh'), renew });
      (await next()).flush(...problemResponse(code));
      expect(await done).toMatchObject({ error: { code } });
      expect(renew).not.toHaveBeenCalled();
    },
  );

  test('a 401 without a problem document is passed through', async () => {
    const { next, done } = startCall({ fresh: resolvesTo('fresh'), renew: resolvesTo('renewed') });
    (await next()).flush(null, { status: 401, statusText: 'no' });
    expect(await done).toMatchObject({ status: 401 });
  });

  test('a call without an available token fails like a network failure, before the request and after a rejection', async () => {
    const unreachable = () => Promise.reject(new TypeError('fetch failed'));
    const { done, server } = startCall({ fresh: unreachable });
    expect(await done).toMatchObject({ status: 0, name: 'HttpErrorResponse' });
    server.verify();
    const later = startCall({ fresh: resolvesTo('fresh'), renew: unreachable });
    (await later.next()).flush(...problemResponse('token_expired'));
    expect(await later.done).toMatchObject({ status: 0 });
  });

  test('the sign-out call does not wait for a token and is not retried', async () => {
    const fresh = resolvesTo('fresh');
    const { next, done } = startCall({ fresh, renew: fresh }, '/api/auth', 'DELETE');
    const call = await next();
    expect(bearerOf(call)).toBe('Bearer held');
    call.flush(...problemResponse('token_expired'));
    expect(await done).toMatchObject({ status: 401 });
    expect(fresh).not.toHaveBeenCalled();
  });

  test.each(['/api/auth/refresh', 'https://elsewhere.test/api/me'])('a call to %s gets no token', async (url) => {
    const fresh = resolvesTo('fresh');
    const { next } = startCall({ fresh }, url, 'POST');
    expect(bearerOf(await next())).toBeNull();
    expect(fresh).not.toHaveBeenCalled();
  });

  test('a call is retried with renew alone', async () => {
    const { next, done } = startCall({ renew: resolvesTo('renewed') });
    const call = await next();
    expect(bearerOf(call)).toBe('Bearer held');
    call.flush(...problemResponse('token_expired'));
    (await next()).flush('done');
    expect(await done).toBe('done');
  });
});
