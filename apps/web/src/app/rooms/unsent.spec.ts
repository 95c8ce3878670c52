import { TestBed } from '@angular/core/testing';
import { type Usher, injectUsher, provideUsher } from '@usher/angular';
import { FakeServer } from '@usher/client/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EndReason } from '../session/end-reason.ts';
import { Session } from '../session/session.ts';
import { unsentKey } from '../session/typed.ts';
import { Unsent } from './unsent.ts';

let server: FakeServer;
let ended: EndReason | undefined;

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const texts = (): string[] => server.room('general').messages.map(({ text }) => text);

/** The page of a person, as after a reload, with the room open. */
function pageOf(user: string): { usher: Usher; unsent: Unsent; room: ReturnType<Usher['room']> } {
  TestBed.resetTestingModule();
  server.user = user;
  TestBed.configureTestingModule({
    providers: [
      Unsent,
      provideUsher({ token: () => 'secret', socket: server.options }),
      { provide: Session, useValue: { user: () => user, endReason: () => ended } },
    ],
  });
  const usher = TestBed.runInInjectionContext(injectUsher);
  const unsent = TestBed.inject(Unsent);
  const room = usher.room('general');
  usher.start();
  unsent.follow(room);
  room.open();
  return { usher, unsent, room };
}

describe('what was not sent', () => {
  beforeEach(() => {
    sessionStorage.clear();
    vi.useFakeTimers();
    server = new FakeServer();
    ended = 'expired';
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    vi.useRealTimers();
  });

  test('is there after a reload and goes out, in order', async () => {
    const { room } = pageOf('maggie');
    room.send('first');
    room.send('second');
    expect(pageOf('maggie').unsent.rooms()).toEqual(['general']);
    await settle();
    expect(texts()).toEqual(['first', 'second']);
    expect(sessionStorage.getItem(unsentKey)).toBeNull();
  });

  test('goes out once, also where it was in the room already and only the answer was missing', async () => {
    const usual = server.handle('send', ({ text, key }) => {
      server.room('general').append('maggie', String(text), String(key));
      return undefined;
    });
    const { room } = pageOf('maggie');
    await settle();
    room.send('hello');
    await settle();
    expect(texts()).toEqual(['hello']);
    server.handle('send', usual);
    const { room: again } = pageOf('maggie');
    await settle();
    expect(texts()).toEqual(['hello']);
    expect(again.messages()).toMatchObject([{ text: 'hello', status: 'sent' }]);
  });

  test.each(['expired', 'refresh_reused'] as const)(
    'waits for the same person where the session ended as %s',
    async (reason) => {
      server.ticket = () => Promise.reject(new Error('no network'));
      const { room, usher } = pageOf('maggie');
      room.send('hello');
      ended = reason;
      usher.signOut();
      server.ticket = () => Promise.resolve(server.issue());
      pageOf('maggie');
      await settle();
      expect(texts()).toEqual(['hello']);
    },
  );

  test.each(['signed_out', 'password_changed', 'session_ended'] as const)('is wiped where it ended as %s', (reason) => {
    server.ticket = () => Promise.reject(new Error('no network'));
    const { room, usher } = pageOf('maggie');
    room.send('a secret');
    ended = reason;
    usher.signOut();
    TestBed.resetTestingModule();
    expect(sessionStorage.getItem(unsentKey)).toBeNull();
  });

  test('is not sent for somebody else, and gone from the storage', async () => {
    server.ticket = () => Promise.reject(new Error('no network'));
    const { room } = pageOf('maggie');
    room.send('a secret');
    ended = 'expired';
    server.ticket = () => Promise.resolve(server.issue());
    pageOf('bart');
    await settle();
    expect(texts()).toEqual([]);
    expect(sessionStorage.getItem(unsentKey)).toBeNull();
  });

  test('and is dropped by hand does not come back', () => {
    server.ticket = () => Promise.reject(new Error('no network'));
    const { room } = pageOf('maggie');
    room.drop(room.send('never mind'));
    expect(sessionStorage.getItem(unsentKey)).toBeNull();
  });

  test.each(['[]', '{"user":"maggie","rooms":{"general":"x"}}', '{"user":"maggie","rooms":{"general":[{"key":1}]}}'])(
    'may be %s in the storage',
    async (text) => {
      sessionStorage.setItem(unsentKey, text);
      pageOf('maggie');
      await settle();
      expect(texts()).toEqual([]);
    },
  );
});
