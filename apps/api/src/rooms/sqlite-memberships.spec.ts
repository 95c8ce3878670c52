import { randomUUID } from 'node:crypto';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { type MembershipsUnderTest, membershipsContract, readMarkersContract } from '@usher/realtime/testing';
import { describe, expect, test, vi } from 'vitest';
import { GroupCommit } from '../database/group-commit.ts';
import { busyTimeoutMs } from '../database/sqlite.ts';
import { openRooms } from '../testing/open-rooms.ts';
import { tempFolder } from '../testing/per-test.ts';
import { createSqliteHistory } from './sqlite-history.ts';
import { createSqliteMemberships } from './sqlite-memberships.ts';
import { createSqliteReadMarkers } from './sqlite-read-markers.ts';

/** Two connections to one database file, each with its own commits and caches. */
async function twoConnections(): Promise<MembershipsUnderTest> {
  const here = await openRooms();
  const { file, sqlite } = here.database;
  const second = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: busyTimeoutMs });
  const commit = new GroupCommit(second);
  return {
    here,
    there: {
      memberships: createSqliteMemberships(second, commit),
      readMarkers: createSqliteReadMarkers(second, commit),
      history: createSqliteHistory(second, commit),
    },
    createRoom: here.createRoom,
    createUser: here.createUser,
    interrupt: () => {
      sqlite.exec('ALTER TABLE memberships RENAME TO unavailable');
      return () => {
        sqlite.exec('ALTER TABLE unavailable RENAME TO memberships');
      };
    },
    close: () => {
      second.close();
    },
  };
}

membershipsContract('the SQLite implementation', twoConnections);
readMarkersContract('the SQLite implementation', twoConnections);

const by = (user: string, text: string): { user: string; key: string; text: string } => ({
  user,
  key: randomUUID(),
  text,
});

async function open(folder = tempFolder()) {
  const opened = await openRooms({ folder });
  for (const room of ['one', 'two']) await opened.createRoom(room);
  for (const user of ['maggie', 'bart', 'lisa']) await opened.createUser(user);
  return opened;
}

