import * as argon2 from '@node-rs/argon2';
import { describe, expect, test, vi } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { clock } from '../testing/per-test.ts';
import { type KeyServer, newKeyServer, signingKey, type SigningKey } from '../testing/key-server.ts';
import { type ApiResponse, newApp, type TestApp } from '../testing/new-app.ts';

vi.mock(import('@node-rs/argon2'), { spy: true });

interface World {
  readonly app: TestApp;
  readonly key: SigningKey;
  readonly server: KeyServer;
  readonly me: (token: string) => Promise<ApiResponse>;
}

async function withKeys(env: Readonly<Record<string, string>> = {}): Promise<World> {
  const key = await signingKey('first');
  const server = await newKeyServer(key);
  const app = await newApp({ ...server.settings, ...env });
  return { app, key, server, me: (token) => app.call('GET', '/api/me', { token }) };
}

const ended = (detail: string) => ({ status: 401, json: { code: 'session_ended', detail } });

describe('a user name of the provider', () => {
  test('does not take over an account of this server, and the reason is logged', async () => {
    const { app, key, me } = await withKeys();
    expect(await me(await key.sign({ sub: 'admin' }))).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    expect(app.log.join('')).toContain('the name belongs to an account of this server');
    const admin = await new Browser(app).signIn('admin');
    expect((await admin.ask('GET', '/api/sessions')).json?.['sessions']).toHaveLength(1);
  });

  test('is not the sender of messages that belong to no user', async () => {
    const { key, me } = await withKeys();
    expect(await me(await key.sign({ sub: 'System' }))).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
  });

  test('does not take over a user of another provider', async () => {
    const { app, key, server, me } = await withKeys();
    const token = await key.sign();
    expect((await me(token)).status).toBe(200);
    await app.app.close();
    const issuer = 'https://other.example';
    const again = await newApp({ ...server.settings, DATA_DIR: app.dataDir, JWT_ISSUER: issuer });
    const response = await again.call('GET', '/api/me', { token: await key.sign({ iss: issuer }) });
    expect(response).toMatchObject({ status: 401, json: { code: 'invalid_token' } });
    expect(again.log.join('')).toContain('the name belongs to a user of another provider');
    expect((await again.call('GET', '/api/me', { token })).json).toMatchObject({ code: 'invalid_token' });
  });

  test('cannot sign in with a password, at the cost of a wrong password', async () => {
    const { app, key, me } = await withKeys();
    expect((await me(await key.sign({ sub: 'milhouse' }))).status).toBe(200);
    const verify = vi.mocked(argon2.verify);
    for (const pwd of ['secret', 'x'.repeat(256)]) {
      verify.mockClear();
      const response = await app.call('POST', '/api/auth', { body: { user: 'milhouse', pwd } });
      const wrong = await app.call('POST', '/api/auth', { body: { user: 'maggie', pwd: `${pwd}!`.slice(-256) } });
      expect({ ...response, headers: [] }).toEqual({ ...wrong, headers: [] });
      expect(response).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } });
      const [own, local] = verify.mock.calls.map(([hash]) => String(hash).split('$').slice(0, 4).join('$'));
      expect(own).toBe(local);
    }
  });

  test('cannot get a password and cannot be used for sign-up', async () => {
    const { app, key } = await withKeys();
    const token = await key.sign({ sub: 'milhouse' });
    const body = { pwd: 'anything', newPwd: 'thrillhouse forever' };
    expect(await app.call('PUT', '/api/me/password', { token, body })).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    });
    const signUp = await app.call('POST', '/api/users', { body: { user: 'milhouse', pwd: 'thrillhouse forever' } });
    expect(signUp).toMatchObject({ status: 409, json: { code: 'user_taken' } });
  });

  test('may have characters that local accounts cannot have', async () => {
    const { app, key, me } = await withKeys();
    const admin = await new Browser(app).signIn('admin');
    const sub = `auth0|${'Ab/?#%'.repeat(9)}1234`;
    const token = await key.sign({ sub });
    expect((await me(token)).json).toMatchObject({ user: sub });
    const socket = await app.connect(sub, token);
    const path = `/api/admin/users/${encodeURIComponent(sub)}/sessions`;
    expect(await admin.ask('DELETE', path)).toMatchObject({ status: 200, json: { closed: 1 } });
    expect(await socket.closed).toBe(4501);
  });
});

