import { expect, test } from 'vitest';
import { newApp } from '../testing/new-app.ts';

/** The app with a private room `cellar` of maggie and bart, and one `needle` in each of three rooms. */
async function withNeedles() {
  const app = await newApp();
  const [maggie, bart, lisa, admin] = [
    await app.signIn('maggie'),
    await app.signIn('bart'),
    await app.signIn('lisa'),
    await app.signIn('admin'),
  ];
  for (const [room, isPrivate] of [
    ['cellar', true],
    ['plans', false],
  ] as const) {
    await app.call('POST', '/api/rooms', { token: maggie, body: { room, title: room, private: isPrivate } });
  }
  await app.call('PUT', '/api/rooms/cellar/members/bart', { token: maggie });
  const socket = await app.connect('maggie', maggie);
  const send = (room: string, text: string) => socket.data('send', { room, key: crypto.randomUUID(), text });
  for (const room of ['general', 'cellar', 'plans']) {
    await socket.data('join', { room });
    await send(room, `a needle in ${room}`);
  }
  const search = async (token: string, query: string) => {
    const { status, json } = await app.call('GET', `/api/search?${query}`, { token });
    const messages = json?.['messages'] as { room: string }[] | undefined;
    return { status, rooms: messages?.map(({ room }) => room), next: json?.['next'], code: json?.['code'], messages };
  };
  return { ...app, maggie, bart, lisa, admin, send, search, socket };
}

test('finds messages in the own rooms, newest first', async () => {
  const { maggie, bart, lisa, search } = await withNeedles();
  expect(await search(maggie, 'q=needle')).toMatchObject({ status: 200, rooms: ['plans', 'cellar', 'general'] });
  expect((await search(bart, 'q=needle')).rooms).toEqual(['cellar', 'general']);
  expect((await search(lisa, 'q=needle')).rooms).toEqual(['general']);
  expect((await search(lisa, 'q=need')).messages).toEqual([
    {
      ...{ room: 'general', seq: 1, from: 'maggie', text: 'a needle in general' },
      ...{ id: expect.any(String) as unknown, at: expect.any(Number) as unknown },
    },
  ]);
});

test('searches one visible room, even without membership', async () => {
  const { bart, lisa, admin, search } = await withNeedles();
  expect((await search(lisa, 'q=needle&room=plans')).rooms).toEqual(['plans']);
  expect((await search(bart, 'q=needle&room=cellar')).rooms).toEqual(['cellar']);
  expect((await search(admin, 'q=needle&room=cellar')).rooms).toEqual(['cellar']);
  expect(await search(lisa, 'q=needle&room=cellar')).toMatchObject({ status: 404, code: 'not_found' });
});

test('finds no messages of a room after the user was removed', async () => {
  const { call, maggie, bart, search } = await withNeedles();
  await call('DELETE', '/api/rooms/cellar/members/bart', { token: maggie });
  expect((await search(bart, 'q=needle')).rooms).toEqual(['general']);
});

test('continues at the next page', async () => {
  const { maggie, send, search } = await withNeedles();
  for (let index = 0; index < 3; index++) await send('general', 'one more needle');
  const first = await search(maggie, 'q=needle&limit=4');
  expect(first.rooms).toEqual(['general', 'general', 'general', 'plans']);
  const second = await search(maggie, `q=needle&limit=4&before=${String(first.next)}`);
  expect(second).toMatchObject({ rooms: ['cellar', 'general'], next: undefined });
});

test('returns a valid next cursor for the longest room name', async () => {
  const { call, maggie, socket, send, search } = await withNeedles();
  const room = 'x'.repeat(64);
  await call('POST', '/api/rooms', { token: maggie, body: { room, title: 'Long' } });
  await socket.data('join', { room });
  await send(room, 'a long needle');
  const { next } = await search(maggie, 'q=needle&limit=1');
  expect(await search(maggie, `q=needle&limit=1&before=${String(next)}`)).toMatchObject({ rooms: ['plans'] });
});

test('finds nothing for a user without rooms', async () => {
  const { call, bart, search } = await withNeedles();
  for (const room of ['general', 'random', 'cellar']) {
    await call('DELETE', `/api/rooms/${room}/members/bart`, { token: bart });
  }
  expect(await search(bart, 'q=needle')).toMatchObject({ status: 200, rooms: [], next: undefined });
});

test.each(['', 'q=', `q=${'x'.repeat(201)}`, 'q=x&limit=0', 'q=x&limit=101', 'q=x&room=No', 'q=x&before=nonsense'])(
  'rejects an invalid search: %s',
  async (query) => {
    const { call, signIn } = await newApp();
    const response = await call('GET', `/api/search?${query}`, { token: await signIn() });
    expect(response).toMatchObject({ status: 400, json: { code: 'bad_request' } });
  },
);

test('requires a token', async () => {
  const { call } = await newApp();
  expect(await call('GET', '/api/search?q=needle')).toMatchObject({ status: 401, json: { code: 'missing_token' } });
});

test('does not log the searched words', async () => {
  const { lisa, search, log } = await withNeedles();
  await search(lisa, 'q=confidential');
  expect(log.join('')).not.toContain('confidential');
});

test('rejects more than 16 different words and counts repeated words once', async () => {
  const { maggie, search, call } = await withNeedles();
  const different = Array.from({ length: 17 }, (_, index) => `w${index}`);
  const refused = await call('GET', `/api/search?q=${different.join('-')}`, { token: maggie });
  expect(refused).toMatchObject({
    status: 400,
    json: { code: 'bad_request', detail: 'querystring/q: must have at most 16 different words' },
  });
  expect(await search(maggie, `q=${different.slice(1).join('+')}`)).toMatchObject({ status: 200, rooms: [] });
  expect(await search(maggie, `q=${'needle+'.repeat(28)}`)).toMatchObject({
    status: 200,
    rooms: ['plans', 'cellar', 'general'],
  });
});
