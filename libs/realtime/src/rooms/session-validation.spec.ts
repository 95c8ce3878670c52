import type { EndCause } from '@usher/protocol';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { type Cluster, createMemoryCluster } from '../cluster/cluster.ts';
import type { Connection } from '../connections/connection.ts';
import { type RevocableSessions, SessionRevocation } from '../revocation/session-revocation.ts';
import { eventually } from '../testing/eventually.ts';
import { liveSeqs, newNode, quiet } from '../testing/new-node.ts';
import { createMemoryHistory } from './memory-history.ts';

/** A node whose rooms validate sessions with its `SessionRevocation`. */
async function newNodeWithSessions() {
  const ended = new Map<string, EndCause>();
  const causesOfEnd = vi.fn<RevocableSessions['causesOfEnd']>((pairs) =>
    Promise.resolve(pairs.map(({ session }) => ended.get(session))),
  );
  const bus = createMemoryBus();
  const lost = new Set<() => void>();
  const cluster: Cluster = {
    ...createMemoryCluster(),
    onLeaseLost(listener) {
      lost.add(listener);
      return () => lost.delete(listener);
    },
  };
  const history = createMemoryHistory({ rooms: ['general', 'random'] });
  const revalidate = (connections: readonly Connection[]): Promise<void> => revocation.validate(connections);
  const node = newNode({ bus, cluster, history, revalidate });
  const revocation = new SessionRevocation({
    sessions: { end: () => Promise.resolve(), causesOfEnd },
    connections: node.connections,
    cluster,
    bus,
  });
  onTestFinished(() => {
    revocation.stop();
  });
  const [maggie, bart] = [node.connect('maggie'), node.connect('bart')];
  for (const client of [maggie, bart]) {
    for (const room of ['general', 'random']) await client.request('join', { room });
  }
  await quiet();
  const loseLease = (): void => {
    for (const listener of lost) listener();
  };
  return { ...node, bus, history, ended, causesOfEnd, loseLease, maggie, bart };
}

const everyone = [
  { session: 'session of maggie', user: 'maggie' },
  { session: 'session of bart', user: 'bart' },
];

test('validates each session once after a gap of the bus, and delivers nothing before', async () => {
  const { bus, history, ended, causesOfEnd, maggie, bart } = await newNodeWithSessions();
  const restore = bus.interrupt();
  ended.set('session of maggie', 'signed_out');
  await history.append('general', { user: 'lisa', key: 'a', text: 'meanwhile' });
  const validation = Promise.withResolvers<undefined>();
  causesOfEnd.mockImplementationOnce(async (pairs) => {
    await validation.promise;
    return pairs.map(({ session }) => ended.get(session));
  });
  restore();
  await quiet();
  expect([liveSeqs(maggie), liveSeqs(bart)]).toEqual([[], []]);
  validation.resolve(undefined);
  await eventually(() => {
    expect(liveSeqs(bart)).toEqual([1]);
  });
  expect(maggie.closedWith).toMatchObject({ code: 4501 });
  expect(liveSeqs(maggie)).toEqual([]);
  expect(causesOfEnd.mock.calls).toEqual([[everyone]]);
});

test('validates each session once after a lost lease', async () => {
  const { ended, causesOfEnd, loseLease, maggie } = await newNodeWithSessions();
  ended.set('session of maggie', 'signed_out');
  loseLease();
  await eventually(() => {
    expect(maggie.closedWith).toMatchObject({ code: 4501 });
  });
  await quiet();
  expect(causesOfEnd.mock.calls).toEqual([[everyone]]);
});

test('validates the members of a room itself when the validation of all sessions has failed', async () => {
  const { bus, history, ended, causesOfEnd, maggie, bart, log } = await newNodeWithSessions();
  const restore = bus.interrupt();
  ended.set('session of maggie', 'signed_out');
  await history.append('general', { user: 'lisa', key: 'a', text: 'meanwhile' });
  causesOfEnd.mockRejectedValueOnce(new Error('the database is away'));
  restore();
  await eventually(() => {
    expect(liveSeqs(bart)).toEqual([1]);
  });
  expect(liveSeqs(maggie)).toEqual([]);
  expect(maggie.closedWith).toMatchObject({ code: 4501 });
  expect(log.lines).toContain('error the sessions of the open connections could not be validated');
});
