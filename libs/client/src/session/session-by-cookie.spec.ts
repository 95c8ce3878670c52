import { problem, type ProblemCode } from '@usher/protocol';
import { describe, expect, test, vi } from 'vitest';
import { RefreshRefused, SessionEnded } from '../socket/errors.ts';
import { sessionByCookie } from './session-by-cookie.ts';

const { signal } = new AbortController();
const refreshed = { token: 'a.b.c', expires: 4_000_000_000 };

function serverReturning(...responses: Response[]) {
  const fetch = vi.fn<typeof globalThis.fetch>(() => {
    const next = responses.shift();
    return next === undefined ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve(next);
  });
  return { fetch, server: sessionByCookie({ url: '/api/auth', fetch }) };
}

function problemResponse(code: ProblemCode, more: object = {}): Response {
  return Response.json({ ...problem(code), ...more }, { status: problem(code).status });
}

describe('refreshing', () => {
  test('sends only the cookie and bypasses caches', async () => {
    const { fetch, server } = serverReturning(Response.json(refreshed));
    expect(await server.refresh(signal)).toEqual(refreshed);
    expect(fetch).toHaveBeenCalledExactlyOnceWith('/api/auth/refresh', {
      method: 'POST',
      credentials: 'include',
      cache: 'no-store',
      signal,
    });
  });

  test.each([
    ['with a cause', problemResponse('session_ended', { detail: 'password_changed' }), 'password_changed'],
    ['without a cause', problemResponse('session_ended'), 'session_ended'],
    ['for a disabled account', problemResponse('user_disabled'), 'user_disabled'],
    ['for a missing cookie', problemResponse('missing_token'), 'expired'],
    ['from a server without problem documents', new Response('no', { status: 401 }), 'session_ended'],
  ])('throws SessionEnded after a refusal %s', async (_, response, reason) => {
    const over = serverReturning(response).server.refresh(signal);
    await expect(over).rejects.toBeInstanceOf(SessionEnded);
    await expect(over).rejects.toMatchObject({ reason });
  });

  test.each([
    ['that is draining', problemResponse('draining', { retryAfterMs: 1_500 }), 'draining', 503, 1_500],
    [
      'that limits attempts',
      problemResponse('too_many_attempts', { retryAfterMs: 9_000 }),
      'too_many_attempts',
      429,
      9_000,
    ],
    ['that does not allow the origin', problemResponse('origin_forbidden'), 'origin_forbidden', 403, undefined],
    ['that is a proxy', new Response('<html>', { status: 502 }), 'internal', 502, undefined],
    ['that is a firewall', new Response('<html>', { status: 403 }), 'internal', 403, undefined],
  ])('throws a retryable error with a server %s', async (_, response, code, status, retryAfterMs) => {
    const refused = serverReturning(response).server.refresh(signal);
    await expect(refused).rejects.toBeInstanceOf(RefreshRefused);
    await expect(refused).rejects.toMatchObject({ code, status, retryAfterMs, terminal: false });
  });

  test('throws the network error without a network', async () => {
    await expect(serverReturning().server.refresh(signal)).rejects.toThrow(TypeError);
  });
});

describe('ending', () => {
  const call = { method: 'DELETE', credentials: 'include', cache: 'no-store', signal };

  test('identifies the session by the token, if there is one', async () => {
    const { fetch, server } = serverReturning(new Response(null, { status: 204 }));
    await server.end('a.b.c', signal);
    expect(fetch).toHaveBeenCalledExactlyOnceWith('/api/auth', { ...call, headers: { authorization: 'Bearer a.b.c' } });
  });

  test('identifies it by the cookie without a token', async () => {
    const { fetch, server } = serverReturning(new Response(null, { status: 204 }));
    await server.end(undefined, signal);
    expect(fetch).toHaveBeenCalledExactlyOnceWith('/api/auth', call);
  });

  test('identifies it by the cookie if the token is rejected', async () => {
    const { fetch, server } = serverReturning(problemResponse('token_expired'), new Response(null, { status: 204 }));
    await server.end('a.b.c', signal);
    expect(fetch).toHaveBeenLastCalledWith('/api/auth', call);
  });

  test.each(['session_ended', 'missing_token', 'user_disabled'] as const)(
    'succeeds if the server returns %s',
    async (code) => {
      await expect(serverReturning(problemResponse(code)).server.end(undefined, signal)).resolves.toBeUndefined();
    },
  );

  test.each([undefined, problemResponse('store_unavailable')])(
    'fails if the server did not process the call',
    async (response) => {
      const { server } = serverReturning(...(response ? [response] : []));
      await expect(server.end('a.b.c', signal)).rejects.toThrow();
    },
  );
});
