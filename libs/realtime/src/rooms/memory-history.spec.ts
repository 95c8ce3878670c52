import { expect, test } from 'vitest';
import { createMemoryHistory } from './memory-history.ts';
import { historyContract } from '../testing.ts';

historyContract('the memory history', () => {
  const history = createMemoryHistory();
  return {
    history,
    createRoom: (room) => {
      history.create(room);
    },
  };
});

test('the memory history deletes the oldest messages and their keys beyond its limit', async () => {
  const history = createMemoryHistory({ rooms: ['one'], keep: 10 });
  for (let index = 1; index <= 100; index++) {
    await history.append('one', { user: 'maggie', key: `key ${index}`, text: `text ${index}` });
  }
  const { seq, messages, more } = await history.read('one', { limit: 1_000 });
  expect({ seq, more, last: messages.at(-1)?.seq }).toEqual({ seq: 100, more: false, last: 100 });
  expect(messages.length).toBeGreaterThanOrEqual(10);
  expect(messages.length).toBeLessThanOrEqual(11);
  const first = messages[0]?.seq;
  expect((await history.read('one', { after: 0, limit: 1, bytes: 1 })).messages[0]?.seq).toBe(first);
  expect((await history.read('one', { before: first ?? 0, limit: 10 })).messages).toEqual([]);
  expect(await history.append('one', { user: 'maggie', key: 'key 1', text: 'anew' })).toMatchObject({
    duplicate: false,
    message: { seq: 101 },
  });
  expect(await history.append('one', { user: 'maggie', key: 'key 100', text: 'anew' })).toMatchObject({
    duplicate: true,
    message: { seq: 100 },
  });
});
