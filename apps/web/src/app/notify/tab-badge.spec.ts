import { TestBed } from '@angular/core/testing';
import { Title } from '@angular/platform-browser';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from '../rooms/testing/room-test-page.ts';
import { PageTitle } from '../ui/page-title.ts';
import { TabBadge } from './tab-badge.ts';

let page: RoomTestPage;
let link: HTMLLinkElement;

/** The title and icon of the browser tab. */
const titleAndIcon = (): [string, string | null] => [TestBed.inject(Title).getTitle(), link.getAttribute('href')];

describe('the browser tab', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    link = document.createElement('link');
    link.rel = 'icon';
    link.href = 'favicon.svg';
    document.head.append(link);
    page = new RoomTestPage([TabBadge, PageTitle]);
    TestBed.inject(TabBadge);
    TestBed.inject(PageTitle).show('General');
  });

  afterEach(() => {
    TestBed.resetTestingModule();
    link.remove();
    vi.useRealTimers();
  });

  test('shows the number of unread messages in the rooms of the user only', async () => {
    await page.opened(
      roomFixture('a', { unread: 2 }),
      roomFixture('b'),
      roomFixture('c', { isMember: false, unread: 7 }),
    );
    expect(titleAndIcon()).toEqual(['(2) General · Usher', 'favicon-unread.svg']);
    await page.unread('b', 1, 1);
    expect(titleAndIcon()[0]).toBe('(3) General · Usher');
    TestBed.inject(PageTitle).show('Random');
    expect(titleAndIcon()[0]).toBe('(3) Random · Usher');
  });

  test('shows mentions first, and nothing once everything is read', async () => {
    await page.opened(roomFixture('a', { seq: 20, unread: 20, mentions: 1 }));
    expect(titleAndIcon()[0]).toBe('(@1) General · Usher');
    await page.unread('a', 20, 0, 0, 20);
    expect(titleAndIcon()).toEqual(['General · Usher', 'favicon.svg']);
  });

  test('shows nothing after sign-out', async () => {
    await page.opened(roomFixture('a', { unread: 2 }));
    const title = TestBed.inject(Title);
    TestBed.resetTestingModule();
    expect([title.getTitle(), link.getAttribute('href')]).toEqual(['General · Usher', 'favicon.svg']);
  });
});
