import { describe, expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

describe('signing up', () => {
  const body = { user: 'milhouse', pwd: 'everything’s coming up' };

  test('creates an account without roles that can sign in', async () => {
    const { call, signIn } = await newApp();
    expect(await call('POST', '/api/users', { body })).toMatchObject({ status: 201, json: { user: 'milhouse' } });
    const { json } = await call('GET', '/api/me', { token: await signIn(body.user, body.pwd) });
    expect(json).toMatchObject({ user: 'milhouse', roles: [] });
  });

  test('ignores the case of the name, and so does sign-in', async () => {
    const { call, signIn } = await newApp();
    const response = await call('POST', '/api/users', { body: { ...body, user: 'MilHouse' } });
    expect(response).toMatchObject({ status: 201, json: { user: 'milhouse' } });
    const again = await call('POST', '/api/users', { body: { ...body, user: 'MILHOUSE' } });
    expect(again).toMatchObject({ status: 409, json: { code: 'user_taken' } });
    const { json } = await call('GET', '/api/me', { token: await signIn('MILHOUSE', body.pwd) });
    expect(json).toMatchObject({ user: 'milhouse' });
  });

  test('rejects the sender of messages that belong to no user as taken', async () => {
    const { call } = await newApp();
    const response = await call('POST', '/api/users', { body: { ...body, user: 'System' } });
    expect(response).toMatchObject({ status: 409, json: { code: 'user_taken' } });
  });

  test('is limited per address, including malformed requests, and reports the time to wait', async () => {
    const { call } = await newApp({ SIGN_UPS_PER_ADDRESS: '2', TRUST_PROXY: '1' });
    const from = (address: string, wrong: object) =>
      call('POST', '/api/users', { body: { ...body, ...wrong }, headers: { 'x-forwarded-for': address } });
    const statuses: number[] = [];
    // Names in use count in full, malformed requests as a fifth.
    for (const user of ['', '', 'maggie']) statuses.push((await from('192.0.2.1', { user })).status);
    const refused = await from('192.0.2.1', {});
    expect([...statuses, refused.status]).toEqual([400, 400, 409, 429]);
    expect(refused.json).toMatchObject({ code: 'too_many_attempts' });
    const retryAfterMs = Number(refused.json?.['retryAfterMs']);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(20_000);
    expect(Number(refused.headers.get('retry-after'))).toBe(Math.ceil(retryAfterMs / 1_000));
    expect((await from('192.0.2.2', {})).status).toBe(201);
  });

  test('assigns a name once for parallel requests', async () => {
    const { call } = await newApp();
    const responses = await Promise.all(Array.from({ length: 8 }, () => call('POST', '/api/users', { body })));
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    expect(responses.find(({ status }) => status === 409)?.json).toMatchObject({ code: 'user_taken' });
    expect((await call('POST', '/api/users', { body: { ...body, user: 'maggie' } })).status).toBe(409);
  });

  test.each([
    ['an empty name', { ...body, user: '' }],
    ['a name of dots', { ...body, user: '..' }],
    ['a name without a letter or digit', { ...body, user: '_-.' }],
    ['a space', { ...body, user: 'mil house' }],
    ['33 characters', { ...body, user: 'm'.repeat(33) }],
    ['a short password', { ...body, pwd: 'seven77' }],
  ])('rejects %s', async (_name, wrong) => {
    const { call } = await newApp();
    expect(await call('POST', '/api/users', { body: wrong })).toMatchObject({
      status: 400,
      json: { code: 'bad_request' },
    });
  });

  test('rejects a password that is easy to guess, with a reason that does not contain it', async () => {
    const { call } = await newApp();
    const common = await call('POST', '/api/users', { body: { ...body, pwd: 'sunshine' } });
    expect(common).toMatchObject({ status: 400, json: { code: 'weak_password' } });
    const own = await call('POST', '/api/users', { body: { ...body, pwd: 'Milhouse-77' } });
    expect(own).toMatchObject({ status: 400, json: { code: 'weak_password', detail: expect.any(String) as unknown } });
    expect(common.text + own.text).not.toMatch(/sunshine|milhouse/i);
  });

  test('requires the configured number of characters', async () => {
    const { call } = await newApp({ PASSWORD_MIN_LENGTH: '15' });
    const short = await call('POST', '/api/users', { body: { ...body, pwd: 'fourteen chars' } });
    expect(short).toMatchObject({
      status: 400,
      json: { code: 'bad_request', detail: 'password: must have 15 to 256 characters' },
    });
    expect((await call('POST', '/api/users', { body: { ...body, pwd: 'fifteen letters' } })).status).toBe(201);
  });

  test('accepts a password whose code points depend on the keyboard', async () => {
    const { call, signIn } = await newApp();
    const composed = 'ça va là-bas';
    await call('POST', '/api/users', { body: { ...body, pwd: composed.normalize('NFD') } });
    await expect(signIn(body.user, composed)).resolves.toBeDefined();
    await expect(signIn(body.user, composed.normalize('NFD'))).resolves.toBeDefined();
  });

  test('is closed by default', async () => {
    const { call } = await newApp({ SIGN_UP: 'closed' });
    expect(await call('POST', '/api/users', { body })).toMatchObject({ status: 403, json: { code: 'sign_up_closed' } });
  });
});
