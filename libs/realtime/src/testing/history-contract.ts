import { describe, expect, onTestFinished, test } from 'vitest';
import { UnknownRoom } from '../support/errors.ts';
import type { History, HistoryPage } from '../rooms/history.ts';
import { changesContract } from './changes-contract.ts';

/** A new, empty instance of the implementation under test. */
export interface HistoryUnderTest {
  readonly history: History;
  /** Creates a new room. */
  createRoom(room: string): Promise<void> | void;
  /** Called at the end of each test. */
  close?(): Promise<void> | void;
}

const plenty = 1_000_000;

/** The guarantees of every `History` implementation. Call it in a Vitest file; each test gets a history from `create`. */
export function historyContract(name: string, create: () => Promise<HistoryUnderTest> | HistoryUnderTest): void {
  async function open(...rooms: string[]): Promise<History> {
    const subject = await create();
    onTestFinished(async () => {
      await subject.close?.();
    });
    for (const room of rooms) await subject.createRoom(room);
    return subject.history;
  }

  describe(`${name} fulfills the history contract`, () => {
    test('assigns contiguous sequence numbers from 1 in each room', async () => {
      const history = await open('one', 'two');
      const seqs: [number, number][] = [];
      for (let index = 0; index < 5; index++) {
        const one = await history.append('one', entry(`one ${index}`));
        const two = await history.append('two', entry(`two ${index}`));
        seqs.push([one.message.seq, two.message.seq]);
      }
      expect(seqs).toEqual([1, 2, 3, 4, 5].map((seq) => [seq, seq]));
    });

    test('stores the room, user, text, time and a unique id of a message', async () => {
      const history = await open('one');
      const before = Date.now();
      const { message, duplicate } = await history.append('one', { user: 'maggie', key: newKey(), text: 'Hello 🙂' });
      const other = await history.append('one', entry('other'));
      expect(duplicate).toBe(false);
      expect(message).toMatchObject({ room: 'one', seq: 1, from: 'maggie', text: 'Hello 🙂' });
      expect(message.at).toBeGreaterThanOrEqual(before);
      expect(message.at).toBeLessThanOrEqual(Date.now());
      expect(message.id).not.toBe('');
      expect(message.id).not.toBe(other.message.id);
      expect(await all(history, 'one')).toEqual([message, other.message]);
    });

    test('assigns sequence numbers to concurrent appends in the order of the calls and resolves them in that order', async () => {
      const history = await open('one');
      const resolved: string[] = [];
      const texts = Array.from({ length: 50 }, (_, index) => `text ${index}`);
      await Promise.all(
        texts.map(async (text) => {
          const { message } = await history.append('one', entry(text));
          resolved.push(`${message.seq} ${message.text}`);
        }),
      );
      expect(resolved).toEqual(texts.map((text, index) => `${index + 1} ${text}`));
    });

    test('returns the first message for a repeated key of the same user and room', async () => {
      const history = await open('one', 'two');
      const key = newKey();
      const first = await history.append('one', { user: 'maggie', key, text: 'first' });
      const again = await history.append('one', { user: 'maggie', key, text: 'changed since' });
      const otherUser = await history.append('one', { user: 'bart', key, text: 'mine' });
      const otherRoom = await history.append('two', { user: 'maggie', key, text: 'there' });
      expect(again).toEqual({ message: first.message, duplicate: true });
      expect([otherUser.duplicate, otherRoom.duplicate]).toEqual([false, false]);
      expect((await all(history, 'one')).map(({ text }) => text)).toEqual(['first', 'mine']);
    });

    test('appends one message for concurrent appends with the same key', async () => {
      const history = await open('one');
      const key = newKey();
      const twice = await Promise.all(
        [1, 2, 3].map(() => history.append('one', { user: 'maggie', key, text: 'once' })),
      );
      expect(twice.map(({ duplicate }) => duplicate)).toEqual([false, true, true]);
      expect(new Set(twice.map(({ message }) => message.id)).size).toBe(1);
      expect(await all(history, 'one')).toHaveLength(1);
    });

    test('returns sequence number 0 and no messages for an empty room', async () => {
      const history = await open('one');
      const page = await history.read('one', { limit: 10 });
      expect(page).toMatchObject({ seq: 0, messages: [], more: false });
      expect(page.epoch).not.toBe('');
      expect(await history.read('one', { after: 0, limit: 10, bytes: plenty })).toEqual(page);
    });

    test('reads the newest messages, oldest first, without a bound', async () => {
      const history = await filled(10);
      expect(summary(await history.read('one', { limit: 3 }))).toEqual({ seq: 10, seqs: [8, 9, 10], more: true });
      expect(summary(await history.read('one', { limit: 10 }))).toMatchObject({ more: false });
    });

    test('reads the messages directly before a sequence number', async () => {
      const history = await filled(10);
      expect(summary(await history.read('one', { before: 5, limit: 3 }))).toEqual({
        seq: 10,
        seqs: [2, 3, 4],
        more: true,
      });
      expect(summary(await history.read('one', { before: 3, limit: 3 }))).toEqual({
        seq: 10,
        seqs: [1, 2],
        more: false,
      });
      expect(summary(await history.read('one', { before: 1, limit: 3 }))).toEqual({ seq: 10, seqs: [], more: false });
    });

    test('reads the messages directly after a sequence number', async () => {
      const history = await filled(10);
      const after = async (seq: number, limit: number) =>
        summary(await history.read('one', { after: seq, limit, bytes: plenty }));
      expect(await after(4, 3)).toEqual({ seq: 10, seqs: [5, 6, 7], more: true });
      expect(await after(7, 3)).toEqual({ seq: 10, seqs: [8, 9, 10], more: false });
      expect(await after(10, 3)).toEqual({ seq: 10, seqs: [], more: false });
      expect(await after(99, 3)).toEqual({ seq: 10, seqs: [], more: false });
    });

    test('limits a page to the given bytes, but returns at least one message', async () => {
      const history = await open('one');
      for (let index = 0; index < 5; index++) await history.append('one', entry('é'.repeat(500)));
      const page = async (bytes: number) => summary(await history.read('one', { after: 0, limit: 100, bytes }));
      expect((await page(3_500)).seqs.length).toBeLessThanOrEqual(3);
      expect(await page(3_500)).toMatchObject({ more: true });
      expect(await page(1)).toMatchObject({ seqs: [1], more: true });
      expect(await page(plenty)).toMatchObject({ seqs: [1, 2, 3, 4, 5], more: false });
    });

    test('keeps the newest messages that fit the bytes in a page of the latest messages', async () => {
      const history = await open('one');
      for (let index = 0; index < 5; index++) await history.append('one', entry('é'.repeat(500)));
      const page = async (bytes: number, before = 6) =>
        summary(await history.read('one', { before, limit: 100, bytes }));
      expect(await page(3_500)).toEqual({ seq: 5, seqs: [3, 4, 5], more: true });
      expect(await page(3_500, 3)).toEqual({ seq: 5, seqs: [1, 2], more: false });
      expect(await page(1)).toMatchObject({ seqs: [5], more: true });
      expect(await page(1, 2)).toMatchObject({ seqs: [1], more: false });
      expect(await page(plenty)).toMatchObject({ seqs: [1, 2, 3, 4, 5], more: false });
    });

    test('keeps one epoch for its lifetime, different from other histories', async () => {
      const history = await filled(1);
      const other = await filled(1);
      const { epoch } = await history.read('one', { limit: 1 });
      await history.append('one', entry('more'));
      expect((await history.read('one', { limit: 1 })).epoch).toBe(epoch);
      expect((await other.read('one', { limit: 1 })).epoch).not.toBe(epoch);
    });

    test('returns an appended message to every read that begins after the append has resolved', async () => {
      const history = await open('one');
      const checks = Array.from({ length: 20 }, async (_, index) => {
        const { message } = await history.append('one', entry(`text ${index}`));
        const page = await history.read('one', { after: message.seq - 1, limit: 1, bytes: plenty });
        expect(page.messages).toEqual([message]);
        expect(page.seq).toBeGreaterThanOrEqual(message.seq);
      });
      await Promise.all(checks);
    });

    test('rejects an unknown room', async () => {
      const history = await open('one');
      await expect(history.append('elsewhere', entry('lost'))).rejects.toBeInstanceOf(UnknownRoom);
      await expect(history.read('elsewhere', { limit: 1 })).rejects.toBeInstanceOf(UnknownRoom);
      await expect(history.read('elsewhere', { after: 0, limit: 1, bytes: 1 })).rejects.toBeInstanceOf(UnknownRoom);
    });

    test('returns the heads of several rooms, without unknown ones', async () => {
      const history = await open('one', 'two', 'empty');
      expect(await history.heads([])).toEqual(new Map());
      for (const text of ['a', 'b']) await history.append('one', entry(text));
      await history.append('two', entry('c'));
      const heads = await history.heads(['one', 'two', 'empty', 'elsewhere', 'one']);
      expect([...heads.keys()].toSorted()).toEqual(['empty', 'one', 'two']);
      for (const room of ['one', 'two', 'empty']) {
        const { epoch, seq } = await history.read(room, { limit: 1 });
        expect(heads.get(room)).toEqual({ epoch, seq });
      }
    });

    test('returns the heads of 200 rooms with one call', async () => {
      const rooms = Array.from({ length: 200 }, (_, index) => `room-${index}`);
      const history = await open(...rooms);
      await history.append('room-199', entry('a'));
      const heads = await history.heads(rooms);
      expect(heads.size).toBe(200);
      expect(heads.get('room-199')).toMatchObject({ seq: 1 });
      expect(heads.get('room-0')).toMatchObject({ seq: 0 });
    });

    test('returns no keys', async () => {
      const history = await open('one');
      const key = newKey();
      await history.append('one', { user: 'maggie', key, text: 'secretive' });
      expect(JSON.stringify(await history.read('one', { limit: 1 }))).not.toContain(key);
    });

    changesContract(() => open('one', 'two'));
  });

  async function filled(count: number): Promise<History> {
    const history = await open('one');
    for (let index = 1; index <= count; index++) await history.append('one', entry(`text ${index}`));
    return history;
  }
}

function newKey(): string {
  return crypto.randomUUID();
}

function entry(text: string): { user: string; key: string; text: string } {
  return { user: 'maggie', key: newKey(), text };
}

async function all(history: History, room: string): Promise<readonly HistoryPage['messages'][number][]> {
  return (await history.read(room, { after: 0, limit: 1_000, bytes: plenty })).messages;
}

function summary({ seq, messages, more }: HistoryPage): { seq: number; seqs: number[]; more: boolean } {
  return { seq, seqs: messages.map((message) => message.seq), more };
}
