import type { RawFrame } from '@usher/protocol';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeError } from '../testing.ts';
import { openSocket, settle, startAt } from '../testing/new-socket.ts';
import { TicketRefused } from './errors.ts';

type Setup = Awaited<ReturnType<typeof openSocket>>;
let setup: Setup;

beforeEach(async () => {
  setup = await openSocket();
});

/** Advances the clock while the connection receives heartbeats. */
async function beat(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 25) {
    await settle(25_000);
    setup.server.last.emit({ type: 'beat' });
  }
}

const renewals = (): readonly RawFrame[] => setup.server.last.received.filter(({ type }) => type === 'renew');

describe('the lease', () => {
  test('is renewed before its end with a fresh ticket over the open socket', async () => {
    const { server, socket, steps } = setup;
    const connection = socket.welcome?.connection;
    // The lease is 1,800 s. It is renewed after 75 % plus half of 15 %.
    await beat(1_475);
    expect(renewals()).toEqual([]);
    await beat(50);
    expect(renewals()).toMatchObject([{ ticket: 'ticket-2' }]);
    expect(server.sockets).toHaveLength(1);
    expect(socket.welcome?.connection).toBe(connection);
    expect(socket.welcome?.lease).toBeCloseTo(startAt / 1000 + 1_485 + 1_800, -1);
    expect(steps.filter(({ step }) => step.startsWith('renew')).map(({ step }) => step)).toEqual(['renew', 'renewed']);
    await beat(1_475);
    expect(renewals()).toHaveLength(2);
    expect(socket.state).toMatchObject({ name: 'open', since: startAt });
  });

  test('is renewed once when the server requests it repeatedly', async () => {
    const { server } = setup;
    server.last.emit({ type: 'lease', lease: 1 });
    server.last.emit({ type: 'lease', lease: 1 });
    await settle();
    expect(server.ticketCalls).toBe(2);
    expect(renewals()).toHaveLength(1);
  });

  test('is scheduled again after an early renewal', async () => {
    const { server } = setup;
    await beat(100);
    server.last.emit({ type: 'lease', lease: 1 });
    await beat(1_450);
    expect(renewals()).toHaveLength(1);
    await beat(50);
    expect(renewals()).toHaveLength(2);
  });

  test.each([4501, 1006])('is not renewed after the connection closed with %i', async (code) => {
    const { server, socket } = setup;
    server.handle('renew', () => undefined);
    server.last.emit({ type: 'lease', lease: 1 });
    await settle();
    expect(renewals()).toHaveLength(1);
    server.last.end(code);
    await settle();
    expect(vi.getTimerCount()).toBe(code === 4501 ? 0 : 1);
    expect(socket.welcome).toBeUndefined();
  });

  test('is not scheduled again if the close follows the renewal reply immediately', async () => {
    const { server, socket } = setup;
    server.handle('renew', ({ id }, from) => {
      from.emit({ type: 'reply', id, data: { lease: server.newLease() } });
      from.end(4501);
      return undefined;
    });
    server.last.emit({ type: 'lease', lease: 1 });
    await settle();
    expect(socket.state.name).toBe('signed_out');
    expect(socket.welcome).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is renewed with a ticket not before the slot of the ticket', async () => {
    const { server } = setup;
    server.connectAfterMs = 3_000;
    server.last.emit({ type: 'lease', lease: 1 });
    await settle(2_999);
    expect(renewals()).toHaveLength(0);
    await settle(1);
    expect(renewals()).toHaveLength(1);
  });

  test('signs out at the renewal if the session has ended', async () => {
    const { server, socket } = setup;
    server.ticket = () => Promise.reject(new TicketRefused('session_ended', 401));
    server.last.emit({ type: 'lease', lease: 1 });
    await settle();
    expect(socket.state).toMatchObject({ name: 'signed_out', reason: { kind: 'refused', code: 'session_ended' } });
    expect(server.live).toEqual([]);
  });

  test('is renewed later over the same connection if the ticket call fails', async () => {
    const { server, socket } = setup;
    const issue = server.ticket;
    server.ticket = () => Promise.reject(new TicketRefused('store_unavailable', 503, 'x', 2_000));
    server.last.emit({ type: 'lease', lease: 1 });
    await settle();
    expect(socket.state.name).toBe('open');
    server.ticket = issue;
    await settle(12_999);
    expect(renewals()).toHaveLength(0);
    await settle(10);
    expect(renewals()).toHaveLength(1);
  });

  test('is renewed later if the server rejects the ticket or sends an invalid reply', async () => {
    const { server, socket } = setup;
    let replies = 0;
    const defaultHandler = server.handle('renew', (frame, from) => {
      replies++;
      if (replies === 1) throw new FakeError('invalid_ticket');
      return replies === 2 ? [] : defaultHandler(frame, from);
    });
    server.last.emit({ type: 'lease', lease: 1 });
    await settle(22_050);
    expect(replies).toBe(3);
    expect(socket.welcome?.lease).toBe(startAt / 1000 + 23 + 1_800);
    expect(new Set(renewals().map((frame) => frame['ticket'])).size).toBe(3);
  });

  test('ignores a late ticket for a lost connection', async () => {
    const { server, socket } = setup;
    const slow = Promise.withResolvers<ReturnType<typeof server.issue>>();
    server.ticket = () => slow.promise;
    server.last.emit({ type: 'lease', lease: 1 });
    await settle();
    server.ticket = () => Promise.resolve(server.issue());
    server.last.end(1006);
    await settle(500);
    slow.resolve(server.issue());
    await settle();
    expect(socket.state.name).toBe('open');
    expect(renewals()).toEqual([]);
  });

  test('is renewed at the server’s request if it appears to be over, because the clocks differ', async () => {
    const { server, socket } = setup;
    server.leaseSeconds = -3_600;
    socket.drop();
    await settle(500);
    await beat(600);
    expect(renewals()).toEqual([]);
  });

  test('is renewed at a limited rate if the clocks differ', async () => {
    const { server, socket } = setup;
    server.leaseSeconds = 2;
    socket.drop();
    await settle(500);
    const before = server.ticketCalls;
    await beat(300);
    expect(server.ticketCalls - before).toBe(10);
  });

  test('is not renewed at once if its end exceeds the maximum timer delay', async () => {
    const { server, socket } = setup;
    server.leaseSeconds = 10 * 365 * 24 * 3_600;
    socket.drop();
    await settle(500);
    await beat(100);
    expect(renewals()).toEqual([]);
    expect(vi.getTimerCount()).toBe(2);
  });
});
