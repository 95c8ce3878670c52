import { describe, expect, test } from 'vitest';
import {
  type Presence,
  PresenceLeaseExpired,
  type PresenceView,
  maxPresent,
  noRoom,
  type Status,
} from '../presence/presence.ts';
import { presenceLifetimes } from './presence-lifetimes.ts';
import { type CreatePresence, graceMs, held, live, open } from './presence-under-test.ts';

/** The guarantees of every `Presence` implementation. Call it in a Vitest file; each test gets a store from `create`. */
export function presenceContract(name: string, create: CreatePresence): void {
  describe(`${name} fulfills the presence contract`, () => {
    presenceLifetimes(create);

    test('tracks a user from online to away and offline', async () => {
      const { set, statusOf } = await open(create);
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
      const { set, statusOf } = await open(create);
      await set('here', live('maggie', 'away'));
      expect(await set('there', live('maggie', 'online'))).toEqual(['one maggie: away → online']);
      expect(await set('here', live('maggie', 'offline'))).toEqual([]);
      await set('here', live('maggie', 'away'));
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → away']);
      expect(await statusOf('maggie')).toBe('away');
    });

    test('keeps rooms and users apart', async () => {
      const { presence, set, statusOf } = await open(create);
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
      const { set } = await open(create);
      await set('here', live('maggie', 'online'));
      expect(await set('here', { ...live('maggie', 'away'), held: 'online', heldForMs: graceMs })).toEqual([]);
      expect(await set('here', { ...live('maggie', 'offline'), held: 'online', heldForMs: graceMs })).toEqual([]);
      expect(await set('here', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('ends the held status when the user is live on another node', async () => {
      const { set } = await open(create);
      await set('here', live('maggie', 'online'));
      await set('here', held('maggie', 'online'));
      expect(await set('there', live('maggie', 'online'))).toEqual([]);
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('shows the held status of a user who is away on another node', async () => {
      const { set } = await open(create);
      await set('here', live('maggie', 'online'));
      await set('here', held('maggie', 'online'));
      expect(await set('there', live('maggie', 'away'))).toEqual([]);
      expect(await set('here', live('maggie', 'offline'))).toEqual(['one maggie: online → away']);
    });

    test('does not hold a status that is lower than a live one on another node', async () => {
      const { set } = await open(create);
      await set('here', live('maggie', 'online'));
      await set('there', live('maggie', 'online'));
      expect(await set('here', held('maggie', 'online'))).toEqual([]);
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('ends the held status of each node separately', async () => {
      const { set } = await open(create);
      for (const node of ['here', 'there']) await set(node, live('maggie', 'online'));
      for (const node of ['here', 'there']) await set(node, held('maggie', 'online'));
      expect(await set('here', live('maggie', 'offline'))).toEqual([]);
      expect(await set('there', live('maggie', 'offline'))).toEqual(['one maggie: online → offline']);
    });

    test('ends all held statuses when a user leaves deliberately, but no live ones', async () => {
      const { set } = await open(create);
      const leave = { ...live('maggie', 'offline'), left: true };
      await set('here', held('maggie', 'online'));
      await set('there', live('maggie', 'away'));
      expect(await set('yonder', leave)).toEqual(['one maggie: online → away']);
      await set('here', held('maggie', 'online'));
      expect(await set('there', leave)).toEqual(['one maggie: online → offline']);
    });

    test('increments the version of a room by one for each change only', async () => {
      const { presence } = await open(create);
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
      const { presence } = await open(create);
      let last = -1;
      for (const status of ['online', 'away', 'offline', 'online', 'offline', 'away'] as const) {
        const [change] = await presence.set('here', [live('maggie', status)]);
        expect(change?.version).toBeGreaterThan(last);
        last = change?.version ?? 0;
        expect((await presence.list('one')).version).toBeGreaterThanOrEqual(last);
      }
    });

    test('applies concurrent views of several nodes and reports each change once', async () => {
      const { here, there, statusOf } = await open(create);
      const nodes = Array.from({ length: 20 }, (_, index) => `node ${index}`);
      const of = (index: number): Presence => (index % 2 === 0 ? here : there);
      await Promise.all(nodes.map((node, index) => of(index).renew(node)));
      const arrived = await Promise.all(nodes.map((node, index) => of(index).set(node, [live('maggie', 'online')])));
      expect(arrived.flat()).toHaveLength(1);
      const gone = await Promise.all(nodes.map((node, index) => of(index).set(node, [live('maggie', 'offline')])));
      expect(gone.flat()).toHaveLength(1);
      expect(await statusOf('maggie')).toBe('offline');
    });

    test('keeps the epoch while the store keeps its data, on every node', async () => {
      const { here, there, set } = await open(create);
      const { epoch } = await here.list('one');
      await set('here', live('maggie', 'online'));
      await here.removeNode('here');
      await here.renew('here');
      for (const presence of [here, there]) expect(await presence.list('one')).toMatchObject({ epoch });
    });

    test('removes all views of a node that stops or has died', async () => {
      const { presence, set, statusOf } = await open(create);
      await set('here', live('maggie', 'online'), live('bart', 'online'), held('lisa', 'away'));
      await set('there', live('maggie', 'away'));
      const changes = await presence.removeNode('here');
      expect(changes.map(({ user, before, after }) => `${user}: ${before} → ${after}`).toSorted()).toEqual([
        'bart: online → offline',
        'lisa: away → offline',
        'maggie: online → away',
      ]);
      expect(await presence.removeNode('here')).toEqual([]);
      await expect(set('here', live('maggie', 'online'))).rejects.toBeInstanceOf(PresenceLeaseExpired);
      expect(await presence.renew('here')).toMatchObject({ isNew: true, changes: [] });
      expect(await set('here', live('maggie', 'online'))).toEqual(['one maggie: away → online']);
      expect(await statusOf('bart')).toBe('offline');
    });

    test('returns the statuses of connected users on all nodes, independent of rooms', async () => {
      const { here, there, set } = await open(create);
      const connected = (user: string, status: Status): PresenceView => ({ ...live(user, status), room: noRoom });
      await set('here', connected('maggie', 'away'), connected('bart', 'away'), live('lisa', 'online'));
      await set('there', connected('maggie', 'online'));
      for (const presence of [here, there]) {
        expect(await presence.statusOf(['maggie', 'bart', 'lisa', 'homer'])).toEqual(
          new Map([
            ['maggie', 'online'],
            ['bart', 'away'],
          ]),
        );
        expect(await presence.statusOf([])).toEqual(new Map());
      }
      await there.removeNode('there');
      expect(await here.statusOf(['maggie'])).toEqual(new Map([['maggie', 'away']]));
    });

    test('rejects while the store is unavailable, and continues when it is available again', async () => {
      const { subject, here, there, set, statusOf } = await open(create);
      await set('here', live('maggie', 'online'));
      const restore = await subject.interrupt();
      for (const presence of [here, there]) {
        await expect(presence.set('here', [live('maggie', 'away')])).rejects.toThrow();
        await expect(presence.list('one')).rejects.toThrow();
        await expect(presence.statusOf(['maggie'])).rejects.toThrow();
        await expect(presence.renew('here')).rejects.toThrow();
        await expect(presence.removeNode('here')).rejects.toThrow();
      }
      await restore();
      expect(await statusOf('maggie')).toBe('online');
      expect(await set('here', live('maggie', 'away'))).toEqual(['one maggie: online → away']);
    });

    test('counts all users and lists at most maxPresent', async () => {
      const { presence, there } = await open(create);
      const crowd = Array.from({ length: maxPresent + 10 }, (_, index) => live(`user ${index}`, 'online'));
      const changes = await presence.set('here', crowd);
      expect(changes.at(-1)?.total).toBe(maxPresent + 10);
      const { total, present } = await there.list('one');
      expect({ total, listed: present.length }).toEqual({ total: maxPresent + 10, listed: maxPresent });
      expect(new Set(present.map(({ user }) => user)).size).toBe(maxPresent);
    });
  });
}
