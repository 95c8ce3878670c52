import { createHmac } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import * as argon2 from '@node-rs/argon2';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { newApp, type TestApp } from '../testing/new-app.ts';

vi.mock(import('@node-rs/argon2'), { spy: true });

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** Changes the database directly. */
function inDatabase({ dataDir }: TestApp, statement: string): void {
  const database = new DatabaseSync(join(dataDir, 'usher.db'), { timeout: 5_000 });
  try {
    database.exec(statement);
  } finally {
    database.close();
  }
}

describe('signing in', () => {
  test('returns a token and its expiry in a response that is not cached', async () => {
    const { call } = await newApp({ ACCESS_TOKEN_SECONDS: '60' });
    const { status, headers, json } = await call('POST', '/api/auth', { body: { user: 'maggie', pwd: 'secret' } });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(json ?? {}).sort()).toEqual(['expires', 'token']);
    const inSeconds = Number(json?.['expires']) - seconds(Date.now());
    expect(inSeconds).toBeGreaterThan(50);
    expect(inSeconds).toBeLessThanOrEqual(60);
    const claims = JSON.parse(
      Buffer.from(String(json?.['token']).split('.')[1] ?? '', 'base64url').toString(),
    ) as object;
    expect(claims).toEqual({
      iss: 'usher',
      aud: 'usher',
      sub: 'maggie',
      sid: expect.stringMatching(/^[\w-]{22}$/) as unknown,
      roles: [],
      iat: expect.any(Number) as unknown,
      exp: json?.['expires'],
    });
  });

  test('responds identically to a wrong password and an unknown user, and computes a hash for both', async () => {
    const { call } = await newApp();
    const verify = vi.mocked(argon2.verify);
    verify.mockClear();
    const wrong = await call('POST', '/api/auth', { body: { user: 'maggie', pwd: 'wrong' } });
    expect(verify).toHaveBeenCalledTimes(1);
    const unknown = await call('POST', '/api/auth', { body: { user: 'unknown', pwd: 'wrong' } });
    expect(verify).toHaveBeenCalledTimes(2);
    const [stored, dummy] = verify.mock.calls.map(([hash]) => String(hash).split('$').slice(0, 4).join('$'));
    expect(dummy).toBe(stored);
    expect(wrong.status).toBe(401);
    expect(wrong.json).toMatchObject({ code: 'invalid_credentials', title: 'Wrong user name or password' });
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer');
    expect({ ...unknown, headers: [] }).toEqual({ ...wrong, headers: [] });
  });

  test('reports a disabled user only with the correct password', async () => {
    const app = await newApp();
    inDatabase(app, `UPDATE users SET disabled = 1 WHERE name = 'bart'`);
    expect((await app.call('POST', '/api/auth', { body: { user: 'bart', pwd: 'wrong' } })).json).toMatchObject({
      code: 'invalid_credentials',
    });
    const right = await app.call('POST', '/api/auth', { body: { user: 'bart', pwd: 'secret' } });
    expect(right).toMatchObject({ status: 403, json: { code: 'user_disabled' } });
  });

  test('throttles the account after ten failures, even with the correct password, and no other account', async () => {
    const { call } = await newApp();
    for (let time = 0; time < 10; time++) {
      const { json } = await call('POST', '/api/auth', { body: { user: 'maggie', pwd: `guess ${time}` } });
      expect(json).toMatchObject({ code: 'invalid_credentials' });
    }
    const { status, headers, json } = await call('POST', '/api/auth', { body: { user: 'maggie', pwd: 'secret' } });
    expect(status).toBe(429);
    expect(json).toMatchObject({ code: 'too_many_attempts' });
    const retryAfterMs = Number(json?.['retryAfterMs']);
    expect(retryAfterMs).toBeGreaterThan(290_000);
    expect(retryAfterMs).toBeLessThanOrEqual(300_000);
    expect(Number(headers.get('retry-after'))).toBe(Math.ceil(retryAfterMs / 1000));
    expect((await call('POST', '/api/auth', { body: { user: 'bart', pwd: 'secret' } })).status).toBe(200);
  });

  test('permits at most ten parallel guesses', async () => {
    const { call } = await newApp();
    const guesses = Array.from({ length: 30 }, (_, time) =>
      call('POST', '/api/auth', { body: { user: 'unknown', pwd: `guess ${time}` } }),
    );
    const codes = (await Promise.all(guesses)).map(({ json }) => json?.['code']);
    expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(10);
    expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(20);
  });

  test('counts failures for all spellings of a name as failures of one account', async () => {
    const { call } = await newApp();
    const spellings = ['maggie', 'Maggie', 'MAGGIE', 'mAggie', 'maGgie'];
    for (let time = 0; time < 10; time++) {
      await call('POST', '/api/auth', { body: { user: spellings[time % spellings.length], pwd: `guess ${time}` } });
    }
    const { status } = await call('POST', '/api/auth', { body: { user: 'maggiE', pwd: 'another guess' } });
    expect(status).toBe(429);
  });

  test.each([
    ['no body', undefined, undefined, 400, 'bad_request'],
    ['a number for a name', { user: 1, pwd: 'secret' }, undefined, 400, 'bad_request'],
    ['no password', { user: 'maggie' }, undefined, 400, 'bad_request'],
    ['no JSON', '{"user":', 'application/json', 400, 'bad_request'],
    ['another media type', 'user=maggie', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['far too much', { user: 'maggie', pwd: 'x'.repeat(20_000) }, undefined, 413, 'too_large'],
  ])('rejects %s with a problem document', async (_name, body, type, status, code) => {
    const { call } = await newApp();
    const headers = type === undefined ? {} : { 'content-type': type };
    const response = await call('POST', '/api/auth', { body, headers });
    expect(response).toMatchObject({ status, json: { status, code, type: `urn:usher:problem:${code}` } });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('the bearer token', () => {
  /** Creates a JWT by hand, with or without the real secret. */
  function forge(secret: string, header: object, claims: object): string {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const input = `${encode(header)}.${encode(claims)}`;
    const hash = 'alg' in header && header.alg === 'HS512' ? 'sha512' : 'sha256';
    return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
  }
  const secret = 'a secret of thirty-two bytes or more';
  const header = { alg: 'HS256', typ: 'at+jwt' };

  async function withSession(): Promise<{
    app: TestApp;
    claims: Record<string, unknown>;
    code: (token: string) => Promise<unknown>;
  }> {
    const app = await newApp({ JWT_SECRET: secret });
    const token = await app.signIn();
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    const code = async (forged: string): Promise<unknown> => {
      const { status, json, headers } = await app.call('GET', '/api/me', { token: forged });
      if (status === 401) expect(headers.get('www-authenticate')).toBe('Bearer');
      return status === 200 ? 'good' : json?.['code'];
    };
    return { app, claims, code };
  }

  test('is accepted if it is valid', async () => {
    const { claims, code } = await withSession();
    expect(await code(forge(secret, header, claims))).toBe('good');
  });

  test('identifies the current user', async () => {
    const { call, signIn } = await newApp();
    const { json } = await call('GET', '/api/me', { token: await signIn('admin') });
    expect(json).toEqual({
      user: 'admin',
      roles: ['admin'],
      session: expect.stringMatching(/^[\w-]{22}$/) as unknown,
      expires: expect.any(Number) as unknown,
    });
  });

  test('is rejected with another algorithm, type, issuer, audience or key, and without a required claim', async () => {
    const { claims, code } = await withSession();
    const none = `${forge(secret, { alg: 'none', typ: 'at+jwt' }, claims).split('.').slice(0, 2).join('.')}.`;
    expect(await code(none)).toBe('invalid_token');
    expect(await code(forge(secret, { ...header, alg: 'HS512' }, claims))).toBe('invalid_token');
    expect(await code(forge(secret, { ...header, typ: 'JWT' }, claims))).toBe('invalid_token');
    expect(await code(forge(secret, { alg: 'HS256' }, claims))).toBe('invalid_token');
    expect(await code(forge('another secret of thirty-two bytes', header, claims))).toBe('invalid_token');
    for (const wrong of [{ aud: 'other' }, { iss: 'other' }, { sub: '' }, { sid: 7 }, { exp: 'never' }]) {
      expect(await code(forge(secret, header, { ...claims, ...wrong }))).toBe('invalid_token');
    }
    for (const missing of ['iss', 'aud', 'sub', 'sid', 'iat', 'exp']) {
      expect(await code(forge(secret, header, { ...claims, [missing]: undefined }))).toBe('invalid_token');
    }
  });

  test('is rejected after it has expired', async () => {
    const { claims, code } = await withSession();
    expect(await code(forge(secret, header, { ...claims, exp: seconds(Date.now()) - 1 }))).toBe('token_expired');
  });

  test('is rejected after it has expired even if it was verified before', async () => {
    const { claims, code } = await withSession();
    const start = Date.now();
    const token = forge(secret, header, { ...claims, exp: seconds(start) + 60 });
    expect(await code(token)).toBe('good');
    expect(await code(token)).toBe('good');
    vi.useFakeTimers({ now: start + 61_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    expect(await code(token)).toBe('token_expired');
  });

  test('is rejected for another user and for an unknown session', async () => {
    const { claims, code } = await withSession();
    expect(await code(forge(secret, header, { ...claims, sub: 'bart' }))).toBe('session_ended');
    expect(await code(forge(secret, header, { ...claims, sid: 'x'.repeat(22) }))).toBe('session_ended');
  });

  test('is rejected at once when its user is disabled', async () => {
    const { app, claims, code } = await withSession();
    inDatabase(app, `UPDATE users SET disabled = 1 WHERE name = 'maggie'`);
    expect(await code(forge(secret, header, claims))).toBe('user_disabled');
  });

  test('is accepted only in the Authorization header, and a ticket is not an access token', async () => {
    const { call, signIn, ticket } = await newApp();
    const token = await signIn();
    for (const path of ['/api/me', `/api/me?token=${token}`, `/api/me?access_token=${token}`]) {
      expect((await call('GET', path)).json).toMatchObject({ code: 'missing_token' });
    }
    const cookie = await call('GET', '/api/me', { headers: { cookie: `token=${token}` } });
    expect(cookie.json).toMatchObject({ code: 'missing_token' });
    const basic = await call('GET', '/api/me', { headers: { authorization: `Basic ${token}` } });
    expect(basic.json).toMatchObject({ code: 'missing_token' });
    for (const value of ['Bearer', 'Bearer ', `Bearer ${token} ${token}`, `Bearer ${await ticket(token)}`]) {
      expect((await call('GET', '/api/me', { headers: { authorization: value } })).json).toMatchObject({
        code: 'invalid_token',
      });
    }
  });

  test('is required by all calls that are not public', async () => {
    const { call } = await newApp();
    const body = { room: 'new', title: 'New' };
    for (const [method, path, sent] of [
      ['GET', '/api/me', undefined],
      ['DELETE', '/api/auth', undefined],
      ['GET', '/api/rooms', undefined],
      ['POST', '/api/rooms', body],
      ['GET', '/api/rooms/general/messages', undefined],
      ['GET', '/api/ws_ticket', undefined],
    ] as const) {
      expect(await call(method, path, { body: sent })).toMatchObject({ status: 401, json: { code: 'missing_token' } });
    }
  });
});

describe('signing out', () => {
  test('revokes this session and no other', async () => {
    const { call, signIn } = await newApp();
    const [one, other] = [await signIn(), await signIn()];
    const out = await call('DELETE', '/api/auth', { token: one });
    expect(out).toMatchObject({ status: 204, text: '' });
    for (const path of ['/api/me', '/api/ws_ticket', '/api/rooms']) {
      expect(await call('GET', path, { token: one })).toMatchObject({ status: 401, json: { code: 'session_ended' } });
    }
    expect((await call('GET', '/api/me', { token: other })).status).toBe(200);
  });
});
