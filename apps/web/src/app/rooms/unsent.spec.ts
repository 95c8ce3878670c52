import { TestBed } from '@angular/core/testing';
import { type Usher, injectUsher, provideUsher } from '@usher/angular';
import { FakeServer } from '@usher/client/testing';
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EndReason } from '../session/end-reason.ts';
import { Session } from '../session/session.ts';
import { FakeLocks } from '../testing/fake-locks.ts';
import { OpenRooms } from './open-rooms.ts';
import { RoomCache } from './room-cache.ts';
import { RoomDirectory } from './room-directory.ts';
import { deleteAllRecords, keepRecord, recordsByTab } from '../storage/unsent-store.ts';
import { Unsent } from './unsent.ts';

let server: FakeServer;
let locks: FakeLocks;
let ended: EndReason | undefined;

const offline = () => Promise.reject(new Error('no network'));
const texts = (): string[] => server.room('general').messages.map(({ text }) => text);
const kept = async (): Promise<unknown[]> => [...(await recordsByTab()).values()].map(({ rooms }) => rooms);

/** Loads the page of a user and opens the room. */
function pageOf(user: string): { usher: Usher; room: ReturnType<Usher['room']> } {
  TestBed.resetTestingModule();
  server.user = user;
  const state = { name: 'signed_in', user, session: user } as const;
  TestBed.configureTestingModule({
    providers: [
      Unsent,
      OpenRooms,
      RoomCache,
      { provide: RoomDirectory, useValue: { responseTurn: () => undefined, page: () => offline() } },
      provideUsher({ token: () => 'secret', socket: server.options }),
      { provide: Session, useValue: { user: () => user, state: () => state, endReason: () => ended } },
    ],
  });
  const usher = TestBed.runInInjectionContext(injectUsher);
  usher.start();
  const { room } = TestBed.inject(OpenRooms).enter('general');
  return { usher, room };
}

/** Loads the page of maggie, sends the texts without a network and waits until they are stored. */
async function written(...texts: string[]): Promise<ReturnType<typeof pageOf>> {
  server.ticket = offline;
  const page = pageOf('maggie');
  for (const text of texts) page.room.send(text);
  await vi.waitFor(async () => {
    expect(JSON.stringify(await kept())).toContain(texts.at(-1));
  });
  server.ticket = () => Promise.resolve(server.issue());
  return page;
}

describe('an unsent message', () => {
  beforeEach(async () => {
    locks = new FakeLocks();
    Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
    await deleteAllRecords();
    server = new FakeServer();
    ended = 'expired';
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    Reflect.deleteProperty(navigator, 'locks');
  });

  test('survives a reload, is sent in order, and is then deleted from the storage', async () => {
    await written('first', 'second');
    pageOf('maggie');
    await vi.waitFor(() => {
      expect(texts()).toEqual(['first', 'second']);
    });
    await vi.waitFor(async () => {
      expect(await kept()).toEqual([]);
    });
  });

  test('is sent once, even if the room already has it and only the acknowledgement was lost', async () => {
    const usual = server.handle('send', ({ text, key }) => {
      server.room('general').append('maggie', String(text), String(key));
      return undefined;
    });
    const { room } = pageOf('maggie');
    room.send('hello');
    await vi.waitFor(async () => {
      expect(texts()).toEqual(['hello']);
      expect(await kept()).toHaveLength(1);
    });
    server.handle('send', usual);
    const { room: again } = pageOf('maggie');
    await vi.waitFor(async () => {
      expect(again.messages()).toMatchObject([{ text: 'hello', status: 'sent' }]);
      expect(await kept()).toEqual([]);
    });
    expect(texts()).toEqual(['hello']);
  });

  test('can be an edit', async () => {
    const { seq } = server.send('general', 'maggie', 'helo');
    server.ticket = offline;
    const { room } = pageOf('maggie');
    room.edit(seq, 'hello');
    await vi.waitFor(async () => {
      expect(await kept()).toHaveLength(1);
    });
    server.ticket = () => Promise.resolve(server.issue());
    const { room: again } = pageOf('maggie');
    await vi.waitFor(async () => {
      expect(again.messages()).toMatchObject([{ seq, text: 'hello', status: 'sent' }]);
      expect(await kept()).toEqual([]);
    });
  });

  test('belongs to the tab that wrote it, and to another tab after that one is closed', async () => {
    const elsewhere = locks.hold('usher.unsent other');
    await keepRecord('other', {
      user: 'maggie',
      rooms: { general: [{ key: '5b2f3b1e-6d0e-4b6c-9a53-4d54ab0e9a01', text: 'hello' }] },
    });
    const { room } = pageOf('maggie');
    await vi.waitFor(() => {
      expect(locks.waiting('usher.unsent other')).toBe(1);
      expect(room.state().name).toBe('joined');
    });
    expect(room.messages()).toEqual([]);
    elsewhere.release();
    await vi.waitFor(() => {
      expect(texts()).toEqual(['hello']);
    });
  });

  test.each(['expired', 'refresh_reused'] as const)(
    'is kept for the same user after the session ended with %s',
    async (reason) => {
      const { usher } = await written('hello');
      ended = reason;
      usher.signOut();
      pageOf('maggie');
      await vi.waitFor(() => {
        expect(texts()).toEqual(['hello']);
      });
    },
  );

  test.each(['signed_out', 'password_changed', 'session_ended'] as const)(
    'is deleted after the session ended with %s',
    async (reason) => {
      const { usher } = await written('a secret');
      ended = reason;
      usher.signOut();
      TestBed.resetTestingModule();
      await vi.waitFor(async () => {
        expect(await kept()).toEqual([]);
      });
    },
  );

  test('is not sent for another user and is deleted from the storage', async () => {
    await written('a secret');
    const { room } = pageOf('bart');
    await vi.waitFor(async () => {
      expect(room.state().name).toBe('joined');
      expect(await kept()).toEqual([]);
    });
    expect(texts()).toEqual([]);
  });

  test('does not return after it is discarded', async () => {
    const { room } = await written('never mind');
    const [message] = room.messages();
    room.drop(message?.key ?? '');
    await vi.waitFor(async () => {
      expect(await kept()).toEqual([]);
    });
  });

  test('ignores invalid stored values', async () => {
    const { createStore, set } = await import('idb-keyval');
    const store = createStore('usher', 'unsent');
    for (const [index, value] of [1, 'x', {}, { user: 'maggie', rooms: { general: [{ key: 1 }] } }].entries())
      await set(`broken ${index}`, value, store);
    const { room } = pageOf('maggie');
    room.send('hello');
    await vi.waitFor(() => {
      expect(texts()).toEqual(['hello']);
    });
  });

  test('is sent while the page is open, even if the storage is unavailable', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('no', 'SecurityError');
    });
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(() => {
      throw new DOMException('no', 'QuotaExceededError');
    });
    const { room } = pageOf('maggie');
    room.send('hello');
    await vi.waitFor(() => {
      expect(texts()).toEqual(['hello']);
    });
  });
});
