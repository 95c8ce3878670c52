import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { connect, signIn } from '../person.mjs';

const room = 'general';
const types = ['join', 'leave', 'history', 'send', 'edit', 'delete', 'read', 'ping', 'renew', 'typing', 'away', 'beat'];
const users = ['bart', 'lisa', 'admin'];
const quietMs = 500;
const loadedMs = 1_000;
/** Below this a machine that is busy with other things decides, not the server. */
const floorMs = 5;

/** Fills the room with messages of the largest size, so that pages are as expensive as they can be. */
async function fill(url, tokens) {
  for (const token of tokens) {
    const author = await connect(url, token);
    await author.request({ type: 'join', room });
    const sends = Array.from({ length: 55 }, () =>
      author.request({ type: 'send', room, key: randomUUID(), text: '\\"'.repeat(2_000) }),
    );
    await Promise.all(sends);
    await author.close();
  }
}

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Round trips for some time, one after the other. */
async function pings(client, ms) {
  const times = [];
  for (const until = performance.now() + ms; performance.now() < until;) {
    const start = performance.now();
    const { type } = await client.request({ type: 'ping' });
    if (type === 'closed') throw new Error(`the neighbor was closed with ${client.closeCode()}`);
    // A person's own budget must not be what is measured: 100 a second.
    times.push(performance.now() - start);
    await delay(8);
  }
  return times;
}

/** One user does the worst that the limits allow, type by type, while somebody else measures the time of a ping. */
export default {
  title: `one user on 10 connections sends the worst of each of ${types.length} types for ${loadedMs / 1_000} s, within the limits`,
  async run({ start }) {
    const { url } = await start();
    const tokens = [];
    for (const user of users) tokens.push(await signIn(url, user));
    await fill(url, tokens);
    const neighbor = await connect(url, await signIn(url, 'maggie'));
    await neighbor.request({ type: 'join', room });
    // The second session: a session gets 10 outstanding tickets and 60 a minute.
    const workers = [];
    for (const user of users) {
      const worker = new Worker(new URL('../hostile.mjs', import.meta.url), {
        workerData: { url, token: await signIn(url, user), room, connections: 10, inFlight: 4 },
      });
      await once(worker, 'message');
      workers.push(worker);
    }
    const quiet = [];
    const loaded = new Map();
    try {
      for (const [index, type] of types.entries()) {
        quiet.push(...(await pings(neighbor, quietMs)));
        const worker = workers[index % workers.length];
        worker.postMessage({ type });
        await once(worker, 'message');
        const times = await pings(neighbor, loadedMs);
        worker.postMessage({});
        const [{ sent, refused, closed }] = await once(worker, 'message');
        loaded.set(type, { times, sent, refused, closed });
      }
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    const all = [...loaded.values()].flatMap(({ times }) => times);
    const bound = 5 * Math.max(floorMs, percentile(quiet, 0.99));
    const line = (times) =>
      `p50 ${percentile(times, 0.5).toFixed(1)}, p99 ${percentile(times, 0.99).toFixed(1)}, max ${Math.max(...times).toFixed(1)} ms`;
    const figures = { [`quiet (${quiet.length} pings)`]: line(quiet) };
    for (const [type, { times, sent, refused, closed }] of loaded) {
      figures[type] = `${line(times)}; ${sent} sent, ${refused} refused, ${closed} closed`;
    }
    figures[`all types (${all.length} pings)`] = `${line(all)}; bound ${bound.toFixed(1)} ms for p99`;
    return { figures, held: percentile(all, 0.99) <= bound };
  },
};
