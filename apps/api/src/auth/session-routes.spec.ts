import { describe, expect, test } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { clock } from '../testing/per-test.ts';
import { newApp } from '../testing/new-app.ts';

const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };
const proof = (closed: number) => ({
  closed,
  nodes: [{ node: expect.stringMatching(/^[0-9a-f]{8}$/) as unknown, closed, ms: expect.any(Number) as unknown }],
});

interface Listed {
  readonly id: string;
  readonly current: boolean;
  readonly connections: number;
  readonly seenAt: number;
  readonly [field: string]: unknown;
}

async function listed(browser: Browser): Promise<readonly Listed[]> {
  const { status, json } = await browser.ask('GET', '/api/sessions');
  expect(status).toBe(200);
  return json?.['sessions'] as Listed[];
}

describe('the session list', () => {
  test('contains only the own sessions with their devices and marks the current one', async () => {
    const app = await newApp();
    const laptop = await new Browser(app, firefox).signIn('maggie');
    const phone = await new Browser(app).signIn('maggie');
    await new Browser(app).signIn('bart');
    await app.connect('maggie', laptop.token);
    const sessions = await listed(laptop);
    expect(sessions.map(({ id }) => id).sort()).toEqual([laptop.session, phone.session].sort());
    const [mine] = sessions.filter(({ current }) => current);
    expect(mine).toEqual({
      id: laptop.session,
      current: true,
      device: { browser: expect.stringContaining('Firefox') as unknown, system: 'Linux', kind: 'desktop' },
      address: '127.0.0.1',
      startedAt: expect.any(Number) as unknown,
      seenAt: expect.any(Number) as unknown,
      expires: expect.any(Number) as unknown,
      connections: 1,
    });
    expect(JSON.stringify(sessions)).not.toMatch(/refresh|Mozilla/);
  });

  test('revokes one session with its sockets, tickets and cookie, reports the cause, and returns the proof', async () => {
    const app = await newApp();
    const laptop = await new Browser(app).signIn('maggie');
    const phone = await new Browser(app).signIn('maggie');
    const sockets = [await app.connect('maggie', phone.token), await app.connect('maggie', phone.token)];
    const stays = await app.connect('maggie', laptop.token);
    const ticket = await app.ticket(phone.token);
    const { status, json } = await laptop.ask('DELETE', `/api/sessions/${phone.session}`);
    expect([status, json]).toEqual([200, proof(2)]);
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4501, 4501]);
    expect(sockets[0]?.closeReason).toBe('session ended: ended_elsewhere');
    expect(await app.dial(`?ticket=${ticket}`)).toMatchObject({ status: 401 });
    expect((await phone.refresh()).json).toMatchObject({ code: 'session_ended', detail: 'ended_elsewhere' });
    expect((await phone.ask('GET', '/api/ws_ticket')).json).toMatchObject({ detail: 'ended_elsewhere' });
    expect(await stays.ask('ping')).toMatchObject({ type: 'reply' });
    expect(await listed(laptop)).toHaveLength(1);
  });

  test('returns 404 for a session that is unknown, ended or of another user', async () => {
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    const bart = await new Browser(app).signIn('bart');
    const over = await new Browser(app).signIn('maggie');
    await over.ask('DELETE', '/api/auth');
    for (const id of [bart.session, over.session, 'A'.repeat(22), '%00', 'x'.repeat(90)]) {
      expect(await maggie.ask('DELETE', `/api/sessions/${id}`)).toMatchObject({
        status: 404,
        json: { code: 'not_found' },
      });
    }
    expect((await bart.refresh()).status).toBe(200);
  });

  test('revokes all other sessions, or all including the current one', async () => {
    const app = await newApp();
    const [laptop, phone, tablet] = [new Browser(app), new Browser(app), new Browser(app)];
    for (const browser of [laptop, phone, tablet]) await browser.signIn('maggie');
    const socket = await app.connect('maggie', laptop.token);
    const gone = await app.connect('maggie', phone.token);
    expect((await laptop.ask('DELETE', '/api/sessions?others=true')).json).toEqual(proof(1));
    expect(await gone.closed).toBe(4501);
    expect([(await phone.refresh()).status, (await tablet.refresh()).status]).toEqual([401, 401]);
    expect(await socket.ask('ping')).toMatchObject({ type: 'reply' });
    expect((await laptop.ask('DELETE', '/api/sessions')).json).toEqual(proof(1));
    expect(await socket.closed).toBe(4501);
    expect((await laptop.ask('GET', '/api/me')).json).toMatchObject({ code: 'session_ended' });
  });

  test('is limited: the least recently used session is revoked for a new one', async () => {
    const app = await newApp({ MAX_SESSIONS_PER_USER: '2' });
    const first = await new Browser(app).signIn('maggie');
    const socket = await app.connect('maggie', first.token);
    const second = await new Browser(app).signIn('maggie');
    const bart = await new Browser(app).signIn('bart');
    const third = await new Browser(app).signIn('maggie');
    expect(await socket.closed).toBe(4501);
    expect(socket.closeReason).toBe('session ended: too_many_sessions');
    expect((await first.refresh()).json).toMatchObject({ detail: 'too_many_sessions' });
    for (const browser of [second, third, bart]) expect((await browser.refresh()).status).toBe(200);
  });

  test('does not write session ids to the log', async () => {
    const app = await newApp({ LOG_LEVEL: 'trace' });
    const laptop = await new Browser(app).signIn('maggie');
    const phone = await new Browser(app).signIn('maggie');
    await laptop.ask('DELETE', `/api/sessions/${phone.session}`);
    await laptop.ask('DELETE', '/api/sessions');
    const log = app.log.join('');
    expect(log).toContain('"path":"/api/sessions/:id"');
    for (const { session } of [laptop, phone]) expect(log).not.toContain(session);
  });

  test('requires a token', async () => {
    const { call } = await newApp();
    for (const [method, path] of [
      ['GET', '/api/sessions'],
      ['DELETE', '/api/sessions'],
      ['DELETE', '/api/sessions/x'],
      ['PUT', '/api/me/password'],
    ] as const) {
      const body = method === 'PUT' ? { pwd: 'secret', newPwd: 'another secret of mine' } : undefined;
      expect(await call(method, path, body === undefined ? {} : { body })).toMatchObject({
        status: 401,
        json: { code: 'missing_token' },
      });
    }
  });
});

