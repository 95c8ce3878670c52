import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { MatDialogRef } from '@angular/material/dialog';
import type { Room } from '@usher/chat-api';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from './testing/room-test-page.ts';
import { respondWithProblem } from '../testing/rendered-component.ts';
import { FindRoomsDialog } from './find-rooms-dialog.ts';

let page: RoomTestPage;
let shown: HTMLElement;
const close = vi.fn();
const all: readonly Room[] = [
  roomFixture('general', { title: 'General', seq: 1 }),
  roomFixture('cafe', { title: 'Café', isMember: false }),
  roomFixture('plans', { title: 'Plans', private: true, isMember: false, seq: 1_000 }),
];

async function open(...rooms: Room[]): Promise<void> {
  await page.opened(...rooms);
  shown = TestBed.createComponent(FindRoomsDialog).nativeElement as HTMLElement;
  document.body.append(shown);
  await page.settled();
  await page.respondWithRooms(...rooms);
}

async function filter(text: string): Promise<void> {
  const field = shown.querySelector<HTMLInputElement>('input[type=search]');
  if (field === null) throw new Error('field not found');
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await page.settled();
}

function titles(): string[] {
  return [...shown.querySelectorAll('li .title')].map(({ textContent }) => textContent);
}

async function press(text: string): Promise<void> {
  const button = [...shown.querySelectorAll('button')].find(
    ({ textContent }) => textContent.replaceAll(/\s+/g, ' ').trim() === text,
  );
  if (button === undefined) throw new Error(`there is no button ${text}`);
  button.click();
  await page.settled();
}

describe('the room browser', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    close.mockReset();
    page = new RoomTestPage([{ provide: MatDialogRef, useValue: { close } }]);
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    shown.remove();
    vi.useRealTimers();
  });

  test('shows all visible rooms with their last activity', async () => {
    await open(...all);
    expect(titles()).toEqual(['Café', 'General', 'Plans']);
    const notes = [...shown.querySelectorAll('li .note')].map(({ textContent }) => textContent);
    expect(notes).toEqual(['No messages yet', '1 message', 'private · 1000 messages']);
  });

  test('filters ignoring case and accents, and shows the number of results', async () => {
    await open(...all);
    await filter('CAFE');
    expect(titles()).toEqual(['Café']);
    expect(shown.querySelector('[role=status]')?.textContent).toBe('1 room');
  });

  test('can hide rooms that the user has joined', async () => {
    await open(...all);
    shown.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
    await page.settled();
    expect(titles()).toEqual(['Café', 'Plans']);
  });

  test('opens an own room at once and joins another room first', async () => {
    await open(...all);
    await press('Open General');
    expect(close).toHaveBeenLastCalledWith('general');
    await press('Join Café');
    expect(close).toHaveBeenCalledOnce();
    const http = TestBed.inject(HttpTestingController);
    http.expectOne({ method: 'PUT', url: '/api/rooms/cafe/members/maggie' }).flush(null);
    await page.settled();
    await page.respondWithRooms(...all);
    expect(close).toHaveBeenLastCalledWith('cafe');
  });

  test('does not join a private room that an administrator opens', async () => {
    await open(...all);
    await press('Open Plans');
    expect(close).toHaveBeenCalledExactlyOnceWith('plans');
  });

  test('shows why a room could not be joined, stays open and allows a retry', async () => {
    await open(...all);
    await press('Join Café');
    const http = TestBed.inject(HttpTestingController);
    const call = { method: 'PUT', url: '/api/rooms/cafe/members/maggie' };
    respondWithProblem(http.expectOne(call), 'store_unavailable');
    await page.settled();
    expect(shown.querySelector('[role=alert]')?.textContent.trim()).not.toBe('');
    expect(close).not.toHaveBeenCalled();
    await press('Join Café');
    expect(shown.querySelector('[role=alert]')).toBeNull();
    http.expectOne(call).flush(null);
    await page.settled();
    await page.respondWithRooms(...all);
    expect(close).toHaveBeenCalledExactlyOnceWith('cafe');
  });

  test('offers to create a room that does not exist', async () => {
    await open(...all);
    await filter('skateboards');
    expect(shown.querySelector('li p')?.textContent).toBe('No rooms match “skateboards”.');
    await press('Create a room');
    expect(close).toHaveBeenCalledExactlyOnceWith('');
  });
});
