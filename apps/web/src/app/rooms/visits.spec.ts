import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { Component } from '@angular/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from './testing/room-test-page.ts';
import { Visits } from './visits.ts';

@Component({ selector: 'app-any', template: '' })
class AnyPage {}

let page: RoomTestPage;
let visits: Visits;

/** Loads the page of maggie. */
function load(): void {
  page = new RoomTestPage([Visits, provideRouter([{ path: '**', component: AnyPage }])]);
  visits = TestBed.inject(Visits);
}

async function goTo(url: string): Promise<void> {
  vi.advanceTimersByTime(1_000);
  await TestBed.inject(Router).navigateByUrl(url);
  await page.settled();
}

describe('the visited rooms', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    sessionStorage.clear();
    load();
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    vi.useRealTimers();
  });

  test('are listed with the latest first, and with the current room', async () => {
    expect([visits.current(), visits.recent()]).toEqual([undefined, []]);
    await goTo('/rooms/general');
    await goTo('/rooms/plans?at=5');
    expect([visits.current(), visits.recent()]).toEqual(['plans', ['plans', 'general']]);
    await goTo('/rooms/general');
    expect([visits.current(), visits.recent()]).toEqual(['general', ['general', 'plans']]);
    await goTo('/settings');
    expect([visits.current(), visits.recent()]).toEqual([undefined, ['general', 'plans']]);
  });

  test('survive a reload of the tab unless the session has ended', async () => {
    await goTo('/rooms/general');
    const kept = sessionStorage.getItem('usher.visits');
    TestBed.resetTestingModule();
    if (kept !== null) sessionStorage.setItem('usher.visits', kept);
    load();
    expect(visits.recent()).toEqual(['general']);
  });

  test('are limited to the latest twenty', async () => {
    for (let n = 1; n <= 25; n += 1) await goTo(`/rooms/room-${n}`);
    expect(visits.recent()).toHaveLength(20);
    expect([visits.recent()[0], visits.recent().at(-1)]).toEqual(['room-25', 'room-6']);
  });

  test('reload the room list once when the user joins a room', async () => {
    await page.opened(roomFixture('general', { isMember: false }));
    await goTo('/rooms/general');
    await page.entered('general');
    await page.respondWithRooms(roomFixture('general'));
    await page.settled();
    expect(page.pendingRequests()).toBe(0);
    expect(page.directory.own()?.map(({ room }) => room)).toEqual(['general']);
  });
});
