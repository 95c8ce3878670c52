import type { RoomMessage } from '@usher/client/rooms';
import { describe, expect, test } from 'vitest';
import { createRows, rowsOf, type Row } from './rows.ts';

const noon = new Date(2026, 10, 23, 12).getTime();
const minute = 60_000;

function message(seq: number, from: string, at: number): RoomMessage {
  return { seq, id: `m${seq}`, from, text: `text ${seq}`, at, status: 'sent' };
}

/** A short form of a row: a message as its sequence number, with `[` at the start and `]` at the end of its group. */
function brief(rows: readonly Row[]): string {
  return rows
    .map((row) =>
      row.kind === 'message' ? `${row.first ? '[' : ''}${row.message.seq ?? 'new'}${row.last ? ']' : ''}` : row.kind,
    )
    .join(' ');
}

describe('the rows of a room', () => {
  test('group messages of one author within five minutes', () => {
    const messages = [
      message(1, 'maggie', noon),
      message(2, 'maggie', noon + minute),
      message(3, 'maggie', noon + 5 * minute),
    ];
    expect(brief(rowsOf(messages, 'maggie'))).toBe('day [1 2 3]');
  });

  test('start a new group after five minutes or with another author', () => {
    const messages = [
      message(1, 'maggie', noon),
      message(2, 'maggie', noon + 5 * minute),
      message(3, 'bart', noon + 5 * minute),
    ];
    expect(brief(rowsOf(messages, 'maggie'))).toBe('day [1] [2] [3]');
  });

  test('start a new day with a separator and a new group, even within five minutes', () => {
    const beforeMidnight = new Date(2026, 10, 23, 23, 59).getTime();
    const messages = [message(1, 'bart', beforeMidnight), message(2, 'bart', beforeMidnight + 2 * minute)];
    const rows = rowsOf(messages, 'maggie');
    expect(brief(rows)).toBe('day [1] day [2]');
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });

  test('show the "New messages" line above the first new message and split its group', () => {
    const messages = [message(1, 'bart', noon), message(2, 'bart', noon + 1), message(3, 'bart', noon + 2)];
    expect(brief(rowsOf(messages, 'maggie', 2))).toBe('day [1] fresh [2 3]');
  });

  test('show no line for a message that is not loaded', () => {
    expect(brief(rowsOf([message(5, 'bart', noon)], 'maggie', 2))).toBe('day [5]');
  });

  test('mark messages of the reader only as own', () => {
    const own = rowsOf([message(1, 'maggie', noon), message(2, 'bart', noon)], 'maggie').map(
      (row) => row.kind === 'message' && row.own,
    );
    expect(own).toEqual([false, true, false]);
  });

  test('keep the key of a message when it is acknowledged', () => {
    const sending: RoomMessage = { key: 'k1', from: 'maggie', text: 'x', at: noon, status: 'sending' };
    const keyOf = (one: RoomMessage): string | undefined => rowsOf([one], 'maggie')[1]?.key;
    expect(keyOf({ ...sending, seq: 9, id: 'm9', status: 'sent' })).toBe(keyOf(sending));
  });

  test('show the line above the first message after the marker, even if an edit follows first', () => {
    const messages = [message(1, 'bart', noon), message(3, 'bart', noon + 1)];
    expect(brief(rowsOf(messages, 'maggie', 2))).toBe('day [1] fresh [3]');
  });

  test('keep their identity where nothing changed, and equal a new layout', () => {
    const authors = ['bart', 'lisa', 'maggie'];
    const timeline = Array.from({ length: 400 }, (_, index) =>
      message(index + 1, authors[(index * 7) % 3] ?? '', noon + index * 13 * minute),
    );
    const layOut = createRows();
    let before = layOut(timeline.slice(100, 200), 'maggie');
    for (const [start, end, fresh] of [
      [100, 201, undefined],
      [50, 201, undefined],
      [50, 400, 180],
      [0, 400, 180],
      [0, 400, 390],
      [300, 310, undefined],
      [0, 0, undefined],
      [0, 400, undefined],
    ] as const) {
      const messages = timeline.slice(start, end);
      const rows = layOut(messages, 'maggie', fresh);
      expect(rows).toEqual(rowsOf(messages, 'maggie', fresh));
      before = rows;
    }
    const edited = timeline.with(200, { ...message(201, 'bart', noon + 200 * 13 * minute), text: 'another' });
    const rows = layOut(edited, 'maggie');
    expect(rows).toEqual(rowsOf(edited, 'maggie'));
    expect(rows.filter((row) => !before.includes(row)).length).toBeLessThan(8);
  });
});
