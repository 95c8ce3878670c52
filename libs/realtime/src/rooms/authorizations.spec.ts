import { expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { type Cluster, createMemoryCluster, MemoryClusterStore } from '../cluster/cluster.ts';
import type { AccessDecision } from '../support/errors.ts';
import { eventually } from '../testing/eventually.ts';
import { liveSeqs, newKey, newNode, quiet, sendAll } from '../testing/new-node.ts';
import { createMemoryHistory } from './memory-history.ts';

/** A cluster whose node can lose its lease. */
function newCluster() {
  const inner = createMemoryCluster();
  const lost = new Set<() => void>();
  let live = true;
  const cluster: Cluster = {
    ...inner,
    isLive: () => live,
    onLeaseLost(listener) {
      lost.add(listener);
      return () => lost.delete(listener);
    },
  };
  return {
    cluster,
    loseLease: () => {
      live = false;
    },
    regainLease: () => {
      for (const listener of lost) listener();
      live = true;
    },
  };
}

/** Two members on a node that loses its lease, and who may still join. */
async function twoMembers(options: Parameters<typeof newNode>[0] = {}) {
  const lease = newCluster();
  const decisions = new Map<string, AccessDecision>();
  const authorize = vi.fn(({ user }: { readonly user: string }) => Promise.resolve(decisions.get(user) ?? 'allowed'));
  const node = newNode({ cluster: lease.cluster, authorize, ...options });
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  for (const client of [maggie, bart]) await client.request('join', { room: 'general' });
  await quiet();
  authorize.mockClear();
  return { ...node, ...lease, maggie, bart, decisions, authorize };
}

test('authorizes no member for a delivery while the node is live', async () => {
  const { maggie, bart, authorize } = await twoMembers();
  await sendAll(bart, 'general', ['a', 'b']);
  expect(liveSeqs(maggie)).toEqual([1, 2]);
  expect(authorize.mock.calls).toHaveLength(2);
});

test('a node that is not live delivers messages only to members who are still authorized', async () => {
  const { maggie, bart, decisions, loseLease } = await twoMembers();
  loseLease();
  decisions.set('maggie', 'not_found');
  await sendAll(bart, 'general', ['without maggie']);
  await eventually(() => {
    expect(liveSeqs(bart)).toEqual([1]);
  });
  expect(liveSeqs(maggie)).toEqual([]);
  expect(maggie.received('removed')).toEqual([{ type: 'removed', room: 'general', code: 'not_found' }]);
});

test('after it was not live, a node delivers nothing before the sessions of the members are validated', async () => {
  const validation = Promise.withResolvers<undefined>();
  const revalidate = vi.fn((): Promise<void> => validation.promise);
  const { maggie, bart, connections, loseLease, regainLease, history } = await twoMembers({ revalidate });
  loseLease();
  await history.append('general', { user: 'lisa', key: 'a', text: 'meanwhile' });
  regainLease();
  await eventually(() => {
    expect(revalidate).toHaveBeenCalled();
  });
  await quiet();
  expect([liveSeqs(maggie), liveSeqs(bart)]).toEqual([[], []]);
  connections.close({ user: 'maggie' }, 'session_ended');
  validation.resolve(undefined);
  const sending = bart.request('send', { room: 'general', key: newKey(), text: 'now' });
  await eventually(() => {
    expect(liveSeqs(bart)).toEqual([1, 2]);
  });
  expect(await sending).toMatchObject({ type: 'reply' });
  expect(maggie.received('message')).toEqual([]);
});

test('delivers nothing while the members cannot be authorized, and everything afterwards', async () => {
  const { maggie, bart, authorize, loseLease, regainLease, history } = await twoMembers();
  loseLease();
  authorize.mockRejectedValue(new Error('the database is away'));
  regainLease();
  await history.append('general', { user: 'lisa', key: 'a', text: 'meanwhile' });
  await eventually(() => {
    expect(authorize.mock.calls.length).toBeGreaterThan(2);
  });
  expect(liveSeqs(bart)).toEqual([]);
  authorize.mockResolvedValue('allowed');
  await sendAll(bart, 'general', ['later']);
  await eventually(() => {
    expect([liveSeqs(maggie), liveSeqs(bart)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});

test('rejects requests of a session that ended while the node was not live', async () => {
  let close = (): void => undefined;
  const revalidate = (): Promise<void> => {
    close();
    return Promise.resolve();
  };
  const { maggie, connections, loseLease, history } = await twoMembers({ revalidate });
  loseLease();
  close = () => {
    connections.close({ session: 'session of maggie' }, 'session_ended');
  };
  maggie.sendFrame({ type: 'send', id: 100, room: 'general', key: newKey(), text: 'x' });
  await eventually(() => {
    expect(maggie.closedWith).toMatchObject({ code: 4501 });
  });
  await quiet();
  expect((await history.read('general', { limit: 1 })).seq).toBe(0);
});

test('presence changes reach authorized members only, and typing events reach no member, while the node is not live', async () => {
  const { maggie, bart, decisions, loseLease, connect } = await twoMembers();
  const lisa = connect('lisa');
  await lisa.request('join', { room: 'general' });
  await quiet();
  loseLease();
  decisions.set('maggie', 'not_found');
  for (const client of [maggie, bart]) client.frames.length = 0;
  lisa.sendFrame({ type: 'typing', room: 'general' });
  lisa.sendFrame({ type: 'away', away: true });
  await bart.waitFor(({ type, user, status }) => type === 'presence' && user === 'lisa' && status === 'away');
  expect(bart.received('typing')).toEqual([]);
  expect(maggie.frames.map(({ type }) => type)).toEqual(['removed']);
});

test('a removal is complete when every live node has confirmed it', async () => {
  const store = new MemoryClusterStore();
  const bus = createMemoryBus();
  const history = createMemoryHistory({ rooms: ['general'] });
  const [here, there] = ['here', 'there'].map((id) =>
    newNode({ bus, history, cluster: createMemoryCluster({ store, id }) }),
  );
  const client = there?.connect('maggie');
  await client?.request('join', { room: 'general' });
  expect(await here?.rooms.remove('general', 'maggie', 'not_found')).toEqual({ connections: 1, complete: true });
  const silent = createMemoryCluster({ store, id: 'silent' });
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const removing = here?.rooms.remove('general', 'maggie', 'not_found');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await removing).toEqual({ connections: 0, complete: false });
  await silent.close();
  expect(await here?.rooms.remove('general', 'maggie', 'not_found')).toEqual({ connections: 0, complete: true });
});
