import type { RoomMessage } from '@usher/client/rooms';
import { describe, expect, test } from 'vitest';
import { type RoomActivity, mentionsUser, newerOf, withMessages } from './room-activity.ts';

const nothing: RoomActivity = { seq: 5, at: 5_000, unread: 0, read: 5, mentions: 0 };

function message(seq: number, from: string, text = 'hello', more: Partial<RoomMessage> = {}): RoomMessage {
  return { seq, from, text, at: seq * 1_000, status: 'sent', ...more };
}

describe('the merged state of a room', () => {
  const unread: RoomActivity = { ...nothing, seq: 7, at: 7_000, unread: 2, mentions: 1 };
  const readElsewhere: RoomActivity = { ...nothing, seq: 7, at: 6_000, read: 7 };

  test('is the newer state, in either order of arrival', () => {
    expect(newerOf(nothing, unread)).toEqual(unread);
    expect(newerOf(unread, nothing)).toEqual(unread);
  });

  test('uses the highest read marker and the latest activity', () => {
    for (const result of [newerOf(unread, readElsewhere), newerOf(readElsewhere, unread)])
      expect(result).toEqual({ ...readElsewhere, at: 7_000 });
  });
});

describe('a joined room', () => {
  test('counts messages of others and mentions after the last count of the server', () => {
    const messages = [
      message(4, 'bart'),
      message(5, 'bart'),
      message(6, 'bart', 'hi @maggie'),
      message(7, 'maggie', 'yes?'),
      message(8, 'lisa', 'nothing'),
    ];
    expect(withMessages(nothing, messages, 'maggie')).toEqual({ seq: 8, at: 8_000, unread: 2, read: 5, mentions: 1 });
  });

  test('counts neither deleted nor unacknowledged messages', () => {
    const waiting: RoomMessage = { key: 'k', from: 'maggie', text: 'soon', at: 9_000, status: 'waiting' };
    const messages = [message(6, 'bart', '', { deleted: 9_000 }), waiting];
    expect(withMessages(nothing, messages, 'maggie')).toEqual({ ...nothing, seq: 6, at: 6_000 });
  });

  test('does not count messages that were read since', () => {
    const read: RoomActivity = { ...nothing, read: 8 };
    expect(withMessages(read, [message(7, 'bart'), message(8, 'bart')], 'maggie').unread).toBe(0);
  });

  test('stops counting at the limit of the server', () => {
    const many = Array.from({ length: 1_500 }, (_, index) => message(index + 6, 'bart'));
    expect(withMessages(nothing, many, 'maggie').unread).toBe(1_000);
  });
});

test('a mention has to match the whole name and be outside of code', () => {
  expect(mentionsUser('come here, @maggie!', 'maggie')).toBe(true);
  expect(mentionsUser('come here, @maggiesimpson', 'maggie')).toBe(false);
  expect(mentionsUser('`@maggie` is code', 'maggie')).toBe(false);
});
