import { PostgresServer } from '@usher/test-servers';
import { describe, expect, test } from 'vitest';
import { createMemoryBus } from '../bus/memory-bus.ts';
import { eventually } from '../testing/eventually.ts';
import { liveSeqs, newKey } from '../testing/new-node.ts';
import { inTransaction, newOutboxes, publish, startOutbox, textsOf, until, waiting } from '../testing/outbox-nodes.ts';

const { newDatabase, twoNodes } = newOutboxes(() => PostgresServer.start());

describe('a transaction that publishes', () => {
  test('delivers to the members on all nodes after its commit, and does not block the room before', async () => {
    const { pool, maggie, bart, here } = await twoNodes(['general']);
    await inTransaction(pool, async (client) => {
      await publish(client, 'general', 'paid');
      const sent = await maggie.request('send', { room: 'general', key: newKey(), text: 'meanwhile' });
      expect(sent).toMatchObject({ type: 'reply', data: { seq: 1 } });
    });
    expect(await until(maggie, 'paid')).toMatchObject({ seq: 2, from: 'system' });
    await until(bart, 'paid');
    expect([textsOf(maggie, 'general'), textsOf(bart, 'general')]).toEqual([
      ['meanwhile', 'paid'],
      ['meanwhile', 'paid'],
    ]);
    expect(await here.history.heads(['general'])).toMatchObject(new Map([['general', { seq: 2 }]]));
    expect(await waiting(pool)).toEqual({ count: 0 });
  });

  test('publishes nothing when it is rolled back', async () => {
    const { pool, maggie } = await twoNodes(['general']);
    await inTransaction(pool, (client) => publish(client, 'general', 'canceled'), 'ROLLBACK');
    await publish(pool, 'general', 'paid');
    expect(await until(maggie, 'paid')).toMatchObject({ seq: 1 });
    expect(textsOf(maggie, 'general')).toEqual(['paid']);
  });

  test('publishes a key once, even from concurrent transactions', async () => {
    const { pool, maggie, bart } = await twoNodes(['general']);
    await Promise.all(Array.from({ length: 20 }, () => publish(pool, 'general', 'paid', 'order 4711')));
    await until(maggie, 'paid');
    await publish(pool, 'general', 'paid again', 'order 4711');
    await publish(pool, 'general', 'last');
    await Promise.all([until(maggie, 'last'), until(bart, 'last')]);
    expect([textsOf(maggie, 'general'), textsOf(bart, 'general')]).toEqual([
      ['paid', 'last'],
      ['paid', 'last'],
    ]);
    expect(liveSeqs(bart)).toEqual([1, 2]);
  });

  test('sends as the user that it names', async () => {
    const { pool, maggie } = await twoNodes(['general']);
    await pool.query(`SELECT usher_publish('general', 'key', '{"text": "hello"}', sender => 'lisa')`);
    expect(await until(maggie, 'hello')).toMatchObject({ from: 'lisa' });
  });

  test.each<[string, unknown[], string, RegExp]>([
    ['an unknown room', ['elsewhere', 'key', { text: 'hello' }, 'system'], 'P0002', /no such room: 'elsewhere'/],
    ['no room', [null, 'key', { text: 'hello' }, 'system'], 'P0002', /no such room: NULL/],
    ['an empty key', ['general', '', { text: 'hello' }, 'system'], '22023', /invalid key: must have 1 to 200/],
    ['a long key', ['general', 'x'.repeat(201), { text: 'hello' }, 'system'], '22023', /invalid key/],
    ['an empty text', ['general', 'key', { text: '' }, 'system'], '22001', /must have 1 to 4000 characters, but has 0/],
    ['a long text', ['general', 'key', { text: '😀'.repeat(4_001) }, 'system'], '22001', /but has 4001/],
    ['no text', ['general', 'key', {}, 'system'], '22023', /invalid payload: must be an object with the string "text"/],
    ['a text that is a number', ['general', 'key', { text: 5 }, 'system'], '22023', /invalid payload/],
    ['another field', ['general', 'key', { text: 'hello', edits: 1 }, 'system'], '22023', /and nothing else/],
    ['a list', ['general', 'key', '["hello"]', 'system'], '22023', /invalid payload/],
    ['no payload', ['general', 'key', null, 'system'], '22023', /invalid payload/],
    ['wrong JSON', ['general', 'key', '{"text": hello}', 'system'], '22P02', /invalid input syntax for type json/],
    ['U+0000', ['general', 'key', '{"text": "a\\u0000b"}', 'system'], '22P05', /unsupported Unicode escape sequence/],
    ['a lone surrogate', ['general', 'key', '{"text": "\\ud800"}', 'system'], '22P02', /invalid input syntax/],
    ['an empty sender', ['general', 'key', { text: 'hello' }, ''], '22023', /invalid sender: must have 1 to 64/],
    ['a sender with a space', ['general', 'key', { text: 'hello' }, 'the shop'], '22023', /invalid sender/],
  ])('is aborted by %s, with the reason', async (_name, values, code, message) => {
    const pool = await newDatabase('general');
    const error: unknown = await pool
      .query('SELECT usher_publish($1, $2, $3, $4)', values)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as unknown });
    expect(await waiting(pool)).toEqual({ count: 0 });
  });

  test('needs only the right to execute the function', async () => {
    const { pool, maggie } = await twoNodes(['general']);
    await pool.query(`DROP ROLE IF EXISTS shop; CREATE ROLE shop`);
    const asShop = async (text: string): Promise<void> => {
      await inTransaction(pool, async (client) => {
        await client.query('SET LOCAL ROLE shop');
        await publish(client, 'general', text);
      });
    };
    await expect(asShop('denied')).rejects.toThrow(/permission denied for function usher_publish/);
    await pool.query('GRANT EXECUTE ON FUNCTION usher_publish TO shop');
    await asShop('granted');
    await until(maggie, 'granted');
    expect(textsOf(maggie, 'general')).toEqual(['granted']);
  });

  test('does not conflict with another one, even if both are SERIALIZABLE', async () => {
    const { pool, maggie } = await twoNodes(['general']);
    const clients = [await pool.connect(), await pool.connect()];
    for (const client of clients) await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    for (const client of clients) await publish(client, 'general', 'paid');
    for (const client of clients) await client.query('COMMIT');
    for (const client of clients) client.release();
    await eventually(() => {
      expect(liveSeqs(maggie)).toEqual([1, 2]);
    });
  });

  test('is aborted while the outbox is full', async () => {
    const pool = await newDatabase('general');
    // Fills the size from which the rows are counted.
    await pool.query(
      `INSERT INTO usher.outbox (room, sender, key, text)
       SELECT 'general', 'system', n::text, repeat('x', 1900) FROM generate_series(1, 35000) n`,
    );
    await publish(pool, 'general', 'fits');
    await pool.query('ALTER TABLE usher.outbox ALTER COLUMN id RESTART WITH 1000001');
    await publish(pool, 'general', 'last');
    await expect(publish(pool, 'general', 'one more')).rejects.toMatchObject({ code: '53400' });
  });
});

