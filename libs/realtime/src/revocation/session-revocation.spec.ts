import type { EndCause, RoomsProtocol } from '@usher/protocol';
import { compileProtocol, roomsProtocol } from '@usher/protocol/server';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryBus, MemoryBusStore } from '../bus/memory-bus.ts';
import { type Cluster, createMemoryCluster, MemoryClusterStore } from '../cluster/cluster.ts';
import { createConnections } from '../connections/connections.ts';
import { ConnectionReservations } from '../connections/reservations.ts';
import { createFakeSocket } from '../testing/fake-socket.ts';
import { newLog } from '../testing/new-node.ts';
import { type RevocableSessions, SessionRevocation, type SessionRevocationOptions } from './session-revocation.ts';

const codec = compileProtocol<RoomsProtocol>(roomsProtocol);

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

/** Durable sessions and the stores of a cluster. */
function newCluster() {
  const ended = new Map<string, EndCause>();
  const sessions: RevocableSessions = {
    end: (revoked, cause) => {
      for (const session of revoked) if (!ended.has(session)) ended.set(session, cause);
      return Promise.resolve();
    },
    causesOfEnd: (pairs) => Promise.resolve(pairs.map(({ session }) => ended.get(session))),
  };
  return { sessions, ended, busStore: new MemoryBusStore(), clusterStore: new MemoryClusterStore() };
}

/** One node of the cluster with real connections on fake sockets. */
function newNode(
  id: string,
  { sessions, busStore, clusterStore }: Omit<ReturnType<typeof newCluster>, 'ended'>,
  options: Partial<SessionRevocationOptions> = {},
) {
  const log = newLog();
  const connections = createConnections<RoomsProtocol>({ codec });
  const reservations = new ConnectionReservations({ connections, maxPerUser: 10 });
  const bus = createMemoryBus({ store: busStore });
  const cluster = createMemoryCluster({ store: clusterStore, id });
  const revoked: string[] = [];
  const tickets = {
    revokeSession: (session: string) => {
      revoked.push(session);
      return Promise.resolve();
    },
  };
  const revocation = new SessionRevocation({
    sessions,
    connections,
    reservations,
    tickets,
    bus,
    cluster,
    log,
    ...options,
  });
  onTestFinished(() => {
    revocation.stop();
    connections.stop();
  });
  function connect(user: string, session: string) {
    const socket = createFakeSocket();
    const { connection, listener } = connections.open(socket, { user, session, roles: [] });
    socket.listener = listener;
    return Object.assign(socket, { connection });
  }
  return { revocation, connections, reservations, bus, cluster, connect, log, revoked };
}

const never = (): Promise<never> => new Promise(() => undefined);
const endedBy = (cause: EndCause) => ({ code: 4501, reason: `session ended: ${cause}` });

test('revokes a session on all nodes, each of which reports how many sockets it closed', async () => {
  const shared = newCluster();
  const [here, there] = [newNode('here', shared), newNode('there', shared)];
  const reservation = await there.reservations.reserve('maggie', 's1');
  const sockets = [here.connect('maggie', 's1'), there.connect('maggie', 's1'), there.connect('maggie', 's1')];
  const bart = there.connect('bart', 's2');
  const proof = await here.revocation.revokeSessions(['s1'], 'password_changed');
  expect(proof).toMatchObject({ complete: true, closed: 3 });
  expect(proof.nodes.map(({ node, closed }) => [node, closed])).toEqual([
    ['here', 1],
    ['there', 2],
  ]);
  expect(sockets.map(({ closedWith }) => closedWith)).toEqual(Array(3).fill(endedBy('password_changed')));
  expect(bart.closedWith).toBeUndefined();
  expect(reservation?.claim()).toBe(false);
  expect([here.revoked, there.revoked]).toEqual([['s1'], ['s1']]);
  expect(shared.ended.get('s1')).toBe('password_changed');
});

test('closes one connection on any node', async () => {
  const shared = newCluster();
  const [here, there] = [newNode('here', shared), newNode('there', shared)];
  const socket = there.connect('maggie', 's1');
  expect(await here.revocation.closeConnection(socket.connection.id)).toMatchObject({ complete: true, closed: 1 });
  expect(socket.closedWith).toEqual({ code: 4503, reason: 'closed by an operator' });
  expect(shared.ended.size).toBe(0);
  expect(await here.revocation.closeConnection('unknown')).toMatchObject({ complete: true, closed: 0 });
});

test('is durable with an incomplete proof if a node does not respond', async () => {
  const shared = newCluster();
  const here = newNode('here', shared);
  createMemoryCluster({ store: shared.clusterStore, id: 'asleep' });
  const socket = here.connect('maggie', 's1');
  const revoking = here.revocation.revokeSessions(['s1'], 'operator');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await revoking).toMatchObject({ complete: false, closed: 1, nodes: [{ node: 'here', closed: 1 }] });
  expect(socket.closedWith).toEqual(endedBy('operator'));
  expect(shared.ended.get('s1')).toBe('operator');
});

test('closes the sockets of all nodes, with an incomplete proof, when the list of nodes never settles', async () => {
  const shared = newCluster();
  const cluster: Cluster = { ...createMemoryCluster({ store: shared.clusterStore, id: 'here' }), nodes: never };
  const here = newNode('unused', shared, { cluster });
  const there = newNode('there', shared);
  const sockets = [here.connect('maggie', 's1'), there.connect('maggie', 's1')];
  const revoking = here.revocation.revokeSessions(['s1'], 'signed_out');
  await vi.advanceTimersByTimeAsync(0);
  expect(sockets.map(({ closedWith }) => closedWith)).toEqual(Array(2).fill(endedBy('signed_out')));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await revoking).toMatchObject({ complete: false, closed: 2 });
});

