import { randomUUID } from 'node:crypto';
import { UnknownRoom } from '@usher/realtime';
import { historyContract } from '@usher/realtime/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '../database/sqlite.ts';
import { tempFolder } from '../testing/temp-folder.ts';
import { createRoomDirectory } from './room-directory.ts';
import { createSqliteHistory, type SqliteHistory, type SqliteHistoryOptions } from './sqlite-history.ts';

interface Opened {
  readonly history: SqliteHistory;
  readonly database: Database;
  readonly commits: number[];
}

async function open(options: SqliteHistoryOptions = {}, folder = tempFolder()): Promise<Opened> {
  const database = await openDatabase(folder);
  onTestFinished(() => {
    database.close();
  });
  const rooms = createRoomDirectory(database.kysely, Date.now);
  for (const room of ['general', 'random']) {
    await rooms.add({ room, title: room, private: false, createdBy: 'admin' });
  }
  const commits: number[] = [];
  const history = createSqliteHistory(database.sqlite, { onCommit: (appends) => commits.push(appends), ...options });
  return { history, database, commits };
}

const by = (user: string, text = 'hello', key = randomUUID()): { user: string; key: string; text: string } => ({
  user,
  key,
  text,
});

historyContract('the history in SQLite', async () => {
  const { history, database } = await open();
  const rooms = createRoomDirectory(database.kysely, Date.now);
  return {
    history,
    async createRoom(room) {
      await rooms.add({ room, title: room, private: false, createdBy: 'admin' });
    },
  };
});

describe('the history in SQLite', () => {
  test('all appends of one turn of the event loop share one commit, over all rooms', async () => {
    const { history, commits } = await open();
    const appends = ['general', 'random', 'general'].map((room) => history.append(room, by('maggie')));
    const all = await Promise.all(appends);
    expect(commits).toEqual([3]);
    expect(all.map(({ message }) => `${message.room} ${message.seq}`)).toEqual(['general 1', 'random 1', 'general 2']);
  });

  test('a key sent twice within one commit is one message', async () => {
    const { history } = await open();
    const entry = by('maggie');
    const [first, second] = await Promise.all([history.append('general', entry), history.append('general', entry)]);
    expect(first).toEqual({ message: second.message, duplicate: false });
    expect(second.duplicate).toBe(true);
    expect(await history.read('general', { limit: 10 })).toMatchObject({ seq: 1, messages: [first.message] });
  });

  test('what was acknowledged is there after the file is opened again, and its keys are known', async () => {
    const folder = tempFolder();
    const { history, database } = await open({}, folder);
    const entry = by('maggie', 'stays');
    const { message } = await history.append('general', entry);
    const { epoch } = await history.read('general', { limit: 1 });
    database.close();
    const again = await open({}, folder);
    expect(await again.history.read('general', { limit: 10 })).toEqual({
      epoch,
      seq: 1,
      messages: [message],
      more: false,
    });
    expect(await again.history.append('general', entry)).toEqual({ message, duplicate: true });
  });

  test('an unknown room fails alone, not those that share its commit', async () => {
    const { history } = await open();
    const [good, bad] = await Promise.allSettled([
      history.append('general', by('maggie')),
      history.append('nowhere', by('maggie')),
    ]);
    expect(good.status).toBe('fulfilled');
    expect(bad).toMatchObject({ status: 'rejected', reason: expect.any(UnknownRoom) as unknown });
  });

  test('a commit that fails acknowledges nothing and gives no sequence away', async () => {
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

  test('refuses when too many wait, and takes again after the commit', async () => {
    const { history } = await open({ maxWaiting: 2 });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => history.append('general', by('maggie'))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'rate_limited', retryAfterMs: 1_000 } });
    expect((await history.append('general', by('maggie'))).message.seq).toBe(3);
  });

  test('is idle once everything accepted is stored', async () => {
    const { history, commits } = await open();
    await history.idle();
    const appending = history.append('general', by('maggie'));
    await history.idle();
    expect(commits).toEqual([1]);
    await appending;
  });
});
