import { describe, expect, test } from 'vitest';
import { FakeError } from '../testing.ts';
import { faultsOf, joinedRooms, newRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';
import { OutboxFull } from '../socket/errors.ts';

type Setup = Awaited<ReturnType<typeof joinedRooms>>;

const statuses = ({ general }: Setup): string[] =>
  general.messages.map(({ text, status, error }) => [text, status, error ?? ''].join(' ').trim());
const sends = ({ server }: Setup): unknown[] =>
  server.sockets.flatMap(({ received }) => received.filter(({ type }) => type === 'send').map(({ key }) => key));
const stored = ({ serverRoom }: Setup): string[] => serverRoom.messages.map(({ text }) => text);

describe('a message', () => {
  test('is shown at once, and exactly once before and after the acknowledgement', async () => {
    const setup = await joinedRooms();
    const { general } = setup;
    const key = general.room.send('hello');
    expect(general.messages).toMatchObject([{ key, from: 'maggie', text: 'hello', status: 'sending' }]);
    expect(general.messages[0]?.seq).toBeUndefined();
    await settle();
    expect(general.messages).toEqual([
      { key, seq: 1, id: 'epoch 1/1', from: 'maggie', text: 'hello', at: 1_001, status: 'sent' },
    ]);
    expect(general.lists.every((list) => list.length <= 1)).toBe(true);
    expect(faultsOf(general)).toEqual([]);
  });

  test('is shown once if the acknowledgement arrives before the message', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    server.handle('send', (frame) => serverRoom.append('maggie', String(frame['text']), String(frame['key'])).message);
    const key = general.room.send('hello');
    await settle();
    expect(general.messages).toMatchObject([{ key, status: 'sent', text: 'hello' }]);
    expect(general.messages[0]?.seq).toBeUndefined();
    server.broadcast('general', { type: 'message', ...serverRoom.messages[0] });
    expect(general.messages).toMatchObject([{ key, seq: 1, status: 'sent' }]);
    expect(general.lists.every((list) => list.length <= 1)).toBe(true);
  });

  test('is sent in order, one at a time', async () => {
    const setup = await joinedRooms();
    for (let n = 0; n < 20; n++) setup.general.room.send(`m${n}`);
    await settle();
    expect(stored(setup)).toEqual(Array.from({ length: 20 }, (_, n) => `m${n}`));
    expect(faultsOf(setup.general)).toEqual([]);
  });

  test('is not confused with a message of the same user and text from another device', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    const defaultHandler = server.handle('send', () => undefined);
    const key = general.room.send('ok');
    await settle();
    // The same user sends the same text from another device. It matches this message, which is not acknowledged yet.
    server.send('general', 'maggie', 'ok');
    expect(general.messages).toMatchObject([{ key, seq: 1, status: 'sending' }]);
    server.handle('send', defaultHandler);
    server.last.end(1006);
    await settle(1_000);
    expect(general.messages).toMatchObject([
      { seq: 1, status: 'sent' },
      { key, seq: 2, status: 'sent' },
    ]);
    expect(general.messages[0]).not.toHaveProperty('key');
    expect(serverRoom.messages).toHaveLength(2);
    expect(faultsOf(general)).toEqual([]);
  });

  test('is not confused with a message of another user with the same text', async () => {
    const setup = await joinedRooms();
    setup.server.handle('send', () => undefined);
    const key = setup.general.room.send('ok');
    await settle();
    setup.server.send('general', 'bart', 'ok');
    expect(setup.general.messages).toMatchObject([
      { seq: 1, from: 'bart', status: 'sent' },
      { key, status: 'sending' },
    ]);
    expect(setup.general.messages[0]).not.toHaveProperty('key');
  });

  test('is not confused with an acknowledged message with the same text', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    server.handle('send', ({ text, key }) =>
      serverRoom.messages.length > 0 ? undefined : serverRoom.append('maggie', String(text), String(key)).message,
    );
    const first = general.room.send('ok');
    const second = general.room.send('ok');
    await settle();
    server.broadcast('general', { type: 'message', ...serverRoom.messages[0] });
    expect(general.messages).toMatchObject([
      { key: first, seq: 1, status: 'sent' },
      { key: second, status: 'sending' },
    ]);
  });

  test('is not confused with a message from another device before it is sent', async () => {
    const setup = await joinedRooms();
    setup.server.handle('send', () => undefined);
    setup.general.room.send('on its way');
    const key = setup.general.room.send('ok');
    await settle();
    setup.server.send('general', 'maggie', 'ok');
    expect(setup.general.messages[0]).toMatchObject({ seq: 1, status: 'sent' });
    expect(setup.general.messages[0]).not.toHaveProperty('key');
    expect(setup.general.messages.at(-1)).toMatchObject({ key, status: 'waiting' });
  });

  test('gets its own sequence number after it was matched to another message with the same text', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    let sent = 0;
    server.handle('send', ({ text, key }) => {
      sent++;
      if (sent === 1) throw new FakeError('forbidden');
      const { message } = serverRoom.append('maggie', String(text), String(key));
      // The first message waits again, before the second, which arrives before its reply.
      if (sent === 2) general.room.retry(first);
      server.broadcast('general', { type: 'message', ...message });
      return message;
    });
    const first = general.room.send('ok');
    const second = general.room.send('ok');
    await settle();
    expect(general.messages).toMatchObject([
      { key: second, seq: 1, status: 'sent' },
      { key: first, seq: 2, status: 'sent' },
    ]);
    expect(faultsOf(general)).toEqual([]);
  });

  test('is made well-formed, so that it matches the text of the server', async () => {
    const setup = await joinedRooms();
    setup.general.room.send('half a \ud83d pair');
    await settle();
    expect(setup.general.messages).toMatchObject([{ text: 'half a \ufffd pair', status: 'sent', seq: 1 }]);
  });
});

