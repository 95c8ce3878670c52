import { expect, test } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { installation } from '../testing/membership-nodes.ts';
import { newNode, quiet } from '../testing/new-node.ts';

const archived = (room: string) => ({ room, archived: true });

test('sends an event to every connection of the members on all nodes, and to no other', async () => {
  const { here, there, memberships } = installation();
  await memberships.add('general', 'bart');
  const [phone, laptop] = [here.connect('maggie'), there.connect('maggie')];
  const [bart, lisa] = [there.connect('bart'), there.connect('lisa')];
  await phone.request('join', { room: 'general' });
  await lisa.request('join', { room: 'random' });
  // The lists of the users are read.
  await quiet();
  expect(await here.rooms.sendToMembers('general', 'archived', archived('general'))).toMatchObject({ complete: true });
  for (const client of [phone, laptop, bart]) {
    expect(client.received('archived')).toEqual([{ type: 'archived', room: 'general', archived: true }]);
  }
  expect(lisa.received('archived')).toEqual([]);
});

test('sends an event once to a connection of a member that has joined', async () => {
  const { here } = installation();
  const maggie = here.connect('maggie');
  await maggie.request('join', { room: 'general' });
  await here.rooms.sendToMembers('general', 'archived', archived('general'));
  expect(maggie.received('archived')).toHaveLength(1);
});

test('sends an event to the connections that have joined if no memberships are stored', async () => {
  const bus = createMemoryBus();
  const [here, there] = [newNode({ bus }), newNode({ bus })];
  const [maggie, bart] = [there.connect('maggie'), there.connect('bart')];
  await maggie.request('join', { room: 'general' });
  await here.rooms.sendToMembers('general', 'archived', archived('general'));
  expect(maggie.received('archived')).toEqual([{ type: 'archived', room: 'general', archived: true }]);
  expect(bart.received('archived')).toEqual([]);
});

test('sends nothing to a user who was removed', async () => {
  const { here, there } = installation();
  const maggie = there.connect('maggie');
  await maggie.request('join', { room: 'general' });
  await here.rooms.remove('general', 'maggie', 'not_found');
  expect(await here.rooms.sendToMembers('general', 'archived', archived('general'))).toMatchObject({ delivered: 0 });
  expect(maggie.received('archived')).toEqual([]);
});

test('rejects events of the core and events that are too large', async () => {
  const { rooms } = newNode();
  await expect(rooms.sendToMembers('general', 'welcome' as 'archived', archived('general'))).rejects.toThrow(TypeError);
  const huge = archived('x'.repeat(513 * 1024));
  await expect(rooms.sendToMembers('general', 'archived', huge)).rejects.toThrow(RangeError);
});
