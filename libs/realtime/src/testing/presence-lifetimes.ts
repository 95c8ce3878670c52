import { describe, expect, test } from 'vitest';
import { PresenceLeaseExpired } from '../presence/presence.ts';
import { type CreatePresence, graceMs, held, live, open } from './presence-under-test.ts';

/** The guarantees about leases and held statuses. Part of `presenceContract`. */
export function presenceLifetimes(create: CreatePresence): void {
  describe('lifetimes', () => {
    test('ends a held status at a time of its own clock, with the next renewal of any node', async () => {
      const { subject, set, renew, statusOf } = await open(create);
      await set('here', live('maggie', 'online'), live('bart', 'online'));
      await set('here', held('maggie', 'online', graceMs));
      await subject.advance(1_000);
      await set('here', held('bart', 'online', graceMs));
      await subject.advance(graceMs - 1_001);
      expect(await renew('there')).toEqual([]);
      expect(await statusOf('maggie')).toBe('online');
      await subject.advance(1);
      expect(await renew('there')).toEqual(['one maggie: online → offline']);
      expect(await renew('here')).toEqual([]);
      await subject.advance(1_000);
      expect(await renew('here')).toEqual(['one bart: online → offline']);
      expect(await statusOf('bart', 'one', 'here')).toBe('offline');
    });

    test('returns when the next held status of a node ends', async () => {
      const { subject, here, there, set } = await open(create);
      expect((await here.renew('here')).nextEndMs).toBeUndefined();
      await set('here', held('maggie', 'online', 3_000), held('bart', 'online', 2_000));
      await subject.advance(500);
      expect((await here.renew('here')).nextEndMs).toBe(1_500);
      expect((await there.renew('there')).nextEndMs).toBeUndefined();
      await subject.advance(1_500);
      expect((await here.renew('here')).nextEndMs).toBe(1_000);
      await set('here', live('maggie', 'online'));
      expect((await here.renew('here')).nextEndMs).toBeUndefined();
    });

    test('shows the live status of a node after its held status has ended', async () => {
      const { subject, set, renew } = await open(create);
      await set('here', { ...live('maggie', 'away'), held: 'online', heldForMs: graceMs });
      await subject.advance(graceMs);
      expect(await renew('here')).toEqual(['one maggie: online → away']);
    });

    test('removes all views of a node whose lease has ended, with the next renewal of any node', async () => {
      const { subject, here, there, set, renew, statusOf } = await open(create);
      await set('here', live('maggie', 'online'), live('bart', 'online'));
      await set('there', live('maggie', 'away'));
      await subject.advance(here.leaseMs - 1);
      expect(await renew('there')).toEqual([]);
      await subject.advance(1);
      expect((await renew('there')).toSorted()).toEqual(['one bart: online → offline', 'one maggie: online → away']);
      await expect(set('here', live('maggie', 'online'))).rejects.toBeInstanceOf(PresenceLeaseExpired);
      expect(await statusOf('maggie')).toBe('away');
      expect(await here.renew('here')).toMatchObject({ isNew: true, changes: [] });
      expect(await there.renew('there')).toMatchObject({ isNew: false });
      expect(await set('here', live('maggie', 'online'))).toEqual(['one maggie: away → online']);
    });

    test('keeps the views of all nodes for one more lease if none of them could renew', async () => {
      const { subject, here, there, set, renew, statusOf } = await open(create);
      await set('here', live('maggie', 'online'));
      await set('there', live('bart', 'online'));
      await subject.advance(here.leaseMs * 2);
      expect(await there.renew('there')).toMatchObject({ isNew: false, changes: [] });
      await subject.advance(here.leaseMs / 3);
      expect(await here.renew('here')).toMatchObject({ isNew: false, changes: [] });
      for (const user of ['maggie', 'bart']) expect(await statusOf(user)).toBe('online');
      // The other node does not come back.
      await subject.advance(here.leaseMs * (2 / 3));
      expect(await renew('here')).toEqual(['one bart: online → offline']);
      expect(await statusOf('maggie')).toBe('online');
    });

    test('keeps the views of all nodes for one more lease if the first node to renew has none', async () => {
      const { subject, here, there, set, renew, statusOf } = await open(create);
      await there.removeNode('there');
      await set('here', live('maggie', 'online'));
      await subject.advance(here.leaseMs * 2);
      expect(await there.renew('there')).toMatchObject({ isNew: true, changes: [] });
      expect(await statusOf('maggie')).toBe('online');
      expect(await here.renew('here')).toMatchObject({ isNew: false, changes: [] });
      // From here on, this node does not come back.
      await subject.advance(here.leaseMs / 2);
      expect(await renew('there')).toEqual([]);
      await subject.advance(here.leaseMs / 2);
      expect(await renew('there')).toEqual(['one maggie: online → offline']);
    });

    test('keeps the views of a node that renews its lease in time', async () => {
      const { subject, here, set, renew, statusOf } = await open(create);
      await set('here', live('maggie', 'online'));
      for (let times = 0; times < 6; times++) {
        await subject.advance(here.leaseMs / 3);
        expect(await here.renew('here')).toMatchObject({ isNew: false, changes: [] });
        expect(await renew('there')).toEqual([]);
      }
      expect(await statusOf('maggie')).toBe('online');
    });
  });
}
