import { roomBounds } from '@usher/protocol/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UnknownRoom } from '../support/errors.ts';
import type { Memberships } from '../membership/memberships.ts';
import type { ReadMarkers } from '../membership/read-markers.ts';
import type { History } from '../rooms/history.ts';

/** What one node has of the store. */
export interface MembershipsOfNode {
  readonly memberships: Memberships;
  readonly readMarkers: ReadMarkers;
  /** The messages that the read markers are compared with. */
  readonly history: History;
}

/** Two nodes on one new, empty store. */
export interface MembershipsUnderTest {
  readonly here: MembershipsOfNode;
  readonly there: MembershipsOfNode;
  /** Creates a new room without members. */
  createRoom(room: string): Promise<void> | void;
  /** Creates a user, if the implementation requires it. */
  createUser?(user: string): Promise<void> | void;
  /** Makes the store unavailable until the returned function is called. */
  interrupt(): Promise<() => Promise<void> | void> | (() => Promise<void> | void);
  /** Called at the end of each test. */
  close?(): Promise<void> | void;
}

type Create = () => Promise<MembershipsUnderTest> | MembershipsUnderTest;

/** Opens two nodes with the rooms `one` and `two` and without members. */
async function open(create: Create) {
  const subject = await create();
  onTestFinished(async () => {
    await subject.close?.();
  });
  for (const room of ['one', 'two']) await subject.createRoom(room);
  for (const user of ['maggie', 'bart', 'lisa']) await subject.createUser?.(user);
  const { here, there } = subject;
  const sendTo = async (room: string, user: string, ...texts: string[]): Promise<void> => {
    await Promise.all(texts.map((text) => here.history.append(room, { user, key: crypto.randomUUID(), text })));
  };
  const unreadOf = async (user: string, { readMarkers } = there) =>
    (await readMarkers.unread([{ room: 'one', user }]))[0];
  return { here, there, subject, sendTo, send: sendTo.bind(undefined, 'one'), unreadOf };
}

/** The guarantees of every `Memberships` implementation. Call it in a Vitest file; each test gets a store from `create`. */
export function membershipsContract(name: string, create: Create): void {
  describe(`${name} fulfills the memberships contract`, () => {
    test('a user is a member on every node from add to remove', async () => {
      const { here, there } = await open(create);
      expect(await here.memberships.roomsOf('maggie')).toEqual([]);
      expect(await here.memberships.add('one', 'maggie')).toBe(true);
      expect(await there.memberships.add('one', 'maggie')).toBe(false);
      expect(await there.memberships.add('two', 'maggie')).toBe(true);
      for (const { memberships } of [here, there]) {
        expect((await memberships.roomsOf('maggie')).toSorted()).toEqual(['one', 'two']);
        expect(await memberships.roomsOf('bart')).toEqual([]);
      }
      expect(await there.memberships.remove('one', 'maggie')).toBe(true);
      expect(await here.memberships.remove('one', 'maggie')).toBe(false);
      expect(await here.memberships.roomsOf('maggie')).toEqual(['two']);
      expect(await here.memberships.add('one', 'maggie')).toBe(true);
    });

    test('only one of several concurrent add or remove calls on two nodes resolves to true', async () => {
      const { here, there } = await open(create);
      const nodes = [here, there, here, there];
      const added = await Promise.all(nodes.map(({ memberships }) => memberships.add('one', 'maggie')));
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await there.memberships.roomsOf('maggie')).toEqual(['one']);
      const removed = await Promise.all(nodes.map(({ memberships }) => memberships.remove('one', 'maggie')));
      expect(removed.filter(Boolean)).toHaveLength(1);
      expect(await here.memberships.roomsOf('maggie')).toEqual([]);
    });

    test('a new member has no unread messages from before', async () => {
      const { here, send, unreadOf } = await open(create);
      await send('bart', 'a', 'b');
      await here.memberships.add('one', 'maggie');
      expect(await unreadOf('maggie')).toEqual({ seq: 2, read: 2, count: 0, mentions: 0 });
      await send('bart', 'c');
      expect(await unreadOf('maggie')).toEqual({ seq: 3, read: 2, count: 1, mentions: 0 });
    });

    test('adding a member again keeps the read marker, and adding after removing starts at the end', async () => {
      const { here, there, send, unreadOf } = await open(create);
      await here.memberships.add('one', 'maggie');
      await send('bart', 'a');
      await there.memberships.add('one', 'maggie');
      expect(await unreadOf('maggie')).toMatchObject({ read: 0, count: 1 });
      await there.memberships.remove('one', 'maggie');
      expect(await unreadOf('maggie')).toBeUndefined();
      await here.memberships.add('one', 'maggie');
      expect(await unreadOf('maggie')).toMatchObject({ read: 1, count: 0 });
    });

    test('rejects an unknown room', async () => {
      const { here } = await open(create);
      await expect(here.memberships.add('elsewhere', 'maggie')).rejects.toBeInstanceOf(UnknownRoom);
      await expect(here.memberships.remove('elsewhere', 'maggie')).rejects.toBeInstanceOf(UnknownRoom);
      expect(await here.memberships.roomsOf('maggie')).toEqual([]);
    });

    test('rejects while the store is unavailable, and continues when it is available again', async () => {
      const { here, there, subject } = await open(create);
      await here.memberships.add('one', 'maggie');
      const restore = await subject.interrupt();
      for (const { memberships } of [here, there]) {
        await expect(memberships.add('two', 'maggie')).rejects.toThrow();
        await expect(memberships.remove('one', 'maggie')).rejects.toThrow();
        await expect(memberships.roomsOf('maggie')).rejects.toThrow();
      }
      await restore();
      expect(await there.memberships.roomsOf('maggie')).toEqual(['one']);
      expect(await here.memberships.add('two', 'maggie')).toBe(true);
    });
  });
}

