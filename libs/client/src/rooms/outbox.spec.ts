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
  test('is shown at once, and once, until it is acknowledged and after', async () => {
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

  test('is acknowledged before it comes back: it is shown once all the same', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    server.handle('send', (frame) => theirs.append('maggie', String(frame['text']), String(frame['key'])).message);
    const key = general.room.send('hello');
    await settle();
    expect(general.messages).toMatchObject([{ key, status: 'sent', text: 'hello' }]);
    expect(general.messages[0]?.seq).toBeUndefined();
    server.tell('general', { type: 'message', ...theirs.messages[0] });
    expect(general.messages).toMatchObject([{ key, seq: 1, status: 'sent' }]);
    expect(general.shows.every((show) => show.length <= 1)).toBe(true);
  });

  test('goes out in its order, one at a time', async () => {
    const made = await joinedRooms();
    for (let n = 0; n < 20; n++) made.general.room.send(`m${n}`);
    await settle();
    expect(kept(made)).toEqual(Array.from({ length: 20 }, (_, n) => `m${n}`));
    expect(faultsOf(made.general)).toEqual([]);
  });

  test('with the words of another one of the same person, from elsewhere, is not taken for it', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    const usual = server.handle('send', () => undefined);
    const key = general.room.send('ok');
    await settle();
    // The same person says the same elsewhere: it looks like this one, which is still on its way.
    server.say('general', 'maggie', 'ok');
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

  test('with the words of somebody else is not taken for theirs', async () => {
    const made = await joinedRooms();
    made.server.handle('send', () => undefined);
    const key = made.general.room.send('ok');
    await settle();
    made.server.say('general', 'bart', 'ok');
    expect(made.general.messages).toMatchObject([
      { seq: 1, from: 'bart', status: 'sent' },
      { key, status: 'sending' },
    ]);
    expect(made.general.messages[0]).not.toHaveProperty('key');
  });

  test('that was acknowledged is not taken for the next one with the same words', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    server.handle('send', ({ text, key }) =>
      theirs.messages.length > 0 ? undefined : theirs.append('maggie', String(text), String(key)).message,
    );
    const first = general.room.send('ok');
    const second = general.room.send('ok');
    await settle();
    server.tell('general', { type: 'message', ...theirs.messages[0] });
    expect(general.messages).toMatchObject([
      { key: first, seq: 1, status: 'sent' },
      { key: second, status: 'sending' },
    ]);
  });

  test('that has not gone out is not taken for what the same person wrote elsewhere', async () => {
    const made = await joinedRooms();
    made.server.handle('send', () => undefined);
    made.general.room.send('on its way');
    const key = made.general.room.send('ok');
    await settle();
    made.server.say('general', 'maggie', 'ok');
    expect(made.general.messages[0]).toMatchObject({ seq: 1, status: 'sent' });
    expect(made.general.messages[0]).not.toHaveProperty('key');
    expect(made.general.messages.at(-1)).toMatchObject({ key, status: 'waiting' });
  });

  test('that was taken for another one with the same words gets its own place in the end', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    let sent = 0;
    server.handle('send', ({ text, key }) => {
      sent++;
      if (sent === 1) throw new FakeError('forbidden');
      const { message } = theirs.append('maggie', String(text), String(key));
      // The first one waits again, before the second, when that comes back ahead of its answer.
      if (sent === 2) general.room.retry(first);
      server.tell('general', { type: 'message', ...message });
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

  test('is made well-formed, so that it is known again when it comes back', async () => {
    const made = await joinedRooms();
    made.general.room.send('half a \ud83d pair');
    await settle();
    expect(made.general.messages).toMatchObject([{ text: 'half a \ufffd pair', status: 'sent', seq: 1 }]);
  });
});

describe('what is written without a connection', () => {
  test('waits, and goes out exactly once and in order', async () => {
    const made = await joinedRooms();
    made.server.page.tell('offline');
    for (const text of ['a', 'b', 'c']) made.general.room.send(text);
    await settle(5_000);
    expect(statuses(made)).toEqual(['a waiting', 'b waiting', 'c waiting']);
    made.server.page.tell('online');
    await settle();
    expect(statuses(made)).toEqual(['a sent', 'b sent', 'c sent']);
    expect(kept(made)).toEqual(['a', 'b', 'c']);
    expect(faultsOf(made.general)).toEqual([]);
  });

  test('waits also for a room that is not open', async () => {
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
    ['was kept', true],
    ['was not kept', false],
  ])('a message that %s is there once, under the same key', async (_, reached) => {
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

  test('one that was kept, with so much said since that there is a gap, is there once', async () => {
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

  test('one that was kept and then forgotten with its history is sent into the new one', async () => {
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

  test('one that only looked like it is shown on its own again when the list begins anew', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    server.handle('send', () => undefined);
    const key = general.room.send('hello');
    await settle();
    server.say('general', 'maggie', 'hello');
    expect(general.messages).toMatchObject([{ key, seq: 1 }]);
    server.last.end(1006);
    for (let n = 0; n < 1_200; n++) theirs.append('bart', 'x');
    await settle(1_000);
    expect(general.messages).toHaveLength(51);
    expect(general.messages.at(-1)).toMatchObject({ key, status: 'sending' });
  });

  test('what belongs to a history that is no more leaves no mark on the new one', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    general.room.send('a');
    await settle();
    // Acknowledged, and lost before it came back.
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

describe('a message of before', () => {
  test('that did not go out then goes out under its own key', async () => {
    const made = await joinedRooms();
    expect(made.general.room.send('hello', 'of before')).toBe('of before');
    await settle();
    expect(sends(made)).toEqual(['of before']);
    expect(statuses(made)).toEqual(['hello sent']);
  });

  test('that did go out is there once', async () => {
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

describe('a refused message', () => {
  test('over the rate waits as long as it was told, and those behind it too', async () => {
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

  test('over the rate stays in its order where the room was left and opened again meanwhile', async () => {
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
    'with %s has failed, the next one goes out, and it can be sent again or dropped',
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

  test('that failed can be dropped', async () => {
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
    ['nonsense', () => ({ seq: 'one' })],
    ['no answer', () => undefined],
  ])('with %s is tried five times in all, under its key, then it has failed', async (_, answer) => {
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

  test('since the room was lost on the server is sent after a rejoin', async () => {
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

  test('where the rejoin is denied has failed, and is asked about again by hand', async () => {
    const made = await joinedRooms();
    const { server, general, theirs } = made;
    server.page.tell('offline');
    const key = general.room.send('a');
    theirs.denied = 'forbidden';
    server.page.tell('online');
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

  test('too large for a frame fails here and costs no connection', async () => {
    const made = await joinedRooms();
    made.general.room.send('x'.repeat(70_000));
    await settle();
    expect(made.general.messages).toMatchObject([{ status: 'failed', error: 'too_long' }]);
    expect(made.server.sockets).toHaveLength(1);
  });
});

describe('the outbox', () => {
  test('is bounded, and says so', async () => {
    const made = await newRooms({ outbox: 3 });
    for (const text of ['a', 'b', 'c']) made.general.room.send(text);
    expect(() => made.general.room.send('d')).toThrow(OutboxFull);
    expect(made.general.messages).toHaveLength(3);
  });

  test('lets go of what has not gone out', async () => {
    const made = await joinedRooms();
    made.socket.stop();
    const key = made.general.room.send('a');
    made.general.room.drop(key);
    made.socket.connect();
    await settle();
    expect(kept(made)).toEqual([]);
  });

  test('does not let go of what is on its way or there', async () => {
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
