import { roomBounds } from '@usher/protocol/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type History, UnknownRoom } from '../rooms/history.ts';
import type { Marks } from '../marks/marks.ts';

/** A new, empty instance of the implementation under test. */
export interface MarksUnderTest {
  readonly marks: Marks;
  /** The messages that the marks count. */
  readonly history: History;
  /** Creates a new room without members. */
  createRoom(room: string): Promise<void> | void;
  /** Creates a user, if the implementation requires it. */
  createUser?(user: string): Promise<void> | void;
  /** Called at the end of each test. */
  close?(): Promise<void> | void;
}

/** The guarantees of every `Marks` implementation. Call it in a Vitest file; each test gets an instance from `create`. */
export function marksContract(name: string, create: () => Promise<MarksUnderTest> | MarksUnderTest): void {
  /** Opens an instance with the rooms `one` and `two` and without members. */
  async function open() {
    const subject = await create();
    onTestFinished(async () => {
      await subject.close?.();
    });
    for (const room of ['one', 'two']) await subject.createRoom(room);
    for (const user of ['maggie', 'bart', 'lisa']) await subject.createUser?.(user);
    const { marks, history } = subject;
    const say = async (from: string, ...texts: string[]): Promise<void> => {
      await Promise.all(texts.map((text) => history.append('one', { user: from, key: crypto.randomUUID(), text })));
    };
    const unreadOf = async (user: string) => (await marks.unread('one', [user])).get(user);
    return { marks, say, unreadOf };
  }

  describe(`${name} fulfills the marks contract`, () => {
    test('a user is a member from enter to leave', async () => {
      const { marks } = await open();
      expect(await marks.roomsOf('maggie')).toEqual([]);
      expect(await marks.enter('one', 'maggie')).toBe(true);
      expect(await marks.enter('one', 'maggie')).toBe(false);
      expect(await marks.enter('two', 'maggie')).toBe(true);
      expect((await marks.roomsOf('maggie')).toSorted()).toEqual(['one', 'two']);
      expect(await marks.roomsOf('bart')).toEqual([]);
      expect(await marks.leave('one', 'maggie')).toBe(true);
      expect(await marks.leave('one', 'maggie')).toBe(false);
      expect(await marks.roomsOf('maggie')).toEqual(['two']);
      expect(await marks.enter('one', 'maggie')).toBe(true);
    });

    test('only one of several concurrent enter calls for one user resolves to true', async () => {
      const { marks } = await open();
      const entered = await Promise.all([1, 2, 3].map(() => marks.enter('one', 'maggie')));
      expect(entered.filter(Boolean)).toHaveLength(1);
      expect(await marks.roomsOf('maggie')).toEqual(['one']);
    });

    test('a new member has no unread messages from before', async () => {
      const { marks, say, unreadOf } = await open();
      await say('bart', 'a', 'b');
      await marks.enter('one', 'maggie');
      expect(await unreadOf('maggie')).toEqual({ seq: 2, read: 2, count: 0, mentions: 0 });
      await say('bart', 'c');
      expect(await unreadOf('maggie')).toEqual({ seq: 3, read: 2, count: 1, mentions: 0 });
    });

    test('entering again keeps the read marker, and entering after leaving starts at the end', async () => {
      const { marks, say, unreadOf } = await open();
      await marks.enter('one', 'maggie');
      await say('bart', 'a');
      await marks.enter('one', 'maggie');
      expect(await unreadOf('maggie')).toMatchObject({ read: 0, count: 1 });
      await marks.leave('one', 'maggie');
      await marks.enter('one', 'maggie');
      expect(await unreadOf('maggie')).toMatchObject({ read: 1, count: 0 });
    });

    test('counts messages of other users after the read marker, but not own messages', async () => {
      const { marks, say } = await open();
      await marks.enter('one', 'maggie');
      await marks.enter('one', 'bart');
      await say('bart', 'a', 'b');
      await say('maggie', 'c');
      await say('lisa', 'd');
      expect(await marks.unread('one', ['maggie', 'bart'])).toEqual(
        new Map([
          ['maggie', { seq: 4, read: 0, count: 3, mentions: 0 }],
          ['bart', { seq: 4, read: 0, count: 2, mentions: 0 }],
        ]),
      );
    });

    test('moves the read marker forward only', async () => {
      const { marks, say, unreadOf } = await open();
      await marks.enter('one', 'maggie');
      await say('bart', 'a', 'b', 'c');
      expect(await marks.read('one', 'maggie', 2)).toEqual({ seq: 3, read: 2, count: 1, mentions: 0 });
      expect(await marks.read('one', 'maggie', 1)).toEqual({ seq: 3, read: 2, count: 1, mentions: 0 });
      expect(await unreadOf('maggie')).toEqual({ seq: 3, read: 2, count: 1, mentions: 0 });
    });

    test('never moves the read marker beyond the last message', async () => {
      const { marks, say, unreadOf } = await open();
      await marks.enter('one', 'maggie');
      await say('bart', 'a');
      expect(await marks.read('one', 'maggie', Number.MAX_SAFE_INTEGER)).toMatchObject({ seq: 1, read: 1, count: 0 });
      await say('bart', 'b');
      expect(await unreadOf('maggie')).toMatchObject({ seq: 2, read: 1, count: 1 });
    });

    test('keeps the highest of concurrent read markers', async () => {
      const { marks, say, unreadOf } = await open();
      await marks.enter('one', 'maggie');
      await say('bart', ...Array.from({ length: 20 }, (_, index) => `text ${index}`));
      await Promise.all([3, 17, 9, 1, 12].map((seq) => marks.read('one', 'maggie', seq)));
      expect(await unreadOf('maggie')).toMatchObject({ read: 17, count: 3 });
    });

    test('keeps read markers of users and rooms apart', async () => {
      const { marks, say, unreadOf } = await open();
      for (const user of ['maggie', 'lisa']) await marks.enter('one', user);
      await marks.enter('two', 'maggie');
      await say('bart', 'a');
      await marks.read('one', 'lisa', 1);
      expect(await unreadOf('maggie')).toMatchObject({ read: 0, count: 1 });
      expect(await marks.unread('two', ['maggie'])).toEqual(
        new Map([['maggie', { seq: 0, read: 0, count: 0, mentions: 0 }]]),
      );
    });

    test('counts the unread messages that mention the user separately', async () => {
      const { marks, say } = await open();
      await marks.enter('one', 'maggie');
      await say('bart', '@maggie, look', 'write to a@maggie', 'say `@maggie`', '@bart and @maggie and @maggie');
      await say('maggie', 'I am @maggie');
      expect(await marks.unread('one', ['maggie'])).toEqual(
        new Map([['maggie', { seq: 5, read: 0, count: 4, mentions: 2 }]]),
      );
      expect(await marks.read('one', 'maggie', 1)).toEqual({ seq: 5, read: 1, count: 3, mentions: 1 });
    });

    test('stores nothing for a user who is not a member', async () => {
      const { marks, say } = await open();
      await say('bart', '@lisa', 'b', '@lisa');
      expect(await marks.read('one', 'lisa', 1)).toEqual({ seq: 3, read: 1, count: 2, mentions: 1 });
      expect(await marks.roomsOf('lisa')).toEqual([]);
      expect(await marks.unread('one', ['lisa'])).toEqual(new Map());
      await marks.enter('one', 'lisa');
      expect(await marks.unread('one', ['lisa', 'maggie'])).toEqual(
        new Map([['lisa', { seq: 3, read: 3, count: 0, mentions: 0 }]]),
      );
    });

    test('stops counting at the bound', async () => {
      const { marks, say, unreadOf } = await open();
      await marks.enter('one', 'maggie');
      const { unreadMessages } = roomBounds;
      await say('bart', ...Array.from({ length: unreadMessages + 5 }, (_, index) => `text ${index}`));
      expect(await unreadOf('maggie')).toMatchObject({ seq: unreadMessages + 5, read: 0, count: unreadMessages });
      expect(await marks.read('one', 'maggie', 6)).toMatchObject({ count: unreadMessages - 1 });
    });

    test('counts a message as soon as it is durable', async () => {
      const { marks, say, unreadOf } = await open();
      await marks.enter('one', 'maggie');
      for (let seq = 1; seq <= 20; seq++) {
        await say('bart', `text ${seq}`);
        expect(await unreadOf('maggie')).toMatchObject({ seq, count: seq });
      }
    });

    test('rejects an unknown room', async () => {
      const { marks } = await open();
      await expect(marks.enter('elsewhere', 'maggie')).rejects.toBeInstanceOf(UnknownRoom);
      await expect(marks.leave('elsewhere', 'maggie')).rejects.toBeInstanceOf(UnknownRoom);
      await expect(marks.read('elsewhere', 'maggie', 1)).rejects.toBeInstanceOf(UnknownRoom);
      await expect(marks.unread('elsewhere', ['maggie'])).rejects.toBeInstanceOf(UnknownRoom);
      expect(await marks.roomsOf('maggie')).toEqual([]);
    });
  });
}
