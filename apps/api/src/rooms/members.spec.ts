import { expect, test } from 'vitest';
import { newApp, type TestApp } from '../testing/new-app.ts';

/** The app with maggie's private room `cellar`, a public room `plans`, and a token for each demo user. */
async function withRooms(): Promise<TestApp & { readonly tokens: Readonly<Record<string, string>> }> {
  const app = await newApp();
  const tokens: Record<string, string> = {};
  for (const user of ['maggie', 'bart', 'lisa', 'admin']) tokens[user] = await app.signIn(user);
  for (const [room, isPrivate] of [
    ['cellar', true],
    ['plans', false],
  ] as const) {
    await app.call('POST', '/api/rooms', {
      token: String(tokens['maggie']),
      body: { room, title: room, private: isPrivate },
    });
  }
  return { ...app, tokens };
}

/** Sends a request. Resolves to the status and the code of a problem. */
function memberCalls({ call, tokens }: Awaited<ReturnType<typeof withRooms>>) {
  const token = (who: string): string => String(tokens[who]);
  const ask = async (who: string, method: string, path: string): Promise<string> => {
    const { status, json } = await call(method, `/api/rooms/${path}`, { token: token(who) });
    const code = json?.['code'];
    return typeof code === 'string' ? `${status} ${code}` : String(status);
  };
  return {
    put: (who: string, room: string, user: string) => ask(who, 'PUT', `${room}/members/${user}`),
    remove: (who: string, room: string, user: string) => ask(who, 'DELETE', `${room}/members/${user}`),
    members: async (who: string, room: string) =>
      (await call('GET', `/api/rooms/${room}/members`, { token: token(who) })).json?.['members'],
    /** The rooms in the list of a user. An exclamation mark means that the user can manage the members. */
    roomsOf: async (who: string) => {
      const { json } = await call('GET', '/api/rooms', { token: token(who) });
      const rooms = json?.['rooms'] as {
        readonly room: string;
        readonly isMember: boolean;
        readonly canManage: boolean;
      }[];
      return rooms
        .filter(({ isMember }) => isMember)
        .map(({ room, canManage }) => (canManage ? `${room}!` : room))
        .toSorted();
    },
  };
}

test('only the owner of a private room and admins manage its members', async () => {
  const { put, members, roomsOf } = memberCalls(await withRooms());
  expect(await put('bart', 'cellar', 'bart')).toBe('404 not_found');
  expect(await put('maggie', 'cellar', 'bart')).toBe('204');
  expect(await put('maggie', 'cellar', 'bart')).toBe('204');
  expect(await put('bart', 'cellar', 'lisa')).toBe('403 forbidden');
  expect(await put('admin', 'cellar', 'lisa')).toBe('204');
  expect(await members('bart', 'cellar')).toEqual([
    { user: 'bart', status: 'offline', owner: false },
    { user: 'lisa', status: 'offline', owner: false },
    { user: 'maggie', status: 'offline', owner: true },
  ]);
  expect(await roomsOf('bart')).toEqual(['general', 'random', 'cellar'].toSorted());
  expect(await roomsOf('maggie')).toEqual(['general', 'random', 'cellar!', 'plans'].toSorted());
});

test('an unknown user cannot become a member', async () => {
  const { put, members } = memberCalls(await withRooms());
  for (const user of ['unknown', 'Maggie', 'x'.repeat(90), '%F0%9F%99%82']) {
    expect(await put('maggie', 'cellar', user)).toBe('404 not_found');
  }
  expect(await members('maggie', 'cellar')).toHaveLength(1);
});

test('users with dots in their names and disabled users can be members', async () => {
  const app = await withRooms();
  const { put, members } = memberCalls(app);
  await app.call('POST', '/api/users', { body: { user: 'edna.k', pwd: 'mrs krabappel 1' } });
  await app.call('PUT', '/api/admin/users/edna.k', { token: String(app.tokens['admin']), body: { disabled: true } });
  expect(await put('maggie', 'cellar', 'edna.k')).toBe('204');
  expect(await members('maggie', 'cellar')).toContainEqual({ user: 'edna.k', status: 'offline', owner: false });
});

test('members are listed with their presence', async () => {
  const app = await withRooms();
  const { put, members } = memberCalls(app);
  await put('maggie', 'cellar', 'bart');
  const bart = await app.connect('bart', String(app.tokens['bart']));
  const status = async () =>
    ((await members('maggie', 'cellar')) as { user: string; status: string }[]).map((each) => each.status);
  // A connection without a room is reported within 100 ms.
  await expect.poll(status).toEqual(['online', 'offline']);
  bart.ws.send('{"type":"away","away":true}');
  await bart.data('ping');
  await expect.poll(status).toEqual(['away', 'offline']);
});

