import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from './testing/room-test-page.ts';

let page: RoomTestPage;

const own = (): string[] | undefined => page.directory.own()?.map(({ room }) => room);

describe('the rooms of a user', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    page = new RoomTestPage();
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    vi.useRealTimers();
  });

  test('are requested once at page load, with the connection', async () => {
    page.usher.start();
    await page.settled();
    await page.respondWithRooms(roomFixture('a'));
    await vi.advanceTimersByTimeAsync(5_000);
    TestBed.tick();
    expect([own(), page.pendingRequests()]).toEqual([['a'], 0]);
  });

  test('are requested without a connection after a second, and again with it', async () => {
    await vi.advanceTimersByTimeAsync(1_000);
    await page.respondWithRooms(roomFixture('a'));
    page.usher.start();
    await page.settled();
    await page.respondWithRooms(roomFixture('a'), roomFixture('b'));
    expect(own()).toEqual(['a', 'b']);
  });

  test('are own rooms by activity, and all visible rooms by title', async () => {
    await page.opened(
      roomFixture('b', { at: 1 }),
      roomFixture('a', { at: 2 }),
      roomFixture('c', { isMember: false, at: 3 }),
    );
    expect(own()).toEqual(['a', 'b']);
    expect(page.directory.rooms()?.map(({ room }) => room)).toEqual(['a', 'b', 'c']);
  });

  test('are loaded page by page, and a room on two pages is shown once', async () => {
    await page.opened(roomFixture('a'));
    void page.directory.load();
    const http = TestBed.inject(HttpTestingController);
    http.expectOne('/api/rooms').flush({ rooms: [roomFixture('a'), roomFixture('b', { isMember: false })], next: 'b' });
    await page.settled();
    http
      .expectOne('/api/rooms?cursor=b&limit=1000')
      .flush({ rooms: [roomFixture('a', { isMember: false }), roomFixture('c', { isMember: false })] });
    await page.settled();
    expect(page.directory.rooms()?.map(({ room }) => room)).toEqual(['a', 'b', 'c']);
    expect(own()).toEqual([]);
  });

  test('become read-only as soon as the server reports it, and writable again', async () => {
    await page.opened(roomFixture('a'), roomFixture('b'));
    page.server.last.emit({ type: 'archived', room: 'a', archived: true });
    await page.settled();
    expect([page.directory.find('a')?.archived, page.directory.find('b')?.archived]).toEqual([true, undefined]);
    page.server.last.emit({ type: 'archived', room: 'a', archived: false });
    await page.settled();
    expect(page.directory.find('a')?.archived).toBe(false);
    // A later response of the server is newer than the event.
    void page.directory.load();
    await page.respondWithRooms(roomFixture('a', { archived: true }), roomFixture('b'));
    expect(page.directory.find('a')?.archived).toBe(true);
  });

  test('show unread counts from the server and move up with them', async () => {
    await page.opened(roomFixture('a', { at: 2 }), roomFixture('b', { at: 1 }));
    await page.unread('b', 3, 2, 1);
    expect(page.directory.find('b')).toMatchObject({ seq: 3, unread: 2, mentions: 1 });
    expect(own()).toEqual(['b', 'a']);
    expect(page.directory.unread()).toEqual({ messages: 2, mentions: 1 });
    await page.unread('b', 3, 0, 0, 3);
    expect(page.directory.unread()).toEqual({ messages: 0, mentions: 0 });
    expect(page.pendingRequests()).toBe(0);
  });

  test('count messages in joined rooms, for which the server sends no counts', async () => {
    await page.opened(roomFixture('a'), roomFixture('b'));
    await page.entered('a');
    page.server.send('a', 'bart', 'for you, @maggie');
    page.server.send('a', 'maggie', 'thank you');
    await page.settled();
    expect(page.directory.find('a')).toMatchObject({ seq: 2, unread: 1, mentions: 1 });
    page.usher.room('a').read(2);
    await page.settled();
    expect(page.directory.find('a')).toMatchObject({ read: 2, unread: 0, mentions: 0 });
  });

  test('are requested again when the user is removed from one and added again', async () => {
    await page.opened(roomFixture('a'), roomFixture('b'));
    await page.entered('b');
    await page.unread('b', 1, 1);
    page.server.broadcast('b', { type: 'removed', room: 'b', code: 'not_found' });
    await page.settled();
    expect(own()).toEqual(['a']);
    expect(page.pendingRequests()).toBe(0);
    await page.unread('b', 1, 0, 0, 1);
    await page.respondWithRooms(roomFixture('a'), roomFixture('b'));
    expect(own()?.toSorted()).toEqual(['a', 'b']);
    expect(page.pendingRequests()).toBe(0);
  });

  test('are those of the last response, whatever arrived before its request', async () => {
    await page.opened(roomFixture('a', { seq: 9, unread: 4 }));
    await page.unread('a', 10, 5);
    void page.directory.load();
    await page.respondWithRooms(roomFixture('a', { seq: 1, unread: 1 }));
    expect(page.directory.find('a')?.unread).toBe(1);
  });

  test('keep events that arrived while the response was on its way', async () => {
    await page.opened(roomFixture('a'));
    void page.directory.load();
    await page.unread('a', 2, 2);
    await page.respondWithRooms(roomFixture('a', { seq: 1, unread: 1 }));
    expect(page.directory.find('a')?.unread).toBe(2);
  });

  test('are requested once more after events about unknown rooms', async () => {
    await page.opened(roomFixture('a'));
    await page.unread('new', 1, 1);
    await page.unread('other', 1, 1);
    await page.unread('new', 2, 2);
    await page.respondWithRooms(roomFixture('a'));
    await page.respondWithRooms(roomFixture('a'), roomFixture('new', { seq: 2, unread: 2 }), roomFixture('other'));
    expect(own()).toHaveLength(3);
    expect(page.pendingRequests()).toBe(0);
  });

  test('lose a room at once when the user is removed, but keep its title', async () => {
    await page.opened(roomFixture('a'), roomFixture('plans', { private: true, title: 'Plans' }));
    page.server.last.emit({ type: 'removed', room: 'plans', code: 'not_found' });
    await page.settled();
    expect(own()).toEqual(['a']);
    expect(page.directory.title('plans')).toBe('Plans');
    void page.directory.load();
    await page.respondWithRooms(roomFixture('a'), roomFixture('plans', { private: true }));
    expect(own()).toEqual(['a', 'plans']);
  });

  test('are joined and left by name, and reloaded afterwards', async () => {
    await page.opened(roomFixture('a'));
    const http = TestBed.inject(HttpTestingController);
    const left = page.directory.leave('a');
    http.expectOne({ method: 'DELETE', url: '/api/rooms/a/members/maggie' }).flush(null);
    await page.settled();
    await page.respondWithRooms(roomFixture('a', { isMember: false }));
    await left;
    expect(own()).toEqual([]);
    const joined = page.directory.join('a');
    http.expectOne({ method: 'PUT', url: '/api/rooms/a/members/maggie' }).flush(null);
    await page.settled();
    await page.respondWithRooms(roomFixture('a'));
    await joined;
    expect(own()).toEqual(['a']);
  });
});
