import { problem, type ProblemCode } from '@usher/protocol';
import { describe, expect, test, vi } from 'vitest';
import { RefreshRefused, SessionOver } from './session-errors.ts';
import { sessionByCookie } from './session-by-cookie.ts';

const { signal } = new AbortController();
const answer = { token: 'a.b.c', expires: 4_000_000_000 };

function answering(...responses: Response[]) {
  const fetch = vi.fn<typeof globalThis.fetch>(() => {
    const next = responses.shift();
    return next === undefined ? Promise.reject(new TypeError('fetch failed')) : Promise.resolve(next);
  });
  return { fetch, server: sessionByCookie({ url: '/api/auth', fetch }) };
}

function refusing(code: ProblemCode, more: object = {}): Response {
  return Response.json({ ...problem(code), ...more }, { status: problem(code).status });
}

describe('refreshing', () => {
  test('asks with the cookie and nothing else, past every cache', async () => {
    const { fetch, server } = answering(Response.json(answer));
    expect(await server.refresh(signal)).toEqual(answer);
    expect(fetch).toHaveBeenCalledExactlyOnceWith('/api/auth/refresh', {
      method: 'POST',
      credentials: 'include',
      cache: 'no-store',
      signal,
    });
  });

  test.each([
    ['with its cause', refusing('session_ended', { detail: 'password_changed' }), 'password_changed'],
    ['without one', refusing('session_ended'), 'session_ended'],
    ['of an account that is disabled', refusing('user_disabled'), 'user_disabled'],
    ['whose cookie is gone', refusing('missing_token'), 'expired'],
    ['of a server that has no problem documents', new Response('no', { status: 401 }), 'session_ended'],
  ])('hears that the session is over: one %s', async (_, response, reason) => {
    const over = answering(response).server.refresh(signal);
    await expect(over).rejects.toBeInstanceOf(SessionOver);
    await expect(over).rejects.toMatchObject({ reason });
  });

  test.each([
    ['that drains', refusing('draining', { retryAfterMs: 1_500 }), 'draining', 503, 1_500],
    ['that wants fewer tries', refusing('too_many_attempts', { retryAfterMs: 9_000 }), 'too_many_attempts', 429, 9_000],
    ['that does not know this page', refusing('origin_forbidden'), 'origin_forbidden', 403, undefined],
    ['that is another one', new Response('<html>', { status: 502 }), 'internal', 502, undefined],
    ['that guards something else', new Response('<html>', { status: 403 }), 'internal', 403, undefined],
  ])('may be tried again with a server %s', async (_, response, code, status, retryAfterMs) => {
    const refused = answering(response).server.refresh(signal);
    await expect(refused).rejects.toBeInstanceOf(RefreshRefused);
    await expect(refused).rejects.toMatchObject({ code, status, retryAfterMs, terminal: false });
  });

  test('may be tried again without a network', async () => {
    await expect(answering().server.refresh(signal)).rejects.toThrow(TypeError);
  });
});

describe('ending', () => {
  const call = { method: 'DELETE', credentials: 'include', cache: 'no-store', signal };

  test('names the session by a token, if there is one', async () => {
    const { fetch, server } = answering(new Response(null, { status: 204 }));
    await server.end('a.b.c', signal);
    expect(fetch).toHaveBeenCalledExactlyOnceWith('/api/auth', { ...call, headers: { authorization: 'Bearer a.b.c' } });
  });

  test('names it by the cookie, if there is none', async () => {
    const { fetch, server } = answering(new Response(null, { status: 204 }));
    await server.end(undefined, signal);
    expect(fetch).toHaveBeenCalledExactlyOnceWith('/api/auth', call);
  });

  test('names it by the cookie where the token is not taken', async () => {
    const { fetch, server } = answering(refusing('token_expired'), new Response(null, { status: 204 }));
    await server.end('a.b.c', signal);
    expect(fetch).toHaveBeenLastCalledWith('/api/auth', call);
  });

  test.each(['session_ended', 'missing_token', 'user_disabled'] as const)(
    'is done where the server says %s',
    async (code) => {
      await expect(answering(refusing(code)).server.end(undefined, signal)).resolves.toBeUndefined();
    },
  );

  test.each([undefined, refusing('store_unavailable')])('is not done where it was not heard', async (response) => {
    const { server } = answering(...(response ? [response] : []));
    await expect(server.end('a.b.c', signal)).rejects.toThrow();
  });
});