/** The guarantees of every `ReadMarkers` implementation. Call it in a Vitest file; each test gets a store from `create`. */
export function readMarkersContract(name: string, create: Create): void {
  describe(`${name} fulfills the read markers contract`, () => {
    test('counts messages of other users after the read marker, but not own messages', async () => {
      const { here, there, send } = await open(create);
      await here.memberships.add('one', 'maggie');
      await there.memberships.add('one', 'bart');
      await send('bart', 'a', 'b');
      await send('maggie', 'c');
      await send('lisa', 'd');
      const pairs = ['maggie', 'bart'].map((user) => ({ room: 'one', user }));
      for (const { readMarkers } of [here, there]) {
        expect(await readMarkers.unread(pairs)).toEqual([
          { seq: 4, read: 0, count: 3, mentions: 0 },
          { seq: 4, read: 0, count: 2, mentions: 0 },
        ]);
      }
    });

    test('returns pairs of several rooms in their order, with undefined for unknown rooms and non-members', async () => {
      const { here, there, sendTo } = await open(create);
      await here.memberships.add('one', 'maggie');
      await here.memberships.add('two', 'maggie');
      await here.memberships.add('two', 'lisa');
      await sendTo('one', 'bart', 'a');
      await sendTo('two', 'bart', 'b', 'hello @lisa');
      const pairs = ['two maggie', 'elsewhere maggie', 'one lisa', 'one maggie', 'two lisa', 'two maggie'].map(
        (pair) => {
          const [room = '', user = ''] = pair.split(' ');
          return { room, user };
        },
      );
      const ofMaggie = { seq: 2, read: 0, count: 2, mentions: 0 };
      expect(await there.readMarkers.unread(pairs)).toEqual([
        ofMaggie,
        undefined,
        undefined,
        { seq: 1, read: 0, count: 1, mentions: 0 },
        { ...ofMaggie, mentions: 1 },
        ofMaggie,
      ]);
      expect(await there.readMarkers.unread([])).toEqual([]);
    });

    test('moves the read marker forward only, on every node', async () => {
      const { here, there, send, unreadOf } = await open(create);
      await here.memberships.add('one', 'maggie');
      await send('bart', 'a', 'b', 'c');
      const expected = { seq: 3, read: 2, count: 1, mentions: 0 };
      expect(await here.readMarkers.advance('one', 'maggie', 2)).toEqual(expected);
      expect(await there.readMarkers.advance('one', 'maggie', 1)).toEqual(expected);
      for (const node of [here, there]) expect(await unreadOf('maggie', node)).toEqual(expected);
    });

    test('never moves the read marker beyond the last message', async () => {
      const { here, send, unreadOf } = await open(create);
      await here.memberships.add('one', 'maggie');
      await send('bart', 'a');
      expect(await here.readMarkers.advance('one', 'maggie', Number.MAX_SAFE_INTEGER)).toMatchObject({
        seq: 1,
        read: 1,
        count: 0,
      });
      await send('bart', 'b');
      expect(await unreadOf('maggie')).toMatchObject({ seq: 2, read: 1, count: 1 });
    });

    test('keeps the highest of concurrent read markers of two nodes', async () => {
      const { here, there, send, unreadOf } = await open(create);
      await here.memberships.add('one', 'maggie');
      await send('bart', ...Array.from({ length: 20 }, (_, index) => `text ${index}`));
      await Promise.all(
        [3, 17, 9, 1, 12].map((seq, index) =>
          (index % 2 === 0 ? here : there).readMarkers.advance('one', 'maggie', seq),
        ),
      );
      expect(await unreadOf('maggie')).toMatchObject({ read: 17, count: 3 });
    });

    test('keeps read markers of users and rooms apart', async () => {
      const { here, there, send, unreadOf } = await open(create);
      for (const user of ['maggie', 'lisa']) await here.memberships.add('one', user);
      await here.memberships.add('two', 'maggie');
      await send('bart', 'a');
      await there.readMarkers.advance('one', 'lisa', 1);
      expect(await unreadOf('maggie')).toMatchObject({ read: 0, count: 1 });
      const [inTwo] = await there.readMarkers.unread([{ room: 'two', user: 'maggie' }]);
      expect(inTwo).toEqual({ seq: 0, read: 0, count: 0, mentions: 0 });
    });

    test('counts the unread messages that mention the user separately', async () => {
      const { here, send, unreadOf } = await open(create);
      await here.memberships.add('one', 'maggie');
      await send('bart', '@maggie, look', 'write to a@maggie', 'say `@maggie`', '@bart and @maggie and @maggie');
      await send('maggie', 'I am @maggie');
      expect(await unreadOf('maggie')).toEqual({ seq: 5, read: 0, count: 4, mentions: 2 });
      expect(await here.readMarkers.advance('one', 'maggie', 1)).toEqual({ seq: 5, read: 1, count: 3, mentions: 1 });
    });

    test('stores nothing for a user who is not a member', async () => {
      const { here, there, send, unreadOf } = await open(create);
      await send('bart', '@lisa', 'b', '@lisa');
      expect(await here.readMarkers.advance('one', 'lisa', 1)).toEqual({ seq: 3, read: 1, count: 2, mentions: 1 });
      expect(await there.memberships.roomsOf('lisa')).toEqual([]);
      expect(await unreadOf('lisa')).toBeUndefined();
      await here.memberships.add('one', 'lisa');
      expect(await unreadOf('lisa')).toEqual({ seq: 3, read: 3, count: 0, mentions: 0 });
    });

    test('stops counting at the bound', async () => {
      const { here, send, unreadOf } = await open(create);
      await here.memberships.add('one', 'maggie');
      const { unreadMessages } = roomBounds;
      await send('bart', ...Array.from({ length: unreadMessages + 5 }, (_, index) => `text ${index}`));
      expect(await unreadOf('maggie')).toMatchObject({ seq: unreadMessages + 5, read: 0, count: unreadMessages });
      expect(await here.readMarkers.advance('one', 'maggie', 6)).toMatchObject({ count: unreadMessages - 1 });
    });

    test('counts a message as soon as it is durable', async () => {
      const { here, send, unreadOf } = await open(create);
      await here.memberships.add('one', 'maggie');
      for (let seq = 1; seq <= 20; seq++) {
        await send('bart', `text ${seq}`);
        expect(await unreadOf('maggie')).toMatchObject({ seq, count: seq });
      }
    });

    test('rejects an unknown room', async () => {
      const { here } = await open(create);
      await expect(here.readMarkers.advance('elsewhere', 'maggie', 1)).rejects.toBeInstanceOf(UnknownRoom);
    });

    test('rejects while the store is unavailable, and continues when it is available again', async () => {
      const { here, there, subject, send, unreadOf } = await open(create);
      await here.memberships.add('one', 'maggie');
      await send('bart', 'a', 'b');
      const restore = await subject.interrupt();
      for (const { readMarkers } of [here, there]) {
        await expect(readMarkers.advance('one', 'maggie', 1)).rejects.toThrow();
        await expect(readMarkers.unread([{ room: 'one', user: 'maggie' }])).rejects.toThrow();
      }
      await restore();
      expect(await unreadOf('maggie')).toMatchObject({ read: 0, count: 2 });
      expect(await there.readMarkers.advance('one', 'maggie', 1)).toMatchObject({ read: 1, count: 1 });
    });
  });
}
