import type { RoomsProtocol } from '@usher/protocol';
import { compileProtocol, roomsProtocol } from '@usher/protocol/server';
import { type Bus, createConnections, createMemoryBus } from '@usher/realtime';
import { createMemoryTicketStore, type TicketStore, TicketStoreUnavailable } from '@usher/ticket';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { Sessions } from '../auth/sessions.ts';
import { SqliteSessionStatusReader } from '../auth/session-status.ts';
import { openDatabase } from '../database/sqlite.ts';
import { tempFolder } from '../testing/per-test.ts';
import { Users } from '../users/users.ts';
import { createClusterRevocation } from './cluster-revocation.ts';
import { ConnectionReservations } from './connection-reservations.ts';

const codec = compileProtocol(roomsProtocol);
const clientInfo = { address: undefined, userAgent: undefined };
const endpoint = '/api/ws';

/** The shared parts of a cluster. */
async function newCluster() {
  const { kysely: db, sqlite, close } = await openDatabase(tempFolder());
  onTestFinished(close);
  const users = new Users(db, Date.now);
  for (const name of ['maggie', 'bart']) await users.add({ name, passwordHash: '', roles: [] });
  const lifetime = { idleMs: 3_600_000, absoluteMs: 86_400_000 };
  const sessions = new Sessions(db, {
    ...lifetime,
    maxPerUser: 100,
    statuses: new SqliteSessionStatusReader(sqlite),
    now: Date.now,
  });
  const begin = async (user: string): Promise<string> => (await sessions.start(user, clientInfo)).session;
  return { users, sessions, begin, bus: createMemoryBus(), tickets: createMemoryTicketStore() };
}

interface Shared {
  readonly sessions: Sessions;
  readonly bus: Bus;
  readonly tickets: TicketStore;
}

/** One node of the cluster, with real connections on sockets that record their close code. */
function newNode(node: string, { sessions, bus, tickets }: Shared, members: readonly string[], timeoutMs = 2_000) {
  const log: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => log.push(line) });
  const connections = createConnections<RoomsProtocol>({ codec });
  const reservations = new ConnectionReservations({ openOf: () => 0, maxPerUser: 10 });
  const revocation = createClusterRevocation({
    sessions,
    connections,
    reservations,
    tickets,
    bus,
    node,
    members: () => members,
    log: logger,
    timeoutMs,
  });
  onTestFinished(() => {
    revocation.stop();
    connections.stop();
  });
  function connect(user: string, session: string) {
    const socket = {
      closed: undefined as string | undefined,
      bufferedBytes: 0,
      send: () => undefined,
      terminate: () => undefined,
      close: (code: number, reason: string) => {
        socket.closed = `${code} ${reason}`;
      },
    };
    const { connection } = connections.open(socket, { user, session, roles: [] });
    return Object.assign(socket, { connection });
  }
  return { revocation, connections, reservations, connect, log };
}

test('revokes a session on all nodes, each of which reports how many sockets it closed', async () => {
  const shared = await newCluster();
  const [here, there] = [newNode('here', shared, ['here', 'there']), newNode('there', shared, ['here', 'there'])];
  const [maggies, barts] = [await shared.begin('maggie'), await shared.begin('bart')];
  const reservation = there.reservations.reserve('maggie', maggies);
  const sockets = [here.connect('maggie', maggies), there.connect('maggie', maggies), there.connect('maggie', maggies)];
  const bart = there.connect('bart', barts);
  const issued = await shared.tickets.issue({ user: 'maggie', session: maggies, endpoint });
  const proof = await here.revocation.revokeSessions([maggies], 'password_changed');
  expect(proof).toMatchObject({ complete: true, closed: 3 });
  expect(proof.nodes.map(({ node, closed }) => [node, closed])).toEqual([
    ['here', 1],
    ['there', 2],
  ]);
  expect(sockets.map(({ closed }) => closed)).toEqual(Array(3).fill('4501 session ended: password_changed'));
  expect(bart.closed).toBeUndefined();
  expect(reservation?.claim()).toBe(false);
  expect(await shared.tickets.consume(issued.ok ? issued.ticket : '', endpoint)).toMatchObject({ reason: 'revoked' });
  expect(await shared.sessions.validate(maggies, 'maggie')).toEqual({
    state: 'session_ended',
    cause: 'password_changed',
  });
});

