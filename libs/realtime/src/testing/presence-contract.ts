import { describe, expect, onTestFinished, test } from 'vitest';
import { type Presence, type PresenceView, maxPresent, type Status } from '../presence/presence.ts';

/** A new, empty instance of the implementation under test. */
export interface PresenceUnderTest {
  readonly presence: Presence;
  /** Called at the end of each test. */
  close?(): Promise<void> | void;
}

/** The guarantees of every `Presence` implementation. Call it in a Vitest file; each test gets a presence from `create`. */
export function presenceContract(name: string, create: () => Promise<PresenceUnderTest> | PresenceUnderTest): void {
  async function open() {
    const subject = await create();
    onTestFinished(async () => {
      await subject.close?.();
    });
    const { presence } = subject;
    /** Sets views and returns a summary of each change. */
    const set = async (node: string, ...views: PresenceView[]): Promise<string[]> =>
      (await presence.set(node, views)).map(({ room, user, before, after }) => `${room} ${user}: ${before} → ${after}`);
    const statusOf = async (user: string, room = 'one'): Promise<Status> =>
      (await presence.list(room)).present.find((other) => other.user === user)?.status ?? 'offline';
    return { presence, set, statusOf };
  }

  describe(`${name} fulfills the presence contract`, () => {
    test('tracks a user from online to away and offline', async () => {
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

    test('shows the highest status of all nodes', async () => {
      const { set, statusOf } = await open();
      await set('here', live('maggie', 'away'));
      expect(await set('there', live('maggie', 'online'))).toEqual(['one maggie: away → online']);
      expect(await set('here', live('maggie', 'offline'))).toEqual([]);
      await set('here', live('maggie', 'away'));
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → away']);
      expect(await statusOf('maggie')).toBe('away');
    });

    test('keeps rooms and users apart', async () => {
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

    test('shows a held status until it ends', async () => {
      const { set } = await open();
      await set('here', live('maggie', 'online'));
      expect(await set('here', { ...live('maggie', 'away'), held: 'online' })).toEqual([]);
      expect(await set('here', { ...live('maggie', 'offline'), held: 'online' })).toEqual([]);
      expect(await set('here', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('ends the held status when the user is live on another node', async () => {
      const { set } = await open();
      await set('here', live('maggie', 'online'));
      await set('here', held('maggie', 'online'));
      expect(await set('there', live('maggie', 'online'))).toEqual([]);
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('shows the held status of a user who is away on another node', async () => {
      const { set } = await open();
      await set('here', live('maggie', 'online'));
      await set('here', held('maggie', 'online'));
      expect(await set('there', live('maggie', 'away'))).toEqual([]);
      expect(await set('here', live('maggie', 'offline'))).toEqual(['one maggie: online → away']);
    });

    test('does not hold a status that is lower than a live one on another node', async () => {
      const { set } = await open();
      await set('here', live('maggie', 'online'));
      await set('there', live('maggie', 'online'));
      expect(await set('here', held('maggie', 'online'))).toEqual([]);
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('ends the held status of each node separately', async () => {
      const { set } = await open();
      for (const node of ['here', 'there']) await set(node, live('maggie', 'online'));
      for (const node of ['here', 'there']) await set(node, held('maggie', 'online'));
      expect(await set('here', live('maggie', 'offline'))).toEqual([]);
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('ends all held statuses when a user leaves deliberately, but no live ones', async () => {
      const { set } = await open();
      const leave = { ...live('maggie', 'offline'), left: true };
      await set('here', held('maggie', 'online'));
      await set('there', live('maggie', 'away'));
      expect(await set('yonder', leave)).toEqual(['one maggie: online → away']);
      await set('here', held('maggie', 'online'));
      expect(await set('there', leave)).toEqual(['one maggie: online → offline']);
    });

    test('increments the version of a room by one for each change only', async () => {
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

    test('never decreases the version of a room, even while it is empty', async () => {
      const { presence } = await open();
      let last = -1;
      for (const status of ['online', 'away', 'offline', 'online', 'offline', 'away'] as const) {
        const [change] = await presence.set('here', [live('maggie', status)]);
        expect(change?.version).toBeGreaterThan(last);
        last = change?.version ?? 0;
        expect((await presence.list('one')).version).toBeGreaterThanOrEqual(last);
      }
    });

    test('applies concurrent views of several nodes and reports each change once', async () => {
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

    test('removes all views of a node that has died', async () => {
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

    test('counts all users and lists at most maxPresent', async () => {
      const { presence } = await open();
      const crowd = Array.from({ length: maxPresent + 10 }, (_, index) => live(`user ${index}`, 'online'));
      await presence.set('here', crowd);
      const { total, present } = await presence.list('one');
      expect({ total, listed: present.length }).toEqual({ total: maxPresent + 10, listed: maxPresent });
      expect(new Set(present.map(({ user }) => user)).size).toBe(maxPresent);
    });
  });
}

function live(user: string, status: Status): PresenceView {
  return { room: 'one', user, live: status, held: 'offline', left: false };
}

function held(user: string, status: Status): PresenceView {
  return { room: 'one', user, live: 'offline', held: status, left: false };
}