describe('a message that cannot be appended', () => {
  test('is moved to the failures when its room was deleted, of which the newest 1,000 are kept', async () => {
    const { pool, maggie, here, there } = await twoNodes(['general', 'gone']);
    await inTransaction(pool, async (client) => {
      await client.query(`SELECT usher_publish('gone', n::text, '{"text": "late"}') FROM generate_series(1, 1010) n`);
      await publish(client, 'general', 'delivered');
      await client.query(`DELETE FROM usher.room_heads WHERE room = 'gone'`);
    });
    expect(await until(maggie, 'delivered')).toMatchObject({ seq: 1 });
    await eventually(async () => {
      expect(await waiting(pool)).toEqual({ count: 0 });
    });
    const { rows } = await pool.query('SELECT key, reason FROM usher.outbox_failures ORDER BY id');
    expect(rows).toHaveLength(1_000);
    expect(rows[0]).toEqual({ key: '11', reason: 'no such room: gone' });
    expect([...here.log.lines, ...there.log.lines]).toContain(
      'error messages of the outbox cannot be appended and were moved to usher.outbox_failures',
    );
  });

  test('is moved to the failures when PostgreSQL rejects it, and does not block the others', async () => {
    const { pool, maggie } = await twoNodes(['general']);
    await pool.query(`ALTER TABLE usher.messages ADD CONSTRAINT polite CHECK (text <> 'rude')`);
    await inTransaction(pool, async (client) => {
      for (const text of ['first', 'rude', 'second', 'third']) await publish(client, 'general', text);
    });
    await until(maggie, 'third');
    expect(textsOf(maggie, 'general')).toEqual(['first', 'second', 'third']);
    expect(liveSeqs(maggie)).toEqual([1, 2, 3]);
    const { rows } = await pool.query('SELECT text, reason FROM usher.outbox_failures');
    expect(rows).toEqual([{ text: 'rude', reason: expect.stringContaining('violates check constraint') as unknown }]);
  });
});

test('messages that were published before the start are delivered', async () => {
  const pool = await newDatabase('general');
  await publish(pool, 'general', 'paid');
  const { history } = startOutbox(pool, createMemoryBus());
  await eventually(async () => {
    expect((await history.heads(['general'])).get('general')?.seq).toBe(1);
  });
});
