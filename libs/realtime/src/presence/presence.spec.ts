import { describe, expect, test } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { newNode, quiet } from '../testing/new-node.ts';
import { everyMs, graceMs, join, pass, received, twoNodes, useFakeTimers } from '../testing/presence-nodes.ts';
import { createMemoryPresence } from './memory-presence.ts';
import type { Presence } from './presence.ts';

useFakeTimers();

test('announces a new member to the room on every node, and lists them in the reply to their own join only', async () => {
  const { here, bart } = await twoNodes();
  const lisa = here.connect('lisa');
  const elsewhere = here.connect('homer');
  await join(elsewhere, 'random');
  expect(await join(lisa)).toEqual([
    { user: 'lisa', status: 'online' },
    { user: 'bart', status: 'online' },
  ]);
  expect(received(bart)).toEqual(['general lisa online']);
  expect(received(lisa)).toEqual([]);
  expect(received(elsewhere)).toEqual([]);
});

test('shows a leave immediately', async () => {
  const { here, bart } = await twoNodes();
  const lisa = here.connect('lisa');
  await join(lisa);
  await pass(everyMs);
  await lisa.request('leave', { room: 'general' });
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
  expect(await join(here.connect('homer'))).toEqual([
    { user: 'homer', status: 'online' },
    { user: 'bart', status: 'online' },
  ]);
});

test('shows a dropped connection until the grace period ends', async () => {
  const { here, bart } = await twoNodes();
  const lisa = here.connect('lisa');
  await join(lisa);
  lisa.disconnect(1006);
  await pass(graceMs - 1);
  expect(received(bart)).toEqual(['general lisa online']);
  expect(await join(here.connect('homer'))).toContainEqual({ user: 'lisa', status: 'online' });
  await pass(1);
  expect(received(bart)).toEqual(['general lisa online', 'general homer online', 'general lisa offline']);
});

test.each(['the same node', 'the other node'])('shows no change for reloads onto %s', async (where) => {
  const { here, there, bart } = await twoNodes();
  let lisa = here.connect('lisa');
  await join(lisa);
  for (let turn = 0; turn < 3; turn++) {
    lisa.disconnect();
    await pass(graceMs / 2);
    lisa = (where === 'the same node' || turn % 2 === 1 ? here : there).connect('lisa');
    await join(lisa);
    await pass(graceMs * 2);
  }
  expect(received(bart)).toEqual(['general lisa online']);
});

