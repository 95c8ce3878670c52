import type { RoomsProtocol } from '@usher/protocol';
import { compileProtocol, roomsProtocol } from '@usher/protocol/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ConnectionCounts } from '../connections/connection-counts.ts';
import { createConnections } from '../connections/connections.ts';
import { ConnectionReservations, type Reservation } from '../connections/reservations.ts';
import { eventually } from './eventually.ts';
import { createFakeSocket, type FakeSocket } from './fake-socket.ts';

/** Three nodes on one new, empty store. */
export interface ConnectionCountsUnderTest {
  readonly here: ConnectionCounts;
  readonly there: ConnectionCounts;
  readonly third: ConnectionCounts;
  /** Ends the node `third` as a crash does: it reports nothing any more. Resolves when the cluster knows that it is down. */
  crash(): Promise<void>;
  /**
   * Makes the store unavailable until the returned function is called: calls do not settle, or reject. For an implementation within one
   * process, which is always available, it is absent.
   */
  interrupt?(): Promise<() => Promise<void> | void> | (() => Promise<void> | void);
  /** Called at the end of each test. */
  close?(): Promise<void> | void;
}

const limit = 5;
const codec = compileProtocol<RoomsProtocol>(roomsProtocol);

/** A node with real connections on fake sockets, and reservations that count on all nodes. */
function newNode(counts: ConnectionCounts) {
  const connections = createConnections<RoomsProtocol>({ codec });
  const reservations = new ConnectionReservations({ connections, counts, maxPerUser: limit });
  onTestFinished(() => {
    reservations.stop();
    connections.stop();
  });
  function open(reservation: Reservation): FakeSocket {
    if (!reservation.claim()) throw new Error('the reservation has ended');
    const { user, session } = reservation;
    const socket = createFakeSocket();
    socket.listener = connections.open(socket, { user, session, roles: [] }).listener;
    return socket;
  }
  /** Resolves to `undefined` if the user has reached the limit. */
  async function connect(user = 'maggie'): Promise<FakeSocket | undefined> {
    const reservation = await reservations.reserve(user, `session of ${user}`);
    return reservation === undefined ? undefined : open(reservation);
  }
  return { connections, reservations, connect, open };
}

/** The guarantees of every `ConnectionCounts` implementation. Call it in a Vitest file; each test gets a store from `create`. */
export function connectionCountsContract(
  name: string,
  create: () => Promise<ConnectionCountsUnderTest> | ConnectionCountsUnderTest,
): void {
  async function open() {
    const subject = await create();
    onTestFinished(async () => {
      for (const counts of [subject.here, subject.there, subject.third]) counts.close();
      await subject.close?.();
    });
    return {
      subject,
      here: newNode(subject.here),
      there: newNode(subject.there),
      third: newNode(subject.third),
    };
  }

  describe(`${name} fulfills the contract of connection counts`, () => {
    test('counts the connections of a user on all nodes together', async () => {
      const { here, there, third } = await open();
      for (const node of [here, there, third, here, there]) expect(await node.connect()).toBeDefined();
      for (const node of [here, there, third]) {
        expect(await node.reservations.isAvailable('maggie')).toBe(false);
        expect(await node.connect()).toBeUndefined();
        expect(await node.reservations.isAvailable('bart')).toBe(true);
      }
      expect(await third.connect('bart')).toBeDefined();
    });

    test('never accepts more than the limit when handshakes run on three nodes at the same time', async () => {
      const { here, there, third } = await open();
      for (let round = 0; round < 5; round++) {
        const handshakes = Array.from({ length: 30 }, (_, index) => [here, there, third][index % 3] ?? here);
        const sockets = await Promise.all(handshakes.map((node) => node.connect()));
        const opened = sockets.filter((socket) => socket !== undefined);
        expect(opened.length).toBeGreaterThan(0);
        expect(opened.length).toBeLessThanOrEqual(limit);
        // Rejected handshakes leave nothing behind: the rest of the limit is available.
        await eventually(async () => {
          while (opened.length < limit) {
            const socket = await there.connect();
            expect(socket).toBeDefined();
            if (socket !== undefined) opened.push(socket);
          }
        });
        expect(await here.connect()).toBeUndefined();
        for (const socket of opened) socket.disconnect();
        await eventually(async () => {
          const free = await Promise.all([here, there, third].map((node) => node.reservations.isAvailable('maggie')));
          expect(free).toEqual([true, true, true]);
        });
      }
    });

    test('counts a reservation until it is released, and a connection until it is closed', async () => {
      const { here, there } = await open();
      const reserved = await Promise.all(Array.from({ length: limit }, () => here.reservations.reserve('maggie', 's')));
      expect(await there.connect()).toBeUndefined();
      reserved[0]?.release();
      reserved[0]?.release();
      await eventually(async () => {
        expect(await there.reservations.isAvailable('maggie')).toBe(true);
      });
      const socket = await there.connect();
      expect(socket).toBeDefined();
      expect(await here.connect()).toBeUndefined();
      socket?.disconnect();
      await eventually(async () => {
        expect(await here.reservations.isAvailable('maggie')).toBe(true);
      });
    });

    test('releases the reservations of a revoked session', async () => {
      const { here, there } = await open();
      for (let count = 0; count < limit; count++) await here.reservations.reserve('maggie', 's');
      here.reservations.revoke('s');
      await eventually(async () => {
        expect(await there.reservations.isAvailable('maggie')).toBe(true);
      });
    });

    test('does not count the connections of a node that is down', async () => {
      const { subject, here, there, third } = await open();
      for (let count = 0; count < limit; count++) expect(await third.connect()).toBeDefined();
      expect(await here.connect()).toBeUndefined();
      await subject.crash();
      expect(await here.reservations.isAvailable('maggie')).toBe(true);
      const sockets = await Promise.all(
        Array.from({ length: 2 * limit }, (_, index) => (index % 2 === 0 ? here : there).connect()),
      );
      expect(sockets.filter((socket) => socket !== undefined).length).toBeGreaterThan(0);
      expect(sockets.filter((socket) => socket !== undefined).length).toBeLessThanOrEqual(limit);
    });
  });

  describe(`${name}, while the store is unavailable,`, () => {
    test('rejects within the time limit, and applies afterwards what has changed meanwhile', async ({ skip }) => {
      const { subject, here, there } = await open();
      if (subject.interrupt === undefined) return skip('the store is always available');
      const sockets = [];
      for (let count = 0; count < limit; count++) sockets.push(await here.connect());
      const restore = await subject.interrupt();
      await Promise.all([
        expect(here.connect()).rejects.toThrow(),
        expect(here.reservations.isAvailable('maggie')).rejects.toThrow(),
        expect(there.connect('bart')).rejects.toThrow(),
      ]);
      for (const socket of sockets.slice(1)) socket?.disconnect();
      await restore();
      await eventually(async () => {
        expect(await there.reservations.isAvailable('maggie')).toBe(true);
      });
      const later = [];
      for (let count = 0; count < limit; count++) later.push(await there.connect());
      expect(later.filter((socket) => socket !== undefined)).toHaveLength(limit - 1);
      for (let count = 0; count < limit; count++) expect(await here.connect('bart')).toBeDefined();
    }, 30_000);
  });
}
