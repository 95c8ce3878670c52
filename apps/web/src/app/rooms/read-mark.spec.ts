import type { RoomMessage } from '@usher/client/rooms';
import { describe, expect, test } from 'vitest';
import { type Held, type Looked, type ReadMark, advance, leave, readAll } from './read-mark.ts';

/** Messages by these users, with sequence numbers from `first` on. */
function timeline(from: readonly string[], first = 1): Held {
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
  return timeline(
    Array.from({ length: last - first + 1 }, () => 'bart'),
    first,
  );
}

/** The user looks at the end, and these messages are on the screen. */
function seen(live: Held, from: number, to: number, more: Partial<Looked> = {}): Looked {
  return { live, user: 'maggie', looking: true, screen: { ...live, from, to }, ...more };
}

/** The user does not look at the page. */
function unattended(live: Held, more: Partial<Looked> = {}): Looked {
  return { live, user: 'maggie', looking: false, ...more };
}

/** The read state after each step. */
function marked(...steps: readonly Looked[]): ReadMark | undefined {
  return steps.reduce<ReadMark | undefined>((mark, step) => advance(mark, step), undefined);
}

describe('the read state', () => {
  test('counts existing messages as read for a non-member', () => {
    expect(marked(unattended(timeline(['bart', 'bart'])))).toEqual({ read: 2, shown: [], unseen: 0 });
  });

  test('draws no line above messages that arrive while the user looks at the end', () => {
    const one = timeline(['bart']);
    const two = timeline(['bart', 'bart']);
    expect(marked(seen(one, 1, 1), seen(two, 1, 1), seen(two, 1, 2))).toEqual({ read: 2, shown: [], unseen: 0 });
  });

  test('counts messages that arrive while the user is away, with a line above the first of them', () => {
    const mark = marked(seen(timeline(['bart']), 1, 1), unattended(timeline(['bart', 'bart', 'lisa'])));
    expect(mark).toEqual({ read: 1, shown: [], unseen: 2, freshFrom: 2 });
  });

  test('keeps the line when the user returns, and moves it after the next absence', () => {
    const two = timeline(['bart', 'bart']);
    const back = marked(seen(timeline(['bart']), 1, 1), unattended(two), seen(two, 1, 2));
    expect(back).toEqual({ read: 2, shown: [], unseen: 0, freshFrom: 2 });
    const three = timeline(['bart', 'bart', 'lisa']);
    expect(advance(back, unattended(three))).toEqual({ read: 2, shown: [], unseen: 1, freshFrom: 3 });
  });

  test('removes the line after the user replies', () => {
    const missed = timeline(['bart', 'bart']);
    const replied = timeline(['bart', 'bart', 'maggie']);
    const mark = marked(seen(timeline(['bart']), 1, 1), unattended(missed), seen(missed, 1, 2), seen(replied, 1, 3));
    expect(mark).toEqual({ read: 3, shown: [], unseen: 0 });
  });

  test('ignores an unacknowledged message', () => {
    const waiting: RoomMessage = { key: 'k', from: 'maggie', text: 'yes', at: 9, status: 'waiting' };
    const missed = timeline(['bart', 'bart']);
    const withWaiting = { ...missed, messages: [...missed.messages, waiting] };
    const mark = marked(seen(timeline(['bart']), 1, 1), unattended(withWaiting), seen(withWaiting, 1, 2));
    expect(mark).toEqual({ read: 2, shown: [], unseen: 0, freshFrom: 2 });
  });

  test('ignores own messages from another device and deleted messages', () => {
    const mark = marked(seen(timeline(['bart']), 1, 1), unattended(timeline(['bart', 'maggie'])));
    expect(mark).toEqual({ read: 1, shown: [], unseen: 0 });
    const { messages } = timeline(['bart', 'bart']);
    const deleted = { messages: messages.map((message) => ({ ...message, deleted: 9 })), oldest: 1 };
    expect(advance({ read: 1, shown: [], unseen: 0 }, unattended(deleted))).toEqual({ read: 1, shown: [], unseen: 0 });
  });

  test('starts at the read marker of the server, with a line even if everything fits on the screen', () => {
    const live = timeline(['bart', 'bart', 'lisa']);
    const opened = advance(undefined, seen(live, 1, 3, { read: 1 }));
    expect(opened).toEqual({ read: 3, shown: [], unseen: 0, freshFrom: 2 });
    expect(advance(opened, seen(live, 1, 3, { read: 1 }))).toEqual(opened);
  });

  test('applies a read marker from another device', () => {
    const live = timeline(['bart', 'bart', 'lisa']);
    const missed = advance(undefined, unattended(live, { read: 1 }));
    expect(missed).toEqual({ read: 1, shown: [], unseen: 2, freshFrom: 2 });
    expect(advance(missed, unattended(live, { read: 3 }))).toMatchObject({ read: 3, unseen: 0 });
  });

  test('places the line again when the room is opened again', () => {
    const live = timeline(['bart', 'bart', 'lisa']);
    const left = leave({ read: 1, shown: [], unseen: 2, freshFrom: 1 });
    expect(left).toEqual({ read: 1, shown: [], unseen: 2, left: true });
    expect(advance(left, seen(live, 2, 3))).toEqual({ read: 3, shown: [], unseen: 0, freshFrom: 2 });
    const read = leave({ read: 3, shown: [], unseen: 0, freshFrom: 2 });
    expect(advance(read, seen(live, 1, 3))).toEqual({ read: 3, shown: [], unseen: 0 });
  });
});

