import { describe, expect, test } from 'vitest';
import { FakeError } from '../testing.ts';
import { faultsOf, joinedRooms, newRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';

type Setup = Awaited<ReturnType<typeof joinedRooms>>;

const statuses = ({ general }: Setup): string[] =>
  general.messages.map(({ text, status, error }) => [text, status, error ?? ''].join(' ').trim());
const sends = ({ server }: Setup): unknown[] =>
  server.sockets.flatMap(({ received }) => received.filter(({ type }) => type === 'send').map(({ key }) => key));
const stored = ({ serverRoom }: Setup): string[] => serverRoom.messages.map(({ text }) => text);

describe('a connection that is lost before the reply', () => {
  test.each([
    ['was stored', true],
    ['was not stored', false],
  ])('keeps one copy of a message that %s, under the same key', async (_, reached) => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    const defaultHandler = server.handle('send', (frame) => {
      if (reached) serverRoom.append('maggie', String(frame['text']), String(frame['key']));
      server.handle('send', defaultHandler);
      server.last.end(1006);
      return undefined;
    });
    const key = general.room.send('hello');
    general.room.send('and more');
    await settle(1_000);
    expect(stored(setup)).toEqual(['hello', 'and more']);
    expect(general.messages).toMatchObject([
      { key, seq: 1, status: 'sent' },
      { seq: 2, status: 'sent' },
    ]);
    expect(sends(setup)).toEqual(['key-1', 'key-1', 'key-2']);
    expect(general.lists.every((list) => list.filter(({ text }) => text === 'hello').length <= 1)).toBe(true);
    expect(faultsOf(general)).toEqual([]);
  });

  test('shows a stored message once if the recovery is a gap', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    const defaultHandler = server.handle('send', (frame) => {
      serverRoom.append('maggie', String(frame['text']), String(frame['key']));
      for (let n = 0; n < 1_200; n++) serverRoom.append('bart', 'x');
      server.handle('send', defaultHandler);
      server.last.end(1006);
      return undefined;
    });
    general.room.send('hello');
    await settle(1_000);
    expect(general.state.recovery).toBe('gap');
    expect(stored(setup).filter((text) => text === 'hello')).toHaveLength(1);
    expect(general.messages).toHaveLength(50);
    expect(general.messages.every(({ status }) => status === 'sent')).toBe(true);
    expect(faultsOf(general)).toEqual([]);
  });

  test('sends a stored message again if the epoch has changed', async () => {
    const setup = await joinedRooms();
    const { server, serverRoom } = setup;
    const defaultHandler = server.handle('send', (frame) => {
      serverRoom.append('maggie', String(frame['text']), String(frame['key']));
      server.handle('send', defaultHandler);
      server.last.end(1006);
      serverRoom.restart();
      serverRoom.append('bart', 'first of the new');
      return undefined;
    });
    setup.general.room.send('hello');
    await settle(1_000);
    expect(setup.general.texts).toEqual(['1 first of the new', '2 hello']);
  });

  test('shows a wrongly matched message separately after the list restarts', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    server.handle('send', () => undefined);
    const key = general.room.send('hello');
    await settle();
    server.send('general', 'maggie', 'hello');
    expect(general.messages).toMatchObject([{ key, seq: 1 }]);
    server.last.end(1006);
    for (let n = 0; n < 1_200; n++) serverRoom.append('bart', 'x');
    await settle(1_000);
    expect(general.messages).toHaveLength(51);
    expect(general.messages.at(-1)).toMatchObject({ key, status: 'sending' });
  });

  test('does not apply drafts of the previous epoch to the new one', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    general.room.send('a');
    await settle();
    // Acknowledged, but the message frame is lost.
    server.handle('send', () => ({ seq: 7, at: 1 }));
    general.room.send('b');
    await settle();
    expect(general.texts).toEqual(['1 a', '… b']);
    server.last.end(1006);
    serverRoom.restart();
    serverRoom.append('bart', 'of the new');
    await settle(1_000);
    expect(general.messages).toMatchObject([{ seq: 1, from: 'bart', status: 'sent' }]);
    expect(general.messages[0]).not.toHaveProperty('key');
    expect(general.messages).toHaveLength(1);
  });
});

describe('a restored message', () => {
  test('is sent under its own key if it was not sent before', async () => {
    const setup = await joinedRooms();
    expect(setup.general.room.send('hello', 'of before')).toBe('of before');
    await settle();
    expect(sends(setup)).toEqual(['of before']);
    expect(statuses(setup)).toEqual(['hello sent']);
  });

  test('is stored once if it was sent before', async () => {
    const setup = await newRooms();
    const { general, serverRoom } = setup;
    serverRoom.append('maggie', 'hello', 'of before');
    general.room.send('hello', 'of before');
    general.room.open();
    await settle();
    expect(stored(setup)).toEqual(['hello']);
    expect(general.messages).toMatchObject([{ key: 'of before', seq: 1, text: 'hello', status: 'sent' }]);
    expect(general.lists.every((list) => list.length <= 1)).toBe(true);
    expect(faultsOf(general)).toEqual([]);
  });
});

