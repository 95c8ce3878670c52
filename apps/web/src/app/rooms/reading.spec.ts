import { HttpTestingController } from '@angular/common/http/testing';
import { Component, type WritableSignal, signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import type { Message } from '@usher/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from './testing/room-test-page.ts';
import { Attention } from './attention.ts';
import type { RoomView } from './open-rooms.ts';
import type { ReadMark, SeqRange } from './read-mark.ts';
import { followReading } from './reading.ts';

let page: RoomTestPage;
let screen: WritableSignal<SeqRange | undefined>;
let looking: WritableSignal<boolean>;
let view: RoomView;
let pane: ComponentFixture<Pane>;

@Component({ selector: 'app-any-pane', template: '' })
class Pane {
  readonly reading = followReading({
    view: signal(view),
    user: signal('maggie'),
    history: signal(undefined),
    atEnd: signal(true),
    screen,
  });
}

/** Opens a room with unread messages of bart for maggie. */
async function open(count: number): Promise<void> {
  const room = page.server.room('a');
  room.enter('maggie');
  for (let n = 0; n < count; n++) room.append('bart', 'news');
  await page.opened(roomFixture('a', { seq: count, unread: Math.min(count, 1_000), mentions: 1 }));
  await page.entered('a');
  view = { room: page.usher.room('a'), mark: signal<ReadMark | undefined>(undefined), place: 'end' };
  pane = TestBed.createComponent(Pane);
  await page.settled();
}

/** Sets the messages on the screen. */
async function show(from: number, to: number): Promise<void> {
  screen.set({ from, to });
  await page.settled();
}

/** The read marker on the server. */
function marker(): number {
  return page.server.room('a').read('maggie').read;
}

/** The read markers that the server received. */
function sent(): unknown[] {
  return page.server.last.received.flatMap(({ type, seq }) => (type === 'read' ? [seq] : []));
}

/** Responds to the request for the messages after a marker. */
async function respondWithPage(after: number, messages: readonly Partial<Message>[]): Promise<void> {
  const request = TestBed.inject(HttpTestingController).expectOne(`/api/rooms/a/messages?after=${after}&limit=50`);
  request.flush({ messages, more: true });
  await page.settled();
}

describe('the read marker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    screen = signal<SeqRange | undefined>(undefined);
    looking = signal(true);
    page = new RoomTestPage([{ provide: Attention, useValue: { looking } }]);
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    vi.useRealTimers();
  });

  test('covers the messages that fit on the screen', async () => {
    await open(10);
    expect(marker()).toBe(0);
    await show(1, 10);
    expect(marker()).toBe(10);
    expect(page.directory.find('a')).toMatchObject({ unread: 0, mentions: 0 });
    expect(pane.componentInstance.reading.unread()).toBeUndefined();
  });

  test.each([90, 1_000])('excludes messages that were not on the screen, of %i', async (count) => {
    await open(count);
    await show(count - 15, count);
    expect(sent()).toEqual([]);
    expect(page.directory.find('a')).toMatchObject({ unread: count, mentions: 1 });
    // The first one is not among the last 50, so it is requested; edits and own messages are skipped.
    const common = { room: 'a', from: 'bart', id: 'm', text: 'news', at: 7 };
    await respondWithPage(0, [
      { ...common, seq: 1, from: 'maggie' },
      { ...common, seq: 2, edits: 1 },
      { ...common, seq: 3 },
    ]);
    expect(pane.componentInstance.reading.unread()).toEqual({ count, first: { seq: 3, at: 7 } });
    expect(view.mark()?.freshFrom).toBe(3);
  });

  test('does not move while the user is away', async () => {
    await open(10);
    looking.set(false);
    await show(1, 10);
    expect(sent()).toEqual([]);
    looking.set(true);
    await page.settled();
    expect(marker()).toBe(10);
  });

  test('is sent at most twice a second while the user scrolls, and finally when the room is closed', async () => {
    await open(50);
    for (let seq = 1; seq <= 20; seq++) await show(seq, seq + 4);
    expect(sent()).toEqual([5]);
    await vi.advanceTimersByTimeAsync(500);
    expect(sent()).toEqual([5, 24]);
    await show(24, 30);
    expect(sent()).toEqual([5, 24]);
    pane.destroy();
    await page.settled();
    expect(sent()).toEqual([5, 24, 30]);
  });

  test('covers everything when the user marks the room as read', async () => {
    await open(50);
    await show(40, 50);
    expect(pane.componentInstance.reading.unread()).toMatchObject({ count: 50, first: { seq: 1 } });
    pane.componentInstance.reading.markRead();
    await page.settled();
    expect(marker()).toBe(50);
    expect(pane.componentInstance.reading.unread()).toBeUndefined();
  });
});
