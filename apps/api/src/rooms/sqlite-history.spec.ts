import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UnknownRoom } from '@usher/realtime/rooms';
import { historyContract } from '@usher/realtime/testing';
import { describe, expect, test, vi } from 'vitest';
import { type OpenRooms, openRooms, type OpenRoomsOptions } from '../testing/open-rooms.ts';
import { tempFolder } from '../testing/per-test.ts';
import { eraseDeletedTexts } from './sqlite-history.ts';

async function open(options: OpenRoomsOptions = {}): Promise<OpenRooms> {
  const opened = await openRooms(options);
  for (const room of ['general', 'random']) await opened.createRoom(room);
  return opened;
}

const by = (user: string, text = 'hello', key = randomUUID()): { user: string; key: string; text: string } => ({
  user,
  key,
  text,
});

historyContract('the history in SQLite', openRooms);

describe('the history in SQLite', () => {
  test('commits all appends of one event-loop turn together, across rooms', async () => {
    const { history, commits } = await open();
    const appends = ['general', 'random', 'general'].map((room) => history.append(room, by('maggie')));
    const all = await Promise.all(appends);
    expect(commits).toEqual([3]);
    expect(all.map(({ message }) => `${message.room} ${message.seq}`)).toEqual(['general 1', 'random 1', 'general 2']);
  });

  test('stores one message for a key that is repeated within one commit', async () => {
    const { history } = await open();
    const entry = by('maggie');
    const [first, second] = await Promise.all([history.append('general', entry), history.append('general', entry)]);
    expect(first).toEqual({ message: second.message, duplicate: false });
    expect(second.duplicate).toBe(true);
    expect(await history.read('general', { limit: 10 })).toMatchObject({ seq: 1, messages: [first.message] });
  });

  test('keeps acknowledged messages and their keys after the file is opened again', async () => {
    const folder = tempFolder();
    const { history, database } = await open({ folder });
    const entry = by('maggie', 'stays');
    const { message } = await history.append('general', entry);
    const { epoch } = await history.read('general', { limit: 1 });
    database.close();
    const again = await open({ folder });
    expect(await again.history.read('general', { limit: 10 })).toEqual({
      epoch,
      seq: 1,
      messages: [message],
      more: false,
    });
    expect(await again.history.append('general', entry)).toEqual({ message, duplicate: true });
  });

  test('rejects only the append to an unknown room, not others in its commit', async () => {
    const { history } = await open();
    const [good, bad] = await Promise.allSettled([
      history.append('general', by('maggie')),
      history.append('nowhere', by('maggie')),
    ]);
    expect(good.status).toBe('fulfilled');
    expect(bad).toMatchObject({ status: 'rejected', reason: expect.any(UnknownRoom) as unknown });
  });

  test('acknowledges nothing and uses no sequence when a commit fails', async () => {
    const { history, database } = await open();
    database.sqlite.exec(
      `CREATE TRIGGER full BEFORE INSERT ON messages WHEN NEW.text = 'last straw' BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END`,
    );
    const outcomes = await Promise.allSettled([
      history.append('general', by('maggie')),
      history.append('general', by('maggie', 'last straw')),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await history.read('general', { limit: 10 })).toMatchObject({ seq: 0, messages: [] });
    expect((await history.append('general', by('maggie'))).message.seq).toBe(1);
  });

  test('waits for a transaction of the query builder on the same connection', async () => {
    const { history, database, commits } = await open();
    let appending: Promise<unknown> | undefined;
    await database.kysely.transaction().execute(async (transaction) => {
      appending = history.append('general', by('maggie'));
      for (let turn = 0; turn < 3; turn++) {
        await transaction
          .updateTable('rooms')
          .set({ title: `turn ${turn}` })
          .where('name', '=', 'random')
          .execute();
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(commits).toEqual([]);
    });
    await appending;
    expect(commits).toEqual([1]);
  });

  test('rejects appends when too many wait, and accepts them again after the commit', async () => {
    const { history } = await open({ maxWaiting: 2 });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => history.append('general', by('maggie'))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'rate_limited', retryAfterMs: 1_000 } });
    expect((await history.append('general', by('maggie'))).message.seq).toBe(3);
  });

  test('is idle when all accepted appends are stored', async () => {
    const { history, commit, commits } = await open();
    await commit.idle();
    const appending = history.append('general', by('maggie'));
    await commit.idle();
    expect(commits).toEqual([1]);
    await appending;
  });

  test('erases a deleted text and its edits from all files', async () => {
    const folder = tempFolder();
    const { history, database } = await open({ folder });
    const words = ['Xylophone', 'Quagmire', 'Zephyr'] as const;
    const bytes = (): string =>
      ['usher.db', 'usher.db-wal'].map((file) => readFileSync(join(folder, file), 'latin1').toLowerCase()).join('');
    // Among other messages, so that the words are in the middle of pages and of the index.
    const fill = async (): Promise<void> => {
      const texts = Array.from({ length: 200 }, (_, index) => `filling ${index}`);
      await Promise.all(texts.map((text) => history.append('general', by('maggie', text))));
    };
    await fill();
    const { message } = await history.append('general', by('maggie', words[0]));
    const edits = message.seq;
    await fill();
    expect(bytes()).toContain('xylophone');
    for (const text of [words[1], words[2]]) await history.append('general', { ...by('maggie', text), edits });
    await fill();
    for (const word of ['quagmire', 'zephyr']) expect(bytes()).toContain(word);
    await history.append('general', { user: 'maggie', key: randomUUID(), deletes: edits });
    eraseDeletedTexts(database.sqlite);
    for (const word of words) {
      expect(bytes()).not.toContain(word.toLowerCase());
      // The index contains no prefix of it either.
      expect(bytes()).not.toContain(word.slice(1).toLowerCase());
    }
  });

  test('truncates the write-ahead log without waiting for readers', async () => {
    const { database } = await open();
    const reader = new DatabaseSync(database.file, { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM rooms').get();
    const executed = vi.spyOn(database.sqlite, 'exec');
    eraseDeletedTexts(database.sqlite);
    reader.close();
    expect(executed.mock.calls.map(([sql]) => sql)).toEqual([
      'PRAGMA busy_timeout = 0',
      'PRAGMA wal_checkpoint(TRUNCATE)',
      'PRAGMA busy_timeout = 5000',
    ]);
  });

  test('does not find an edited message by its old text', async () => {
    const { history, database } = await open();
    await history.append('general', by('maggie', 'Xylophone'));
    await history.append('general', { ...by('maggie', 'Marimba'), edits: 1 });
    const texts = database.sqlite.prepare('SELECT rowid FROM message_texts WHERE message_texts MATCH ?');
    expect(texts.all('xylophone')).toEqual([]);
    expect(texts.all('marimba')).toHaveLength(1);
  });

  test('keeps the full-text index consistent through changes', async () => {
    const { history, database } = await open();
    for (let seq = 1; seq <= 40; seq += 2) {
      await history.append('general', by('maggie', `message ${seq} of many words`));
      await history.append('general', { ...by('maggie', `message ${seq}, mended`), edits: seq });
    }
    for (let seq = 1; seq <= 40; seq += 4) {
      await history.append('general', { user: 'maggie', key: randomUUID(), deletes: seq });
    }
    // Throws if the index is malformed.
    database.sqlite.exec(`INSERT INTO message_texts (message_texts) VALUES ('integrity-check')`);
    const count = database.sqlite.prepare('SELECT count(*) AS count FROM message_texts WHERE message_texts MATCH ?');
    expect(count.get('mended')).toEqual({ count: 10 });
    expect(count.get('many')).toEqual({ count: 0 });
  });
});
