import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { Browser, claimsOf } from '../testing/browser.ts';
import { clock } from '../testing/per-test.ts';
import { newApp } from '../testing/new-app.ts';
import { TestSocket } from '../testing/test-socket.ts';

describe('signing in', () => {
  test('sets an HttpOnly cookie for one path of one site that is not an access token', async () => {
    clock();
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    const [pair = '', ...attributes] = maggie.setCookie.split('; ');
    expect(pair).toMatch(/^usher_refresh=[\w-]{22}\.[\w-]{43}$/);
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=2592000', 'Path=/api/auth', 'SameSite=Strict']);
    expect((await app.call('GET', '/api/me', { token: pair.split('=')[1] ?? '' })).json).toMatchObject({
      code: 'invalid_token',
    });
    expect(
      (await app.call('POST', '/api/auth/refresh', { headers: { cookie: `usher_refresh=${maggie.token}` } })).json,
    ).toMatchObject({ code: 'session_ended' });
  });

  test('sets a Secure cookie over https, with a name that plain http cannot set', async () => {
    const app = await newApp({ PUBLIC_URL: 'https://chat.example.org' });
    const maggie = await new Browser(app).signIn('maggie');
    expect(maggie.setCookie).toMatch(/^__Secure-usher_refresh=.*; Secure(;|$)/);
    expect((await maggie.refresh()).status).toBe(200);
  });

  test('stores only hashes of the refresh token', async () => {
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    const parts = [...(maggie.cookie?.split('=')[1]?.split('.') ?? [])];
    await maggie.refresh();
    parts.push(...(maggie.cookie?.split('=')[1]?.split('.') ?? []));
    const files = ['usher.db', 'usher.db-wal'].map((name) => readFileSync(join(app.dataDir, name)).toString('latin1'));
    expect(parts).toHaveLength(4);
    for (const part of parts) {
      for (const file of files) expect(file.includes(part)).toBe(false);
    }
  });
});

