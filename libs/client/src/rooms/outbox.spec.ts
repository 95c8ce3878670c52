import { describe, expect, test } from 'vitest';
import { FakeError } from '../testing.ts';
import { faultsOf, joinedRooms, newRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';
import { OutboxFull } from './outbox-full.ts';

type Made = Awaited<ReturnType<typeof joinedRooms>>;

const statuses = ({ general }: Made): string[] =>
  general.messages.map(({ text, status, error }) => [text, status, error ?? ''].join(' ').trim());
const sends = ({ server }: Made): unknown[] =>
  server.sockets.flatMap(({ received }) => received.filter(({ type }) => type === 'send').map(({ key }) => key));
const kept = ({ theirs }: Made): string[] => theirs.messages.map(({ text }) => text);

describe('a message', () => {
  test('is shown at once, and exactly once before and after the acknowledgement', async () => {
    const made = await joinedRooms();
    const { general } = made;
    const key = general.room.send('hello');
    expect(general.messages).toMatchObject([{ key, from: 'maggie', text: 'hello', status: 'sending' }]);
    expect(general.messages[0]?.seq).toBeUndefined();
    await settle();
    expect(general.messages).toEqual([
      { key, seq: 1, id: 'epoch 1/1', from: 'maggie', text: 'hello', at: 1_001, status: 'sent' },
    ]);
    expect(general.shows.every((show) => show.length <= 1)).toBe(true);
    expect(faultsOf(general)).toEqual([]);
  });

  test('is shown once if the acknowledgement arrives before the message', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    server.handle('send', (frame) => theirs.append('maggie', String(frame['text']), String(frame['key'])).message);
    const key = general.room.send('hello');
    await settle();
    expect(general.messages).toMatchObject([{ key, status: 'sent', text: 'hello' }]);
    expect(general.messages[0]?.seq).toBeUndefined();
    server.broadcast('general', { type: 'message', ...theirs.messages[0] });
    expect(general.messages).toMatchObject([{ key, seq: 1, status: 'sent' }]);
    expect(general.shows.every((show) => show.length <= 1)).toBe(true);
  });

  test('is sent in order, one at a time', async () => {
    const made = await joinedRooms();
    for (let n = 0; n < 20; n++) made.general.room.send(`m${n}`);
    await settle();
    expect(kept(made)).toEqual(Array.from({ length: 20 }, (_, n) => `m${n}`));
    expect(faultsOf(made.general)).toEqual([]);
  });

  test('is not confused with a message of the same user and text from another device', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    const usual = server.handle('send', () => undefined);
    const key = general.room.send('ok');
    await settle();
    // The same user sends the same text from another device. It matches this message, which is not acknowledged yet.
    server.send('general', 'maggie', 'ok');
    expect(general.messages).toMatchObject([{ key, seq: 1, status: 'sending' }]);
    server.handle('send', usual);
    server.last.end(1006);
    await settle(1_000);
    expect(general.messages).toMatchObject([
      { seq: 1, status: 'sent' },
      { key, seq: 2, status: 'sent' },
    ]);
    expect(general.messages[0]).not.toHaveProperty('key');
    expect(theirs.messages).toHaveLength(2);
    expect(faultsOf(general)).toEqual([]);
  });

  test('is not confused with a message of another user with the same text', async () => {
    const made = await joinedRooms();
    made.server.handle('send', () => undefined);
    const key = made.general.room.send('ok');
    await settle();
    made.server.send('general', 'bart', 'ok');
    expect(made.general.messages).toMatchObject([
      { seq: 1, from: 'bart', status: 'sent' },
      { key, status: 'sending' },
    ]);
    expect(made.general.messages[0]).not.toHaveProperty('key');
  });

  test('is not confused with an acknowledged message with the same text', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    server.handle('send', ({ text, key }) =>
      theirs.messages.length > 0 ? undefined : theirs.append('maggie', String(text), String(key)).message,
    );
    const first = general.room.send('ok');
    const second = general.room.send('ok');
    await settle();
    server.broadcast('general', { type: 'message', ...theirs.messages[0] });
    expect(general.messages).toMatchObject([
      { key: first, seq: 1, status: 'sent' },
      { key: second, status: 'sending' },
    ]);
  });

  test('is not confused with a message from another device before it is sent', async () => {
    const made = await joinedRooms();
    made.server.handle('send', () => undefined);
    made.general.room.send('on its way');
    const key = made.general.room.send('ok');
    await settle();
    made.server.send('general', 'maggie', 'ok');
    expect(made.general.messages[0]).toMatchObject({ seq: 1, status: 'sent' });
    expect(made.general.messages[0]).not.toHaveProperty('key');
    expect(made.general.messages.at(-1)).toMatchObject({ key, status: 'waiting' });
  });

  test('gets its own sequence number after it was matched to another message with the same text', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    let sent = 0;
    server.handle('send', ({ text, key }) => {
      sent++;
      if (sent === 1) throw new FakeError('forbidden');
      const { message } = theirs.append('maggie', String(text), String(key));
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
    const made = await joinedRooms();
    made.general.room.send('half a \ud83d pair');
    await settle();
    expect(made.general.messages).toMatchObject([{ text: 'half a \ufffd pair', status: 'sent', seq: 1 }]);
  });
});

