import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { ApplicationRef, computed, inject, InjectionToken, PLATFORM_ID, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { Reason } from '@usher/client';
import { FakeServer } from '@usher/client/testing';
import { problem } from '@usher/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { usherBearer } from './bearer-interceptor.ts';
import type { UsherOptions } from './options.ts';
import { injectUsher, provideUsher, type Usher } from './usher.ts';

let server: FakeServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
});

afterEach(() => {
  TestBed.resetTestingModule();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

const jwt = (claims: object): string => `x.${btoa(JSON.stringify(claims))}.x`;
const ann = jwt({ sub: 'ann', sid: 's of ann' });
const annRefreshed = jwt({ sub: 'ann', sid: 's of ann', iat: 2 });
const bob = jwt({ sub: 'bob', sid: 's of bob' });

/** A server that issues tickets for the user of the token. */
function serverOptions(token: () => string | undefined): FakeServer['options'] {
  server.ticket = () => Promise.resolve(server.issue(token() === bob ? 'bob' : 'ann'));
  return server.options;
}

function newUsher(options: Partial<UsherOptions> = {}, platform = 'browser'): Usher {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([usherBearer])),
      provideUsher({ token: () => 'secret', socket: server.options, ...options }),
      { provide: PLATFORM_ID, useValue: platform },
    ],
  });
  return TestBed.runInInjectionContext(injectUsher);
}

describe('the socket of the app', () => {
  test('does nothing before start()', async () => {
    const usher = newUsher();
    await settle(60_000);
    expect(usher.state().name).toBe('idle');
    expect(usher.welcome()).toBeUndefined();
    expect(server.ticketCalls).toBe(0);
  });

  test('is one instance for all injectors', () => {
    const usher = newUsher();
    expect(TestBed.runInInjectionContext(injectUsher)).toBe(usher);
  });

  test('provides its state and welcome as signals', async () => {
    const usher = newUsher();
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
    const usher = newUsher({ api: 'https://api.test/v1/', token: () => token, socket: { WebSocket } });
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
    const usher = newUsher({
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
    const usher = newUsher({
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
    const usher = newUsher({ socket: { ticket, WebSocket } });
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
    const usher = newUsher();
    usher.start();
    await settle();
    TestBed.resetTestingModule();
    expect(usher.socket.state.name).toBe('stopped');
    expect(server.live).toEqual([]);
  });
});

describe('a room', () => {
  test('provides its messages and state as signals', async () => {
    const usher = newUsher();
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
    const usher = newUsher();
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
    const usher = newUsher();
    const room = computed(() => usher.room('general'));
    expect(room()).toBe(usher.room('general'));
  });
});

describe('signing out', () => {
  test('closes the connection and deletes all messages without calling onSignedOut', async () => {
    const onSignedOut = vi.fn();
    const usher = newUsher({ onSignedOut });
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
    const usher = newUsher({ onSignedOut });
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
    const usher = newUsher({ token, onSignedOut, who: () => token() && 'maggie' });
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
    const usher = newUsher({ token, signedIn: () => user() !== undefined });
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
    const usher = newUsher({ token, onSignedOut, socket: serverOptions(token) });
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
    const usher = newUsher({ token, socket: serverOptions(token) });
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
    const usher = newUsher({ token: () => token, socket: serverOptions(() => token) });
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
    const usher = newUsher({
      token: () => undefined,
      fresh: () => Promise.resolve(user() === 'ann' ? ann : bob),
      renew: () => Promise.resolve(undefined),
      who: () => {
        const name = user();
        return name === undefined ? undefined : { user: name, session: `s of ${name}` };
      },
      socket: serverOptions(() => (user() === 'ann' ? ann : bob)),
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
    const usher = newUsher({ token, socket: serverOptions(token) });
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
    const usher = newUsher({ token: () => undefined });
    TestBed.tick();
    expect(usher.state().name).toBe('idle');
  });
});

test('does nothing on a server', async () => {
  const usher = newUsher({}, 'server');
  usher.room('general').open();
  usher.start();
  TestBed.tick();
  await settle(60_000);
  expect(usher.state().name).toBe('idle');
  expect(server.ticketCalls).toBe(0);
});

test('a connection, open or pending, does not keep the app from becoming stable', async () => {
  const usher = newUsher();
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
