import { expect, test } from 'vitest';
import { createMemoryHistory } from '../rooms/memory-history.ts';
import { newNode, sendAll } from '../testing/new-node.ts';
import { pass, useFakeTimers } from '../testing/presence-nodes.ts';
import { createMemoryMemberships, createMemoryReadMarkers, MemoryMembershipStore } from './memory-memberships.ts';
import type { Memberships } from './memberships.ts';
import type { ReadMarkers } from './read-markers.ts';

useFakeTimers();

/** A node whose memberships and read markers do not respond while `hanging`. */
function newNodeWithMembers() {
  const history = createMemoryHistory({ rooms: ['general', 'random'] });
  const store = new MemoryMembershipStore(history);
  const [memberships, readMarkers] = [createMemoryMemberships(store), createMemoryReadMarkers(store)];
  const state = { hanging: false };
  const unlessHanging = <T>(call: () => Promise<T>): Promise<T> =>
    state.hanging ? new Promise(() => undefined) : call();
  const node = newNode({
    history,
    memberships: {
      add: (room, user) => unlessHanging(() => memberships.add(room, user)),
      remove: (room, user) => unlessHanging(() => memberships.remove(room, user)),
      roomsOf: (user) => unlessHanging(() => memberships.roomsOf(user)),
    } satisfies Memberships,
    readMarkers: {
      advance: (room, user, seq) => unlessHanging(() => readMarkers.advance(room, user, seq)),
      unread: (pairs) => unlessHanging(() => readMarkers.unread(pairs)),
    } satisfies ReadMarkers,
  });
  return { ...node, memberships, state };
}

test('rejects a read with internal after 2 seconds when the read markers do not respond', async () => {
  const { connect, state } = newNodeWithMembers();
  const maggie = connect();
  await maggie.request('join', { room: 'general' });
  state.hanging = true;
  const reply = maggie.request('read', { room: 'general', seq: 1 });
  await pass(1_999);
  expect(maggie.received('error')).toEqual([]);
  await pass(1);
  expect(await reply).toMatchObject({ type: 'error', code: 'internal' });
  state.hanging = false;
  expect(await maggie.request('read', { room: 'general', seq: 1 })).toMatchObject({ type: 'reply' });
});

test('sends unread events again after the stores of members did not respond', async () => {
  const { connect, memberships, state, log } = newNodeWithMembers();
  for (const user of ['maggie', 'bart']) await memberships.add('general', user);
  const bart = connect('bart');
  await bart.request('join', { room: 'general' });
  state.hanging = true;
  const maggie = connect('maggie');
  await sendAll(bart, 'general', ['a']);
  await pass(5_000);
  state.hanging = false;
  await pass(15_000);
  await sendAll(bart, 'general', ['b']);
  await pass(1_000);
  expect(log.lines).toContain('error the rooms of a user could not be read');
  expect(maggie.received('unread').at(-1)).toMatchObject({ room: 'general', seq: 2, count: 2 });
});

test('sends unread events again after the counts failed', async () => {
  const { connect, memberships, state, log } = newNodeWithMembers();
  for (const user of ['maggie', 'bart']) await memberships.add('general', user);
  const [maggie, bart] = [connect('maggie'), connect('bart')];
  await bart.request('join', { room: 'general' });
  await pass(1_000);
  state.hanging = true;
  await sendAll(bart, 'general', ['a']);
  await pass(4_000);
  state.hanging = false;
  await pass(15_000);
  expect(log.lines).toContain('error unread messages could not be counted');
  expect(maggie.received('unread').at(-1)).toMatchObject({ room: 'general', seq: 1, count: 1 });
});

test('joins a room within 2 seconds when the memberships do not respond', async () => {
  const { connect, state, log } = newNodeWithMembers();
  state.hanging = true;
  const reply = connect().request('join', { room: 'general' });
  await pass(2_000);
  expect(await reply).toMatchObject({ type: 'reply' });
  expect(log.lines).toContain('error a joined user could not be made a member');
});