describe('a message written without a connection', () => {
  test('waits, and is sent exactly once and in order', async () => {
    const made = await joinedRooms();
    made.server.page.emit('offline');
    for (const text of ['a', 'b', 'c']) made.general.room.send(text);
    await settle(5_000);
    expect(statuses(made)).toEqual(['a waiting', 'b waiting', 'c waiting']);
    made.server.page.emit('online');
    await settle();
    expect(statuses(made)).toEqual(['a sent', 'b sent', 'c sent']);
    expect(kept(made)).toEqual(['a', 'b', 'c']);
    expect(faultsOf(made.general)).toEqual([]);
  });

  test('waits for a room that is not open', async () => {
    const made = await newRooms();
    made.general.room.send('a');
    await settle();
    expect(statuses(made)).toEqual(['a waiting']);
    made.general.room.open();
    await settle();
    expect(statuses(made)).toEqual(['a sent']);
  });
});

describe('a connection that is lost before the answer', () => {
  test.each([
    ['was stored', true],
    ['was not stored', false],
  ])('keeps one copy of a message that %s, under the same key', async (_, reached) => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    const usual = server.handle('send', (frame) => {
      if (reached) theirs.append('maggie', String(frame['text']), String(frame['key']));
      server.handle('send', usual);
      server.last.end(1006);
      return undefined;
    });
    const key = general.room.send('hello');
    general.room.send('and more');
    await settle(1_000);
    expect(kept(made)).toEqual(['hello', 'and more']);
    expect(general.messages).toMatchObject([
      { key, seq: 1, status: 'sent' },
      { seq: 2, status: 'sent' },
    ]);
    expect(sends(made)).toEqual(['key-1', 'key-1', 'key-2']);
    expect(general.shows.every((show) => show.filter(({ text }) => text === 'hello').length <= 1)).toBe(true);
    expect(faultsOf(general)).toEqual([]);
  });

  test('shows a stored message once if the recovery is a gap', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    const usual = server.handle('send', (frame) => {
      theirs.append('maggie', String(frame['text']), String(frame['key']));
      for (let n = 0; n < 1_200; n++) theirs.append('bart', 'x');
      server.handle('send', usual);
      server.last.end(1006);
      return undefined;
    });
    general.room.send('hello');
    await settle(1_000);
    expect(general.state.recovery).toBe('gap');
    expect(kept(made).filter((text) => text === 'hello')).toHaveLength(1);
    expect(general.messages).toHaveLength(50);
    expect(general.messages.every(({ status }) => status === 'sent')).toBe(true);
    expect(faultsOf(general)).toEqual([]);
  });

  test('sends a stored message again if the epoch has changed', async () => {
    const made = await joinedRooms();
    const { server, theirs } = made;
    const usual = server.handle('send', (frame) => {
      theirs.append('maggie', String(frame['text']), String(frame['key']));
      server.handle('send', usual);
      server.last.end(1006);
      theirs.restart();
      theirs.append('bart', 'first of the new');
      return undefined;
    });
    made.general.room.send('hello');
    await settle(1_000);
    expect(made.general.words).toEqual(['1 first of the new', '2 hello']);
  });

  test('shows a wrongly matched message separately after the list restarts', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    server.handle('send', () => undefined);
    const key = general.room.send('hello');
    await settle();
    server.send('general', 'maggie', 'hello');
    expect(general.messages).toMatchObject([{ key, seq: 1 }]);
    server.last.end(1006);
    for (let n = 0; n < 1_200; n++) theirs.append('bart', 'x');
    await settle(1_000);
    expect(general.messages).toHaveLength(51);
    expect(general.messages.at(-1)).toMatchObject({ key, status: 'sending' });
  });

  test('does not apply drafts of the previous epoch to the new one', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    general.room.send('a');
    await settle();
    // Acknowledged, but the message frame is lost.
    server.handle('send', () => ({ seq: 7, at: 1 }));
    general.room.send('b');
    await settle();
    expect(general.words).toEqual(['1 a', '… b']);
    server.last.end(1006);
    theirs.restart();
    theirs.append('bart', 'of the new');
    await settle(1_000);
    expect(general.messages).toMatchObject([{ seq: 1, from: 'bart', status: 'sent' }]);
    expect(general.messages[0]).not.toHaveProperty('key');
    expect(general.messages).toHaveLength(1);
  });
});

