import type { RoomMessage } from '@usher/client/rooms';
import { describe, expect, test } from 'vitest';
import { type Held, type Looked, type ReadMark, advance, leave, readAll } from './read-mark.ts';

/** Messages of these users, with sequences from `first` on. */
function said(from: readonly string[], first = 1): Held {
  const messages = from.map((name, index): RoomMessage => ({
    seq: first + index,
    id: String(first + index),
    from: name,
    text: 't',
    at: index,
    status: 'sent',
  }));
  return { messages, oldest: first };
}

function many(first: number, last: number): Held {
  return said(
    Array.from({ length: last - first + 1 }, () => 'bart'),
    first,
  );
}

/** The user looks at the end, and these sequences are on the screen. */
function seen(live: Held, from: number, to: number, more: Partial<Looked> = {}): Looked {
  return { live, user: 'maggie', looking: true, screen: { ...live, from, to }, ...more };
}

/** Nobody looks. */
function unattended(live: Held, more: Partial<Looked> = {}): Looked {
  return { live, user: 'maggie', looking: false, ...more };
}

/** The mark after each step. */
function marked(...steps: readonly Looked[]): ReadMark | undefined {
  return steps.reduce<ReadMark | undefined>((mark, step) => advance(mark, step), undefined);
}

describe('the mark of what was read', () => {
  test('counts what is there as read for a visitor', () => {
    expect(marked(unattended(said(['bart', 'bart'])))).toEqual({ read: 2, shown: [], unseen: 0 });
  });

  test('draws no line above what arrives while the user looks at the end', () => {
    const one = said(['bart']);
    const two = said(['bart', 'bart']);
    expect(marked(seen(one, 1, 1), seen(two, 1, 1), seen(two, 1, 2))).toEqual({ read: 2, shown: [], unseen: 0 });
  });

  test('counts what arrives while nobody looks, with a line above the first of it', () => {
    const mark = marked(seen(said(['bart']), 1, 1), unattended(said(['bart', 'bart', 'lisa'])));
    expect(mark).toEqual({ read: 1, shown: [], unseen: 2, freshFrom: 2 });
  });

  test('keeps the line when the user comes back, and moves it with the next absence', () => {
    const two = said(['bart', 'bart']);
    const back = marked(seen(said(['bart']), 1, 1), unattended(two), seen(two, 1, 2));
    expect(back).toEqual({ read: 2, shown: [], unseen: 0, freshFrom: 2 });
    const three = said(['bart', 'bart', 'lisa']);
    expect(advance(back, unattended(three))).toEqual({ read: 2, shown: [], unseen: 1, freshFrom: 3 });
  });

  test('removes the line after an answer of the user', () => {
    const missed = said(['bart', 'bart']);
    const answered = said(['bart', 'bart', 'maggie']);
    const mark = marked(seen(said(['bart']), 1, 1), unattended(missed), seen(missed, 1, 2), seen(answered, 1, 3));
    expect(mark).toEqual({ read: 3, shown: [], unseen: 0 });
  });

  test('does not take a message that waits for an answer', () => {
    const waiting: RoomMessage = { key: 'k', from: 'maggie', text: 'yes', at: 9, status: 'waiting' };
    const missed = said(['bart', 'bart']);
    const withWaiting = { ...missed, messages: [...missed.messages, waiting] };
    const mark = marked(seen(said(['bart']), 1, 1), unattended(withWaiting), seen(withWaiting, 1, 2));
    expect(mark).toEqual({ read: 2, shown: [], unseen: 0, freshFrom: 2 });
  });

  test('ignores own messages from another device and deleted ones', () => {
    const mark = marked(seen(said(['bart']), 1, 1), unattended(said(['bart', 'maggie'])));
    expect(mark).toEqual({ read: 1, shown: [], unseen: 0 });
    const { messages } = said(['bart', 'bart']);
    const deleted = { messages: messages.map((message) => ({ ...message, deleted: 9 })), oldest: 1 };
    expect(advance({ read: 1, shown: [], unseen: 0 }, unattended(deleted))).toEqual({ read: 1, shown: [], unseen: 0 });
  });

  test('starts at the marker of the server, with the line also where everything fits on the screen', () => {
    const live = said(['bart', 'bart', 'lisa']);
    const opened = advance(undefined, seen(live, 1, 3, { read: 1 }));
    expect(opened).toEqual({ read: 3, shown: [], unseen: 0, freshFrom: 2 });
    expect(advance(opened, seen(live, 1, 3, { read: 1 }))).toEqual(opened);
  });

  test('takes over what was read on another device', () => {
    const live = said(['bart', 'bart', 'lisa']);
    const missed = advance(undefined, unattended(live, { read: 1 }));
    expect(missed).toEqual({ read: 1, shown: [], unseen: 2, freshFrom: 2 });
    expect(advance(missed, unattended(live, { read: 3 }))).toMatchObject({ read: 3, unseen: 0 });
  });

  test('places the line anew when the room is opened again', () => {
    const live = said(['bart', 'bart', 'lisa']);
    const left = leave({ read: 1, shown: [], unseen: 2, freshFrom: 1 });
    expect(left).toEqual({ read: 1, shown: [], unseen: 2, left: true });
    expect(advance(left, seen(live, 2, 3))).toEqual({ read: 3, shown: [], unseen: 0, freshFrom: 2 });
    const read = leave({ read: 3, shown: [], unseen: 0, freshFrom: 2 });
    expect(advance(read, seen(live, 1, 3))).toEqual({ read: 3, shown: [], unseen: 0 });
  });
});