describe('refreshing', () => {
  test('returns a new token of the same session and a new cookie', async () => {
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    const { cookie, session } = maggie;
    const { status, headers, json } = await maggie.refresh();
    expect(status).toBe(200);
    expect(Object.keys(json ?? {}).sort()).toEqual(['expires', 'token']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(maggie.cookie).not.toBe(cookie);
    expect(maggie.session).toBe(session);
    expect((await maggie.ask('GET', '/api/me')).json).toMatchObject({ user: 'maggie', session });
  });

  test('reads the current roles', async () => {
    const app = await newApp();
    const admin = await new Browser(app).signIn('admin');
    await admin.refresh();
    expect(claimsOf(admin.token)).toMatchObject({ sub: 'admin', roles: ['admin'] });
  });

  test('succeeds twice with one cookie within five seconds and returns the same successor', async () => {
    const time = clock();
    const app = await newApp();
    const first = await new Browser(app).signIn('maggie');
    const second = new Browser(app);
    second.cookie = first.cookie;
    await first.refresh();
    time.advance(5_000);
    expect((await second.refresh()).status).toBe(200);
    expect(second.cookie).toBe(first.cookie);
    time.advance(60_000);
    expect((await second.refresh()).status).toBe(200);
  });

  test('succeeds for many parallel tabs with one cookie, all of which receive the current cookie', async () => {
    const app = await newApp();
    const first = await new Browser(app).signIn('maggie');
    const tabs = Array.from({ length: 8 }, () => {
      const tab = new Browser(app);
      tab.cookie = first.cookie;
      return tab;
    });
    const responses = await Promise.all(tabs.map((tab) => tab.refresh()));
    expect(responses.map(({ status }) => status)).toEqual(Array<number>(8).fill(200));
    expect(new Set(tabs.map(({ cookie }) => cookie)).size).toBe(1);
    expect((await tabs[3]?.refresh())?.status).toBe(200);
  });

  test('returns the current cookie to a tab that is several refreshes behind within five seconds', async () => {
    const time = clock();
    const app = await newApp();
    const quick = await new Browser(app).signIn('maggie');
    const slow = new Browser(app);
    slow.cookie = quick.cookie;
    for (let turn = 0; turn < 4; turn++) {
      await quick.refresh();
      time.advance(1_000);
    }
    expect((await slow.refresh()).status).toBe(200);
    expect(slow.cookie).toBe(quick.cookie);
  });

  test('revokes the session with its tokens, tickets, sockets and cookies when a consumed cookie is presented later', async () => {
    const time = clock();
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    const thief = new Browser(app);
    thief.cookie = maggie.cookie;
    await maggie.refresh();
    const socket = await app.connect('maggie', maggie.token);
    const ticket = await app.ticket(maggie.token);
    time.advance(5_001);
    const response = await thief.refresh();
    expect(response).toMatchObject({ status: 401, json: { code: 'session_ended', detail: 'refresh_reused' } });
    expect(thief.cookie).toBeUndefined();
    expect(await socket.closed).toBe(4501);
    expect(socket.closeReason).toBe('session ended: refresh_reused');
    expect(await app.dial(`?ticket=${ticket}`)).toMatchObject({ status: 401, body: { title: 'Invalid ticket' } });
    expect(await maggie.ask('GET', '/api/me')).toMatchObject({
      status: 401,
      json: { code: 'session_ended', detail: 'refresh_reused' },
    });
    expect(await maggie.refresh()).toMatchObject({ status: 401, json: { detail: 'refresh_reused' } });
    expect(app.log.join('')).toContain('a consumed refresh token was presented again');
  });

  test('revokes the session also for a cookie consumed many refreshes ago', async () => {
    const time = clock();
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    const thief = new Browser(app);
    thief.cookie = maggie.cookie;
    for (let turn = 0; turn < 40; turn++) {
      time.advance(60_000);
      expect((await maggie.refresh()).status).toBe(200);
    }
    expect((await thief.refresh()).json).toMatchObject({ detail: 'refresh_reused' });
    expect((await maggie.refresh()).status).toBe(401);
  });

  test('does not revoke a session for a guessed cookie', async () => {
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    for (const guess of [
      '',
      'x',
      `${'A'.repeat(22)}.${'A'.repeat(43)}`,
      maggie.token,
      'é'.repeat(40),
      'x'.repeat(4_000),
    ]) {
      const response = await app.call('POST', '/api/auth/refresh', {
        headers: { cookie: `usher_refresh=${encodeURIComponent(guess)}` },
      });
      expect(response).toMatchObject({ status: 401, json: { code: 'session_ended' } });
      expect(response.json).not.toHaveProperty('detail');
    }
    expect((await maggie.refresh()).status).toBe(200);
  });

  test('requires a cookie and does not accept a bearer token instead', async () => {
    const app = await newApp();
    const token = await app.signIn();
    expect(await app.call('POST', '/api/auth/refresh', { token })).toMatchObject({
      status: 401,
      json: { code: 'missing_token' },
    });
  });

  test('is permitted for a page of another allowed origin', async () => {
    const app = await newApp({ ALLOWED_ORIGINS: 'https://app.example.org' });
    const maggie = await new Browser(app).signIn('maggie');
    const headers = { origin: 'https://app.example.org', 'sec-fetch-site': 'same-site' };
    expect((await maggie.refresh(headers)).status).toBe(200);
    expect((await maggie.refresh({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
  });

  test('is rejected for a page of another origin, and so is sign-out', async () => {
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    const { cookie } = maggie;
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${app.url}.evil.example` },
      { 'sec-fetch-site': 'cross-site' },
      // A page on a sibling host or another port: the browser sends the cookie although the origin differs.
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none, same-site' },
      { origin: app.url, 'sec-fetch-site': 'cross-site' },
      { origin: `http://localhost:${String(Number(new URL(app.url).port) + 1)}`, 'sec-fetch-site': 'same-site' },
    ]) {
      for (const [method, path] of [
        ['POST', '/api/auth/refresh'],
        ['DELETE', '/api/auth'],
      ] as const) {
        const response = await maggie.call(method, path, { headers });
        expect(response).toMatchObject({ status: 403, json: { code: 'origin_forbidden' } });
      }
    }
    expect(maggie.cookie).toBe(cookie);
    for (const headers of [
      { origin: app.url, 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'same-origin' },
      // Not caused by a page, for example by an extension.
      { 'sec-fetch-site': 'none' },
      // Browsers before 2023, and other clients.
      { origin: app.url },
      {},
    ]) {
      expect((await maggie.refresh(headers)).status).toBe(200);
    }
  });
});

describe('a session', () => {
  test('ends after the idle time and reports the cause', async () => {
    const time = clock();
    const app = await newApp({ SESSION_IDLE_SECONDS: '3600' });
    const maggie = await new Browser(app).signIn('maggie');
    for (let turn = 0; turn < 5; turn++) {
      time.advance(3_500_000);
      expect((await maggie.refresh()).status).toBe(200);
    }
    time.advance(3_600_000);
    expect(await maggie.refresh()).toMatchObject({ status: 401, json: { code: 'session_ended', detail: 'expired' } });
  });

  test('is extended by calls and renewals', async () => {
    const time = clock();
    const app = await newApp({ SESSION_IDLE_SECONDS: '3600', ACCESS_TOKEN_SECONDS: '86400' });
    const maggie = await new Browser(app).signIn('maggie');
    const socket = await app.connect('maggie', maggie.token);
    for (let turn = 0; turn < 3; turn++) {
      time.advance(3_000_000);
      expect((await maggie.ask('GET', '/api/me')).status).toBe(200);
      time.advance(3_000_000);
      expect(await socket.ask('renew', { ticket: await app.ticket(maggie.token) })).toMatchObject({ type: 'reply' });
    }
  });

  test('has an absolute end that tokens, cookies and leases do not exceed', async () => {
    const time = clock();
    const app = await newApp({ SESSION_SECONDS: '600', ACCESS_TOKEN_SECONDS: '900', LEASE_SECONDS: '1800' });
    const maggie = await new Browser(app).signIn('maggie');
    const end = Math.ceil(Date.now() / 1_000) + 600;
    const within = (value: unknown): void => {
      expect(Number(value)).toBeLessThanOrEqual(end + 1);
      expect(Number(value)).toBeGreaterThan(end - 3);
    };
    within(claimsOf(maggie.token)['exp']);
    time.advance(400_000);
    await maggie.refresh();
    within(claimsOf(maggie.token)['exp']);
    expect(Number(/Max-Age=(\d+)/.exec(maggie.setCookie)?.[1])).toBeLessThanOrEqual(200);
    const dialled = await app.dial(`?ticket=${await app.ticket(maggie.token)}`);
    if (!(dialled instanceof TestSocket)) throw new Error('refused');
    within((await dialled.next('welcome'))['lease']);
    within((await dialled.data('renew', { ticket: await app.ticket(maggie.token) }))['lease']);
    time.advance(200_000);
    expect(await maggie.refresh()).toMatchObject({ status: 401, json: { detail: 'expired' } });
  });

  test('is deleted a week after its end, together with the cause', async () => {
    const time = clock();
    const app = await newApp({ ACCESS_TOKEN_SECONDS: '86400', SESSION_SECONDS: String(300 * 86_400) });
    const maggie = await new Browser(app).signIn('maggie');
    await maggie.call('DELETE', '/api/auth');
    await app.app.close();
    time.advance(8 * 86_400_000);
    const later = await newApp({ DATA_DIR: app.dataDir });
    await later.app.close();
    const database = new DatabaseSync(join(app.dataDir, 'usher.db'));
    expect(database.prepare('SELECT count(*) AS n FROM sessions').get()).toEqual({ n: 0 });
    database.close();
  });
});
