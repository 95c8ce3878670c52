import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';
import { createLogger } from './logging.ts';

function lines(): { stream: Writable; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}

describe('the log', () => {
  test('redacts secrets in fields and texts', () => {
    const { stream, text } = lines();
    const log = createLogger('info', stream);
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYWdnaWUifQ.c2lnbmF0dXJl';
    log.info(
      { token: 'one-secret', headers: { authorization: 'Bearer two-secret', cookie: 'three-secret' } },
      'fields',
    );
    log.error(
      { err: new Error(`GET /api/ws?ticket=four-secret&x=1 failed with Bearer five-secret and ${jwt}`) },
      'text',
    );
    log.info(`url is /?access_token=six-secret`);
    expect(text()).not.toMatch(/(one|two|three|four|five|six)-secret/);
    expect(text()).not.toContain('eyJ');
    expect(text().match(/\[redacted\]/g)).toHaveLength(2 + 2 + 3 * 2);
  });

  test('has one JSON object per line with time and level name', () => {
    const { stream, text } = lines();
    createLogger('info', stream).info({ user: 'maggie' }, 'signed in');
    expect(JSON.parse(text())).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      user: 'maggie',
      msg: 'signed in',
    });
  });

  test('contains connects and disconnects but no secrets at the level trace', async () => {
    const { app, call, signIn, ticket, connect, dial, log } = await newApp({ LOG_LEVEL: 'trace' });
    const pwd = 'correct-horse-battery';
    const wrong = 'incorrect-horse-battery';
    await call('POST', '/api/users', { body: { user: 'milhouse', pwd } });
    const token = await signIn('milhouse', pwd);
    const session = String((await call('GET', '/api/me', { token })).json?.['session']);
    const tickets = await Promise.all(Array.from({ length: 6 }, () => ticket(token)));
    const [used = '', renewed = '', path = '', encoded = '', outdated = '', strange = ''] = tickets;

    await call('POST', '/api/auth', { body: { user: 'milhouse', pwd: wrong } });
    await call('POST', '/api/auth', { body: { user: pwd, pwd } });
    await call('POST', '/api/auth', {
      body: `{"user":"milhouse","pwd":"${pwd}"`,
      headers: { 'content-type': 'application/json' },
    });
    await call('GET', `/api/me?access_token=${token}`);
    await call('GET', `/nowhere?ticket=${path}`);
    await call('GET', `/api/ws?%74icket=${encoded}`);
    await call('GET', '/api/me', { headers: { cookie: `session=${token}`, authorization: `Basic ${token}` } });
    await call('GET', '/api/me', { token: `${token}x` });

    const socket = await connect('milhouse', token);
    const other = await dial(`?ticket=${used}`, { headers: { 'user-agent': 'a browser' } });
    await dial(`?ticket=${used}`);
    await dial(`?ticket=${token}`);
    await dial(`?ticket=${strange}`, { origin: 'https://evil.example' });
    await socket.ask('renew', { ticket: renewed });
    await socket.ask('renew', { ticket: token });
    socket.ws.send(`{"type":"renew","id":"x","ticket":"${outdated}"}`);
    await socket.ask('join', { room: 'general' });
    await socket.ask('send', { room: 'general', key: crypto.randomUUID(), text: 'a private word' });
    app.authenticate = () => Promise.reject(new Error(`cannot read Bearer ${token} of ?ticket=${outdated}`));
    await call('GET', '/api/me', { token });
    await call('DELETE', '/api/auth', { token });
    await app.close();

    const text = log.join('');
    expect('ws' in other).toBe(true);
    for (const line of ['signed up', 'signed in', 'invalid password', 'connected', 'disconnected']) {
      expect(text).toContain(`"msg":"${line}"`);
    }
    expect(text).toMatch(/"user":"milhouse","address":"127.0.0.1".*"msg":"connected"/);
    const [, payload = '', signature = ''] = token.split('.');
    for (const secret of [pwd, wrong, payload, signature, session, ...tickets, 'a private word']) {
      expect(text).not.toContain(secret);
    }
  });
});
