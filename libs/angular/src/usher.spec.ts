import { ApplicationRef, computed, inject, InjectionToken } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { FakeServer } from '@usher/client/testing';
import { problem } from '@usher/protocol';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { newUsher, settle, useFakeTimers } from './testing/new-usher.ts';
import { injectUsher, provideUsher } from './usher.ts';

let server: FakeServer;

useFakeTimers();
beforeEach(() => {
  server = new FakeServer();
});

describe('the socket of the app', () => {
  test('does nothing before start()', async () => {
    const usher = newUsher(server);
    await settle(60_000);
    expect(usher.state().name).toBe('idle');
    expect(usher.welcome()).toBeUndefined();
    expect(server.ticketCalls).toBe(0);
  });

  test('is one instance for all injectors', () => {
    const usher = newUsher(server);
    expect(TestBed.runInInjectionContext(injectUsher)).toBe(usher);
  });

  test('provides its state and welcome as signals', async () => {
    const usher = newUsher(server);
    usher.start();
    expect(usher.state().name).toBe('ticket');
    await settle();
    expect(usher.state().name).toBe('open');
    expect(usher.welcome()).toMatchObject({ user: 'maggie' });
    usher.socket.drop();
    expect(usher.state().name).toBe('backoff');
    expect(usher.welcome()).toBeUndefined();
  });

  test('requests tickets from the API with the current token and connects to it', async () => {
    let token = 'first';
    const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(Response.json(server.issue())));
    vi.stubGlobal('fetch', fetch);
    const { WebSocket } = server.options;
    const usher = newUsher(server, { api: 'https://api.test/v1/', token: () => token, socket: { WebSocket } });
    usher.start();
    await settle();
    expect(server.last.url.origin + server.last.url.pathname).toBe('wss://api.test/v1/ws');
    token = 'second';
    usher.socket.drop();
    await settle(1_000);
    const calls = fetch.mock.calls.map(([url, init]) => [url, new Headers(init?.headers).get('authorization')]);
    expect(calls).toEqual([
      ['https://api.test/v1/ws_ticket', 'Bearer first'],
      ['https://api.test/v1/ws_ticket', 'Bearer second'],
    ]);
    vi.unstubAllGlobals();
  });

  test('requests tickets with a fresh token, and retries once with another after a rejection', async () => {
    const asked: unknown[] = [];
    vi.stubGlobal('fetch', (_: string, init?: RequestInit) => {
      asked.push(new Headers(init?.headers).get('authorization'));
      const { status } = problem('token_expired');
      return Promise.resolve(
        asked.length > 1 ? Response.json(server.issue()) : Response.json(problem('token_expired'), { status }),
      );
    });
    const { WebSocket } = server.options;
    const usher = newUsher(server, {
      fresh: () => Promise.resolve('fresh'),
      renew: () => Promise.resolve('renewed'),
      socket: { WebSocket },
    });
    usher.start();
    await settle();
    expect(asked).toEqual(['Bearer fresh', 'Bearer renewed']);
    expect(usher.state().name).toBe('open');
    vi.unstubAllGlobals();
  });

  test('retries later if there is no token now, and does not sign out', async () => {
    const onSignedOut = vi.fn();
    const { WebSocket } = server.options;
    const usher = newUsher(server, {
      fresh: () => Promise.reject(new TypeError('fetch failed')),
      onSignedOut,
      socket: { WebSocket },
    });
    usher.start();
    await settle(60_000);
    expect(usher.state()).toMatchObject({ reason: { kind: 'unavailable' } });
    expect(onSignedOut).not.toHaveBeenCalled();
  });

  test('connects to the page’s origin by default', async () => {
    const { ticket, WebSocket } = server.options;
    const usher = newUsher(server, { socket: { ticket, WebSocket } });
    usher.start();
    await settle();
    expect(server.last.url.origin + server.last.url.pathname).toBe('ws://localhost:3000/api/ws');
  });

  test('accepts a function that injects', async () => {
    const TOKEN = new InjectionToken('token', { factory: () => 'injected' });
    const { ticket, WebSocket } = server.options;
    TestBed.configureTestingModule({
      providers: [
        provideUsher(() => {
          const token = inject(TOKEN);
          return { token: () => token, socket: { ticket, WebSocket } };
        }),
      ],
    });
    const usher = TestBed.runInInjectionContext(injectUsher);
    usher.start();
    await settle();
    expect(usher.state().name).toBe('open');
  });

  test('is closed when the app is destroyed', async () => {
    const usher = newUsher(server);
    usher.start();
    await settle();
    TestBed.resetTestingModule();
    expect(usher.socket.state.name).toBe('stopped');
    expect(server.live).toEqual([]);
  });
});

describe('a room', () => {
  test('provides its messages and state as signals', async () => {
    const usher = newUsher(server);
    const room = usher.room('general');
    usher.start();
    room.open();
    await settle();
    expect(room.state()).toMatchObject({ name: 'joined' });
    server.send('general', 'bart', 'hello');
    expect(room.messages()).toMatchObject([{ seq: 1, from: 'bart' }]);
    room.send('hello yourself');
    await settle();
    expect(room.messages()).toMatchObject([{ seq: 1 }, { seq: 2, from: 'maggie', status: 'sent' }]);
  });

  test('provides presence, typing and unread counts as signals, and its oldest sequence number', async () => {
    const usher = newUsher(server);
    const room = usher.room('general');
    expect([room.presence(), room.typingUsers(), room.unread(), room.oldest]).toEqual([[], [], undefined, undefined]);
    usher.start();
    room.open();
    await settle();
    server.broadcast('general', { type: 'presence', room: 'general', user: 'bart', status: 'away' });
    server.broadcast('general', { type: 'typing', room: 'general', user: 'bart' });
    expect(room.presence()).toEqual([
      { user: 'bart', status: 'away' },
      { user: 'maggie', status: 'online' },
    ]);
    expect(room.typingUsers()).toEqual(['bart']);
    server.send('general', 'bart', 'hello');
    expect(room.typingUsers()).toEqual([]);
    expect(room.oldest).toBe(1);
    const observed: unknown[] = [];
    usher.rooms.unread$.subscribe(({ room: name, read, count }) => observed.push([name, read, count]));
    room.read(1);
    expect(room.unread()).toEqual({ seq: 1, read: 1, count: 0, mentions: 0 });
    await settle();
    expect(observed.at(-1)).toEqual(['general', 1, 0]);
    usher.socket.stop();
  });

  test('is the same object for the same name, even in a template', () => {
    const usher = newUsher(server);
    const room = computed(() => usher.room('general'));
    expect(room()).toBe(usher.room('general'));
  });
});

test('does nothing on a server', async () => {
  const usher = newUsher(server, {}, 'server');
  usher.room('general').open();
  usher.start();
  TestBed.tick();
  await settle(60_000);
  expect(usher.state().name).toBe('idle');
  expect(server.ticketCalls).toBe(0);
});

test('a connection, open or pending, does not keep the app from becoming stable', async () => {
  const usher = newUsher(server);
  const app = TestBed.inject(ApplicationRef);
  usher.start();
  TestBed.tick();
  await settle();
  expect(usher.state().name).toBe('open');
  const stable = vi.fn();
  void app.whenStable().then(stable);
  await settle();
  expect(stable).toHaveBeenCalledOnce();
});
