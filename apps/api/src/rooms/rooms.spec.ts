import { describe, expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

describe('rooms', () => {
  test('are made by anybody who signed in, once by each name', async () => {
    const { call, signIn } = await newApp();
    const token = await signIn();
    const body = { room: 'plans', title: 'Plans' };
    const made = { room: 'plans', title: 'Plans', private: false, seq: 0, unread: 0 };
    expect(await call('POST', '/api/rooms', { token, body })).toMatchObject({ status: 201, json: made });
    expect(await call('POST', '/api/rooms', { token, body })).toMatchObject({
      status: 409,
      json: { code: 'room_taken' },
    });
    const { json } = await call('GET', '/api/rooms', { token: await signIn('bart') });
    expect(json?.['rooms']).toContainEqual(made);
  });

  test.each([
    [{ room: 'Plans', title: 'Plans' }],
    [{ room: '', title: 'Plans' }],
    [{ room: 'x'.repeat(65), title: 'Plans' }],
    [{ room: 'plans', title: '' }],
    [{ room: 'plans', title: '  ' }],
    [{ room: 'plans', title: 'Plans', private: 'yes' }],
    [{ room: 'plans' }],
  ])('are not made of %o', async (body) => {
    const { call, signIn } = await newApp();
    const answer = await call('POST', '/api/rooms', { token: await signIn(), body });
    expect(answer).toMatchObject({ status: 400, json: { code: 'bad_request' } });
  });

  test('that are private are there for who made them and for admins; for others they are not there', async () => {
    const { call, signIn, seat } = await newApp();
    const [maggie, bart, admin] = [await signIn('maggie'), await signIn('bart'), await signIn('admin')];
    const body = { room: 'cellar', title: 'Cellar', private: true };
    expect((await call('POST', '/api/rooms', { token: maggie, body })).status).toBe(201);
    for (const [token, sees] of [
      [maggie, true],
      [admin, true],
      [bart, false],
    ] as const) {
      const { json } = await call('GET', '/api/rooms', { token });
      const names = (json?.['rooms'] as { room: string }[]).map(({ room }) => room);
      expect(names.includes('cellar')).toBe(sees);
    }
    const hidden = await call('GET', '/api/rooms/cellar/messages', { token: bart });
    const unknown = await call('GET', '/api/rooms/nowhere/messages', { token: bart });
    expect(hidden).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect(hidden.json).toEqual(unknown.json);
    expect((await call('GET', '/api/rooms/cellar/messages', { token: admin })).json).toEqual({
      messages: [],
      more: false,
    });

    const socket = await seat('bart', bart);
    const refused = await socket.ask('join', { room: 'cellar' });
    expect(refused).toMatchObject({ type: 'error', code: 'not_found' });
    expect({ ...(await socket.ask('join', { room: 'nowhere' })), id: 0 }).toEqual({ ...refused, id: 0 });
    expect(await (await seat('maggie', maggie)).data('join', { room: 'cellar' })).toMatchObject({ recovery: 'fresh' });
  });

  test('give their older messages in pages, oldest first', async () => {
    const { call, signIn, seat } = await newApp({ SENDS_PER_SECOND: '0' });
    const token = await signIn();
    const socket = await seat('maggie', token);
    await socket.data('join', { room: 'general' });
    for (let index = 1; index <= 120; index++) {
      await socket.data('send', { room: 'general', key: crypto.randomUUID(), text: `text ${index}` });
    }
    async function page(query: string): Promise<{ seqs: number[]; more: unknown }> {
      const { json } = await call('GET', `/api/rooms/general/messages${query}`, { token });
      return { seqs: (json?.['messages'] as { seq: number }[]).map(({ seq }) => seq), more: json?.['more'] };
    }
    const from = (first: number, last: number): number[] =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index);
    expect(await page('')).toEqual({ seqs: from(71, 120), more: true });
    expect(await page('?before=71&limit=60')).toEqual({ seqs: from(11, 70), more: true });
    expect(await page('?before=11&limit=200')).toEqual({ seqs: from(1, 10), more: false });
    expect(await page('?before=1')).toEqual({ seqs: [], more: false });
    const { json } = await call('GET', '/api/rooms/general/messages?before=2&limit=1', { token });
    expect(json).toEqual({
      messages: [
        {
          room: 'general',
          seq: 1,
          id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
          from: 'maggie',
          text: 'text 1',
          at: expect.any(Number) as unknown,
        },
      ],
      more: false,
    });
  });
});
