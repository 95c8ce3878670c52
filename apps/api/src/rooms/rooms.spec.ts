import { describe, expect, test } from 'vitest';
import { clock } from '../testing/per-test.ts';
import { newApp } from '../testing/new-app.ts';

describe('rooms', () => {
  test('can be created by every user, once per name', async () => {
    const { call, signIn } = await newApp();
    const token = await signIn();
    const body = { room: 'plans', title: 'Plans' };
    const made = {
      ...{ room: 'plans', title: 'Plans', private: false, seq: 0, at: expect.any(Number) as unknown },
      ...{ unread: 0, read: 0, mentions: 0, isMember: true, canManage: false },
    };
    expect(await call('POST', '/api/rooms', { token, body })).toMatchObject({ status: 201, json: made });
    expect(await call('POST', '/api/rooms', { token, body })).toMatchObject({
      status: 409,
      json: { code: 'room_taken' },
    });
    expect((await call('GET', '/api/rooms', { token })).json?.['rooms']).toContainEqual(made);
    const { json } = await call('GET', '/api/rooms', { token: await signIn('bart') });
    expect(json?.['rooms']).toContainEqual({ ...made, isMember: false });
  });

  test.each([
    [{ room: 'Plans', title: 'Plans' }],
    [{ room: '', title: 'Plans' }],
    [{ room: 'x'.repeat(65), title: 'Plans' }],
    [{ room: 'plans', title: '' }],
    [{ room: 'plans', title: '  ' }],
    [{ room: 'plans', title: 'Pla\u0000ns' }],
    [{ room: 'plans', title: 'Pla\r\nns' }],
    [{ room: 'plans', title: '\u202esnalP' }],
    [{ room: 'plans', title: '\u200b\u2060' }],
    [{ room: 'plans', title: 'Plans', private: 'yes' }],
    [{ room: 'plans' }],
  ])('cannot be created with %o', async (body) => {
    const { call, signIn } = await newApp();
    const response = await call('POST', '/api/rooms', { token: await signIn(), body });
    expect(response).toMatchObject({ status: 400, json: { code: 'bad_request' } });
  });

  test('have a normalized title that is unique among public rooms', async () => {
    const { call, signIn } = await newApp();
    const token = await signIn();
    const make = (room: string, title: string, isPrivate = false) =>
      call('POST', '/api/rooms', { token, body: { room, title, private: isPrivate } });
    expect(await make('release', '  Release   party ')).toMatchObject({
      status: 201,
      json: { title: 'Release party' },
    });
    for (const title of ['release party', 'Release\u200b Party', 'Ｇｅｎｅｒａｌ', 'Gen\u0435ral']) {
      expect(await make('another', title)).toMatchObject({ status: 409, json: { code: 'room_taken' } });
    }
    expect((await make('private', 'General', true)).status).toBe(201);
    expect((await make('another', 'General 2')).status).toBe(201);
  });

  test('are visible only to the creator and admins if private', async () => {
    const { call, signIn, connect } = await newApp();
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

    const socket = await connect('bart', bart);
    const refused = await socket.ask('join', { room: 'cellar' });
    expect(refused).toMatchObject({ type: 'error', code: 'not_found' });
    expect({ ...(await socket.ask('join', { room: 'nowhere' })), id: 0 }).toEqual({ ...refused, id: 0 });
    expect(await (await connect('maggie', maggie)).data('join', { room: 'cellar' })).toMatchObject({
      recovery: 'fresh',
    });
  });

  test('return older messages in pages, oldest first', async () => {
    const { call, signIn, connect } = await newApp({ SENDS_PER_SECOND: '0' });
    const token = await signIn();
    const socket = await connect('maggie', token);
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
    expect(await page('?after=0')).toEqual({ seqs: from(1, 50), more: true });
    expect(await page('?after=50&limit=60')).toEqual({ seqs: from(51, 110), more: true });
    expect(await page('?after=110')).toEqual({ seqs: from(111, 120), more: false });
    expect(await page('?after=120')).toEqual({ seqs: [], more: false });
    expect(await call('GET', '/api/rooms/general/messages?before=9&after=1', { token })).toMatchObject({
      status: 400,
      json: { code: 'bad_request' },
    });
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

  test('return pages of at most 256 KiB in both directions, and report whether there are more', async () => {
    const { call, signIn, connect } = await newApp({ SENDS_PER_SECOND: '0', CALLS_PER_SECOND: '0' });
    const token = await signIn();
    const socket = await connect('maggie', token);
    await socket.data('join', { room: 'general' });
    // 16 kB each as text, and six times as much in JSON for control characters.
    const texts = [...Array<string>(20).fill('🙂'.repeat(4_000)), ...Array<string>(20).fill('\u0001'.repeat(4_000))];
    for (const text of texts) await socket.data('send', { room: 'general', key: crypto.randomUUID(), text });
    for (const direction of ['before', 'after'] as const) {
      const seqs: number[] = [];
      let query = direction === 'after' ? '&after=0' : '';
      for (let more: unknown = true; more === true;) {
        const { json, text } = await call('GET', `/api/rooms/general/messages?limit=200${query}`, { token });
        expect(text.length).toBeLessThan(260 * 1024);
        const page = (json?.['messages'] as { seq: number }[]).map(({ seq }) => seq);
        more = json?.['more'];
        if (direction === 'after') seqs.push(...page);
        else seqs.unshift(...page);
        query = `&${direction}=${(direction === 'after' ? seqs.at(-1) : seqs[0]) ?? 0}`;
      }
      expect(seqs).toEqual(Array.from(texts, (_, index) => index + 1));
    }
  });

  test('reject a text with U+0000 as bad_message and store nothing', async () => {
    const { connect } = await newApp();
    const socket = await connect('maggie');
    await socket.data('join', { room: 'general' });
    const message = { room: 'general', key: crypto.randomUUID() };
    expect(await socket.ask('send', { ...message, text: 'a\u0000b' })).toMatchObject({ code: 'bad_message' });
    // The rejected text used neither the key nor a sequence number.
    expect(await socket.data('send', { ...message, text: 'ab' })).toMatchObject({ seq: 1 });
    const edit = { ...message, key: crypto.randomUUID(), edits: 1 };
    expect(await socket.ask('edit', { ...edit, text: '\u0000' })).toMatchObject({ code: 'bad_message' });
  });

  test('are listed with unread counts, the time of the last message, and membership', async () => {
    const { call, signIn, connect } = await newApp();
    const [maggie, bart] = [await signIn('maggie'), await signIn('bart')];
    const room = async (token: string, name = 'general') => {
      const { json } = await call('GET', '/api/rooms', { token });
      return (json?.['rooms'] as { room: string }[]).find((each) => each.room === name);
    };
    expect(await room(maggie)).toMatchObject({
      seq: 0,
      unread: 0,
      read: 0,
      mentions: 0,
      isMember: true,
      canManage: false,
    });
    const socket = await connect('bart', bart);
    await socket.data('join', { room: 'general' });
    const send = (text: string) => socket.data('send', { room: 'general', key: crypto.randomUUID(), text });
    await send('hello');
    await send('hello @maggie');
    const { at } = await send('hello?');
    expect(await room(maggie)).toMatchObject({ seq: 3, at, unread: 3, read: 0, mentions: 1 });
    expect(await room(bart)).toMatchObject({ seq: 3, at, unread: 0, read: 0, mentions: 0 });
    await (await connect('maggie', maggie)).data('read', { room: 'general', seq: 2 });
    expect(await room(maggie)).toMatchObject({ seq: 3, unread: 1, read: 2, mentions: 0 });
  });

  test('of all users include new users as members', async () => {
    const { call, signIn } = await newApp();
    await call('POST', '/api/users', { body: { user: 'milhouse.v', pwd: 'everything is coming up' } });
    const token = await signIn('milhouse.v', 'everything is coming up');
    const { json } = await call('GET', '/api/rooms', { token });
    expect(
      (json?.['rooms'] as { room: string; isMember: boolean }[]).map(({ room, isMember }) => [room, isMember]),
    ).toEqual([
      ['general', true],
      ['random', true],
    ]);
  });

  test('have the user as a member from the first join, on all devices', async () => {
    const { call, signIn, connect } = await newApp();
    const [maggie, bart] = [await signIn('maggie'), await signIn('bart')];
    await call('POST', '/api/rooms', { token: maggie, body: { room: 'plans', title: 'Plans' } });
    const socket = await connect('bart', bart);
    await socket.data('join', { room: 'plans' });
    const { json } = await call('GET', '/api/rooms', { token: bart });
    expect(json?.['rooms']).toContainEqual(expect.objectContaining({ room: 'plans', isMember: true }));
  });

  test('do not get an admin as a member when the admin joins a private room', async () => {
    const { call, signIn, connect } = await newApp();
    const [maggie, admin] = [await signIn('maggie'), await signIn('admin')];
    await call('POST', '/api/rooms', { token: maggie, body: { room: 'cellar', title: 'Cellar', private: true } });
    await (await connect('admin', admin)).data('join', { room: 'cellar' });
    const { json } = await call('GET', '/api/rooms', { token: admin });
    expect(json?.['rooms']).toContainEqual(
      expect.objectContaining({ room: 'cellar', isMember: false, canManage: true }),
    );
  });

  test('are listed in pages: all own rooms first, then others by title', async () => {
    const { call, signIn } = await newApp();
    const [maggie, bart] = [await signIn('maggie'), await signIn('bart')];
    for (const room of ['a-1', 'a-2', 'a-3', 'a-4', 'a-5']) {
      await call('POST', '/api/rooms', { token: maggie, body: { room, title: `Room ${room}` } });
    }
    const page = async (query: string) => {
      const { json } = await call('GET', `/api/rooms?${query}`, { token: bart });
      return { rooms: (json?.['rooms'] as { room: string }[]).map(({ room }) => room), next: json?.['next'] };
    };
    expect(await page('limit=2')).toEqual({ rooms: ['general', 'random', 'a-1', 'a-2'], next: 'a-2' });
    expect(await page('limit=2&cursor=a-2')).toEqual({ rooms: ['a-3', 'a-4'], next: 'a-4' });
    expect(await page('limit=2&cursor=a-4')).toEqual({ rooms: ['a-5'], next: undefined });
    expect(await call('GET', '/api/rooms?cursor=nowhere', { token: bart })).toMatchObject({
      status: 400,
      json: { code: 'bad_request', detail: 'querystring/cursor: must be the next of the previous page' },
    });
  });

  test('are limited per user, in total and per hour', async () => {
    const time = clock();
    const { call, signIn } = await newApp({ MAX_ROOMS_PER_USER: '3', MAX_ROOMS_PER_USER_PER_HOUR: '2' });
    const create = async (user: string, room: string) => {
      const { status, json } = await call('POST', '/api/rooms', {
        token: await signIn(user),
        body: { room, title: room },
      });
      return { status, code: json?.['code'], retryAfterMs: json?.['retryAfterMs'] };
    };
    expect(await create('maggie', 'one')).toMatchObject({ status: 201 });
    time.advance(600_000);
    expect(await create('maggie', 'two')).toMatchObject({ status: 201 });
    expect(await create('maggie', 'three')).toEqual({ status: 429, code: 'too_many_rooms', retryAfterMs: 3_000_000 });
    expect(await create('bart', 'three')).toMatchObject({ status: 201 });
    time.advance(3_000_000);
    expect(await create('maggie', 'four')).toMatchObject({ status: 201 });
    time.advance(3_600_000);
    expect(await create('maggie', 'five')).toEqual({ status: 429, code: 'too_many_rooms', retryAfterMs: undefined });
  });
});