describe('a message written without a connection', () => {
  test('waits, and is sent exactly once and in order', async () => {
    const setup = await joinedRooms();
    setup.server.page.emit('offline');
    for (const text of ['a', 'b', 'c']) setup.general.room.send(text);
    await settle(5_000);
    expect(statuses(setup)).toEqual(['a waiting', 'b waiting', 'c waiting']);
    setup.server.page.emit('online');
    await settle();
    expect(statuses(setup)).toEqual(['a sent', 'b sent', 'c sent']);
    expect(stored(setup)).toEqual(['a', 'b', 'c']);
    expect(faultsOf(setup.general)).toEqual([]);
  });

  test('waits for a room that is not open', async () => {
    const setup = await newRooms();
    setup.general.room.send('a');
    await settle();
    expect(statuses(setup)).toEqual(['a waiting']);
    setup.general.room.open();
    await settle();
    expect(statuses(setup)).toEqual(['a sent']);
  });
});

describe('the outbox', () => {
  test('throws when it is full', async () => {
    const setup = await newRooms({ maxUnsent: 3 });
    for (const text of ['a', 'b', 'c']) setup.general.room.send(text);
    expect(() => setup.general.room.send('d')).toThrow(OutboxFull);
    expect(setup.general.messages).toHaveLength(3);
  });

  test('drops waiting messages', async () => {
    const setup = await joinedRooms();
    setup.socket.stop();
    const key = setup.general.room.send('a');
    setup.general.room.drop(key);
    setup.socket.connect();
    await settle();
    expect(stored(setup)).toEqual([]);
  });

  test('does not drop messages that are being sent or sent', async () => {
    const setup = await joinedRooms();
    const key = setup.general.room.send('a');
    setup.general.room.drop(key);
    await settle();
    setup.general.room.drop(key);
    setup.general.room.retry(key);
    await settle();
    expect(setup.general.texts).toEqual(['1 a']);
    expect(sends(setup)).toHaveLength(1);
  });
});