describe('signing out', () => {
  test('works with the cookie alone', async () => {
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    const socket = await app.connect('maggie', maggie.token);
    expect((await maggie.call('DELETE', '/api/auth')).status).toBe(204);
    expect(await socket.closed).toBe(4501);
    expect(socket.closeReason).toBe('session ended: signed_out');
    expect(maggie.cookie).toBeUndefined();
  });

  test('works with the cookie and an expired token, but not with an invalid token', async () => {
    const time = clock();
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    expect((await maggie.call('DELETE', '/api/auth', { token: 'wrong' })).json).toMatchObject({
      code: 'invalid_token',
    });
    time.advance(901_000);
    expect((await maggie.ask('GET', '/api/me')).json).toMatchObject({ code: 'token_expired' });
    const { cookie } = maggie;
    expect((await maggie.ask('DELETE', '/api/auth')).status).toBe(204);
    maggie.cookie = cookie;
    expect((await maggie.refresh()).json).toMatchObject({ detail: 'signed_out' });
  });

  test('deletes the cookie and revokes the session', async () => {
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    const { cookie } = maggie;
    expect((await maggie.ask('DELETE', '/api/auth')).status).toBe(204);
    expect(maggie.cookie).toBeUndefined();
    maggie.cookie = cookie;
    expect((await maggie.refresh()).json).toMatchObject({ code: 'session_ended', detail: 'signed_out' });
  });

  test('requires a token or a cookie', async () => {
    const { call } = await newApp();
    expect((await call('DELETE', '/api/auth')).json).toMatchObject({ code: 'missing_token' });
    expect(
      (await call('DELETE', '/api/auth', { headers: { cookie: `usher_refresh=${'A'.repeat(22)}.${'A'.repeat(43)}` } }))
        .json,
    ).toMatchObject({ code: 'session_ended' });
  });
});

describe('changing the password', () => {
  const newPwd = 'a better secret of maggie';

  test('requires the current password, revokes all other sessions, and keeps this one', async () => {
    const app = await newApp();
    const laptop = await new Browser(app).signIn('maggie');
    const phone = await new Browser(app).signIn('maggie');
    const socket = await app.connect('maggie', phone.token);
    const { status, json } = await laptop.ask('PUT', '/api/me/password', { pwd: 'secret', newPwd });
    expect([status, json]).toEqual([200, proof(1)]);
    expect(await socket.closed).toBe(4501);
    expect((await phone.refresh()).json).toMatchObject({ detail: 'password_changed' });
    expect((await laptop.refresh()).status).toBe(200);
    expect((await app.call('POST', '/api/auth', { body: { user: 'maggie', pwd: 'secret' } })).status).toBe(401);
    await new Browser(app).signIn('maggie', newPwd);
  });

  test('rejects a wrong current password, which counts as a failed sign-in', async () => {
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    for (let time = 0; time < 10; time++) {
      const response = await maggie.ask('PUT', '/api/me/password', { pwd: `guess ${time}`, newPwd });
      expect(response).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } });
    }
    expect((await maggie.ask('PUT', '/api/me/password', { pwd: 'secret', newPwd })).json).toMatchObject({
      code: 'too_many_attempts',
    });
    expect((await maggie.ask('GET', '/api/me')).status).toBe(200);
  });

  test('rejects a weak new password', async () => {
    const app = await newApp();
    const maggie = await new Browser(app).signIn('maggie');
    const phone = await new Browser(app).signIn('maggie');
    for (const [weak, code] of [
      ['short', 'bad_request'],
      ['password123', 'weak_password'],
    ] as const) {
      const response = await maggie.ask('PUT', '/api/me/password', { pwd: 'secret', newPwd: weak });
      expect(response).toMatchObject({ status: 400, json: { code } });
      expect(response.text).not.toContain(weak);
    }
    expect((await phone.refresh()).status).toBe(200);
    await new Browser(app).signIn('maggie', 'secret');
  });

  test('revokes a sign-in with the old password that was in progress', async () => {
    const app = await newApp();
    const laptop = await new Browser(app).signIn('maggie');
    const [changed, ...attempts] = await Promise.all([
      laptop.ask('PUT', '/api/me/password', { pwd: 'secret', newPwd }),
      ...Array.from({ length: 6 }, () => app.call('POST', '/api/auth', { body: { user: 'maggie', pwd: 'secret' } })),
    ]);
    expect(changed.status).toBe(200);
    // A sign-in before the change is revoked by it, one after it is rejected.
    for (const { json } of attempts) {
      const token = typeof json?.['token'] === 'string' ? json['token'] : 'none';
      expect((await app.call('GET', '/api/me', { token })).status).toBe(401);
    }
  });
});
