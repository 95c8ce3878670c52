import { describe, expect, test } from 'vitest';
import { FakeError } from '../testing.ts';
import { joinedRooms, newRooms, writesOf } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';

describe('a change of a message', () => {
  test('updates the message without its own entry, and advances the sequence', async () => {
    const { server, general } = await joinedRooms();
    server.send('general', 'bart', 'helo');
    server.edit('general', 'bart', 1, 'hello');
    server.send('general', 'bart', 'more');
    expect(general.messages).toMatchObject([
      { seq: 1, text: 'hello', edited: 1_002, status: 'sent' },
      { seq: 3, text: 'more' },
    ]);
    server.delete('general', 'bart', 1);
    expect(general.messages[0]).toMatchObject({ seq: 1, text: '', deleted: 1_004 });
    expect(server.last.received.filter(({ type }) => type === 'history')).toEqual([]);
  });

  test('is recovered after a reconnect, even if its text was already deleted', async () => {
    const { server, general, serverRoom } = await joinedRooms();
    for (const text of ['a', 'b', 'c']) server.send('general', 'bart', text);
    server.last.end(1006);
    serverRoom.append('bart', 'a2', undefined, { edits: 1 });
    serverRoom.append('bart', 'b2', undefined, { edits: 2 });
    serverRoom.append('bart', '', undefined, { deletes: 2 });
    serverRoom.page = 2;
    await settle(1_000);
    expect(general.state.recovery).toBe('recovered');
    expect(general.messages.map(({ text, edited, deleted }) => [text, edited, deleted])).toEqual([
      ['a2', 1_004, undefined],
      ['', undefined, 1_006],
      ['c', undefined, undefined],
    ]);
    // A message without `deleted` never has an empty text.
    expect(general.lists.flat().filter(({ text, deleted }) => text === '' && deleted === undefined)).toEqual([]);
  });

  test('has no effect on a message that already includes it, and does not restore a deleted one', async () => {
    const { general, serverRoom } = await newRooms();
    serverRoom.append('bart', 'a');
    serverRoom.append('bart', 'a2', undefined, { edits: 1 });
    serverRoom.append('bart', 'b');
    serverRoom.append('bart', '', undefined, { deletes: 3 });
    general.room.open();
    await settle();
    expect(general.messages).toMatchObject([
      { seq: 1, text: 'a2', edited: 1_002 },
      { seq: 3, text: '', deleted: 1_004 },
    ]);
    expect(general.room.oldest).toBe(1);
  });

  test('is applied to an older page that was read before it', async () => {
    const { server, general, serverRoom } = await newRooms();
    for (let n = 1; n <= 60; n++) serverRoom.append('bart', `m${n}`);
    general.room.open();
    await settle();
    expect(general.room.oldest).toBe(11);
    const page = serverRoom.messages.slice(0, 10);
    server.edit('general', 'bart', 5, 'five');
    server.delete('general', 'bart', 6);
    general.room.insertOlder(page);
    expect(general.messages.slice(3, 7)).toMatchObject([
      { text: 'm4' },
      { text: 'five', edited: 1_061 },
      { text: '', deleted: 1_062 },
      { text: 'm7' },
    ]);
    expect(general.room.oldest).toBe(1);
  });

  test('occupies a sequence number on an older page without an entry', async () => {
    const { general, serverRoom } = await newRooms();
    serverRoom.append('bart', 'a');
    serverRoom.append('bart', 'a2', undefined, { edits: 1 });
    for (let n = 3; n <= 60; n++) serverRoom.append('bart', `m${n}`);
    general.room.open();
    await settle();
    general.room.insertOlder(serverRoom.messages.slice(1, 10));
    expect(general.room.oldest).toBe(2);
    expect(general.messages[0]).toMatchObject({ seq: 3 });
    general.room.insertOlder(serverRoom.messages.slice(0, 1));
    expect(general.messages[0]).toMatchObject({ seq: 1, text: 'a2' });
  });

  test.each([{ edits: 99 }, { edits: 'one' }, { deletes: -1 }, { edits: 2 }])(
    'without a valid target (%o) is ignored',
    async (change) => {
      const { server, general, serverRoom } = await joinedRooms();
      server.send('general', 'bart', 'a');
      server.last.emit({
        type: 'message',
        room: 'general',
        seq: 2,
        id: 'x',
        from: 'bart',
        text: 'x',
        at: 1,
        ...change,
      });
      serverRoom.messages.push({ room: 'general', seq: 2, id: 'x', from: 'bart', text: 'x', at: 1 });
      server.send('general', 'bart', 'c');
      expect(general.texts).toEqual(['1 a', '3 c']);
    },
  );
});

