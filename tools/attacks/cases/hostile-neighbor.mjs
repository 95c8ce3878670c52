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
/** Latencies below this value depend on the load of the machine more than on the server. */
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

/**
 * Starts a ping every 10 ms for some time, without waiting for earlier ones: a pause of a second must not count as one slow ping. A user may
 * send 100 per second.
 */
async function pings(client, ms) {
  const times = [];
  const pending = [];
  for (let next = performance.now(), until = next + ms; next < until; next += 10) {
    await delay(Math.max(1, next - performance.now()));
    pending.push(
      client.request({ type: 'ping' }).then(({ type, code }) => {
        if (type !== 'reply') throw new Error(`a ping of the neighbor received ${type} ${code}`);
        times.push(performance.now() - next);
      }),
    );
  }
  await Promise.all(pending);
  return times;
}

/** One user sends the most expensive requests that the limits allow, type by type, while another user measures the latency of pings. */
export default {
  title: `one user on 10 connections sends the worst of each of ${types.length} types for ${loadedMs / 1_000} s, within the limits`,
  async run({ start }) {
    const { url } = await start();
    const tokens = [];
    for (const user of users) tokens.push(await signIn(url, user));
    await fill(url, tokens);
    const neighbor = await connect(url, await signIn(url, 'maggie'));
    await neighbor.request({ type: 'join', room });
    const quiet = [];
    const loaded = new Map();
    for (const [index, user] of users.entries()) {
      // One user at a time, so that the connects do not affect the measurement. A session may have 10 unused tickets.
      const worker = new Worker(new URL('../hostile.mjs', import.meta.url), {
        workerData: { url, token: await signIn(url, user), room, connections: 10, inFlight: 4 },
      });
      await once(worker, 'message');
      try {
        for (const type of types.filter((_, of) => of % users.length === index)) {
          quiet.push(...(await pings(neighbor, quietMs)));
          worker.postMessage({ type });
          await once(worker, 'message');
          const times = await pings(neighbor, loadedMs);
          worker.postMessage({});
          const [{ sent, refused, closed }] = await once(worker, 'message');
          loaded.set(type, { times, sent, refused, closed });
        }
      } finally {
        await worker.terminate();
      }
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
