import { HttpErrorResponse } from '@angular/common/http';
import type { MessagePage } from '@usher/chat-api';
import type { Message } from '@usher/protocol';
import { firstValueFrom, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type GetPage, HistoryWindow } from './history-window.ts';

function message(seq: number, more: Partial<Message> = {}): Message {
  return { room: 'general', seq, id: `m${seq}`, from: 'bart', text: `text ${seq}`, at: seq, ...more };
}

/** A room on the server; every tenth entry is an edit of the one before. */
function roomOf(count: number) {
  const all = Array.from({ length: count }, (_, index) =>
    message(index + 1, (index + 1) % 10 === 0 ? { edits: index } : {}),
  );
  const asked: object[] = [];
  const get: GetPage = (query) => {
    asked.push(query);
    const { before = Infinity, after = 0, limit } = query;
    const fitting = all.filter(({ seq }) => seq < before && seq > after);
    const messages = query.before === undefined ? fitting.slice(0, limit) : fitting.slice(-limit);
    return Promise.resolve({ messages, more: fitting.length > messages.length } satisfies MessagePage);
  };
  return { all, asked, get };
}

function seqs(history: HistoryWindow): (number | undefined)[] {
  return history.messages().map(({ seq }) => seq);
}

/** The sequence numbers that are shown, without edits. */
function shown(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index).filter((seq) => seq % 10 !== 0);
}

describe('a history window', () => {
  test('shows the messages around a message, without edits', async () => {
    const history = new HistoryWindow(roomOf(1_000).get, 500);
    expect(history.known()).toBe(false);
    await history.fetchNewer();
    await history.fetchOlder();
    expect(history.known()).toBe(true);
    expect(seqs(history)).toEqual(shown(450, 549));
  });

  test('grows on both sides without gaps or duplicates until the ends of the room', async () => {
    const history = new HistoryWindow(roomOf(200).get, 70);
    await history.fetchNewer();
    while (history.hasOlder()) await history.fetchOlder();
    while (history.hasNewer()) await history.fetchNewer();
    expect(seqs(history)).toEqual(shown(1, 200));
  });

  test('drops the farthest messages and can load them again', async () => {
    const history = new HistoryWindow(roomOf(5_000).get, 2_500);
    for (let page = 0; page < 60; page++) await history.fetchOlder();
    expect(history.messages().length).toBeLessThanOrEqual(2_000);
    expect(history.hasNewer()).toBe(true);
    const last = seqs(history).at(-1) ?? 0;
    await history.fetchNewer();
    expect(seqs(history).slice(-45)).toEqual(shown(last + 1, last + 50).slice(-45));
  });

  test('sends one request at a time', async () => {
    const { get, asked } = roomOf(100);
    const history = new HistoryWindow(get, 50);
    await Promise.all([history.fetchOlder(), history.fetchOlder()]);
    expect(asked).toHaveLength(1);
  });

  test('reports a failed page and retries it on request', async () => {
    const { get } = roomOf(100);
    let broken = true;
    const unreachable = throwError(() => new HttpErrorResponse({ status: 0 }));
    const history = new HistoryWindow((query) => (broken ? firstValueFrom(unreachable) : get(query)), 50);
    await history.fetchOlder();
    expect(history.older()).toBe('failed');
    broken = false;
    await history.fetchOlder();
    expect(history.older()).toBe('idle');
    expect(seqs(history)).toEqual(shown(1, 49));
  });

  test('applies edits that arrive', async () => {
    const history = new HistoryWindow(roomOf(60).get, 55);
    await history.fetchNewer();
    history.apply(message(61, { edits: 57, text: 'another', at: 900 }));
    history.apply(message(62, { deletes: 58, text: '', at: 901 }));
    history.apply(message(63, { edits: 3, text: 'not held' }));
    expect(history.messages().filter(({ edited, deleted }) => edited ?? deleted)).toMatchObject([
      { seq: 57, text: 'another', edited: 900 },
      { seq: 58, text: '', deleted: 901 },
    ]);
  });

  test('has a later page after a new message', async () => {
    const history = new HistoryWindow(roomOf(60).get, 55);
    await history.fetchNewer();
    expect(history.hasNewer()).toBe(false);
    history.apply(message(61));
    expect(history.hasNewer()).toBe(true);
  });
});
