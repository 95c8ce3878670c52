import { describe, expect, test, vi } from 'vitest';
import type { Who } from './identity.ts';
import { settle } from '../testing/new-socket.ts';
import { ann, newPage, openPage } from '../testing/new-identity-page.ts';

describe('connect() before the sign-in', () => {
  test('waits without a timer or a request, and connects when recheck() finds a token', async () => {
    const { server, page, socket } = newPage();
    socket.connect();
    expect(socket.state).toMatchObject({ name: 'idle', reason: { kind: 'sign_in' } });
    expect(vi.getTimerCount()).toBe(0);
    server.page.emit('visibilitychange');
    server.page.emit('pagehide');
    socket.drop();
    socket.recheck();
    expect(socket.state.name).toBe('idle');
    expect(server.ticketCalls).toBe(0);
    page.token = ann;
    socket.recheck();
    await settle();
    expect(socket.welcome?.user).toBe('ann');
  });

  test.each(['connect', 'retryNow'] as const)('connects at the next %s() after it', async (call) => {
    const { page, socket } = newPage();
    socket.connect();
    page.token = ann;
    socket[call]();
    await settle();
    expect(socket.welcome?.user).toBe('ann');
  });

  test('connects when the page becomes visible after it', async () => {
    const { server, page, socket } = newPage();
    socket.connect();
    page.token = ann;
    server.page.emit('visibilitychange');
    await settle();
    expect(socket.welcome?.user).toBe('ann');
  });

  test('waits for an asynchronous token too', async () => {
    const { page, socket } = newPage(undefined, {}, (token) => Promise.resolve(token));
    socket.connect();
    await settle(120_000);
    expect(socket.state).toMatchObject({ name: 'idle', reason: { kind: 'sign_in' } });
    page.token = ann;
    socket.connect();
    await settle();
    expect(socket.welcome?.user).toBe('ann');
  });

  test('ends with stop()', () => {
    const { socket, page } = newPage();
    socket.connect();
    socket.stop();
    page.token = ann;
    socket.recheck();
    expect(socket.state.name).toBe('stopped');
  });
});

describe('a welcome that names another user than the token', () => {
  test('stops the socket, and nothing is sent', async () => {
    const { server, socket, room } = newPage(ann);
    server.ticket = () => Promise.resolve(server.issue('bob'));
    room.open();
    room.send('from ann');
    socket.connect();
    await settle(60_000);
    expect(socket.state).toMatchObject({ name: 'stopped', reason: { kind: 'identity' } });
    expect(server.sockets).toHaveLength(1);
    expect(server.last.received).toEqual([]);
  });

  test('is accepted if `who` uses another name for the user', async () => {
    const { server, socket } = newPage(ann, { who: () => 'account 7' });
    server.ticket = () => Promise.resolve(server.issue('bob'));
    socket.connect();
    await settle();
    expect(socket.welcome?.user).toBe('bob');
  });
});

describe('a token that names no user', () => {
  test('is an identity of its own: another one closes the socket and deletes everything', async () => {
    const { server, page, socket, room, shown } = await openPage('opaque 1');
    server.page.emit('offline');
    room.send('never sent');
    page.token = 'opaque 2';
    socket.recheck();
    expect(shown()).toEqual([]);
    await settle();
    expect(server.sockets).toHaveLength(2);
  });

  test('may change if `who` returns the identity', async () => {
    let who: ReturnType<Who> = 'ann in session 1';
    const { server, page, socket } = await openPage('opaque 1', { who: () => who });
    page.token = 'opaque 2';
    socket.recheck();
    expect(server.sockets).toHaveLength(1);
    who = 'bob in session 2';
    socket.recheck();
    await settle();
    expect(server.sockets).toHaveLength(2);
  });
});
