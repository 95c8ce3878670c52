import { PostgresServer } from '@usher/test-servers';
import { beforeAll, describe, expect, test } from 'vitest';
import { onBothStorages, type StoredApp, twoNodes } from '../testing/both-storages.ts';
import { Browser } from '../testing/browser.ts';
import { clock } from '../testing/per-test.ts';

const password = 'everything’s coming up Milhouse';
const weak = 'password';

async function withAdmin(open: () => Promise<StoredApp>) {
  const app = await open();
  return { app, admin: await new Browser(app).signIn('admin') };
}

/** The token of a link, and the rest of it. */
function partsOf(json: Record<string, unknown> | undefined): { readonly page: string; readonly token: string } {
  const [page = '', token = ''] = String(json?.['url']).split('#');
  return { page, token };
}

onBothStorages('operators', (open) => {
  test('create users, who set their password with a link that works once', async () => {
    const { app, admin } = await withAdmin(open);
    const created = await admin.ask('POST', '/api/admin/users', { user: 'Milhouse', roles: ['editor', 'admin'] });
    expect([created.status, created.json?.['user']]).toEqual([201, 'milhouse']);
    expect(created.headers.get('cache-control')).toBe('no-store');
    const { page, token } = partsOf(created.json);
    expect(page).toBe(`${app.url}/set-password`);
    expect((await app.call('POST', '/api/auth', { body: { user: 'milhouse', pwd: '' } })).status).toBe(400);
    const set = (newPwd: string) => app.call('POST', '/api/auth/password-link', { body: { token, newPwd } });
    expect((await set(weak)).json).toMatchObject({ code: 'weak_password' });
    const responses = await Promise.all([set(password), set(password), set(password)]);
    expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 403, 403]);
    expect(responses.find(({ status }) => status === 200)?.json).toEqual({ user: 'milhouse' });
    expect((await set(password)).json).toMatchObject({ status: 403, code: 'invalid_link' });
    const milhouse = await new Browser(app).signIn('milhouse', password);
    expect((await milhouse.ask('GET', '/api/me')).json).toMatchObject({ roles: ['admin', 'editor'] });
    const all = `${app.log.join('')}${await app.dump('audit')}${await app.dump('password_links')}`;
    for (const secret of [token, password]) expect(all).not.toContain(secret);
  });

  test('cannot create a user whose name is taken, reserved or invalid', async () => {
    const { admin } = await withAdmin(open);
    const create = async (user: string, roles?: unknown) =>
      (await admin.ask('POST', '/api/admin/users', { user, roles })).json?.['code'];
    expect(await create('BART')).toBe('user_taken');
    expect(await create('system')).toBe('user_taken');
    for (const name of ['app:ci', '..', '', 'a b']) expect(await create(name)).toBe('bad_request');
    expect(await create('ned', ['No Role'])).toBe('bad_request');
    expect((await admin.ask('GET', '/api/admin/users?q=ned')).json).toMatchObject({ total: 0 });
  });

  test('replace a password link, and the new password ends all sessions of the user', async () => {
    const { app, admin } = await withAdmin(open);
    const [first, second] = [
      await admin.ask('POST', '/api/admin/users/bart/password-link'),
      await admin.ask('POST', '/api/admin/users/bart/password-link'),
    ];
    const socket = await app.connect('bart');
    const set = (json: Record<string, unknown> | undefined) =>
      app.call('POST', '/api/auth/password-link', { body: { token: partsOf(json).token, newPwd: password } });
    expect((await set(first.json)).status).toBe(403);
    expect((await set(second.json)).status).toBe(200);
    expect(await socket.closed).toBe(4501);
    expect((await app.call('POST', '/api/auth', { body: { user: 'bart', pwd: 'secret' } })).status).toBe(401);
    await app.signIn('bart', password);
    expect((await admin.ask('POST', '/api/admin/users/unknown/password-link')).status).toBe(404);
  });

  test('a link expires after a day, and when its user is disabled', async () => {
    const time = clock();
    const { app, admin } = await withAdmin(open);
    const link = async (user: string) =>
      partsOf((await admin.ask('POST', `/api/admin/users/${user}/password-link`)).json).token;
    const set = async (token: string) =>
      (await app.call('POST', '/api/auth/password-link', { body: { token, newPwd: password } })).status;
    const ofLisa = await link('lisa');
    await admin.ask('PUT', '/api/admin/users/lisa', { disabled: true });
    expect(await set(ofLisa)).toBe(403);
    const [ofBart, ofMaggie] = [await link('bart'), await link('maggie')];
    time.advance(86_390_000);
    expect(await set(ofMaggie)).toBe(200);
    time.advance(11_000);
    expect(await set(ofBart)).toBe(403);
  });

  test('list users in pages with filters', async () => {
    const { app, admin } = await withAdmin(open);
    await admin.ask('PUT', '/api/admin/users/lisa', { disabled: true, roles: ['x_1'] });
    await app.connect('bart');
    const list = async (query: string) => (await admin.ask('GET', `/api/admin/users?${query}`)).json;
    const namesOf = (json: Record<string, unknown> | undefined) =>
      (json?.['users'] as { user: string }[]).map(({ user }) => user);
    const first = await list('limit=3');
    expect([namesOf(first), first?.['total'], first?.['next']]).toEqual([['admin', 'bart', 'lisa'], 4, 'lisa']);
    const second = await list('limit=3&cursor=lisa');
    expect([namesOf(second), second?.['next']]).toEqual([['maggie'], undefined]);
    expect(namesOf(await list('disabled=true'))).toEqual(['lisa']);
    expect(namesOf(await list('role=admin'))).toEqual(['admin']);
    // The underscore is no wildcard.
    expect(namesOf(await list('role=x_1'))).toEqual(['lisa']);
    expect(namesOf(await list('role=x__'))).toEqual([]);
    expect(namesOf(await list('q=MA'))).toEqual(['maggie']);
    expect(namesOf(await list('q=%25'))).toEqual([]);
    const [bart] = (await list('q=bart'))?.['users'] as object[];
    expect(bart).toEqual({
      user: 'bart',
      roles: [],
      disabled: false,
      createdAt: expect.any(Number) as unknown,
      seenAt: expect.any(Number) as unknown,
      sessions: 1,
      connections: 1,
    });
    expect((await admin.ask('GET', '/api/admin/users?limit=201')).status).toBe(400);
  });

  test('see the sessions and devices of a user', async () => {
    const { app, admin } = await withAdmin(open);
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
    const bart = await new Browser(app, { 'user-agent': agent }).signIn('bart');
    const { json } = await admin.ask('GET', '/api/admin/users/bart');
    expect(json).toMatchObject({
      user: { user: 'bart', sessions: 1 },
      sessions: [{ id: bart.session, device: { browser: 'Firefox 128', system: 'Linux', kind: 'desktop' } }],
    });
    expect((await admin.ask('GET', '/api/admin/users/unknown')).status).toBe(404);
  });

  test('end one session of a user, with the proof of each node and an entry in the audit log', async () => {
    const { app, admin } = await withAdmin(open);
    const [phone, laptop] = [await new Browser(app).signIn('bart'), await new Browser(app).signIn('bart')];
    const [socket, other] = [await app.connect('bart', phone.token), await app.connect('bart', laptop.token)];
    const end = (user: string, session: string) => admin.ask('DELETE', `/api/admin/users/${user}/sessions/${session}`);
    const { status, json } = await end('bart', phone.session);
    expect([status, json]).toMatchObject([200, { closed: 1, nodes: [{ closed: 1 }] }]);
    expect(await socket.closed).toBe(4501);
    expect((await phone.ask('GET', '/api/me')).json).toMatchObject({ code: 'session_ended' });
    expect(app.log.join('')).not.toContain(phone.session);
    expect((await laptop.ask('GET', '/api/me')).status).toBe(200);
    expect(other.ws.readyState).toBe(other.ws.OPEN);
    const { entries } = (await admin.ask('GET', '/api/admin/audit?limit=2')).json as { entries: object[] };
    expect(entries).toMatchObject([
      { action: 'user.end_session', completes: 1, detail: { closed: 1 } },
      { seq: 1, action: 'user.end_session', by: 'admin', target: 'bart', detail: { session: phone.session } },
    ]);
    // Neither an ended session, nor one of another user, nor of an unknown user.
    for (const [user, session] of [
      ['bart', phone.session],
      ['lisa', laptop.session],
      ['unknown', laptop.session],
    ] as const)
      expect((await end(user, session)).status).toBe(404);
    expect((await laptop.ask('DELETE', `/api/admin/users/bart/sessions/${laptop.session}`)).status).toBe(403);
  });

  test('change roles, which takes effect at once on open sockets', async () => {
    const { app, admin } = await withAdmin(open);
    await admin.ask('POST', '/api/rooms', { room: 'secret', title: 'Secret', private: true });
    expect((await admin.ask('PUT', '/api/admin/users/bart', { roles: ['admin'] })).json).toMatchObject({ closed: 0 });
    const token = await app.signIn('bart');
    const socket = await app.connect('bart', token);
    // As an admin, bart sees private rooms of others.
    await socket.data('join', { room: 'secret' });
    const { json } = await admin.ask('PUT', '/api/admin/users/bart', { roles: [] });
    expect(json).toMatchObject({ closed: 1, nodes: [{ closed: 1 }] });
    expect([await socket.closed, socket.closeReason]).toEqual([4001, 'lease expired: roles changed']);
    // The session continues, with the new roles.
    const again = await app.connect('bart', token);
    expect(await again.ask('join', { room: 'secret' })).toMatchObject({ code: 'not_found' });
    expect((await app.call('GET', '/api/admin/users', { token })).status).toBe(403);
  });

  test('cannot leave the server without an administrator', async () => {
    const { app, admin } = await withAdmin(open);
    const change = async (browser: Browser, user: string, body: object) =>
      (await browser.ask('PUT', `/api/admin/users/${user}`, body)).status;
    expect(await change(admin, 'admin', { roles: ['editor'] })).toBe(400);
    expect(await change(admin, 'admin', { disabled: true })).toBe(400);
    expect(await change(admin, 'bart', { roles: ['admin'] })).toBe(200);
    const bart = await new Browser(app).signIn('bart');
    // Both remove each other at the same time.
    const statuses = await Promise.all([
      change(admin, 'bart', { disabled: true }),
      change(bart, 'admin', { roles: [] }),
    ]);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    const { text } = await app.call('GET', '/api/health/ready');
    expect(text).not.toBe('');
    const admins = await app.dump(`users WHERE disabled = 0 AND roles LIKE '%"admin"%'`);
    expect(JSON.parse(admins)).toHaveLength(1);
  });

  test('need at least one change, and valid roles', async () => {
    const { admin } = await withAdmin(open);
    for (const body of [{}, { roles: ['A'] }, { roles: 'admin' }, { disabled: 1 }]) {
      expect((await admin.ask('PUT', '/api/admin/users/bart', body)).status).toBe(400);
    }
  });
});

describe('operators of two nodes', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
    return () => server.stop();
  });

  test('change roles on both, and see the connections of both', async () => {
    const [here, there] = await twoNodes(server);
    const admin = await new Browser(here).signIn('admin');
    const sockets = [await here.connect('bart'), await there.connect('bart'), await there.connect('bart')];
    expect((await admin.ask('GET', '/api/admin/users/bart')).json).toMatchObject({
      user: { connections: 3, sessions: 3 },
    });
    const { json } = await admin.ask('PUT', '/api/admin/users/bart', { roles: ['editor'] });
    expect(json).toMatchObject({ closed: 3, nodes: [{ closed: 1 }, { closed: 2 }] });
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4001, 4001, 4001]);
  });
});
