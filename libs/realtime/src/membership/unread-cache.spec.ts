import { expect, test } from 'vitest';
import { UnreadCache } from './unread-cache.ts';

const maggie = { room: 'general', user: 'maggie' };

/** A cache with a count of the store: 1 unread message of 5. */
function cached(): UnreadCache {
  const cache = new UnreadCache();
  cache.userFollowed('maggie');
  const count = { seq: 5, read: 4, count: 1, mentions: 0 };
  cache.put(maggie, count, cache.arrivalsOf('general'), cache.eventsOf('maggie'));
  return cache;
}

function payload(seq: number, fields: object = {}, epoch = 'first'): string {
  return `${seq} ${epoch} ${JSON.stringify({ type: 'message', seq, from: 'bart', text: 'hello', ...fields })}`;
}

test('continues a count with the messages of other users and their mentions', () => {
  const cache = cached();
  cache.arrived('general', payload(7, { from: 'maggie', text: 'I am @maggie' }));
  cache.arrived('general', payload(6, { text: 'hello @maggie' }));
  cache.arrived('general', payload(8));
  cache.arrived('general', payload(8));
  expect(cache.get(maggie)).toEqual({ seq: 8, read: 4, count: 3, mentions: 1 });
  expect(cache.get({ room: 'random', user: 'maggie' })).toBeUndefined();
});

test('a repeated message that the count already contains changes nothing', () => {
  const cache = cached();
  cache.arrived('general', payload(5));
  cache.arrived('general', payload(3, { deleted: 1, text: '' }));
  expect(cache.get(maggie)).toEqual({ seq: 5, read: 4, count: 1, mentions: 0 });
});

test.each([
  ['a gap', payload(7)],
  ['an edit of an unread message', payload(6, { edits: 5 })],
  ['a deletion of an unread message', payload(6, { deletes: 5, text: '' })],
  ['an invalid payload', 'nonsense'],
  ['a payload without an author', '6 first {"text":"hello"}'],
])('a count is stale after %s', (_, arrived) => {
  const cache = cached();
  cache.arrived('general', arrived);
  expect(cache.get(maggie)).toBeUndefined();
});

test('an edit or a deletion of a message that the user has read keeps the count', () => {
  const cache = cached();
  cache.arrived('general', payload(6, { edits: 4 }));
  cache.arrived('general', payload(7, { deletes: 2, text: '' }));
  expect(cache.get(maggie)).toEqual({ seq: 7, read: 4, count: 1, mentions: 0 });
});

test('a count is stale when the room has a new epoch', () => {
  const cache = cached();
  cache.arrived('general', payload(6));
  expect(cache.get(maggie)).toMatchObject({ seq: 6, count: 2 });
  cache.arrived('general', payload(1, {}, 'second'));
  expect(cache.get(maggie)).toBeUndefined();
});

test('keeps a bounded number of messages, and a count that is further behind is stale', () => {
  const cache = cached();
  for (let seq = 6; seq < 1_000; seq++) cache.arrived('general', payload(seq));
  expect(cache.get(maggie)).toBeUndefined();
  const large = cached();
  for (let seq = 6; seq < 100; seq++) large.arrived('general', payload(seq, { text: 'x'.repeat(4_000) }));
  expect(large.get(maggie)).toBeUndefined();
});

test('a read marker that moved elsewhere replaces the count, and an older one does not', () => {
  const cache = cached();
  cache.arrived('general', payload(6));
  cache.advanced(maggie, { seq: 5, read: 5, count: 0, mentions: 0 });
  expect(cache.get(maggie)).toEqual({ seq: 6, read: 5, count: 1, mentions: 0 });
  cache.advanced(maggie, { seq: 6, read: 4, count: 2, mentions: 0 });
  expect(cache.get(maggie)).toEqual({ seq: 6, read: 5, count: 1, mentions: 0 });
});

test.each([
  [
    'events of the user were lost',
    (cache: UnreadCache) => {
      cache.userFollowed('maggie');
    },
  ],
  [
    'the node stops following the user',
    (cache: UnreadCache) => {
      cache.userUnfollowed('maggie');
    },
  ],
])('a count is stale after %s, even one that was requested before', (_, change) => {
  const cache = cached();
  const [arrivals, events] = [cache.arrivalsOf('general'), cache.eventsOf('maggie')];
  change(cache);
  expect(cache.get(maggie)).toBeUndefined();
  cache.put(maggie, { seq: 5, read: 4, count: 1, mentions: 0 }, arrivals, events);
  expect(cache.get(maggie)).toBeUndefined();
});

test('no count is kept for a user whom the node does not follow', () => {
  const cache = new UnreadCache();
  cache.put(maggie, { seq: 5, read: 4, count: 1, mentions: 0 }, cache.arrivalsOf('general'), cache.eventsOf('maggie'));
  expect(cache.get(maggie)).toBeUndefined();
});