describe('more unread messages than fit on the screen', () => {
  test('stay unread where they were not shown: 90, of which the last 16 are on the screen', () => {
    const mark = advance(undefined, seen(many(1, 90), 75, 90, { read: 0 }));
    expect(mark).toEqual({ read: 0, shown: [{ from: 75, to: 90 }], unseen: 0, freshFrom: 1 });
  });

  test('have the line above the first one once that is known: 1,000, of which 50 are held', () => {
    const live = many(951, 1_000);
    const opened = advance(undefined, seen(live, 985, 1_000, { read: 0 }));
    expect(opened).toEqual({ read: 0, shown: [{ from: 985, to: 1_000 }], unseen: 0 });
    expect(advance(opened, seen(live, 985, 1_000, { read: 0, first: 1 }))).toEqual({ ...opened, freshFrom: 1 });
  });

  test('are read while the user scrolls through them, in any order', () => {
    const live = many(1, 90);
    const down = [seen(live, 75, 90, { read: 0 }), seen(live, 1, 16), seen(live, 10, 40), seen(live, 41, 60)];
    expect(marked(...down)).toMatchObject({ read: 60, shown: [{ from: 75, to: 90 }], freshFrom: 1 });
    expect(marked(...down, seen(live, 55, 74))).toMatchObject({ read: 90, shown: [], freshFrom: 1 });
    const up = [seen(live, 75, 90, { read: 0 }), seen(live, 50, 76), seen(live, 20, 55)];
    expect(marked(...up)).toMatchObject({ read: 0, shown: [{ from: 20, to: 90 }] });
    expect(marked(...up, seen(live, 1, 22))).toMatchObject({ read: 90, shown: [] });
  });

  test('are read in a list that shows an older part of the room', () => {
    const live = many(951, 1_000);
    const opened = advance(undefined, seen(live, 985, 1_000, { read: 0, first: 1 }));
    const older = many(1, 50);
    const mark = advance(opened, unattended(live, { screen: { ...older, from: 1, to: 14 } }));
    expect(mark).toMatchObject({ read: 14, shown: [{ from: 985, to: 1_000 }], freshFrom: 1 });
    expect(advance(mark, seen(live, 960, 970))).toMatchObject({ read: 14 });
    // What is on the screen belongs to the list that was shown until now, while the other one is loaded.
    const loading: Held = { messages: [], oldest: 1 };
    const switched = unattended(live, { screen: { ...loading, from: 985, to: 1_000 } });
    expect(advance(opened, switched)).toMatchObject({ read: 0, shown: [{ from: 985, to: 1_000 }] });
  });

  test('that arrive at once while the user looks get a line, and the ones above the screen stay unread', () => {
    const mark = marked(seen(many(1, 10), 1, 10), seen(many(1, 90), 1, 10), seen(many(1, 90), 75, 90));
    expect(mark).toEqual({ read: 10, shown: [{ from: 75, to: 90 }], unseen: 0, freshFrom: 11 });
  });

  test('get the line again where the user read on and then jumped to the end', () => {
    const live = many(1, 90);
    const mark = marked(seen(live, 75, 90, { read: 0 }), seen(live, 1, 60), seen(live, 75, 90));
    expect(mark).toMatchObject({ read: 60, freshFrom: 61 });
  });

  test('are no reason to remove the line after an answer at the end', () => {
    const live = many(1, 90);
    const answered = { messages: [...live.messages, ...said(['maggie'], 91).messages], oldest: 1 };
    const mark = marked(seen(live, 75, 90, { read: 0 }), seen(answered, 76, 91));
    expect(mark).toMatchObject({ read: 0, freshFrom: 1 });
  });

  test('are read when the user says so', () => {
    const mark = advance(undefined, seen(many(1, 90), 75, 90, { read: 0 }));
    expect(readAll(mark, 90)).toEqual({ read: 90, shown: [], unseen: 0, freshFrom: 1 });
  });

  test('are remembered in a bounded number of ranges', () => {
    const live = many(1, 1_000);
    let mark = advance(undefined, seen(live, 999, 1_000, { read: 0 }));
    for (let seq = 3; seq < 900; seq += 3) mark = advance(mark, seen(live, seq, seq));
    expect(mark.shown).toHaveLength(64);
    expect(mark.read).toBe(0);
  });

  test('of which the first is behind changes and own messages are read from the first message of others on', () => {
    const live = said(['maggie', 'maggie', 'bart', 'bart', 'maggie']);
    expect(advance(undefined, seen(live, 4, 5, { read: 0 }))).toMatchObject({ read: 0, freshFrom: 3 });
    expect(advance(undefined, seen(live, 3, 4, { read: 0 }))).toMatchObject({ read: 5 });
  });
});