describe('an edit', () => {
  test('is shown at once as sending, and as sent after the acknowledgement', async () => {
    const { server, general, serverRoom } = await joinedRooms();
    const own = general.room.send('helo');
    await settle();
    const key = general.room.edit(1, 'hello');
    expect(general.messages).toMatchObject([{ key: own, seq: 1, text: 'hello', status: 'sending', change: 'edit' }]);
    await settle();
    expect(general.messages).toEqual([
      { key: own, seq: 1, id: 'epoch 1/1', from: 'maggie', text: 'hello', at: 1_001, edited: 1_002, status: 'sent' },
    ]);
    expect(server.last.received.at(-1)).toMatchObject({ type: 'edit', key, edits: 1, text: 'hello' });
    expect(serverRoom.messages[0]).toMatchObject({ text: 'hello' });
  });

  test('is applied once and in order if the connection is lost repeatedly', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    server.send('general', 'maggie', 'a');
    const defaultHandler = server.handle('edit', (frame, socket) => {
      server.handle('edit', defaultHandler);
      defaultHandler(frame, socket);
      socket.end(1006);
      return undefined;
    });
    general.room.send('b');
    general.room.edit(1, 'a2');
    general.room.send('c');
    await settle(1_000);
    expect(serverRoom.messages.map(({ text, edits }) => [text, edits])).toEqual([
      ['a2', undefined],
      ['b', undefined],
      ['a2', 1],
      ['c', undefined],
    ]);
    expect(general.texts).toEqual(['1 a2', '2 b', '4 c']);
    expect(general.messages.every(({ status }) => status === 'sent')).toBe(true);
  });

  test('waits without a connection, and a second edit replaces it', async () => {
    const setup = await joinedRooms();
    const { server, general } = setup;
    server.send('general', 'maggie', 'a');
    server.page.emit('offline');
    const key = general.room.edit(1, 'b');
    expect(general.messages).toMatchObject([{ text: 'b', status: 'waiting' }]);
    expect(general.room.edit(1, 'c')).toBe(key);
    server.page.emit('online');
    await settle();
    expect(writesOf(setup)).toEqual([`edit ${key} 1 c`]);
  });

  test.each([
    ['its own key', (_: string, change: string) => change],
    ['the key of its message', (own: string) => own],
  ])('is shown as failed after a rejection, and can be retried or dropped by %s', async (_, keyOf) => {
    const { server, general } = await joinedRooms();
    const own = general.room.send('mine');
    await settle();
    const defaultHandler = server.handle('edit', () => {
      throw new FakeError('forbidden');
    });
    const change = general.room.edit(1, 'better');
    await settle();
    const failed = { text: 'better', status: 'failed', error: 'forbidden', change: 'edit' };
    expect(general.messages).toMatchObject([failed]);
    general.room.retry(keyOf(own, change));
    await settle();
    expect(general.messages).toMatchObject([failed]);
    general.room.drop(keyOf(own, change));
    expect(general.messages).toMatchObject([{ key: own, text: 'mine', status: 'sent' }]);
    server.handle('edit', defaultHandler);
    general.room.edit(1, 'best');
    await settle();
    expect(general.texts).toEqual(['1 best']);
  });

  test('gives its key to a message from another device until it is acknowledged', async () => {
    const { server, general } = await joinedRooms();
    server.send('general', 'maggie', 'from the phone');
    const key = general.room.edit(1, 'from here');
    expect(general.messages).toMatchObject([{ key, text: 'from here' }]);
    await settle();
    expect(general.messages[0]).not.toHaveProperty('key');
  });

  test('is dropped without an error if the message was deleted meanwhile', async () => {
    const { server, general } = await joinedRooms();
    server.send('general', 'maggie', 'a');
    server.page.emit('offline');
    general.room.edit(1, 'b');
    server.room('general').append('maggie', '', undefined, { deletes: 1 });
    server.page.emit('online');
    await settle();
    expect(general.messages).toMatchObject([{ text: '', deleted: 1_002, status: 'sent' }]);
  });

  test('is removed when the epoch of its message ends', async () => {
    const setup = await joinedRooms();
    const { server, general, serverRoom } = setup;
    server.send('general', 'maggie', 'old');
    server.page.emit('offline');
    general.room.edit(1, 'old and edited');
    serverRoom.restart();
    serverRoom.append('maggie', 'new');
    server.page.emit('online');
    await settle();
    expect(general.messages).toMatchObject([{ seq: 1, text: 'new', status: 'sent' }]);
    expect(writesOf(setup)).toEqual([]);
  });
});

describe('a deletion', () => {
  test('removes the text of one’s own message', async () => {
    const { server, general, serverRoom } = await joinedRooms();
    server.send('general', 'maggie', 'secret');
    const key = general.room.remove(1);
    expect(general.messages).toMatchObject([{ key, text: '', status: 'sending', change: 'delete' }]);
    expect(general.messages[0]?.deleted).toBeTypeOf('number');
    expect(general.room.remove(1)).toBe(key);
    await settle();
    expect(general.messages).toMatchObject([{ text: '', deleted: 1_002, status: 'sent' }]);
    expect(general.messages[0]).not.toHaveProperty('change');
    expect(serverRoom.messages[0]).toMatchObject({ text: '', deleted: 1_002 });
  });

  test('shows the message again as failed after a rejection', async () => {
    const { server, general } = await joinedRooms();
    server.send('general', 'bart', 'not mine');
    const key = general.room.remove(1);
    await settle();
    const [message] = general.messages;
    expect(message).toMatchObject({ key, text: 'not mine', status: 'failed', error: 'forbidden', change: 'delete' });
    expect(message).not.toHaveProperty('deleted');
    general.room.drop(key);
    expect(general.messages).toMatchObject([{ text: 'not mine', status: 'sent' }]);
  });

  test('drops an unsent message, and replaces waiting edits', async () => {
    const setup = await joinedRooms();
    const { server, general } = setup;
    server.send('general', 'maggie', 'a');
    server.page.emit('offline');
    const draft = general.room.send('never');
    expect(general.room.remove(draft)).toBe(draft);
    general.room.edit(1, 'b');
    const key = general.room.remove(1);
    server.page.emit('online');
    await settle();
    expect(writesOf(setup)).toEqual([`delete ${key} 1`]);
    expect(general.messages).toMatchObject([{ seq: 1, text: '', status: 'sent' }]);
  });
});
