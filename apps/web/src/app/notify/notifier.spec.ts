import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from '../rooms/testing/room-test-page.ts';
import { Notifier } from './notifier.ts';
import { NotifyChoice } from './notify-choice.ts';

const shown: { title: string; body: string; tag: string; notification: EventTarget }[] = [];
let visibility: DocumentVisibilityState;
let page: RoomTestPage;

/** The notifications that were created. */
class Recorded extends EventTarget {
  static permission: NotificationPermission = 'granted';
  isClosed = false;
  constructor(title: string, { body = '', tag = '' }: NotificationOptions = {}) {
    super();
    shown.push({ title, body, tag, notification: this });
  }
  close(): void {
    this.isClosed = true;
    this.dispatchEvent(new Event('close'));
  }
}

async function opened(permission: NotificationPermission, chosen?: 'on' | 'off'): Promise<Notifier> {
  Recorded.permission = permission;
  if (chosen !== undefined) localStorage.setItem('usher.notify', chosen);
  page = new RoomTestPage([Notifier]);
  const notifier = TestBed.inject(Notifier);
  await page.opened(
    roomFixture('a', { title: 'General', seq: 3, read: 3 }),
    roomFixture('b', { seq: 1, mentions: 1, unread: 1 }),
  );
  return notifier;
}

/** A message arrives in a joined room. */
async function receive(from: string, text: string): Promise<void> {
  page.server.send('a', from, text);
  await page.settled();
}

describe('mentions', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    localStorage.clear();
    shown.length = 0;
    visibility = 'visible';
    vi.stubGlobal('Notification', Recorded);
    vi.stubGlobal('isSecureContext', true);
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test('are notified once each, as plain text, while the user is not looking', async () => {
    await opened('granted', 'on');
    for (let n = 0; n < 3; n += 1) page.server.room('a').append('lisa', `old ${n}`);
    await page.entered('a');
    await receive('bart', 'you look, @maggie');
    visibility = 'hidden';
    await receive('bart', 'no mention');
    await receive('maggie', 'I, @maggie, wrote this elsewhere');
    expect(shown).toEqual([]);
    await receive('bart', '<b>hey</b> @maggie');
    expect(shown).toMatchObject([{ title: 'bart in General', body: '<b>hey</b> @maggie', tag: 'a:7' }]);
    await receive('bart', 'no name');
    expect(shown).toHaveLength(1);
  });

  test('in a room that is not joined are fetched', async () => {
    await opened('granted', 'on');
    visibility = 'hidden';
    await page.unread('a', 5, 2, 1, 3);
    const call = await vi.waitFor(() =>
      TestBed.inject(HttpTestingController).expectOne('/api/rooms/a/messages?before=6&limit=50'),
    );
    const message = (seq: number, text: string) => ({ room: 'a', seq, id: `${seq}`, from: 'bart', text, at: seq });
    call.flush({ messages: [message(3, 'old @maggie'), message(4, 'new @maggie'), message(5, 'more')], more: true });
    await page.settled();
    expect(shown).toMatchObject([{ title: 'bart in General', body: 'new @maggie' }]);
  });

  test('open at their message, and are closed at the end of the session', async () => {
    await opened('granted', 'on');
    await page.entered('a');
    visibility = 'hidden';
    for (let seq = 1; seq <= 4; seq += 1) await receive('bart', `@maggie ${seq}`);
    const navigate = vi.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
    const [first] = shown;
    first?.notification.dispatchEvent(new Event('click'));
    expect(navigate).toHaveBeenCalledWith(['/rooms', 'a'], { queryParams: { at: 4 } });
    TestBed.resetTestingModule();
    expect(shown.every(({ notification }) => notification instanceof Recorded && notification.isClosed)).toBe(true);
  });

  test('lead to an offer if the user has not decided, but never at page load', async () => {
    const notifier = await opened('default');
    expect(notifier.offered()).toBe(false);
    await page.unread('a', 4, 1, 1, 3);
    expect(notifier.offered()).toBe(false);
    visibility = 'hidden';
    await page.unread('a', 5, 2, 2, 3);
    expect([notifier.offered(), shown.length]).toEqual([true, 0]);
    notifier.closeOffer();
    expect(notifier.offered()).toBe(false);
  });

  test('turn the setting off where the Notification constructor throws', async () => {
    await opened('granted', 'on');
    const inName = vi.fn(function notificationInName() {
      throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.');
    });
    vi.stubGlobal('Notification', Object.assign(inName, { permission: 'granted' }));
    for (let n = 0; n < 3; n += 1) page.server.room('a').append('lisa', `old ${n}`);
    await page.entered('a');
    visibility = 'hidden';
    await receive('bart', '@maggie');
    const choice = TestBed.inject(NotifyChoice);
    expect([choice.permission(), choice.on()]).toEqual(['unsupported', false]);
    await receive('bart', 'once more, @maggie');
    expect(inName).toHaveBeenCalledOnce();
  });

  test('are neither notified nor offered after the user declined', async () => {
    const notifier = await opened('default', 'off');
    visibility = 'hidden';
    await page.unread('a', 5, 2, 2, 3);
    expect([notifier.offered(), shown.length]).toEqual([false, 0]);
  });
});
