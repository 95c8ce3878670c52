import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from './testing/room-test-page.ts';
import { OpenRooms } from './open-rooms.ts';
import { RoomCache } from './room-cache.ts';
import { Unsent } from './unsent.ts';
import { Visits, followLeaving } from './visits.ts';

@Component({ selector: 'app-any', template: '' })
class AnyPage {}

let page: RoomTestPage;
let router: Router;

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_000_000 });
  sessionStorage.clear();
  page = new RoomTestPage([
    OpenRooms,
    RoomCache,
    Visits,
    { provide: Unsent, useValue: { adopt: () => Promise.resolve(), follow: () => undefined } },
    provideRouter([{ path: '**', component: AnyPage }]),
  ]);
  router = TestBed.inject(Router);
  TestBed.runInInjectionContext(followLeaving);
  await page.opened(roomFixture('a'), roomFixture('b'));
  for (const room of ['a', 'b']) TestBed.inject(OpenRooms).enter(room);
  await page.settled();
  await router.navigateByUrl('/rooms/a');
  await page.settled();
});

afterEach(() => {
  TestBed.resetTestingModule();
  vi.useRealTimers();
});

/** The server reports that the user left a room on another device. */
async function left(room: string): Promise<void> {
  page.server.last.emit({ type: 'left', room });
  await page.settled();
}

test('a room that was left on another device is not joined again, and the room list is reloaded', async () => {
  await left('b');
  expect(page.usher.room('b').state().name).toBe('waiting');
  expect(page.usher.room('a').state().name).toBe('joined');
  await page.respondWithRooms(roomFixture('a'), roomFixture('b', { isMember: false }));
  expect(page.directory.own()?.map(({ room }) => room)).toEqual(['a']);
  expect(router.url).toBe('/rooms/a');
});

test('the page leaves a room that was left on another device', async () => {
  await left('a');
  expect(router.url).toBe('/');
  expect(page.usher.room('a').state().name).toBe('waiting');
});
