import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { GroupCommit, type GroupCommitOptions, Refused } from './group-commit.ts';

function open(options: GroupCommitOptions = {}) {
  const sqlite = new DatabaseSync(':memory:');
  onTestFinished(() => {
    if (sqlite.isOpen) sqlite.close();
  });
  sqlite.exec('CREATE TABLE words (word text UNIQUE)');
  const commit = new GroupCommit(sqlite, options);
  const settled: boolean[] = [];
  commit.onSettled((committed) => settled.push(committed));
  const insert = sqlite.prepare('INSERT INTO words VALUES (?)');
  const write = (word: string) => commit.run(() => insert.run(word).changes);
  const words = () =>
    sqlite
      .prepare('SELECT word FROM words')
      .all()
      .map(({ word }) => word);
  return { sqlite, commit, settled, write, words };
}

test('commits all work of one event-loop turn together and settles it in order', async () => {
  const { write, words, settled } = open();
  const written: string[] = [];
  await Promise.all(['a', 'b', 'c'].map((word) => write(word).then(() => written.push(word))));
  expect(written).toEqual(['a', 'b', 'c']);
  expect(words()).toEqual(['a', 'b', 'c']);
  expect(settled).toEqual([true]);
  await write('d');
  expect(settled).toEqual([true, true]);
});

test('runs work only after the call has returned', async () => {
  const { write, words } = open();
  const writing = write('a');
  expect(words()).toEqual([]);
  await writing;
});

test('rejects only the call whose work returns Refused', async () => {
  const { write, commit, words, settled } = open();
  const outcomes = await Promise.allSettled([
    write('a'),
    commit.run(() => new Refused(new RangeError('not today'))),
    write('b'),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: expect.any(RangeError) as unknown });
  expect([words(), settled]).toEqual([['a', 'b'], [true]]);
});

test('rolls back the transaction and rejects all its calls if work throws', async () => {
  const { write, words, settled } = open();
  await write('a');
  const outcomes = await Promise.allSettled([write('b'), write('a'), write('c')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect([words(), settled]).toEqual([['a'], [true, false]]);
  await write('c');
  expect(words()).toEqual(['a', 'c']);
});

test('rejects calls above the limit of waiting work', async () => {
  const { write, words } = open({ maxWaiting: 2 });
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map(write));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(outcomes[2]).toMatchObject({ reason: { code: 'rate_limited', retryAfterMs: 1_000 } });
  await write('d');
  expect(words()).toEqual(['a', 'b', 'd']);
});

test('acknowledges nothing after the database is closed', async () => {
  const { sqlite, write } = open();
  const writing = write('a');
  sqlite.close();
  await expect(writing).rejects.toThrow('not open');
});

test('is idle when all accepted work has settled', async () => {
  const { commit, write, settled } = open();
  await commit.idle();
  const writing = write('a');
  await commit.idle();
  expect(settled).toEqual([true]);
  await writing;
});
