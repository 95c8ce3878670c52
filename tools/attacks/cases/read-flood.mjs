import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, measurePings, signIn, signUp } from '../person.mjs';

const messages = 20_000;
const inFlight = 250;
const seconds = 5;

/** Fills the room `general` on disk, so that counting unread messages is expensive. */
function fill(dataDir) {
  const sqlite = new DatabaseSync(join(dataDir, 'usher.db'), { timeout: 10_000 });
  sqlite.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${messages})
    INSERT INTO messages (room, seq, id, sender, key, text, at)
      SELECT 'general', n, 'id ' || n, 'mallory', 'key ' || n, 'text', n FROM numbers;
    UPDATE rooms SET seq = ${messages} WHERE name = 'general';`);
  sqlite.close();
}

/** One connection keeps `inFlight` `read` requests in flight, each with a higher sequence number. */
export default {
  title: `one connection keeps ${inFlight} "read" requests in flight for ${seconds} s`,
  async run({ start }) {
    const { url, dataDir } = await start();
    const bystander = await connect(url, await signIn(url, 'maggie'));
    const attacker = await connect(url, await signUp(url, 'mallory'));
    fill(dataDir);
    await attacker.request({ type: 'join', room: 'general' });
    const quiet = measurePings(bystander);
    await delay(2_000);
    const before = await quiet();
    const stop = measurePings(bystander);
    const until = performance.now() + seconds * 1_000;
    const replies = new Map();
    let seq = 0;
    const attack = async () => {
      while (performance.now() < until) {
        const { type, code } = await attacker.request({ type: 'read', room: 'general', seq: ++seq % messages });
        replies.set(code ?? type, (replies.get(code ?? type) ?? 0) + 1);
        if (type === 'closed') return;
        if (code === 'rate_limited') await delay(5);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, attack));
    const during = await stop();
    return {
      figures: {
        replies: [...replies].map(([code, count]) => `${count} × ${code}`).join(', '),
        "bystander's ping, quiet (ms)": JSON.stringify(before),
        "bystander's ping, attacked (ms)": JSON.stringify(during),
      },
      held: during.p50 < 30,
    };
  },
};
