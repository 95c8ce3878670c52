import type { RoomMessage } from '@usher/client/rooms';
import { describe, expect, test } from 'vitest';
import { type ReadMark, advance, leave } from './read-mark.ts';

function said(...from: string[]): RoomMessage[] {
  return from.map((name, index) => ({
    seq: index + 1,
    id: String(index),
    from: name,
    text: 't',
    at: index,
    status: 'sent',
  }));
}

/** The mark after each step; a step is what is there and whether somebody looks. */
function after(...steps: readonly (readonly [RoomMessage[], boolean])[]): ReadMark | undefined {
  let mark: ReadMark | undefined;
  for (const [messages, looking] of steps) mark = advance(mark, { messages, user: 'maggie', looking });
  return mark;
}

describe('the mark of what was read', () => {
  test('what is there on entering counts as seen', () => {
    expect(after([said('bart', 'bart'), false])).toEqual({ seen: 2, unseen: 0 });
  });

  test('what comes while one looks draws no line', () => {
    expect(after([said('bart'), true], [said('bart', 'bart'), true])).toEqual({ seen: 2, unseen: 0 });
  });

  test('what comes while one looks away is counted, with a line above the first of it', () => {
    const mark = after([said('bart'), true], [said('bart', 'bart'), false], [said('bart', 'bart', 'lisa'), false]);
    expect(mark).toEqual({ seen: 1, unseen: 2, freshFrom: 2 });
  });

  test('coming back counts everything as seen and leaves the line where it is', () => {
    const mark = after([said('bart'), true], [said('bart', 'bart'), false], [said('bart', 'bart'), true]);
    expect(mark).toEqual({ seen: 2, unseen: 0, freshFrom: 2 });
  });

  test('the next absence moves the line', () => {
    const mark = after(
      [said('bart'), true],
      [said('bart', 'bart'), false],
      [said('bart', 'bart'), true],
      [said('bart', 'bart', 'lisa'), false],
    );
    expect(mark).toEqual({ seen: 2, unseen: 1, freshFrom: 3 });
  });

  test('an answer of one’s own takes the line away', () => {
    const missed = said('bart', 'bart');
    const answered = said('bart', 'bart', 'maggie');
    expect(after([said('bart'), true], [missed, false], [missed, true], [answered, true])).toEqual({
      seen: 3,
      unseen: 0,
    });
  });

  test('what waits to be sent is no answer: it may have been written before', () => {
    const waiting: RoomMessage = { key: 'k', from: 'maggie', text: 'yes', at: 9, status: 'waiting' };
    const missed = [...said('bart', 'bart'), waiting];
    expect(after([[...said('bart'), waiting], true], [missed, false], [missed, true])).toEqual({
      seen: 2,
      unseen: 0,
      freshFrom: 2,
    });
  });

  test('one’s own messages from another device are not news', () => {
    expect(after([said('bart'), true], [said('bart', 'maggie'), false])).toEqual({ seen: 1, unseen: 0 });
  });

  test('leaving the room takes a line away that was looked at, and keeps one that was not', () => {
    expect(leave({ seen: 3, unseen: 0, freshFrom: 2 })).toEqual({ seen: 3, unseen: 0 });
    expect(leave({ seen: 1, unseen: 2, freshFrom: 2 })).toEqual({ seen: 1, unseen: 2, freshFrom: 2 });
  });

  test('a room that is opened begins where it was read to, also where one looks at once', () => {
    const messages = said('bart', 'bart', 'lisa');
    const opened = advance(undefined, { messages, user: 'maggie', looking: true, read: 1 });
    expect(opened).toEqual({ seen: 3, unseen: 0, freshFrom: 2 });
    expect(advance(opened, { messages, user: 'maggie', looking: true, read: 1 })).toEqual(opened);
  });

  test('what was read on another device is seen', () => {
    const messages = said('bart', 'bart', 'lisa');
    const missed = advance(undefined, { messages, user: 'maggie', looking: false, read: 1 });
    expect(missed).toEqual({ seen: 1, unseen: 2, freshFrom: 2 });
    expect(advance(missed, { messages, user: 'maggie', looking: false, read: 3 })).toMatchObject({
      seen: 3,
      unseen: 0,
    });
  });

  test('a message that was taken back is no news', () => {
    const messages = said('bart', 'bart').map((message) => ({ ...message, deleted: 9 }));
    expect(advance({ seen: 1, unseen: 0 }, { messages, user: 'maggie', looking: false })).toEqual({
      seen: 1,
      unseen: 0,
    });
  });
});
