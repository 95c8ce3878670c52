import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, measurePings, signIn, signUp } from '../person.mjs';

const messages = 120_000;
const parallel = 20;
const seconds = 8;
const words = Array.from({ length: 30 }, (_, n) => `word${String.fromCharCode(97 + n)}`.replace(/[^a-z]/g, `x${n}`));

/**
 * Fills the room `general` on disk. Each message lacks one of 30 words, so that a search for all words reads everything and finds nothing.
 */
function fill(dataDir) {
  const sqlite = new DatabaseSync(join(dataDir, 'usher.db'), { timeout: 10_000 });
  const message = sqlite.prepare(
    'INSERT INTO messages (room, seq, id, sender, key, text, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const index = sqlite.prepare('INSERT INTO message_texts (rowid, room, text) VALUES (?, ?, ?)');
  const room = Buffer.from('general').toString('hex');
  sqlite.exec('BEGIN IMMEDIATE');
  for (let seq = 1; seq <= messages; seq++) {
    const text = words.filter((_, n) => n !== seq % words.length).join('-');
    const { lastInsertRowid } = message.run('general', seq, `id ${seq}`, 'bart', `key ${seq}`, text, seq);
    index.run(lastInsertRowid, room, text);
  }
  sqlite.exec(`UPDATE rooms SET seq = ${messages} WHERE name = 'general'; COMMIT`);
  sqlite.close();
}

/** One user sends the most expensive queries that the server accepts, many at a time. */
export default {
  title: `${messages.toLocaleString('en')} messages, one user runs ${parallel} expensive searches at a time for ${seconds} s`,
  async run({ start }) {
    const { url, dataDir } = await start();
    fill(dataDir);
    const bystander = await connect(url, await signIn(url, 'maggie'));
    const token = await signUp(url, 'mallory');
    const quiet = measurePings(bystander);
    await delay(2_000);
    const before = await quiet();
    const query = async (q) => {
      const started = performance.now();
      const response = await fetch(`${url}/api/search?${new URLSearchParams({ q })}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      await response.arrayBuffer();
      return [response.status, Math.round(performance.now() - started)];
    };
    // 28 hyphenated words, in an order that no message has: one phrase of the index, unless the server separates them.
    const phrase = words.slice(0, 28).reverse().join('-');
    const single = await query(phrase);
    const stop = measurePings(bystander);
    const statuses = new Map();
    const until = performance.now() + seconds * 1_000;
    let asked = 0;
    const attack = async (lane) => {
      while (performance.now() < until) {
        // All words except those of one message in 15: few rows match, and every query is different.
        const n = (asked++ * 7 + lane) % 15;
        const list = asked % 2 === 0 ? phrase : [...words.slice(n, n + 15), `word${lane}`].join(' ');
        const [status] = await query(list.slice(0, 200));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 429) await delay(5);
      }
    };
    await Promise.all(Array.from({ length: parallel }, (_, lane) => attack(lane)));
    const during = await stop();
    return {
      figures: {
        'one search for 28 hyphenated words (status, ms)': single.join(', '),
        responses: [...statuses].map(([status, count]) => `${count} × ${status}`).join(', '),
        "bystander's ping, quiet (ms)": JSON.stringify(before),
        "bystander's ping, attacked (ms)": JSON.stringify(during),
      },
      held: during.p50 < 50 && during.count >= 40,
    };
  },
};
