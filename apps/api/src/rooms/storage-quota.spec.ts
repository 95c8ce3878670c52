import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clock } from '../testing/per-test.ts';
import { newApp } from '../testing/new-app.ts';

const key = () => crypto.randomUUID();

test('rejects socket and HTTP requests with quota_exceeded after the user reached the 24-hour quota', async () => {
  const time = clock();
  const { connect, signIn, call } = await newApp({ MAX_MB_PER_USER_PER_DAY: '1', SENDS_PER_SECOND: '0' });
  const [maggie, bart] = [await signIn('maggie'), await signIn('bart')];
  const socket = await connect('maggie', maggie);
  await socket.data('join', { room: 'general' });
  const first = key();
  await socket.data('send', { room: 'general', key: first, text: 'hello' });
  let refused;
  for (let sent = 0; sent < 400 && refused === undefined; sent++) {
    const reply = await socket.ask('send', { room: 'general', key: key(), text: 'é'.repeat(4_000) });
    if (reply.type === 'error') refused = reply;
  }
  expect(refused).toMatchObject({ code: 'quota_exceeded', retryAfterMs: expect.any(Number) as unknown });
  const edit = { room: 'general', key: key(), edits: 1, text: 'é'.repeat(4_000) };
  expect(await socket.ask('edit', edit)).toMatchObject({ code: 'quota_exceeded' });
  // Repeating a stored message still succeeds, and so do deletions.
  expect(await socket.data('send', { room: 'general', key: first, text: 'hello' })).toMatchObject({ seq: 1 });
  expect((await socket.ask('delete', { room: 'general', key: key(), deletes: 1 })).type).toBe('reply');
  const create = async (token: string, rooms: number) => {
    let response = await call('POST', '/api/rooms', { token, body: { room: key(), title: key() } });
    for (let more = 1; more < rooms && response.status === 201; more++) {
      response = await call('POST', '/api/rooms', { token, body: { room: key(), title: key() } });
    }
    return response;
  };
  const response = await create(maggie, 10);
  expect(response).toMatchObject({ status: 507, json: { code: 'quota_exceeded' } });
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(80_000);
  expect((await create(bart, 1)).status).toBe(201);
  time.advance(86_400_000);
  expect((await socket.ask('send', { room: 'general', key: key(), text: 'again' })).type).toBe('reply');
});

test('responds storage_full, and 503 from ready, with too little free disk space', async () => {
  const { connect, signIn, call, log } = await newApp({ MIN_FREE_DISK_MB: '100000000' });
  const token = await signIn('maggie');
  const socket = await connect('maggie', token);
  await socket.data('join', { room: 'general' });
  const reply = await socket.ask('send', { room: 'general', key: key(), text: 'hello' });
  expect(reply).toMatchObject({ code: 'storage_full', retryAfterMs: 60_000 });
  const created = await call('POST', '/api/rooms', { token, body: { room: 'plans', title: 'Plans' } });
  expect(created).toMatchObject({ status: 507, json: { code: 'storage_full' } });
  expect((await call('GET', '/api/health/ready')).status).toBe(503);
  expect((await call('GET', '/api/health/live')).status).toBe(200);
  expect(log.join('')).toContain('MIN_FREE_DISK_MB');
});

test('acknowledges nothing and logs an error after the database file was removed', async () => {
  const { connect, signIn, call, dataDir, log } = await newApp();
  const token = await signIn('maggie');
  const socket = await connect('maggie', token);
  await socket.data('join', { room: 'general' });
  const send = () => socket.ask('send', { room: 'general', key: key(), text: 'hello' });
  expect((await send()).type).toBe('reply');
  const file = join(dataDir, 'usher.db');
  renameSync(file, `${file}.away`);
  expect(await send()).toMatchObject({ code: 'internal' });
  expect((await call('GET', '/api/health/ready')).status).toBe(503);
  const created = await call('POST', '/api/rooms', { token, body: { room: 'plans', title: 'Plans' } });
  expect(created).toMatchObject({ status: 503, json: { code: 'store_unavailable' } });
  expect(log.filter((line) => line.includes('was removed or replaced'))).toHaveLength(1);
});
