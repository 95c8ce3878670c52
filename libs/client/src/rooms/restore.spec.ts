import type { Message } from '@usher/protocol';
import { describe, expect, test } from 'vitest';
import { faultsOf, joinedRooms, newRooms } from '../testing/new-rooms.ts';
import { settle } from '../testing/new-socket.ts';
import type { RoomSnapshot } from './room-types.ts';

/** A page of the history over HTTP, as a snapshot. */
function pageOf(messages: readonly Message[]): RoomSnapshot {
  return { after: (messages[0]?.seq ?? 1) - 1, seq: messages.at(-1)?.seq ?? 0, messages };
}

/** What an earlier page load kept: three messages. */
const snapshot: RoomSnapshot = {
  epoch: 'epoch 1',
  after: 0,
  seq: 3,
  messages: ['one', 'two', 'three'].map((text, index) => ({
    seq: index + 1,
    id: `epoch 1/${index + 1}`,
    from: 'bart',
    text,
    at: 1_001 + index,
  })),
};

describe('a snapshot', () => {
  test('contains the last confirmed messages and the position of the room', async () => {
    const { server, general } = await joinedRooms();
    for (const text of ['one', 'two', 'three']) server.send('general', 'bart', text);
    server.page.emit('offline');
    general.room.send('not sent yet');
    expect(general.room.snapshot(2)).toMatchObject({
      epoch: 'epoch 1',
      after: 1,
      seq: 3,
      messages: [{ text: 'two' }, { text: 'three' }],
    });
  });

  test('does not exist before the first join, of an empty room, and of a denied one', async () => {
    const { server, general, serverRoom } = await newRooms();
    expect(general.room.snapshot(10)).toBeUndefined();
    general.room.open();
    await settle();
    expect(general.room.snapshot(10)).toBeUndefined();
    server.send('general', 'bart', 'one');
    serverRoom.denied = 'not_found';
    server.last.end(1006);
    await settle(500);
    expect(general.state.name).toBe('denied');
    expect(general.room.snapshot(10)).toBeUndefined();
  });
});

describe('a restored room', () => {
  test('shows the messages before the join, which recovers only what follows them', async () => {
    const { server, general, serverRoom } = await newRooms();
    for (const text of ['one', 'two', 'three', 'four']) serverRoom.append('bart', text);
    general.room.restore(snapshot);
    expect(general.texts).toEqual(['1 one', '2 two', '3 three']);
    general.room.open();
    await settle();
    expect(server.last.received).toMatchObject([{ type: 'join', epoch: 'epoch 1', after: 3 }]);
    expect(general.state).toMatchObject({ name: 'joined', recovery: 'recovered' });
    expect(general.texts).toEqual(['1 one', '2 two', '3 three', '4 four']);
    expect(faultsOf(general)).toEqual([]);
  });

  test('applies edits and deletions of restored messages', async () => {
    const { general, serverRoom } = await newRooms();
    for (const text of ['one', 'two', 'three']) serverRoom.append('bart', text);
    serverRoom.append('bart', 'two, edited', undefined, { edits: 2 });
    serverRoom.append('bart', '', undefined, { deletes: 3 });
    general.room.restore(snapshot);
    general.room.open();
    await settle();
    expect(general.texts).toEqual(['1 one', '2 two, edited', '3 ']);
  });

  test('drops the messages if the server has another epoch', async () => {
    const { general, serverRoom } = await newRooms();
    serverRoom.restart();
    serverRoom.append('bart', 'the first of the new history');
    general.room.restore(snapshot);
    general.room.open();
    await settle();
    expect(general.state).toMatchObject({ name: 'joined', recovery: 'gap' });
    expect(general.texts).toEqual(['1 the first of the new history']);
  });

  test('is wiped at sign-out, and the next user joins without a position', async () => {
    const { server, socket, general } = await newRooms();
    general.room.restore(snapshot);
    socket.signOut();
    expect(general.messages).toEqual([]);
    server.user = 'bart';
    socket.connect();
    general.room.open();
    await settle();
    expect(server.last.received).toMatchObject([{ type: 'join' }]);
    expect(server.last.received[0]).not.toHaveProperty('after');
  });

  test('keeps its own messages if it was already joined', async () => {
    const { server, general } = await joinedRooms();
    general.room.restore(snapshot);
    expect(general.texts).toEqual([]);
    server.send('general', 'bart', 'live');
    expect(general.texts).toEqual(['1 live']);
  });
});

describe('a page that was fetched over HTTP', () => {
  test('is shown in its current form, and the join recovers what follows it', async () => {
    const { server, general, serverRoom } = await newRooms();
    for (const text of ['one', 'two', 'three']) serverRoom.append('bart', text);
    serverRoom.append('bart', 'two, edited', undefined, { edits: 2 });
    general.room.restore(pageOf(serverRoom.messages.slice(1)));
    expect(general.texts).toEqual(['2 two, edited', '3 three']);
    serverRoom.append('bart', 'five');
    general.room.open();
    await settle();
    expect(server.last.received).toMatchObject([{ type: 'join', after: 4 }]);
    expect(server.last.received[0]).not.toHaveProperty('epoch');
    expect(general.texts).toEqual(['2 two, edited', '3 three', '5 five']);
  });

  test('confirms an unsent message that it contains, which is shown once', async () => {
    const { server, socket, general, serverRoom } = await newRooms();
    socket.drop();
    general.room.send('one', 'key of one');
    serverRoom.append(server.user, 'one', 'key of one');
    general.room.restore(pageOf(serverRoom.messages));
    expect(general.messages).toMatchObject([{ seq: 1, text: 'one', key: 'key of one', status: 'sending' }]);
    general.room.open();
    await settle(500);
    expect(general.messages).toMatchObject([{ seq: 1, text: 'one', key: 'key of one', status: 'sent' }]);
    expect(serverRoom.messages).toHaveLength(1);
  });

  test('extends restored messages while the join is pending, without duplicates', async () => {
    const { server, general, serverRoom } = await newRooms();
    for (const text of ['one', 'two', 'three', 'four']) serverRoom.append('bart', text);
    general.room.restore(snapshot);
    general.room.open();
    general.room.insertNewer(serverRoom.messages.slice(3));
    expect(general.texts.at(-1)).toBe('4 four');
    await settle();
    server.send('general', 'bart', 'five');
    expect(general.texts).toEqual(['1 one', '2 two', '3 three', '4 four', '5 five']);
    expect(faultsOf(general)).toEqual([]);
  });
});