describe('a rejected message', () => {
  test('waits for the delay of the rate limit, as do those after it', async () => {
    const setup = await joinedRooms();
    let refusals = 3;
    const defaultHandler = setup.server.handle('send', (frame, socket) => {
      if (refusals-- > 0) throw new FakeError('rate_limited', 400);
      return defaultHandler(frame, socket);
    });
    setup.general.room.send('a');
    setup.general.room.send('b');
    await settle(399);
    expect(statuses(setup)).toEqual(['a waiting', 'b waiting']);
    setup.general.room.send('c');
    await settle(1_000);
    expect(stored(setup)).toEqual(['a', 'b', 'c']);
    expect(sends(setup)).toEqual(['key-1', 'key-1', 'key-1', 'key-1', 'key-2', 'key-3']);
  });

  test('keeps its order after the rate limit if the room was left and opened again meanwhile', async () => {
    const setup = await joinedRooms();
    let refusals = 1;
    setup.server.handle('send', () => {
      if (refusals-- > 0) throw new FakeError('rate_limited', 400);
      return undefined;
    });
    setup.general.room.send('a');
    setup.general.room.send('b');
    await settle();
    setup.general.room.close();
    setup.general.room.open();
    await settle(1_000);
    expect(sends(setup)).toEqual(['key-1', 'key-1']);
  });

  test.each(['too_long', 'forbidden', 'not_found', 'bad_message', 'unknown_type'])(
    'fails with %s, the next one is sent, and it can be retried or dropped',
    async (code) => {
      const setup = await joinedRooms();
      const { server, general } = setup;
      const defaultHandler = server.handle('send', (frame, socket) => {
        if (frame['text'] === 'bad') throw new FakeError(code);
        return defaultHandler(frame, socket);
      });
      const key = general.room.send('bad');
      general.room.send('good');
      await settle();
      expect(general.messages).toMatchObject([
        { text: 'good', status: 'sent' },
        { text: 'bad', status: 'failed', error: code },
      ]);
      general.room.retry(key);
      expect(general.messages.at(-1)).toMatchObject({ status: 'sending' });
      expect(general.messages.at(-1)).not.toHaveProperty('error');
      await settle();
      expect(general.messages.at(-1)).toMatchObject({ key, status: 'failed', error: code });
      server.handle('send', defaultHandler);
      general.room.retry(key);
      await settle();
      expect(general.texts).toEqual(['1 good', '2 bad']);
    },
  );

  test('can be dropped', async () => {
    const setup = await joinedRooms();
    setup.server.handle('send', () => {
      throw new FakeError('forbidden');
    });
    const key = setup.general.room.send('bad');
    await settle();
    setup.general.room.drop(key);
    expect(setup.general.messages).toEqual([]);
  });

  test.each([
    [
      'an internal error',
      () => {
        throw new FakeError('internal');
      },
    ],
    ['an invalid reply', () => ({ seq: 'one' })],
    ['no reply', () => undefined],
  ])('fails after five attempts under the same key with %s', async (_, handler) => {
    const setup = await joinedRooms();
    setup.server.heartbeatMs = 1_000_000;
    setup.socket.drop();
    await settle(1_000);
    setup.server.handle('send', handler);
    setup.general.room.send('a');
    await settle(80_000);
    expect(setup.general.messages).toMatchObject([{ status: 'failed', error: 'internal' }]);
    expect(sends(setup)).toEqual(Array.from({ length: 5 }, () => 'key-1'));
  });

  test('is sent after a rejoin if the server has lost the membership of the connection', async () => {
    const setup = await joinedRooms();
    let first = true;
    const defaultHandler = setup.server.handle('send', (frame, socket) => {
      if (!first) return defaultHandler(frame, socket);
      first = false;
      throw new FakeError('not_joined');
    });
    setup.general.room.send('a');
    await settle();
    expect(setup.general.texts).toEqual(['1 a']);
    expect(setup.server.last.received.map(({ type }) => type)).toEqual(['join', 'send', 'join', 'send']);
  });

  test('fails if the rejoin is denied, and is sent by retry()', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    server.page.emit('offline');
    const key = general.room.send('a');
    serverRoom.denied = 'forbidden';
    server.page.emit('online');
    await settle();
    expect(general.messages).toMatchObject([{ status: 'failed', error: 'forbidden' }]);
    general.room.retry(key);
    await settle();
    expect(general.messages).toMatchObject([{ status: 'failed', error: 'forbidden' }]);
    serverRoom.denied = undefined;
    general.room.send('b');
    await settle();
    expect(general.state.name).toBe('joined');
    expect(statuses(setup)).toEqual(['b sent', 'a failed forbidden']);
  });

  test('fails locally if it exceeds the frame limit, and the connection stays open', async () => {
    const setup = await joinedRooms();
    setup.general.room.send('x'.repeat(70_000));
    await settle();
    expect(setup.general.messages).toMatchObject([{ status: 'failed', error: 'too_long' }]);
    expect(setup.server.sockets).toHaveLength(1);
  });
});
