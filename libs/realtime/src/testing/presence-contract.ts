import { describe, expect, onTestFinished, test } from 'vitest';
import { type Presence, type PresenceView, presentAtMost, type Status } from '../presence/presence.ts';

/** One form of the presence, fresh and empty. */
export interface PresenceUnderTest {
  readonly presence: Presence;
  /** Called at the end of each test. */
  close?(): Promise<void> | void;
}

/** What every form of `Presence` promises. Call it in a Vitest file of the form; each test gets a presence from `create`. */
export function presenceContract(name: string, create: () => Promise<PresenceUnderTest> | PresenceUnderTest): void {
  async function open() {
    const subject = await create();
    onTestFinished(async () => {
      await subject.close?.();
    });
    const { presence } = subject;
    /** What each of the changes was, in short. */
    const set = async (node: string, ...views: PresenceView[]): Promise<string[]> =>
      (await presence.set(node, views)).map(({ room, user, before, after }) => `${room} ${user}: ${before} → ${after}`);
    const statusOf = async (user: string, room = 'one'): Promise<Status> =>
      (await presence.list(room)).present.find((other) => other.user === user)?.status ?? 'offline';
    return { presence, set, statusOf };
  }

  describe(`${name} keeps the promises of a presence`, () => {
    test('somebody comes, looks elsewhere, is back and goes', async () => {
      const { set, statusOf } = await open();
      expect(await statusOf('maggie')).toBe('offline');
      expect(await set('here', live('maggie', 'online'))).toEqual(['one maggie: offline → online']);
      expect(await set('here', live('maggie', 'online'))).toEqual([]);
      expect(await set('here', live('maggie', 'away'))).toEqual(['one maggie: online → away']);
      expect(await statusOf('maggie')).toBe('away');
      expect(await set('here', live('maggie', 'online'))).toEqual(['one maggie: away → online']);
      expect(await set('here', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
      expect(await set('here', live('maggie', 'offline'))).toEqual([]);
      expect(await statusOf('maggie')).toBe('offline');
    });

    test('a person is the best of what all nodes say', async () => {
      const { set, statusOf } = await open();
      await set('here', live('maggie', 'away'));
      expect(await set('there', live('maggie', 'online'))).toEqual(['one maggie: away → online']);
      expect(await set('here', live('maggie', 'offline'))).toEqual([]);
      await set('here', live('maggie', 'away'));
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → away']);
      expect(await statusOf('maggie')).toBe('away');
    });

    test('rooms and people are kept apart', async () => {
      const { presence, set, statusOf } = await open();
      const views = [live('maggie', 'online'), live('bart', 'away'), { ...live('maggie', 'away'), room: 'two' }];
      expect(await set('here', ...views)).toEqual([
        'one maggie: offline → online',
        'one bart: offline → away',
        'two maggie: offline → away',
      ]);
      expect([await statusOf('maggie'), await statusOf('bart'), await statusOf('maggie', 'two')]).toEqual([
        'online',
        'away',
        'away',
      ]);
      expect((await presence.list('one')).total).toBe(2);
      expect(await presence.list('three')).toMatchObject({ total: 0, present: [] });
    });

    test('what is held shows until it is held no more', async () => {
      const { set } = await open();
      await set('here', live('maggie', 'online'));
      expect(await set('here', { ...live('maggie', 'away'), held: 'online' })).toEqual([]);
      expect(await set('here', { ...live('maggie', 'offline'), held: 'online' })).toEqual([]);
      expect(await set('here', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('whoever is back on another node is held no more where they were', async () => {
      const { set } = await open();
      await set('here', live('maggie', 'online'));
      await set('here', held('maggie', 'online'));
      expect(await set('there', live('maggie', 'online'))).toEqual([]);
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('whoever is back but looks elsewhere is shown as before while that is held', async () => {
      const { set } = await open();
      await set('here', live('maggie', 'online'));
      await set('here', held('maggie', 'online'));
      expect(await set('there', live('maggie', 'away'))).toEqual([]);
      expect(await set('here', live('maggie', 'offline'))).toEqual(['one maggie: online → away']);
    });

    test('a drop that is noticed late, when they are back elsewhere long since, holds nothing', async () => {
      const { set } = await open();
      await set('here', live('maggie', 'online'));
      await set('there', live('maggie', 'online'));
      expect(await set('here', held('maggie', 'online'))).toEqual([]);
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('what one node holds does not end with what another held', async () => {
      const { set } = await open();
      for (const node of ['here', 'there']) await set(node, live('maggie', 'online'));
      for (const node of ['here', 'there']) await set(node, held('maggie', 'online'));
      expect(await set('here', live('maggie', 'offline'))).toEqual([]);
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('whoever goes on purpose is held nowhere, but stays where they are live', async () => {
      const { set } = await open();
      const leave = { ...live('maggie', 'offline'), left: true };
      await set('here', held('maggie', 'online'));
      await set('there', live('maggie', 'away'));
      expect(await set('yonder', leave)).toEqual(['one maggie: online → away']);
      await set('here', held('maggie', 'online'));
      expect(await set('there', leave)).toEqual(['one maggie: online → offline']);
    });

    test('each change raises the version of its room by one, and nothing else does', async () => {
      const { presence } = await open();
      const first = (await presence.list('one')).version;
      const versions: number[] = [];
      const say = async (...views: PresenceView[]): Promise<void> => {
        for (const { version } of await presence.set('here', views)) versions.push(version);
      };
      await say(live('maggie', 'online'), live('bart', 'online'));
      await say(live('maggie', 'online'), { ...live('maggie', 'online'), room: 'two' });
      await say(live('maggie', 'away'), live('bart', 'offline'));
      const inOne = versions.filter((_, index) => index !== 2);
      expect(inOne).toEqual([1, 2, 3, 4].map((step) => first + step));
      expect((await presence.list('one')).version).toBe(first + 4);
    });

    test('the versions of a room never go back, even when nobody was there meanwhile', async () => {
      const { presence } = await open();
      let last = -1;
      for (const status of ['online', 'away', 'offline', 'online', 'offline', 'away'] as const) {
        const [change] = await presence.set('here', [live('maggie', status)]);
        expect(change?.version).toBeGreaterThan(last);
        last = change?.version ?? 0;
        expect((await presence.list('one')).version).toBeGreaterThanOrEqual(last);
      }
    });

    test('of two nodes that say something at once both are heard, and each change is told once', async () => {
      const { presence, statusOf } = await open();
      const told = await Promise.all(
        Array.from({ length: 20 }, (_, index) => presence.set(`node ${index}`, [live('maggie', 'online')])),
      );
      expect(told.flat()).toHaveLength(1);
      const gone = await Promise.all(
        Array.from({ length: 20 }, (_, index) => presence.set(`node ${index}`, [live('maggie', 'offline')])),
      );
      expect(gone.flat()).toHaveLength(1);
      expect(await statusOf('maggie')).toBe('offline');
    });

    test('what a dead node said counts no more', async () => {
      const { presence, set, statusOf } = await open();
      await set('here', live('maggie', 'online'), live('bart', 'online'), held('lisa', 'away'));
      await set('there', live('maggie', 'away'));
      const changes = await presence.forget('here');
      expect(changes.map(({ user, before, after }) => `${user}: ${before} → ${after}`).toSorted()).toEqual([
        'bart: online → offline',
        'lisa: away → offline',
        'maggie: online → away',
      ]);
      expect(await presence.forget('here')).toEqual([]);
      expect(await set('here', live('maggie', 'online'))).toEqual(['one maggie: away → online']);
      expect(await statusOf('bart')).toBe('offline');
    });

    test('of a crowd so many are listed as have room, and all are counted', async () => {
      const { presence } = await open();
      const crowd = Array.from({ length: presentAtMost + 10 }, (_, index) => live(`user ${index}`, 'online'));
      await presence.set('here', crowd);
      const { total, present } = await presence.list('one');
      expect({ total, listed: present.length }).toEqual({ total: presentAtMost + 10, listed: presentAtMost });
      expect(new Set(present.map(({ user }) => user)).size).toBe(presentAtMost);
    });
  });
}

function live(user: string, status: Status): PresenceView {
  return { room: 'one', user, live: status, held: 'offline', left: false };
}

function held(user: string, status: Status): PresenceView {
  return { room: 'one', user, live: 'offline', held: status, left: false };
}
