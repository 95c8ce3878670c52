import { describe, expect, test } from 'vitest';
import { clock } from '../testing/per-test.ts';
import { newApp, type TestApp } from '../testing/new-app.ts';
import { newOpenIdProvider, type OpenIdProvider } from '../testing/openid-provider.ts';
import { TestSocket } from '../testing/test-socket.ts';

async function withProvider(): Promise<{ provider: OpenIdProvider; app: TestApp }> {
  const provider = await newOpenIdProvider();
  return { provider, app: await newApp(provider.settings) };
}

/** The result of a call with the token: `good`, or the code of the problem. */
async function resultOf(app: TestApp, token: string, path = '/api/me'): Promise<unknown> {
  const { status, json } = await app.call('GET', path, { token });
  return status === 200 ? 'good' : json?.['code'];
}

describe('a user who signed in at an OpenID provider', () => {
  test('connects with the access token and can chat like other users', async () => {
    const { provider, app } = await withProvider();
    const { access } = await provider.browser().signIn('milhouse');
    const me = await app.call('GET', '/api/me', { token: access });
    expect(me.json).toMatchObject({ user: 'milhouse', roles: [] });
    expect(me.headers.getSetCookie()).toEqual([]);
    const socket = await app.connect('milhouse', access);
    const maggie = await app.connect('maggie');
    await maggie.data('join', { room: 'general' });
    await socket.data('join', { room: 'general' });
    await socket.data('send', { room: 'general', key: crypto.randomUUID(), text: 'I’m here' });
    expect(await maggie.next('message')).toMatchObject({ from: 'milhouse', text: 'I’m here' });
    const { json } = await app.call('GET', '/api/sessions', { token: access });
    expect(json?.['sessions']).toMatchObject([
      { id: me.json?.['session'], current: true, device: { browser: 'node', kind: 'other' }, connections: 1 },
    ]);
  });

  test('needs an access token for this server: an ID token is rejected', async () => {
    const { provider, app } = await withProvider();
    const { id } = await provider.browser().signIn('milhouse');
    expect(await resultOf(app, id)).toBe('invalid_token');
    expect(app.log.join('')).toContain('unexpected \\"aud\\" claim value');
  });

  test('has one session per session at the provider', async () => {
    const { provider, app } = await withProvider();
    const [laptop, phone] = [provider.browser(), provider.browser()];
    const tokens = [await laptop.signIn('milhouse'), await laptop.signIn('milhouse'), await phone.signIn('milhouse')];
    const sessions = await Promise.all(
      tokens.map(async ({ access }) => (await app.call('GET', '/api/me', { token: access })).json?.['session']),
    );
    expect(sessions[1]).toBe(sessions[0]);
    expect(sessions[2]).not.toBe(sessions[0]);
  });

  test('can sign out here, which rejects all earlier tokens and closes the socket with 4501', async () => {
    const time = clock();
    const { provider, app } = await withProvider();
    const browser = provider.browser();
    const [one, other] = [await browser.signIn('milhouse'), await browser.signIn('milhouse')];
    const socket = await app.connect('milhouse', one.access);
    const ticket = await app.ticket(one.access);
    expect((await app.call('DELETE', '/api/auth', { token: one.access })).status).toBe(204);
    expect(await socket.closed).toBe(4501);
    expect(socket.closeReason).toBe('session ended: signed_out');
    expect(await app.dial(`?ticket=${ticket}`)).toMatchObject({ status: 401 });
    for (const { access } of [one, other]) {
      for (const path of ['/api/me', '/api/ws_ticket']) {
        const { status, json } = await app.call('GET', path, { token: access });
        expect([status, json]).toMatchObject([401, { code: 'session_ended', detail: 'signed_out' }]);
      }
    }
    time.advance(1_000);
    expect(await resultOf(app, one.access)).toBe('session_ended');
  });

  test('gets a new session after sign-out with a token that was issued later', async () => {
    const time = clock();
    const { provider, app } = await withProvider();
    const browser = provider.browser();
    const before = await browser.signIn('milhouse');
    const { json: me } = await app.call('GET', '/api/me', { token: before.access });
    await app.call('DELETE', '/api/auth', { token: before.access });
    time.advance(1_000);
    const after = await browser.signIn('milhouse');
    const { json: again } = await app.call('GET', '/api/me', { token: after.access });
    expect(again?.['session']).not.toBe(me?.['session']);
    expect(await resultOf(app, after.access)).toBe('good');
    expect(await resultOf(app, before.access)).toBe('session_ended');
  });

  test('stays signed in when the provider rotates its keys', async () => {
    const { provider, app } = await withProvider();
    const before = await provider.browser().signIn('milhouse');
    expect(await resultOf(app, before.access)).toBe('good');
    await provider.rotate();
    const after = await provider.browser().signIn('nelson');
    expect(await resultOf(app, after.access)).toBe('good');
    expect(await resultOf(app, before.access)).toBe('good');
  });

  test('stays signed in with a known key while the provider is down, but not with an unknown key', async () => {
    const { provider, app } = await withProvider();
    const known = await provider.browser().signIn('milhouse');
    expect(await resultOf(app, known.access)).toBe('good');
    await provider.rotate();
    const unknown = await provider.browser().signIn('nelson');
    await provider.stop();
    const socket = await app.dial(`?ticket=${await app.ticket(known.access)}`);
    expect(socket).toBeInstanceOf(TestSocket);
    for (const path of ['/api/me', '/api/ws_ticket']) {
      const { status, json } = await app.call('GET', path, { token: unknown.access });
      expect([status, json]).toMatchObject([503, { code: 'store_unavailable', retryAfterMs: 5_000 }]);
    }
    expect(app.log.join('')).toContain('ECONNREFUSED');
    expect(app.log.join('')).not.toContain(unknown.access);
  });
});