describe('a restored message', () => {
  test('is sent under its own key if it was not sent before', async () => {
    const made = await joinedRooms();
    expect(made.general.room.send('hello', 'of before')).toBe('of before');
    await settle();
    expect(sends(made)).toEqual(['of before']);
    expect(statuses(made)).toEqual(['hello sent']);
  });

  test('is stored once if it was sent before', async () => {
    const made = await newRooms();
    const { general, theirs } = made;
    theirs.append('maggie', 'hello', 'of before');
    general.room.send('hello', 'of before');
    general.room.open();
    await settle();
    expect(kept(made)).toEqual(['hello']);
    expect(general.messages).toMatchObject([{ key: 'of before', seq: 1, text: 'hello', status: 'sent' }]);
    expect(general.shows.every((show) => show.length <= 1)).toBe(true);
    expect(faultsOf(general)).toEqual([]);
  });
});

describe('a rejected message', () => {
  test('waits for the delay of the rate limit, as do those after it', async () => {
    const made = await joinedRooms();
    let refusals = 3;
    const usual = made.server.handle('send', (frame, socket) => {
      if (refusals-- > 0) throw new FakeError('rate_limited', 400);
      return usual(frame, socket);
    });
    made.general.room.send('a');
    made.general.room.send('b');
    await settle(399);
    expect(statuses(made)).toEqual(['a waiting', 'b waiting']);
    made.general.room.send('c');
    await settle(1_000);
    expect(kept(made)).toEqual(['a', 'b', 'c']);
    expect(sends(made)).toEqual(['key-1', 'key-1', 'key-1', 'key-1', 'key-2', 'key-3']);
  });

  test('keeps its order after the rate limit if the room was left and opened again meanwhile', async () => {
    const made = await joinedRooms();
    let refusals = 1;
    made.server.handle('send', () => {
      if (refusals-- > 0) throw new FakeError('rate_limited', 400);
      return undefined;
    });
    made.general.room.send('a');
    made.general.room.send('b');
    await settle();
    made.general.room.close();
    made.general.room.open();
    await settle(1_000);
    expect(sends(made)).toEqual(['key-1', 'key-1']);
  });

  test.each(['too_long', 'forbidden', 'not_found', 'bad_message', 'unknown_type'])(
    'fails with %s, the next one is sent, and it can be retried or dropped',
    async (code) => {
      const made = await joinedRooms();
      const { server, general } = made;
      const usual = server.handle('send', (frame, socket) => {
        if (frame['text'] === 'bad') throw new FakeError(code);
        return usual(frame, socket);
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
      server.handle('send', usual);
      general.room.retry(key);
      await settle();
      expect(general.words).toEqual(['1 good', '2 bad']);
    },
  );

  test('can be dropped', async () => {
    const made = await joinedRooms();
    made.server.handle('send', () => {
      throw new FakeError('forbidden');
    });
    const key = made.general.room.send('bad');
    await settle();
    made.general.room.drop(key);
    expect(made.general.messages).toEqual([]);
  });

  test.each([
    [
      'an internal error',
      () => {
        throw new FakeError('internal');
      },
    ],
    ['an invalid reply', () => ({ seq: 'one' })],
    ['no answer', () => undefined],
  ])('fails after five attempts under the same key with %s', async (_, answer) => {
    const made = await joinedRooms();
    made.server.heartbeatMs = 1_000_000;
    made.socket.drop();
    await settle(1_000);
    made.server.handle('send', answer);
    made.general.room.send('a');
    await settle(80_000);
    expect(made.general.messages).toMatchObject([{ status: 'failed', error: 'internal' }]);
    expect(sends(made)).toEqual(Array.from({ length: 5 }, () => 'key-1'));
  });

  test('is sent after a rejoin if the server has lost the membership of the connection', async () => {
    const made = await joinedRooms();
    let first = true;
    const usual = made.server.handle('send', (frame, socket) => {
      if (!first) return usual(frame, socket);
      first = false;
      throw new FakeError('not_joined');
    });
    made.general.room.send('a');
    await settle();
    expect(made.general.words).toEqual(['1 a']);
    expect(made.server.last.received.map(({ type }) => type)).toEqual(['join', 'send', 'join', 'send']);
  });

  test('fails if the rejoin is denied, and is sent by retry()', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    server.page.emit('offline');
    const key = general.room.send('a');
    theirs.denied = 'forbidden';
    server.page.emit('online');
    await settle();
    expect(general.messages).toMatchObject([{ status: 'failed', error: 'forbidden' }]);
    general.room.retry(key);
    await settle();
    expect(general.messages).toMatchObject([{ status: 'failed', error: 'forbidden' }]);
    theirs.denied = undefined;
    general.room.send('b');
    await settle();
    expect(general.state.name).toBe('joined');
    expect(statuses(made)).toEqual(['b sent', 'a failed forbidden']);
  });

  test('fails locally if it exceeds the frame limit, and the connection stays open', async () => {
    const made = await joinedRooms();
    made.general.room.send('x'.repeat(70_000));
    await settle();
    expect(made.general.messages).toMatchObject([{ status: 'failed', error: 'too_long' }]);
    expect(made.server.sockets).toHaveLength(1);
  });
});

describe('the outbox', () => {
  test('throws when it is full', async () => {
    const made = await newRooms({ maxUnsent: 3 });
    for (const text of ['a', 'b', 'c']) made.general.room.send(text);
    expect(() => made.general.room.send('d')).toThrow(OutboxFull);
    expect(made.general.messages).toHaveLength(3);
  });

  test('drops waiting messages', async () => {
    const made = await joinedRooms();
    made.socket.stop();
    const key = made.general.room.send('a');
    made.general.room.drop(key);
    made.socket.connect();
    await settle();
    expect(kept(made)).toEqual([]);
  });

  test('does not drop messages that are being sent or sent', async () => {
    const made = await joinedRooms();
    const key = made.general.room.send('a');
    made.general.room.drop(key);
    await settle();
    made.general.room.drop(key);
    made.general.room.retry(key);
    await settle();
    expect(made.general.words).toEqual(['1 a']);
    expect(sends(made)).toHaveLength(1);
  });
});
