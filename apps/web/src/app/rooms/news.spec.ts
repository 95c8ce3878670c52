import type { RoomMessage } from '@usher/client/rooms';
import { describe, expect, test } from 'vitest';
import { type News, calls, later, withMessages } from './news.ts';

const nothing: News = { seq: 5, at: 5_000, unread: 0, read: 5, mentions: 0 };

function said(seq: number, from: string, text = 'hello', more: Partial<RoomMessage> = {}): RoomMessage {
  return { seq, from, text, at: seq * 1_000, status: 'sent', ...more };
}

describe('what is known of a room from two sides', () => {
  const unread: News = { ...nothing, seq: 7, at: 7_000, unread: 2, mentions: 1 };
  const readElsewhere: News = { ...nothing, seq: 7, at: 6_000, read: 7 };

  test('is what was heard of the later state, in whichever order it comes', () => {
    expect(later(nothing, unread)).toEqual(unread);
    expect(later(unread, nothing)).toEqual(unread);
  });

  test('is read where either says so, and its activity is the last that is known', () => {
    for (const result of [later(unread, readElsewhere), later(readElsewhere, unread)])
      expect(result).toEqual({ ...readElsewhere, at: 7_000 });
  });
});

describe('a room that is joined', () => {
  test('counts what others say behind what the server counted, and the mentions among it', () => {
    const messages = [
      said(4, 'bart'),
      said(5, 'bart'),
      said(6, 'bart', 'hi @maggie'),
      said(7, 'maggie', 'yes?'),
      said(8, 'lisa', 'nothing'),
    ];
    expect(withMessages(nothing, messages, 'maggie')).toEqual({ seq: 8, at: 8_000, unread: 2, read: 5, mentions: 1 });
  });

  test('counts neither what is taken back nor what is on its way to the server', () => {
    const waiting: RoomMessage = { key: 'k', from: 'maggie', text: 'soon', at: 9_000, status: 'waiting' };
    const messages = [said(6, 'bart', '', { deleted: 9_000 }), waiting];
    expect(withMessages(nothing, messages, 'maggie')).toEqual({ ...nothing, seq: 6, at: 6_000 });
  });

  test('counts nothing of what was read since', () => {
    const read: News = { ...nothing, read: 8 };
    expect(withMessages(read, [said(7, 'bart'), said(8, 'bart')], 'maggie').unread).toBe(0);
  });

  test('counts no further than the server does', () => {
    const many = Array.from({ length: 1_500 }, (_, index) => said(index + 6, 'bart'));
    expect(withMessages(nothing, many, 'maggie').unread).toBe(1_000);
  });
});

test('a mention is of the whole name, outside of code', () => {
  expect(calls('come here, @maggie!', 'maggie')).toBe(true);
  expect(calls('come here, @maggiesimpson', 'maggie')).toBe(false);
  expect(calls('`@maggie` is code', 'maggie')).toBe(false);
});