test('a member removed from a private room receives no further messages and 404 for the room', async () => {
  const app = await withRooms();
  const { put, remove, roomsOf } = memberCalls(app);
  await put('maggie', 'cellar', 'bart');
  const [maggie, bart] = [
    await app.connect('maggie', app.tokens['maggie']),
    await app.connect('bart', app.tokens['bart']),
  ];
  for (const socket of [maggie, bart]) await socket.data('join', { room: 'cellar' });
  const send = (socket: typeof maggie) =>
    socket.ask('send', { room: 'cellar', key: crypto.randomUUID(), text: 'psst' });
  expect((await send(bart)).type).toBe('reply');
  await bart.next('message');
  expect(await remove('maggie', 'cellar', 'bart')).toBe('204');
  expect(await bart.next('removed')).toEqual({ type: 'removed', room: 'cellar', code: 'not_found' });
  expect((await send(maggie)).type).toBe('reply');
  expect(await send(bart)).toMatchObject({ code: 'not_joined' });
  expect(await bart.ask('join', { room: 'cellar' })).toMatchObject({ code: 'not_found' });
  expect(await bart.ask('history', { room: 'cellar', after: 0 })).toMatchObject({ code: 'not_found' });
  expect(await bart.ask('read', { room: 'cellar', seq: 1 })).toMatchObject({ code: 'not_found' });
  await bart.data('ping');
  expect(bart.received.filter(({ type }) => type === 'message')).toEqual([]);
  expect(await roomsOf('bart')).not.toContain('cellar');
  // Added again.
  expect(await put('maggie', 'cellar', 'bart')).toBe('204');
  expect(await bart.data('join', { room: 'cellar' })).toMatchObject({ seq: 2 });
});

test('a member can leave, except the owner, who cannot be removed either', async () => {
  const { put, remove, members } = memberCalls(await withRooms());
  for (const user of ['bart', 'lisa']) await put('maggie', 'cellar', user);
  expect(await remove('bart', 'cellar', 'lisa')).toBe('403 forbidden');
  expect(await remove('bart', 'cellar', 'bart')).toBe('204');
  expect(await remove('bart', 'cellar', 'bart')).toBe('404 not_found');
  expect(await remove('maggie', 'cellar', 'maggie')).toBe('403 forbidden');
  expect(await remove('admin', 'cellar', 'maggie')).toBe('403 forbidden');
  expect(await remove('lisa', 'cellar', 'maggie')).toBe('403 forbidden');
  expect(await remove('maggie', 'cellar', 'unknown')).toBe('204');
  expect(await remove('admin', 'cellar', 'admin')).toBe('204');
  expect((await members('maggie', 'cellar')) as object[]).toHaveLength(2);
});

test('only users themselves join and leave a public room', async () => {
  const { put, remove, members, roomsOf } = memberCalls(await withRooms());
  expect(await put('maggie', 'plans', 'bart')).toBe('403 forbidden');
  expect(await put('admin', 'plans', 'bart')).toBe('403 forbidden');
  expect(await put('bart', 'plans', 'bart')).toBe('204');
  expect(await roomsOf('bart')).toContain('plans');
  expect(await members('lisa', 'plans')).toHaveLength(2);
  expect(await remove('maggie', 'plans', 'bart')).toBe('403 forbidden');
  expect(await remove('bart', 'plans', 'bart')).toBe('204');
  expect(await remove('bart', 'plans', 'bart')).toBe('204');
  expect(await remove('maggie', 'plans', 'maggie')).toBe('204');
  expect(await members('lisa', 'plans')).toEqual([]);
});

test('a user who leaves a room of all users stays out of it, and open connections keep working', async () => {
  const app = await withRooms();
  const { remove, roomsOf } = memberCalls(app);
  const socket = await app.connect('bart', app.tokens['bart']);
  await socket.data('join', { room: 'general' });
  expect(await remove('bart', 'general', 'bart')).toBe('204');
  expect(await roomsOf('bart')).toEqual(['random']);
  expect(await socket.data('send', { room: 'general', key: crypto.randomUUID(), text: 'still here' })).toMatchObject({
    seq: 1,
  });
  expect(await roomsOf('bart')).toEqual(['random']);
});

test('a private room responds to non-members exactly like a room that does not exist', async () => {
  const app = await withRooms();
  const token = String(app.tokens['bart']);
  for (const [method, path] of [
    ['GET', 'messages'],
    ['GET', 'messages?after=0&limit=1'],
    ['GET', 'members'],
    ['PUT', 'members/bart'],
    ['PUT', 'members/unknown'],
    ['PUT', 'members/maggie'],
    ['DELETE', 'members/bart'],
    ['DELETE', 'members/maggie'],
  ] as const) {
    const [hidden, absent] = [
      await app.call(method, `/api/rooms/cellar/${path}`, { token }),
      await app.call(method, `/api/rooms/absent/${path}`, { token }),
    ];
    expect(hidden.text, `${method} ${path}`).toBe(absent.text);
    const headers = ({ headers: all }: typeof hidden) => [...all].filter(([name]) => name !== 'date');
    expect(headers(hidden)).toEqual(headers(absent));
    expect(hidden).toMatchObject({ status: 404, json: { code: 'not_found' } });
  }
  const [hidden, absent] = [
    await app.call('GET', '/api/search?q=word&room=cellar', { token }),
    await app.call('GET', '/api/search?q=word&room=absent', { token }),
  ];
  expect(hidden.text).toBe(absent.text);
  expect(hidden.status).toBe(404);
  const socket = await app.connect('bart', token);
  for (const [type, params] of [
    ['join', {}],
    ['join', { after: 0, epoch: 'x' }],
    ['history', { after: 0 }],
    ['read', { seq: 1 }],
    ['leave', {}],
    ['send', { key: crypto.randomUUID(), text: 'hello' }],
    ['edit', { key: crypto.randomUUID(), text: 'hello', edits: 1 }],
    ['delete', { key: crypto.randomUUID(), deletes: 1 }],
  ] as const) {
    const replies = [];
    for (const room of ['cellar', 'absent']) replies.push({ ...(await socket.ask(type, { room, ...params })), id: 0 });
    expect(replies[0], type).toEqual(replies[1]);
  }
});
