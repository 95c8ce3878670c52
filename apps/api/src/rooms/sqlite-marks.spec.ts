import { randomUUID } from 'node:crypto';
import { marksContract } from '@usher/realtime/testing';
import { describe, expect, test } from 'vitest';
import { openRooms } from '../testing/open-rooms.ts';
import { tempFolder } from '../testing/temp-folder.ts';

marksContract('the marks in SQLite', openRooms);

const by = (user: string, text: string): { user: string; key: string; text: string } => ({
  user,
  key: randomUUID(),
  text,
});

async function open(folder = tempFolder()) {
  const opened = await openRooms({ folder });
  for (const room of ['one', 'two']) await opened.createRoom(room);
  for (const user of ['maggie', 'bart', 'lisa']) await opened.createUser(user);
  return opened;
}

describe('the marks in SQLite', () => {
  test('changes and deleted messages count for nothing, and call nobody', async () => {
    const { history, marks } = await open();
    await marks.enter('one', 'maggie');
    await history.append('one', by('bart', 'hello @maggie'));
    await history.append('one', by('bart', 'nobody'));
    const unread = async () => (await marks.unread('one', ['maggie'])).get('maggie');
    expect(await unread()).toEqual({ seq: 2, read: 0, count: 2, mentions: 1 });
    await history.append('one', { ...by('bart', 'you after all, @maggie'), edits: 2 });
    expect(await unread()).toEqual({ seq: 3, read: 0, count: 2, mentions: 2 });
    await history.append('one', { ...by('bart', 'no longer'), edits: 1 });
    expect(await unread()).toEqual({ seq: 4, read: 0, count: 2, mentions: 1 });
    await history.append('one', { user: 'bart', key: randomUUID(), deletes: 2 });
    expect(await unread()).toEqual({ seq: 5, read: 0, count: 1, mentions: 0 });
  });

  test('members and marks outlive the server', async () => {
    const folder = tempFolder();
    const { history, marks, database } = await open(folder);
    await marks.enter('one', 'maggie');
    for (const text of ['a', 'b', 'c']) await history.append('one', by('bart', text));
    await marks.read('one', 'maggie', 2);
    database.close();
    const again = await openRooms({ folder });
    expect(await again.marks.roomsOf('maggie')).toEqual(['one']);
    expect(await again.marks.unread('one', ['maggie'])).toEqual(
      new Map([['maggie', { seq: 3, read: 2, count: 1, mentions: 0 }]]),
    );
  });

  test('all rooms of somebody are counted in one go', async () => {
    const { history, marks } = await open();
    for (const room of ['one', 'two']) await marks.enter(room, 'maggie');
    await marks.enter('one', 'lisa');
    await history.append('one', by('bart', '@maggie'));
    await history.append('two', by('maggie', 'mine'));
    expect(await marks.unreadOf('maggie')).toEqual(
      new Map([
        ['one', { seq: 1, read: 0, count: 1, mentions: 1 }],
        ['two', { seq: 1, read: 0, count: 0, mentions: 0 }],
      ]),
    );
    expect([...(await marks.unreadOf('lisa')).keys()]).toEqual(['one']);
    expect(await marks.unreadOf('nobody')).toEqual(new Map());
  });

  test('whoever has an account is a member of the rooms of everybody until they leave, for good', async () => {
    const folder = tempFolder();
    const first = await openRooms({ folder });
    await first.createUser('maggie');
    await first.rooms.add({ room: 'general', title: 'General', private: false, createdBy: 'bart', everyone: true });
    await first.history.append('general', by('bart', 'before lisa came'));
    await first.createUser('lisa');
    expect(await first.rooms.members('general')).toEqual(['bart', 'lisa', 'maggie']);
    expect((await first.marks.unreadOf('lisa')).get('general')).toEqual({ seq: 1, read: 1, count: 0, mentions: 0 });
    expect((await first.marks.unreadOf('maggie')).get('general')).toMatchObject({ read: 0, count: 1 });
    await first.marks.leave('general', 'maggie');
    first.database.close();
    const second = await openRooms({ folder });
    await second.createUser('milhouse');
    expect(await second.rooms.members('general')).toEqual(['bart', 'lisa', 'milhouse']);
  });

  test('marks that move in one turn of the event loop share a commit with the messages', async () => {
    const { history, marks, database } = await open();
    for (const user of ['maggie', 'lisa']) await marks.enter('one', user);
    await history.append('one', by('bart', 'a'));
    const pages = (): unknown => database.sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()?.['log'];
    database.sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    await Promise.all([marks.read('one', 'maggie', 1), marks.read('one', 'lisa', 1)]);
    const together = Number(pages());
    await history.append('one', by('bart', 'b'));
    database.sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    await marks.read('one', 'maggie', 2);
    await marks.read('one', 'lisa', 2);
    expect(together).toBeLessThan(Number(pages()));
  });
});
