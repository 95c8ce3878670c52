import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { newApp } from '../testing/new-app.ts';

const calls = [
  ['GET', '/api/admin/users', undefined],
  ['POST', '/api/admin/users', { user: 'ned' }],
  ['GET', '/api/admin/users/bart', undefined],
  ['PUT', '/api/admin/users/bart', { disabled: true }],
  ['POST', '/api/admin/users/bart/password-link', undefined],
  ['DELETE', '/api/admin/users/bart/sessions', undefined],
  ['DELETE', '/api/admin/connections/x', undefined],
  ['GET', '/api/admin/rooms', undefined],
  ['PUT', '/api/admin/rooms/general', { archived: true }],
  ['DELETE', '/api/admin/rooms/general', undefined],
  ['DELETE', '/api/admin/rooms/general/messages/1', undefined],
  ['GET', '/api/admin/keys', undefined],
  ['POST', '/api/admin/keys', { name: 'x', scopes: ['events:write'] }],
  ['DELETE', '/api/admin/keys/x', undefined],
  ['GET', '/api/admin/audit', undefined],
  ['GET', '/api/admin/audit/export', undefined],
] as const;

describe('an operator', () => {
  test('disables a user: revokes sessions, sockets, tickets and sign-in at once and returns the proof', async () => {
    const app = await newApp();
    const admin = await new Browser(app).signIn('admin');
    const bart = await new Browser(app).signIn('bart');
    const phone = await new Browser(app).signIn('bart');
    const sockets = [await app.connect('bart', bart.token), await app.connect('bart', phone.token)];
    const ticket = await app.ticket(bart.token);
    const { status, json } = await admin.ask('PUT', '/api/admin/users/bart', { disabled: true });
    expect(status).toBe(200);
    expect(json).toMatchObject({ closed: 2, nodes: [{ closed: 2 }] });
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4501, 4501]);
    expect(sockets[1]?.closeReason).toBe('session ended: user_disabled');
    expect(await app.dial(`?ticket=${ticket}`)).toMatchObject({ status: 401, body: { title: 'Invalid ticket' } });
    for (const response of [
      await bart.ask('GET', '/api/me'),
      await bart.ask('GET', '/api/ws_ticket'),
      await bart.refresh(),
      await app.call('POST', '/api/auth', { body: { user: 'bart', pwd: 'secret' } }),
    ]) {
      expect(response).toMatchObject({ status: 403, json: { code: 'user_disabled' } });
    }
  });

  test('can disable an older user named ".." with a client that does not normalize paths', async () => {
    const app = await newApp();
    const database = new DatabaseSync(join(app.dataDir, 'usher.db'), { timeout: 5_000 });
    database.exec(`UPDATE users SET name = '..' WHERE name = 'bart'`);
    database.close();
    const admin = await new Browser(app).signIn('admin');
    // fetch and browsers remove the segment, even if it is encoded.
    expect((await admin.ask('PUT', '/api/admin/users/%2E%2E', { disabled: true })).status).toBe(404);
    const call = request({
      port: new URL(app.url).port,
      method: 'PUT',
      path: '/api/admin/users/%2E%2E',
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
    });
    call.end('{"disabled":true}');
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    expect([response.statusCode, JSON.parse(await text(response))]).toMatchObject([200, { closed: 0 }]);
    expect((await app.call('POST', '/api/auth', { body: { user: '..', pwd: 'secret' } })).status).toBe(403);
  });

  test('enables a user, who can sign in again while old sessions stay revoked', async () => {
    const app = await newApp();
    const admin = await new Browser(app).signIn('admin');
    const bart = await new Browser(app).signIn('bart');
    await admin.ask('PUT', '/api/admin/users/bart', { disabled: true });
    expect((await admin.ask('PUT', '/api/admin/users/bart', { disabled: false })).json).toMatchObject({ closed: 0 });
    expect((await bart.ask('GET', '/api/me')).json).toMatchObject({ code: 'session_ended', detail: 'user_disabled' });
    await bart.signIn('bart');
    expect((await bart.ask('GET', '/api/me')).status).toBe(200);
  });

  test('revokes all sessions of a user, who may sign in again', async () => {
    const app = await newApp();
    const admin = await new Browser(app).signIn('admin');
    const bart = await new Browser(app).signIn('bart');
    const socket = await app.connect('bart', bart.token);
    expect((await admin.ask('DELETE', '/api/admin/users/bart/sessions')).json).toMatchObject({ closed: 1 });
    expect(await socket.closed).toBe(4501);
    expect((await bart.refresh()).json).toMatchObject({ detail: 'operator' });
    await bart.signIn('bart');
  });

  test('closes one connection with 4503 and keeps its session and other sockets', async () => {
    const app = await newApp();
    const admin = await new Browser(app).signIn('admin');
    const bart = await new Browser(app).signIn('bart');
    const dialled = await app.connect('bart', bart.token);
    const other = await app.connect('bart', bart.token);
    const [connection] = app.app.connections.list({ user: 'bart' });
    const path = `/api/admin/connections/${String(connection?.id)}`;
    expect((await admin.ask('DELETE', path)).json).toMatchObject({ closed: 1, nodes: [{ closed: 1 }] });
    expect(await dialled.closed).toBe(4503);
    expect(await other.ask('ping')).toMatchObject({ type: 'reply' });
    expect((await bart.refresh()).status).toBe(200);
    expect((await admin.ask('DELETE', path)).json).toMatchObject({ code: 'not_found' });
  });

  test('cannot disable themselves', async () => {
    const app = await newApp();
    const admin = await new Browser(app).signIn('admin');
    expect(await admin.ask('PUT', '/api/admin/users/admin', { disabled: true })).toMatchObject({
      status: 400,
      json: { code: 'bad_request' },
    });
    expect((await admin.ask('GET', '/api/me')).status).toBe(200);
  });

  test('receives 404 for an unknown user', async () => {
    const app = await newApp();
    const admin = await new Browser(app).signIn('admin');
    expect((await admin.ask('PUT', '/api/admin/users/unknown', { disabled: true })).status).toBe(404);
    expect((await admin.ask('DELETE', '/api/admin/users/unknown/sessions')).status).toBe(404);
    expect((await admin.ask('PUT', '/api/admin/users/bart', { disabled: 'yes' })).status).toBe(400);
  });
});

describe('operator calls', () => {
  test.each(calls)('%s %s requires the role admin', async (method, path, body) => {
    const app = await newApp();
    const bart = await new Browser(app).signIn('bart');
    const options = body === undefined ? {} : { body };
    expect(await app.call(method, path, options)).toMatchObject({ status: 401, json: { code: 'missing_token' } });
    expect(await app.call(method, path, { ...options, token: bart.token })).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    });
    expect((await bart.ask('GET', '/api/me')).status).toBe(200);
  });
});