test('closes one connection on any node', async () => {
  const shared = await newCluster();
  const [here, there] = [newNode('here', shared, ['here', 'there']), newNode('there', shared, ['here', 'there'])];
  const session = await shared.begin('maggie');
  const socket = there.connect('maggie', session);
  expect(await here.revocation.closeConnection(socket.connection.id)).toMatchObject({ complete: true, closed: 1 });
  expect(socket.closed).toBe('4503 closed by an operator');
  expect(await shared.sessions.validate(session, 'maggie')).toMatchObject({ state: 'good' });
  expect(await here.revocation.closeConnection('unknown')).toMatchObject({ complete: true, closed: 0 });
});

test('is durable with an incomplete proof if a node does not respond', async () => {
  const shared = await newCluster();
  const here = newNode('here', shared, ['here', 'asleep'], 20);
  const session = await shared.begin('maggie');
  const socket = here.connect('maggie', session);
  const proof = await here.revocation.revokeSessions([session], 'operator');
  expect(proof).toMatchObject({ complete: false, closed: 1, nodes: [{ node: 'here', closed: 1 }] });
  expect(socket.closed).toBe('4501 session ended: operator');
  expect(await shared.sessions.validate(session, 'maggie')).toMatchObject({ state: 'session_ended' });
});

test('validates the sessions of a disconnected node again as soon as the bus is back', async () => {
  const shared = await newCluster();
  const back: (() => void)[] = [];
  const cut: Bus = {
    publish: () => undefined,
    close: () => undefined,
    subscribe: (_topic, { gap }) => {
      if (gap !== undefined) back.push(gap);
      return () => undefined;
    },
  };
  const here = newNode('here', shared, ['here', 'cut off'], 20);
  const there = newNode('cut off', { ...shared, bus: cut }, ['here', 'cut off']);
  const [ended, good, barts] = [await shared.begin('maggie'), await shared.begin('maggie'), await shared.begin('bart')];
  const sockets = [there.connect('maggie', ended), there.connect('maggie', good), there.connect('bart', barts)];
  await here.revocation.revokeSessions([ended], 'ended_elsewhere');
  await shared.users.setDisabled('bart', true);
  expect(sockets.map(({ closed }) => closed)).toEqual([undefined, undefined, undefined]);
  for (const missed of back) missed();
  await expect
    .poll(() => sockets.map(({ closed }) => closed))
    .toEqual(['4501 session ended: ended_elsewhere', undefined, '4501 session ended: user_disabled']);
});

test('closes the sockets even if the tickets cannot be revoked', async () => {
  const shared = await newCluster();
  const away: TicketStore = {
    issue: () => Promise.reject(new TicketStoreUnavailable()),
    consume: () => Promise.reject(new TicketStoreUnavailable()),
    revokeSession: () => Promise.reject(new TicketStoreUnavailable()),
  };
  const here = newNode('here', { ...shared, tickets: away }, ['here']);
  const session = await shared.begin('maggie');
  const socket = here.connect('maggie', session);
  expect(await here.revocation.revokeSessions([session], 'signed_out')).toMatchObject({ complete: true, closed: 1 });
  expect(socket.closed).toBe('4501 session ended: signed_out');
  expect(here.log.join('')).toContain('could not be revoked');
  expect(here.log.join('')).not.toContain(session);
});

test('ignores an invalid command', async () => {
  const shared = await newCluster();
  const here = newNode('here', shared, ['here']);
  const socket = here.connect('maggie', await shared.begin('maggie'));
  for (const request of [{ sessions: 'all', cause: 'operator' }, { sessions: [], cause: 'boredom' }, {}, null]) {
    shared.bus.publish('cluster:endings', JSON.stringify({ id: '1', from: 'there', request }));
  }
  expect(socket.closed).toBeUndefined();
  expect(here.log).toHaveLength(4);
});