describe('memberships and read markers in SQLite', () => {
  test('do not count changes and deleted messages as unread or as mentions', async () => {
    const { history, memberships, readMarkers } = await open();
    await memberships.add('one', 'maggie');
    await history.append('one', by('bart', 'hello @maggie'));
    await history.append('one', by('bart', 'no mention'));
    const unread = async () => (await readMarkers.unread([{ room: 'one', user: 'maggie' }]))[0];
    expect(await unread()).toEqual({ seq: 2, read: 0, count: 2, mentions: 1 });
    await history.append('one', { ...by('bart', 'you after all, @maggie'), edits: 2 });
    expect(await unread()).toEqual({ seq: 3, read: 0, count: 2, mentions: 2 });
    await history.append('one', { ...by('bart', 'no longer'), edits: 1 });
    expect(await unread()).toEqual({ seq: 4, read: 0, count: 2, mentions: 1 });
    await history.append('one', { user: 'bart', key: randomUUID(), deletes: 2 });
    expect(await unread()).toEqual({ seq: 5, read: 0, count: 1, mentions: 0 });
  });

  test('survive a restart', async () => {
    const folder = tempFolder();
    const { history, memberships, readMarkers, database } = await open(folder);
    await memberships.add('one', 'maggie');
    for (const text of ['a', 'b', 'c']) await history.append('one', by('bart', text));
    await readMarkers.advance('one', 'maggie', 2);
    database.close();
    const again = await openRooms({ folder });
    expect(await again.memberships.roomsOf('maggie')).toEqual(['one']);
    expect(await again.readMarkers.unread([{ room: 'one', user: 'maggie' }])).toEqual([
      { seq: 3, read: 2, count: 1, mentions: 0 },
    ]);
  });

  test('include all users in the rooms of all users until they leave permanently', async () => {
    const folder = tempFolder();
    const first = await openRooms({ folder });
    await first.createUser('maggie');
    await first.rooms.add({ room: 'general', title: 'General', private: false, createdBy: 'bart', everyone: true });
    await first.history.append('general', by('bart', 'before lisa came'));
    await first.createUser('lisa');
    expect(await first.rooms.members('general')).toEqual(['bart', 'lisa', 'maggie']);
    expect((await first.readMarkers.unread([{ room: 'general', user: 'lisa' }]))[0]).toEqual({
      seq: 1,
      read: 1,
      count: 0,
      mentions: 0,
    });
    expect((await first.readMarkers.unread([{ room: 'general', user: 'maggie' }]))[0]).toMatchObject({
      read: 0,
      count: 1,
    });
    await first.memberships.remove('general', 'maggie');
    first.database.close();
    const second = await openRooms({ folder });
    await second.createUser('milhouse');
    expect(await second.rooms.members('general')).toEqual(['bart', 'lisa', 'milhouse']);
  });

  test('move markers of one event-loop turn in the commit of the messages', async () => {
    const { history, memberships, readMarkers, database } = await open();
    for (const user of ['maggie', 'lisa']) await memberships.add('one', user);
    await history.append('one', by('bart', 'a'));
    const pages = (): unknown => database.sqlite.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()?.['log'];
    database.sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    await Promise.all([readMarkers.advance('one', 'maggie', 1), readMarkers.advance('one', 'lisa', 1)]);
    const together = Number(pages());
    await history.append('one', by('bart', 'b'));
    database.sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    await readMarkers.advance('one', 'maggie', 2);
    await readMarkers.advance('one', 'lisa', 2);
    expect(together).toBeLessThan(Number(pages()));
  });

  /** How often `advance` moved a marker and counted while `work` ran. */
  async function done(work: () => Promise<unknown>): Promise<{ readonly moves: number; readonly counts: number }> {
    const spies = (['get', 'run'] as const).map((method) => vi.spyOn(StatementSync.prototype, method));
    await work();
    const all = spies.flatMap(({ mock }) =>
      (mock.contexts as readonly StatementSync[]).map(({ sourceSQL }) => sourceSQL),
    );
    for (const spy of spies) spy.mockRestore();
    const times = (part: string) => all.filter((statement) => statement.includes(part)).length;
    return { moves: times('UPDATE memberships SET read_seq'), counts: times('count(*)') };
  }

  test('merge reads of one user and room that wait for the same commit into one move and one count', async () => {
    const { history, memberships, readMarkers } = await open();
    await memberships.add('one', 'maggie');
    for (const text of ['a', 'b', 'c', 'd']) await history.append('one', by('bart', text));
    const results: unknown[] = [];
    const work = async () => {
      results.push(...(await Promise.all([1, 3, 2, 3].map((seq) => readMarkers.advance('one', 'maggie', seq)))));
    };
    expect(await done(work)).toEqual({ moves: 1, counts: 1 });
    expect(results).toEqual(Array.from({ length: 4 }, () => ({ seq: 4, read: 3, count: 1, mentions: 0 })));
  });

  test('neither move nor count for a read that changes nothing', async () => {
    const { history, memberships, readMarkers } = await open();
    await memberships.add('one', 'maggie');
    for (const text of ['a', 'b', 'c']) await history.append('one', by('bart', text));
    await readMarkers.advance('one', 'maggie', 2);
    expect(await done(() => readMarkers.advance('one', 'maggie', 1))).toEqual({ moves: 0, counts: 0 });
    await history.append('one', by('bart', 'd'));
    expect(await done(() => readMarkers.advance('one', 'maggie', 2))).toEqual({ moves: 0, counts: 1 });
    expect(await done(() => readMarkers.advance('one', 'maggie', 4))).toEqual({ moves: 1, counts: 0 });
  });

  test('reject a read whose commit fails, and accept the next one', async () => {
    const { history, memberships, readMarkers, database } = await open();
    await memberships.add('one', 'maggie');
    await history.append('one', by('bart', 'a'));
    database.sqlite.exec(
      `CREATE TRIGGER broken BEFORE UPDATE ON memberships BEGIN SELECT RAISE(ROLLBACK, 'broken'); END`,
    );
    await expect(readMarkers.advance('one', 'maggie', 1)).rejects.toThrow('broken');
    database.sqlite.exec('DROP TRIGGER broken');
    expect(await readMarkers.advance('one', 'maggie', 1)).toMatchObject({ read: 1, count: 0 });
  });
});
