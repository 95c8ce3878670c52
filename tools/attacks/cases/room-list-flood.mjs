import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, measurePings, signIn, signUp } from '../person.mjs';

const publicRooms = 200_000;
const ownRooms = 1_000;
const parallel = 20;
const seconds = 8;

/** Adds rooms to the database on disk: `ownRooms` of the attacker, and public ones of others. */
function fill(dataDir) {
  const sqlite = new DatabaseSync(join(dataDir, 'usher.db'), { timeout: 10_000 });
  const room = sqlite.prepare(`
    INSERT INTO rooms (name, title, private, epoch, seq, created_by, created_at, everyone, last_at)
    VALUES (?, ?, 0, 'epoch', 0, ?, 0, 0, ?)`);
  const member = sqlite.prepare('INSERT INTO memberships (room, user_name, read_seq, joined_at) VALUES (?, ?, 0, 0)');
  sqlite.exec('BEGIN IMMEDIATE');
  for (let n = 0; n < publicRooms; n++) room.run(`public-${n}`, `Public ${n}`, 'bart', n);
  for (let n = 0; n < ownRooms; n++) {
    room.run(`own-${n}`, `Own ${n}`, 'mallory', n);
    member.run(`own-${n}`, 'mallory');
  }
  sqlite.exec('COMMIT');
  sqlite.close();
}

/** One user sends many parallel requests for the room list. */
export default {
  title: `${publicRooms.toLocaleString('en')} public rooms, one user with ${ownRooms.toLocaleString('en')} rooms lists them ${parallel} times at once for ${seconds} s`,
  async run({ start }) {
    const { url, dataDir } = await start();
    const bystander = await connect(url, await signIn(url, 'maggie'));
    const token = await signUp(url, 'mallory');
    const headers = { authorization: `Bearer ${token}` };
    // Creates rooms as fast as possible, before the database is filled by other means.
    const created = new Map();
    const startedAt = performance.now();
    for (let n = 0; n < 200; n++) {
      const response = await fetch(`${url}/api/rooms`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ room: `new-${n}`, title: `New ${n}` }),
      });
      await response.arrayBuffer();
      created.set(response.status, (created.get(response.status) ?? 0) + 1);
    }
    const createdMs = Math.round(performance.now() - startedAt);
    fill(dataDir);
    const quiet = measurePings(bystander);
    await delay(2_000);
    const before = await quiet();
    const list = async () => {
      const response = await fetch(`${url}/api/rooms`, { headers });
      await response.arrayBuffer();
      return response.status;
    };
    const single = performance.now();
    await list();
    const singleMs = Math.round(performance.now() - single);
    const stop = measurePings(bystander);
    const until = performance.now() + seconds * 1_000;
    const statuses = new Map();
    const attack = async () => {
      while (performance.now() < until) {
        const status = await list();
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 429) await delay(5);
      }
    };
    await Promise.all(Array.from({ length: parallel }, attack));
    const during = await stop();
    const count = (map) => [...map].map(([status, times]) => `${times} × ${status}`).join(', ');
    return {
      figures: {
        [`200 attempts to create a room in ${createdMs} ms`]: count(created),
        'one list (ms)': singleMs,
        'list responses': count(statuses),
        "bystander's ping, quiet (ms)": JSON.stringify(before),
        "bystander's ping, attacked (ms)": JSON.stringify(during),
      },
      held: during.p50 < 50 && during.count >= 40 && (created.get(201) ?? 0) <= 60,
    };
  },
};