test('closes the sockets of all nodes, with a complete proof, when the ticket store never responds', async () => {
  const shared = newCluster();
  const tickets = { revokeSession: never };
  const [here, there] = [newNode('here', shared, { tickets }), newNode('there', shared, { tickets })];
  const sockets = [here.connect('maggie', 's1'), there.connect('maggie', 's1')];
  const revoking = here.revocation.revokeSessions(['s1'], 'signed_out');
  await vi.advanceTimersByTimeAsync(0);
  expect(sockets.map(({ closedWith }) => closedWith)).toEqual(Array(2).fill(endedBy('signed_out')));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await revoking).toMatchObject({ complete: true, closed: 2 });
  expect(here.log.lines).toEqual(['warn the tickets of a revoked session could not be revoked']);
});

test('rejects and closes nothing when the revocation cannot be made durable in time', async () => {
  const shared = newCluster();
  const here = newNode('here', { ...shared, sessions: { ...shared.sessions, end: never } });
  const socket = here.connect('maggie', 's1');
  const revoking = expect(here.revocation.revokeSessions(['s1'], 'signed_out')).rejects.toMatchObject({
    name: 'StoreTimeout',
  });
  await vi.advanceTimersByTimeAsync(5_000);
  await revoking;
  expect(socket.closedWith).toBeUndefined();
});

test('revokes more sessions than one command may contain', async () => {
  const shared = newCluster();
  const [here, there] = [newNode('here', shared), newNode('there', shared)];
  const sessions = Array.from({ length: 2_500 }, (_, index) => `s${index}`);
  there.connect('maggie', 's0');
  there.connect('maggie', 's2499');
  const proof = await here.revocation.revokeSessions(sessions, 'operator');
  expect(proof).toMatchObject({ complete: true, closed: 2 });
  expect(proof.nodes.map(({ node, closed }) => [node, closed])).toEqual([
    ['here', 0],
    ['there', 2],
  ]);
});

test('validates the sessions of a disconnected node again as soon as the bus is back', async () => {
  const shared = newCluster();
  const [here, there] = [newNode('here', shared), newNode('cut off', shared)];
  const sockets = [there.connect('maggie', 's1'), there.connect('maggie', 's2'), there.connect('bart', 's3')];
  const restore = there.bus.interrupt();
  const revoking = here.revocation.revokeSessions(['s1'], 'ended_elsewhere');
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await revoking).complete).toBe(false);
  shared.ended.set('s3', 'user_disabled');
  expect(sockets.map(({ closedWith }) => closedWith)).toEqual([undefined, undefined, undefined]);
  restore();
  await vi.advanceTimersByTimeAsync(0);
  expect(sockets.map(({ closedWith }) => closedWith)).toEqual([
    endedBy('ended_elsewhere'),
    undefined,
    endedBy('user_disabled'),
  ]);
});

test('a handshake that began before a gap opens no socket, because its session may have ended meanwhile', async () => {
  const shared = newCluster();
  const [here, there] = [newNode('here', shared), newNode('cut off', shared)];
  const reservation = await there.reservations.reserve('maggie', 's1');
  const restore = there.bus.interrupt();
  const revoking = here.revocation.revokeSessions(['s1'], 'signed_out');
  await vi.advanceTimersByTimeAsync(2_000);
  expect((await revoking).complete).toBe(false);
  restore();
  await vi.advanceTimersByTimeAsync(0);
  // The node does not know whether the session was revoked, so the client connects again.
  expect([reservation?.claim(), reservation?.isRevoked]).toEqual([false, false]);
});

test('validates sessions again later when the store does not respond after a gap', async () => {
  const shared = newCluster();
  let causesOfEnd: RevocableSessions['causesOfEnd'] = never;
  const sessions: RevocableSessions = { ...shared.sessions, causesOfEnd: (pairs) => causesOfEnd(pairs) };
  const here = newNode('here', { ...shared, sessions });
  const socket = here.connect('maggie', 's1');
  here.bus.interrupt()();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(here.log.lines).toEqual(['error the sessions of the open connections could not be validated again']);
  causesOfEnd = (pairs) => Promise.resolve(pairs.map(() => 'operator'));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(socket.closedWith).toEqual(endedBy('operator'));
});

test('ignores an invalid command', () => {
  const shared = newCluster();
  const here = newNode('here', shared);
  const socket = here.connect('maggie', 's1');
  const invalid = [
    { sessions: 'all', cause: 'operator' },
    { sessions: ['s1'], cause: 'boredom' },
    { sessions: [1], cause: 'operator' },
    { sessions: Array(1_001).fill('s1'), cause: 'operator' },
    { connection: 1 },
    {},
    null,
  ];
  const bus = createMemoryBus({ store: shared.busStore });
  for (const command of invalid) {
    bus.publish('cluster:revocation', JSON.stringify({ id: '1', from: 'there', command }));
  }
  expect(socket.closedWith).toBeUndefined();
  expect(here.log.lines).toEqual(Array(invalid.length).fill('warn invalid cluster command on the bus'));
});