describe('a session of the provider', () => {
  test('is created once by parallel calls, and so is its next generation', async () => {
    const time = clock();
    const { app, key, me } = await withKeys();
    const begin = async (token: string): Promise<Set<unknown>> => {
      const responses = await Promise.all(Array.from({ length: 16 }, () => me(token)));
      expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
      return new Set(responses.map(({ json }) => json?.['session']));
    };
    const token = await key.sign();
    const first = await begin(token);
    expect(first.size).toBe(1);
    await app.call('DELETE', '/api/auth', { token });
    time.advance(1_000);
    const second = await begin(await key.sign());
    expect(second.size).toBe(1);
    expect(second).not.toEqual(first);
    expect(await me(token)).toMatchObject(ended('signed_out'));
  });

  test('belongs to one user even if the provider uses the same id for two users', async () => {
    const { key, me, app } = await withKeys();
    const [one, other] = [await key.sign({ sub: 'milhouse' }), await key.sign({ sub: 'nelson' })];
    expect((await me(one)).json?.['session']).not.toBe((await me(other)).json?.['session']);
    await app.call('DELETE', '/api/auth', { token: one });
    expect((await me(other)).status).toBe(200);
  });

  test('rejects earlier tokens with the cause after it was revoked, even after a restart', async () => {
    const { app, key, server } = await withKeys();
    const token = await key.sign();
    await app.call('DELETE', '/api/auth', { token });
    await app.app.close();
    const again = await newApp({ ...server.settings, DATA_DIR: app.dataDir });
    expect(await again.call('GET', '/api/me', { token })).toMatchObject(ended('signed_out'));
  });

  test('rejects tokens seen before its revocation even if the clock of the provider is ahead', async () => {
    const time = clock();
    const { app, key, me } = await withKeys();
    const iat = Math.floor(time.now() / 1_000) + 4;
    const token = await key.sign({ iat, exp: iat + 600 });
    await app.call('DELETE', '/api/auth', { token });
    expect(await me(token)).toMatchObject(ended('signed_out'));
    time.advance(10_000);
    expect(await me(token)).toMatchObject(ended('signed_out'));
    expect((await me(await key.sign())).status).toBe(200);
  });

  test('can be revoked by its owner from another device', async () => {
    const { app, key, me } = await withKeys();
    const [laptop, phone] = [await key.sign({ sid: 'laptop' }), await key.sign({ sid: 'phone' })];
    const { json } = await me(phone);
    const socket = await app.connect('milhouse', phone);
    const proof = await app.call('DELETE', `/api/sessions/${String(json?.['session'])}`, { token: laptop });
    expect(proof).toMatchObject({ status: 200, json: { closed: 1 } });
    expect(await socket.closed).toBe(4501);
    expect(await me(phone)).toMatchObject(ended('ended_elsewhere'));
    expect((await me(laptop)).status).toBe(200);
  });

  test('is revoked when its user is disabled, and no token starts a new one meanwhile', async () => {
    const time = clock();
    const { app, key, me } = await withKeys();
    const admin = await new Browser(app).signIn('admin');
    const before = await key.sign();
    const socket = await app.connect('milhouse', before);
    await admin.ask('PUT', '/api/admin/users/milhouse', { disabled: true });
    expect(await socket.closed).toBe(4501);
    time.advance(1_000);
    const meanwhile = await key.sign();
    for (const token of [before, meanwhile, await key.sign({ sid: 'another' })]) {
      expect(await me(token)).toMatchObject({ status: 403, json: { code: 'user_disabled' } });
    }
    await admin.ask('PUT', '/api/admin/users/milhouse', { disabled: false });
    expect(await me(before)).toMatchObject(ended('user_disabled'));
    expect((await me(await key.sign())).status).toBe(200);
  });

  test('counts toward the session limit, which revokes the least recently used session', async () => {
    const time = clock();
    const { key, me } = await withKeys({ MAX_SESSIONS_PER_USER: '2' });
    const tokens = [await key.sign({ sid: 'one' }), await key.sign({ sid: 'two' }), await key.sign({ sid: 'three' })];
    for (const token of tokens) {
      expect((await me(token)).status).toBe(200);
      time.advance(1_000);
    }
    const [one = '', two = '', three = ''] = tokens;
    expect(await me(one)).toMatchObject(ended('too_many_sessions'));
    for (const token of [two, three]) expect((await me(token)).status).toBe(200);
  });

  test('ends after the idle time, and a later token starts a new one', async () => {
    const time = clock();
    const { key, me } = await withKeys({ SESSION_IDLE_SECONDS: '300' });
    const token = await key.sign();
    const { json } = await me(token);
    time.advance(301_000);
    expect(await me(token)).toMatchObject(ended('expired'));
    const later = await me(await key.sign());
    expect(later.status).toBe(200);
    expect(later.json?.['session']).not.toBe(json?.['session']);
  });
});
