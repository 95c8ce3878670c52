import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { type Client, newNode } from '../testing/new-node.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

const room = 'general';

async function inTheRoom(...clients: Client[]): Promise<void> {
  for (const client of clients) await client.request('join', { room });
}

test('sends typing to the other members on every node, but not to connections of the same user', async () => {
  const bus = createMemoryBus();
  const [here, there] = [newNode({ bus }), newNode({ bus })];
  const [maggie, laptop, bart, lisa] = [
    here.connect('maggie'),
    there.connect('maggie'),
    here.connect('bart'),
    there.connect('lisa'),
  ];
  const outside = there.connect('homer');
  await inTheRoom(maggie, laptop, bart, lisa);
  maggie.sendFrame({ type: 'typing', room });
  for (const other of [bart, lisa])
    expect(other.received('typing')).toEqual([{ type: 'typing', room, user: 'maggie' }]);
  for (const other of [maggie, laptop, outside]) expect(other.received('typing')).toEqual([]);
});

test('sends typing at most once in two seconds per user, across all tabs', async () => {
  const { connect } = newNode();
  const [tab, otherTab, bart, lisa] = [connect('maggie'), connect('maggie'), connect('bart'), connect('lisa')];
  await inTheRoom(tab, otherTab, bart, lisa);
  for (let time = 0; time < 10; time++) {
    tab.sendFrame({ type: 'typing', room });
    otherTab.sendFrame({ type: 'typing', room });
    vi.advanceTimersByTime(500);
  }
  expect(bart.received('typing')).toHaveLength(3);
  lisa.sendFrame({ type: 'typing', room });
  expect(bart.received('typing')).toHaveLength(4);
});

test('ignores typing in a room that the connection has not joined or has left', async () => {
  const { connect } = newNode();
  const [maggie, bart] = [connect('maggie'), connect('bart')];
  await inTheRoom(maggie, bart);
  maggie.sendFrame({ type: 'typing', room: 'random' });
  await maggie.request('leave', { room });
  maggie.sendFrame({ type: 'typing', room });
  expect(bart.received('typing')).toEqual([]);
  expect(maggie.received('error')).toEqual([]);
});

test('limits the typing events of a crowded room', async () => {
  const { connect } = newNode();
  const bart = connect('bart');
  const crowd = Array.from({ length: 60 }, (_, index) => connect(`user ${index}`));
  await inTheRoom(bart, ...crowd);
  for (const one of crowd) one.sendFrame({ type: 'typing', room });
  expect(bart.received('typing')).toHaveLength(20);
});

test('does not send earlier typing to a new member', async () => {
  const { connect, history } = newNode();
  const [maggie, bart] = [connect('maggie'), connect('bart')];
  await inTheRoom(maggie);
  maggie.sendFrame({ type: 'typing', room });
  await inTheRoom(bart);
  expect(bart.received('typing')).toEqual([]);
  expect((await history.read(room, { limit: 1 })).seq).toBe(0);
});
