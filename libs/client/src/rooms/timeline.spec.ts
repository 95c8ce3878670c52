import type { Message } from '@usher/protocol';
import { expect, test } from 'vitest';
import { createTimeline } from './timeline.ts';

const message = (seq: number): Message => ({ room: 'general', seq, id: `id ${seq}`, from: 'bart', text: 'x', at: seq });

function newTimeline(held = 5_000) {
  const turns: number[] = [];
  const timeline = createTimeline(held, ({ seq }) => turns.push(seq));
  return { timeline, turns, seqs: () => timeline.list.map(({ seq }) => seq) };
}

test('buffered messages are applied once and in order', () => {
  const { timeline, turns, seqs } = newTimeline();
  timeline.buffer(message(2));
  timeline.add([message(4), message(2)]);
  expect(seqs()).toEqual([]);
  expect(timeline.known).toBe(4);
  timeline.add([message(1)]);
  expect(seqs()).toEqual([1, 2]);
  timeline.add([message(3), message(1)]);
  expect(seqs()).toEqual([1, 2, 3, 4]);
  expect(turns).toEqual([1, 2, 3, 4]);
  expect(timeline.cursor).toBe(4);
});

test('add() without messages applies buffered ones', () => {
  const { timeline, seqs } = newTimeline();
  timeline.buffer(message(1));
  timeline.add([]);
  expect(seqs()).toEqual([1]);
});

test('at most 1,000 messages are buffered after a gap, and known still advances', () => {
  const { timeline, seqs } = newTimeline();
  for (let seq = 2; seq <= 1_500; seq++) timeline.buffer(message(seq));
  timeline.add([message(1)]);
  expect(seqs()).toHaveLength(1_001);
  expect(timeline.known).toBe(1_500);
});

test('restart() keeps the buffer, and rejoin() clears it', () => {
  const { timeline, seqs } = newTimeline();
  timeline.buffer(message(7));
  timeline.restart(5);
  expect(timeline.known).toBe(7);
  timeline.add([message(6)]);
  expect(seqs()).toEqual([6, 7]);
  timeline.buffer(message(9));
  timeline.rejoin();
  expect(timeline.known).toBe(7);
  timeline.add([message(8)]);
  expect(seqs()).toEqual([6, 7, 8]);
});

test('older messages are prepended to an empty list if they end at the cursor', () => {
  const { timeline, turns, seqs } = newTimeline();
  timeline.restart(5);
  timeline.insertOlder([message(3), message(4)]);
  expect(seqs()).toEqual([]);
  timeline.insertOlder([message(4), message(5), message(5)]);
  expect(seqs()).toEqual([4, 5]);
  expect(turns).toEqual([]);
});
