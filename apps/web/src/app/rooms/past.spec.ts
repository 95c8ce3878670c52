import { HttpErrorResponse } from '@angular/common/http';
import type { Message, MessagePage } from '@usher/protocol';
import { firstValueFrom, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type GetPage, Past } from './past.ts';

function message(seq: number, more: Partial<Message> = {}): Message {
  return { room: 'general', seq, id: `m${seq}`, from: 'bart', text: `text ${seq}`, at: seq, ...more };
}

/** A room as the server has it; every tenth of its messages is a change of the one before. */
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

function seqs(past: Past): (number | undefined)[] {
  return past.messages().map(({ seq }) => seq);
}

/** What is to be shown of these sequences: no changes. */
function shown(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index).filter((seq) => seq % 10 !== 0);
}

describe('a window into the past', () => {
  test('shows what was said around a message, without changes', async () => {
    const past = new Past(roomOf(1_000).get, 500);
    expect(past.known()).toBe(false);
    await past.fetchNewer();
    await past.fetchOlder();
    expect(past.known()).toBe(true);
    expect(seqs(past)).toEqual(shown(450, 549));
  });

  test('grows on both sides without a hole or a double, until there is no more', async () => {
    const past = new Past(roomOf(200).get, 70);
    await past.fetchNewer();
    while (past.hasOlder()) await past.fetchOlder();
    while (past.hasNewer()) await past.fetchNewer();
    expect(seqs(past)).toEqual(shown(1, 200));
  });

  test('lets go of what is farthest away, and can have it again', async () => {
    const past = new Past(roomOf(5_000).get, 2_500);
    for (let page = 0; page < 60; page++) await past.fetchOlder();
    expect(past.messages().length).toBeLessThanOrEqual(2_000);
    expect(past.hasNewer()).toBe(true);
    const last = seqs(past).at(-1) ?? 0;
    await past.fetchNewer();
    expect(seqs(past).slice(-45)).toEqual(shown(last + 1, last + 50).slice(-45));
  });

  test('asks once at a time', async () => {
    const { get, asked } = roomOf(100);
    const past = new Past(get, 50);
    await Promise.all([past.fetchOlder(), past.fetchOlder()]);
    expect(asked).toHaveLength(1);
  });

  test('says where a page could not be had, and tries again when asked', async () => {
    const { get } = roomOf(100);
    let broken = true;
    const unreachable = throwError(() => new HttpErrorResponse({ status: 0 }));
    const past = new Past((query) => (broken ? firstValueFrom(unreachable) : get(query)), 50);
    await past.fetchOlder();
    expect(past.older()).toBe('failed');
    broken = false;
    await past.fetchOlder();
    expect(past.older()).toBe('idle');
    expect(seqs(past)).toEqual(shown(1, 49));
  });

  test('changes what is changed meanwhile', async () => {
    const past = new Past(roomOf(60).get, 55);
    await past.fetchNewer();
    past.apply(message(61, { edits: 57, text: 'another', at: 900 }));
    past.apply(message(62, { deletes: 58, text: '', at: 901 }));
    past.apply(message(63, { edits: 3, text: 'not held' }));
    expect(past.messages().filter(({ edited, deleted }) => edited ?? deleted)).toMatchObject([
      { seq: 57, text: 'another', edited: 900 },
      { seq: 58, text: '', deleted: 901 },
    ]);
  });

  test('has more below once somebody says something', async () => {
    const past = new Past(roomOf(60).get, 55);
    await past.fetchNewer();
    expect(past.hasNewer()).toBe(false);
    past.apply(message(61));
    expect(past.hasNewer()).toBe(true);
  });
});