test('shows no change for a user who reconnects before the drop was detected, until they leave', async () => {
  const { here, there, bart } = await twoNodes();
  const lost = here.connect('lisa');
  await join(lost);
  const back = there.connect('lisa');
  await join(back);
  await pass(35_000);
  lost.disconnect(1006);
  await quiet();
  await back.request('leave', { room: 'general' });
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test('shows a user with two tabs once, on one node or two', async () => {
  const { here, there, bart } = await twoNodes();
  const tabs = [here.connect('lisa'), here.connect('lisa'), there.connect('lisa')];
  for (const tab of tabs) await join(tab);
  for (const tab of tabs) {
    expect(received(bart)).toEqual(['general lisa online']);
    tab.disconnect();
    await pass(graceMs);
  }
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
  expect(tabs.map(received)).toEqual([[], [], []]);
});

test('shows a user as away when all of their connections are, until the first is back', async () => {
  const { here, there, bart } = await twoNodes();
  const [phone, laptop] = [here.connect('lisa'), there.connect('lisa')];
  await join(phone);
  await join(laptop);
  phone.sendFrame({ type: 'away', away: true });
  await pass(everyMs);
  expect(received(bart)).toEqual(['general lisa online']);
  laptop.sendFrame({ type: 'away', away: true });
  laptop.sendFrame({ type: 'away', away: true });
  await quiet();
  expect(received(bart).at(-1)).toBe('general lisa away');
  await pass(everyMs);
  phone.sendFrame({ type: 'away', away: false });
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa away', 'general lisa online']);
  expect(received(laptop)).toEqual(['general lisa away', 'general lisa online']);
});

test('counts only connections that have joined the room', async () => {
  const { here, bart } = await twoNodes();
  const inTheRoom = here.connect('lisa');
  const elsewhere = here.connect('lisa');
  await join(inTheRoom);
  await join(elsewhere, 'random');
  await pass(everyMs);
  inTheRoom.sendFrame({ type: 'away', away: true });
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa away']);
});

test('shows a user as away who joins while away', async () => {
  const { here, bart } = await twoNodes();
  const lisa = here.connect('lisa');
  lisa.sendFrame({ type: 'away', away: true });
  expect(await join(lisa)).toEqual([
    { user: 'lisa', status: 'away' },
    { user: 'bart', status: 'online' },
  ]);
  expect(received(bart)).toEqual(['general lisa away']);
  expect(received(lisa)).toEqual([]);
});

test('shows no intermediate status for a user who joins and becomes away again before it was sent', async () => {
  const memory = createMemoryPresence();
  let said: Promise<unknown> = Promise.resolve();
  const presence: Presence = { ...memory, set: (node, views) => said.then(() => memory.set(node, views)) };
  const bus = createMemoryBus();
  const [here, there] = [newNode({ bus, presence }), newNode({ bus, presence })];
  const phone = here.connect('lisa');
  phone.sendFrame({ type: 'away', away: true });
  await join(phone);
  const [bart, laptop] = [there.connect('bart'), there.connect('lisa')];
  const slow = Promise.withResolvers<undefined>();
  said = slow.promise;
  // The report for bart is in progress, so the one for maggie waits.
  await join(bart);
  const present = await join(laptop);
  laptop.sendFrame({ type: 'away', away: true });
  slow.resolve(undefined);
  await quiet();
  expect(present).toEqual([{ user: 'lisa', status: 'away' }]);
  expect(received(laptop)).toEqual(['general bart online']);
});

test('keeps a user online for the grace period when their only attentive connection drops, then away', async () => {
  const { here, bart } = await twoNodes();
  const [attentive, away] = [here.connect('lisa'), here.connect('lisa')];
  away.sendFrame({ type: 'away', away: true });
  await join(attentive);
  await join(away);
  attentive.disconnect();
  await pass(graceMs - 1);
  expect(received(bart)).toEqual(['general lisa online']);
  await pass(1);
  expect(received(bart)).toEqual(['general lisa online', 'general lisa away']);
});

test('shows a removal immediately, on every node', async () => {
  const { here, there, bart } = await twoNodes();
  await join(here.connect('lisa'));
  await join(there.connect('lisa'));
  await pass(everyMs);
  void here.rooms.remove('general', 'lisa', 'not_found');
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test.each(['the same node', 'the other node'])(
  'does not hold the status of a user who reconnects to %s, is away and then leaves',
  async (where) => {
    const { here, there, bart } = await twoNodes();
    const lost = here.connect('lisa');
    await join(lost);
    lost.disconnect(1006);
    const back = (where === 'the same node' ? here : there).connect('lisa');
    back.sendFrame({ type: 'away', away: true });
    await join(back);
    await pass(graceMs / 2);
    expect(received(bart)).toEqual(['general lisa online']);
    await back.request('leave', { room: 'general' });
    await quiet();
    expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
  },
);

test.each(['session_ended', 'closed_by_operator'] as const)('shows a close with %s immediately', async (name) => {
  const { here, there, bart } = await twoNodes();
  const dropped = there.connect('lisa');
  await join(dropped);
  dropped.disconnect(1006);
  await quiet();
  const lisa = here.connect('lisa');
  await join(lisa);
  await pass(everyMs);
  here.connections.close({ id: lisa.connection.id }, name);
  await quiet();
  expect(received(bart)).toEqual(['general lisa online', 'general lisa offline']);
});

test('shows no change for users who reconnect in time after a server restart', async () => {
  const { here, there, bart } = await twoNodes();
  await join(here.connect('lisa'));
  await here.connections.drain(0);
  await pass(graceMs / 2);
  await join(there.connect('lisa'));
  await pass(graceMs);
  expect(received(bart)).toEqual(['general lisa online']);
});

describe('changes of one user in one room', () => {
  test('are sent once per 500 ms on every node: the first immediately, the last status at the end', async () => {
    const { here, there, bart } = await twoNodes();
    const lisa = here.connect('lisa');
    const homer = here.connect('homer');
    await join(homer);
    await join(lisa);
    expect(received(bart)).toEqual(['general homer online', 'general lisa online']);
    await pass(everyMs);
    for (let n = 0; n < 25; n++) lisa.sendFrame({ type: 'away', away: n % 2 === 0 });
    await pass(everyMs - 1);
    expect(received(bart)).toHaveLength(3);
    for (let n = 0; n < 11; n++) lisa.sendFrame({ type: 'away', away: n % 2 === 1 });
    await pass(1);
    const expected = ['general homer online', 'general lisa online', 'general lisa away', 'general lisa online'];
    expect(received(bart)).toEqual(expected);
    await pass(10 * everyMs);
    expect(received(bart)).toEqual(expected);
    expect(received(homer)).toEqual(expected.slice(1));
    expect(there.log.lines).toEqual([]);
  });

  test('are not sent if the status returns within the interval', async () => {
    const { here, bart } = await twoNodes();
    const lisa = here.connect('lisa');
    await join(lisa);
    await lisa.request('leave', { room: 'general' });
    await join(lisa);
    await pass(10 * everyMs);
    expect(received(bart)).toEqual(['general lisa online']);
  });

  test('are coalesced across two connections on two nodes', async () => {
    const { here, there, bart } = await twoNodes();
    const lisas = [here.connect('lisa'), there.connect('lisa')];
    for (const lisa of lisas) await join(lisa);
    await pass(everyMs);
    const before = received(bart).length;
    const until = performance.now() + 5_000;
    for (let n = 0; performance.now() < until; n++) {
      for (const lisa of lisas) lisa.sendFrame({ type: 'away', away: n % 2 === 0 });
      await pass(70);
    }
    await pass(everyMs);
    expect(received(bart).length - before).toBeLessThanOrEqual(5_000 / everyMs + 1);
    expect(received(bart).at(-1)).toBe(`general lisa ${String((await here.rooms.statusOf(['lisa'])).get('lisa'))}`);
  });

  test('are listed to a member who joins within the interval, who also receives a return to the earlier status', async () => {
    const { here, there, bart } = await twoNodes();
    const lisa = here.connect('lisa');
    await join(lisa);
    await lisa.request('leave', { room: 'general' });
    const [maggie, homer] = [there.connect('maggie'), there.connect('homer')];
    expect(await join(maggie)).toEqual([
      { user: 'maggie', status: 'online' },
      { user: 'bart', status: 'online' },
    ]);
    await join(lisa);
    expect(await join(homer)).toContainEqual({ user: 'lisa', status: 'online' });
    await pass(everyMs);
    expect(received(maggie)).toEqual(['general homer online', 'general lisa online']);
    expect(received(bart).filter((line) => line.includes('lisa'))).toEqual(['general lisa online']);
    expect(received(homer)).toEqual([]);
  });

  test('are removed from the list for others in time when the user leaves again within the interval', async () => {
    const { here, there, bart } = await twoNodes();
    const lisa = here.connect('lisa');
    await join(lisa);
    await lisa.request('leave', { room: 'general' });
    const maggie = there.connect('maggie');
    expect(await join(maggie)).not.toContainEqual({ user: 'lisa', status: 'online' });
    await pass(everyMs);
    expect(received(bart)).toEqual(['general lisa online', 'general maggie online', 'general lisa offline']);
  });
});
