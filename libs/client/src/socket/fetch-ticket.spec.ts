import { inspect } from 'node:util';
import { problem } from '@usher/protocol';
import { describe, expect, test, vi } from 'vitest';
import { fetchTicket } from './fetch-ticket.ts';
import { TicketRefused } from './errors.ts';

const signal = new AbortController().signal;
const issued = { ticket: 'abc', expires: 1, connectAfterMs: 0 };

function serverReturning(response: Response) {
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(response));
  return { fetch, ask: fetchTicket({ url: '/api/ws_ticket', token: () => 'secret', fetch }) };
}

async function refusal(response: Response): Promise<TicketRefused> {
  const error: unknown = await serverReturning(response)
    .ask(signal)
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  if (!(error instanceof TicketRefused)) throw new Error('not refused');
  return error;
}

test('sends the token as Bearer, bypasses caches and returns the response', async () => {
  const { fetch, ask } = serverReturning(Response.json(issued));
  await expect(ask(signal)).resolves.toEqual({ ...issued, identity: 'secret' });
  expect(fetch).toHaveBeenCalledExactlyOnceWith('/api/ws_ticket', {
    headers: { authorization: 'Bearer secret' },
    cache: 'no-store',
    signal,
  });
});

test('passes on the receipt of the call, whether it was granted or rejected', async () => {
  const headers = { 'usher-receipt': 'K7Q-2MF' };
  await expect(serverReturning(Response.json(issued, { headers })).ask(signal)).resolves.toMatchObject({
    receipt: 'K7Q-2MF',
  });
  const { status } = problem('user_disabled');
  const refused = await refusal(Response.json(problem('user_disabled'), { status, headers }));
  expect(refused.receipt).toBe('K7Q-2MF');
  expect((await refusal(new Response('', { status: 502, headers }))).receipt).toBe('K7Q-2MF');
  expect((await refusal(new Response('', { status: 502 }))).receipt).toBeUndefined();
});

test('reads the URL and the token before every call', async () => {
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(Response.json(issued)));
  let round = 0;
  const ask = fetchTicket({ url: () => `/${++round}`, token: () => Promise.resolve(`token ${round}`), fetch });
  await ask(signal);
  await ask(signal);
  expect(fetch.mock.calls.map(([url]) => url)).toEqual(['/1', '/2']);
});

test.each([undefined, ''])('makes no request without a token (%j)', async (token) => {
  const fetch = vi.fn<typeof globalThis.fetch>();
  await expect(fetchTicket({ url: '/', token: () => token, fetch })(signal)).rejects.toMatchObject({
    code: 'missing_token',
    status: 401,
    terminal: true,
  });
  expect(fetch).not.toHaveBeenCalled();
});

describe('a problem document', () => {
  test.each(['missing_token', 'invalid_token', 'token_expired', 'session_ended', 'user_disabled'] as const)(
    '%s is terminal',
    async (code) => {
      const { status, title } = problem(code);
      const refused = await refusal(Response.json(problem(code), { status }));
      expect(refused).toMatchObject({ code, status, terminal: true, message: title, retryAfterMs: undefined });
    },
  );

  test.each(['too_many_tickets', 'too_many_connections', 'at_capacity', 'draining', 'store_unavailable'] as const)(
    '%s is retryable and has its delay',
    async (code) => {
      const { status } = problem(code);
      const refused = await refusal(Response.json(problem(code, 1_500), { status }));
      expect(refused).toMatchObject({ code, status, terminal: false, retryAfterMs: 1_500 });
    },
  );

  test('provides the cause of an ended session if the server sends it', async () => {
    const body = { ...problem('session_ended'), detail: 'password_changed' };
    expect(await refusal(Response.json(body, { status: 401 }))).toMatchObject({ message: 'password_changed' });
  });

  test('with an unknown code is passed through, and the status decides', async () => {
    const body = { type: 'urn:x', title: 'Words', status: 503, code: 'of_tomorrow' };
    expect(await refusal(Response.json(body, { status: 503 }))).toMatchObject({ code: 'of_tomorrow', terminal: false });
  });
});

describe('an error without a problem document', () => {
  test.each([
    ['HTML', '<html>'],
    ['an empty body', ''],
    ['null', 'null'],
    ['another JSON', '{"code":7}'],
  ])('(%s) is terminal only with 401', async (_, body) => {
    expect(await refusal(new Response(body, { status: 401 }))).toMatchObject({ code: 'invalid_token', terminal: true });
    for (const status of [403, 404, 429, 500, 502]) {
      const refused = await refusal(new Response(body, { status }));
      expect(refused).toMatchObject({ code: 'internal', status, terminal: false, message: `HTTP ${status}` });
    }
  });
});

test('rejects with the error of fetch after a network failure', async () => {
  const failure = new TypeError('fetch failed');
  const ask = fetchTicket({ url: '/', token: () => 'x', fetch: () => Promise.reject(failure) });
  await expect(ask(signal)).rejects.toBe(failure);
});

test('does not include the token in errors', async () => {
  const refused = await refusal(Response.json(problem('session_ended'), { status: 401 }));
  expect(inspect(refused)).not.toContain('secret');
});
