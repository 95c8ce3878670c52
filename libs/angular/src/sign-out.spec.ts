import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { Reason } from '@usher/client';
import { FakeServer } from '@usher/client/testing';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ann, annRefreshed, bob, newUsher, serverOptions, settle, useFakeTimers } from './testing/new-usher.ts';

let server: FakeServer;

useFakeTimers();
beforeEach(() => {
  server = new FakeServer();
});

describe('signing out', () => {
  test('closes the connection and deletes all messages without calling onSignedOut', async () => {
    const onSignedOut = vi.fn();
    const usher = newUsher(server, { onSignedOut });
    const room = usher.room('general');
    usher.start();
    room.open();
    await settle();
    server.send('general', 'bart', 'for maggie');
    usher.signOut();
    expect(usher.state().name).toBe('signed_out');
    expect(room.messages()).toEqual([]);
    expect(server.live).toEqual([]);
    expect(onSignedOut).not.toHaveBeenCalled();
  });

  test('by the server calls onSignedOut with the reason', async () => {
    const onSignedOut = vi.fn<(reason: Reason) => void>();
    const usher = newUsher(server, { onSignedOut });
    usher.start();
    await settle();
    server.last.end(4501, 'session ended');
    expect(onSignedOut).toHaveBeenCalledExactlyOnceWith({ kind: 'signed_out', code: 4501, text: 'session ended' });
    usher.start();
    await settle();
    expect(usher.state().name).toBe('open');
  });

  test('follows when the token becomes undefined', async () => {
    const token = signal<string | undefined>('secret');
    const onSignedOut = vi.fn();
    const usher = newUsher(server, { token, onSignedOut, who: () => token() && 'maggie' });
    usher.start();
    TestBed.tick();
    await settle();
    expect(usher.state().name).toBe('open');
    token.set('another of the same session');
    TestBed.tick();
    expect(usher.state().name).toBe('open');
    token.set(undefined);
    TestBed.tick();
    expect(usher.state().name).toBe('signed_out');
    expect(onSignedOut).not.toHaveBeenCalled();
    token.set('secret');
    TestBed.tick();
    await settle(60_000);
    expect(usher.state().name).toBe('signed_out');
  });

  test('follows when signedIn becomes false, and not while the token is pending', async () => {
    const user = signal<string | undefined>('maggie');
    const token = signal<string | undefined>(undefined);
    const usher = newUsher(server, { token, signedIn: () => user() !== undefined });
    usher.start();
    TestBed.tick();
    await settle();
    token.set('secret');
    TestBed.tick();
    token.set(undefined);
    TestBed.tick();
    expect(usher.state().name).toBe('open');
    user.set(undefined);
    TestBed.tick();
    expect(usher.state().name).toBe('signed_out');
  });

  test('of one user and sign-in of another in one step closes the connection, deletes all data and connects as the other', async () => {
    const token = signal<string | undefined>(ann);
    const onSignedOut = vi.fn();
    const usher = newUsher(server, { token, onSignedOut, socket: serverOptions(server, token) });
    const room = usher.room('general');
    usher.start();
    room.open();
    TestBed.tick();
    await settle();
    server.page.emit('offline');
    room.send('never sent');
    expect(room.messages()).toHaveLength(1);
    token.set(bob);
    TestBed.tick();
    expect(room.messages()).toEqual([]);
    await settle(1_000);
    expect(usher.welcome()?.user).toBe('bob');
    expect(server.sockets.map((socket) => server.userOf(socket))).toEqual(['ann', 'bob']);
    expect(server.last.received).toEqual([]);
    expect(onSignedOut).not.toHaveBeenCalled();
  });

  test('does not follow a refreshed token of the same user and session', async () => {
    const token = signal<string | undefined>(ann);
    const usher = newUsher(server, { token, socket: serverOptions(server, token) });
    usher.start();
    TestBed.tick();
    await settle();
    token.set(annRefreshed);
    TestBed.tick();
    await settle();
    expect(usher.state().name).toBe('open');
    expect(server.sockets).toHaveLength(1);
  });

  test('and start() connects as the new user, even if the token is a plain variable', async () => {
    let token: string | undefined = ann;
    const usher = newUsher(server, { token: () => token, socket: serverOptions(server, () => token) });
    const room = usher.room('general');
    usher.start();
    room.open();
    await settle();
    token = undefined;
    token = bob;
    usher.start();
    room.open();
    room.send('from bob');
    await settle();
    expect(server.sockets.map((socket) => server.userOf(socket))).toEqual(['ann', 'bob']);
    expect(room.messages()).toMatchObject([{ from: 'bob', status: 'sent' }]);
  });

  test('in another tab followed by a sign-in of another user is detected through `who`', async () => {
    const user = signal<string | undefined>('ann');
    const usher = newUsher(server, {
      token: () => undefined,
      fresh: () => Promise.resolve(user() === 'ann' ? ann : bob),
      renew: () => Promise.resolve(undefined),
      who: () => {
        const name = user();
        return name === undefined ? undefined : { user: name, session: `s of ${name}` };
      },
      socket: serverOptions(server, () => (user() === 'ann' ? ann : bob)),
    });
    usher.start();
    TestBed.tick();
    await settle();
    expect(usher.welcome()?.user).toBe('ann');
    user.set('bob');
    TestBed.tick();
    await settle();
    expect(usher.welcome()?.user).toBe('bob');
    user.set(undefined);
    TestBed.tick();
    expect(usher.state().name).toBe('signed_out');
  });

  test('is not required before the sign-in: start() waits and connects when there is a token', async () => {
    const token = signal<string | undefined>(undefined);
    const usher = newUsher(server, { token, socket: serverOptions(server, token) });
    usher.start();
    TestBed.tick();
    await settle(60_000);
    expect(usher.state()).toMatchObject({ name: 'idle', reason: { kind: 'sign_in' } });
    expect(vi.getTimerCount()).toBe(0);
    expect(server.ticketCalls).toBe(0);
    token.set(ann);
    TestBed.tick();
    await settle();
    expect(usher.welcome()?.user).toBe('ann');
    usher.socket.stop();
  });

  test('does not follow if there never was a token', () => {
    const usher = newUsher(server, { token: () => undefined });
    TestBed.tick();
    expect(usher.state().name).toBe('idle');
  });
});