describe('more unread messages than fit on the screen', () => {
  test('stay unread if they were not shown: 90, of which the last 16 are on the screen', () => {
    const mark = advance(undefined, seen(many(1, 90), 75, 90, { read: 0 }));
    expect(mark).toEqual({ read: 0, shown: [{ from: 75, to: 90 }], unseen: 0, freshFrom: 1 });
  });

  test('get the line above the first one once it is known: 1,000, of which 50 are loaded', () => {
    const live = many(951, 1_000);
    const opened = advance(undefined, seen(live, 985, 1_000, { read: 0 }));
    expect(opened).toEqual({ read: 0, shown: [{ from: 985, to: 1_000 }], unseen: 0 });
    expect(advance(opened, seen(live, 985, 1_000, { read: 0, first: 1 }))).toEqual({ ...opened, freshFrom: 1 });
  });

  test('become read while the user scrolls through them, in any order', () => {
    const live = many(1, 90);
    const down = [seen(live, 75, 90, { read: 0 }), seen(live, 1, 16), seen(live, 10, 40), seen(live, 41, 60)];
    expect(marked(...down)).toMatchObject({ read: 60, shown: [{ from: 75, to: 90 }], freshFrom: 1 });
    expect(marked(...down, seen(live, 55, 74))).toMatchObject({ read: 90, shown: [], freshFrom: 1 });
    const up = [seen(live, 75, 90, { read: 0 }), seen(live, 50, 76), seen(live, 20, 55)];
    expect(marked(...up)).toMatchObject({ read: 0, shown: [{ from: 20, to: 90 }] });
    expect(marked(...up, seen(live, 1, 22))).toMatchObject({ read: 90, shown: [] });
  });

  test('become read in a history window', () => {
    const live = many(951, 1_000);
    const opened = advance(undefined, seen(live, 985, 1_000, { read: 0, first: 1 }));
    const older = many(1, 50);
    const mark = advance(opened, unattended(live, { screen: { ...older, from: 1, to: 14 } }));
    expect(mark).toMatchObject({ read: 14, shown: [{ from: 985, to: 1_000 }], freshFrom: 1 });
    expect(advance(mark, seen(live, 960, 970))).toMatchObject({ read: 14 });
    // The screen belongs to the previous list while the other one is loaded.
    const loading: Held = { messages: [], oldest: 1 };
    const switched = unattended(live, { screen: { ...loading, from: 985, to: 1_000 } });
    expect(advance(opened, switched)).toMatchObject({ read: 0, shown: [{ from: 985, to: 1_000 }] });
  });

  test('get a line when they arrive together, and those above the screen stay unread', () => {
    const mark = marked(seen(many(1, 10), 1, 10), seen(many(1, 90), 1, 10), seen(many(1, 90), 75, 90));
    expect(mark).toEqual({ read: 10, shown: [{ from: 75, to: 90 }], unseen: 0, freshFrom: 11 });
  });

  test('get the line again after the user read some of them and jumped to the end', () => {
    const live = many(1, 90);
    const mark = marked(seen(live, 75, 90, { read: 0 }), seen(live, 1, 60), seen(live, 75, 90));
    expect(mark).toMatchObject({ read: 60, freshFrom: 61 });
  });

  test('keep the line after a reply at the end', () => {
    const live = many(1, 90);
    const replied = { messages: [...live.messages, ...timeline(['maggie'], 91).messages], oldest: 1 };
    const mark = marked(seen(live, 75, 90, { read: 0 }), seen(replied, 76, 91));
    expect(mark).toMatchObject({ read: 0, freshFrom: 1 });
  });

  test('become read when the user marks them as read', () => {
    const mark = advance(undefined, seen(many(1, 90), 75, 90, { read: 0 }));
    expect(readAll(mark, 90)).toEqual({ read: 90, shown: [], unseen: 0, freshFrom: 1 });
  });

  test('are stored in a bounded number of ranges', () => {
    const live = many(1, 1_000);
    let mark = advance(undefined, seen(live, 999, 1_000, { read: 0 }));
    for (let seq = 3; seq < 900; seq += 3) mark = advance(mark, seen(live, seq, seq));
    expect(mark.shown).toHaveLength(64);
    expect(mark.read).toBe(0);
  });

  test('become read from the first message of others on, after edits and own messages', () => {
    const live = timeline(['maggie', 'maggie', 'bart', 'bart', 'maggie']);
    expect(advance(undefined, seen(live, 4, 5, { read: 0 }))).toMatchObject({ read: 0, freshFrom: 3 });
    expect(advance(undefined, seen(live, 3, 4, { read: 0 }))).toMatchObject({ read: 5 });
  });
});
