import { HttpTestingController } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RoomTestPage, roomFixture } from './testing/room-test-page.ts';
import { MentionNames } from './text/mention-names.ts';

let page: RoomTestPage;
let names: MentionNames;

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_000_000 });
  page = new RoomTestPage([MentionNames]);
  names = TestBed.inject(MentionNames);
  names.of('a');
  await page.opened(roomFixture('a'));
  await page.entered('a');
});

afterEach(() => {
  TestBed.resetTestingModule();
  vi.useRealTimers();
});

/** The pending requests for the members. */
function requests() {
  return TestBed.inject(HttpTestingController).match('/api/rooms/a/members');
}

async function respondWithMembers(...users: string[]): Promise<void> {
  const [request] = requests();
  request?.flush({ members: users.map((user) => ({ user, status: 'offline', owner: false })) });
  await page.settled();
}

describe('a name in a message', () => {
  test('notifies the user and users who are in the room now', async () => {
    page.server.broadcast('a', { type: 'presence', room: 'a', user: 'bart', status: 'online' });
    await page.settled();
    expect(['maggie', 'bart', 'lisa', 'everyone'].filter((name) => names.notifies(name))).toEqual(['maggie', 'bart']);
    expect(requests()).toHaveLength(0);
  });

  test('notifies a member once the members are loaded, and no user if it is unknown', async () => {
    names.lookUp(['lisa', 'everyone']);
    expect(names.notifies('lisa')).toBe(false);
    await respondWithMembers('lisa', 'maggie');
    expect(names.notifies('lisa')).toBe(true);
    expect(['everyone', 'here', 'unknown'].some((name) => names.notifies(name))).toBe(false);
  });

  test('is looked up once; other names are looked up after ten seconds', async () => {
    names.lookUp(['everyone']);
    await respondWithMembers('maggie');
    names.lookUp(['everyone']);
    names.lookUp(['here']);
    expect(requests()).toHaveLength(0);
    vi.advanceTimersByTime(10_000);
    names.lookUp(['everyone']);
    expect(requests()).toHaveLength(0);
    names.lookUp(['here']);
    expect(requests()).toHaveLength(1);
  });
});
