/**
 * A hostile client in a separate thread, so that it does not delay the thread that measures. It sends one type of frame on all connections of
 * one user, as much as the limits allow: up to `inFlight` requests at a time, with a pause after `rate_limited`, or signals at a steady
 * rate below the number of drops that closes a connection.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from './person.mjs';

const { url, token, room, connections, inFlight } = workerData;
const text = 'x'.repeat(4_000);
const signalsPerSecond = 300;

/** The most expensive frame of each type; `n` is its number. A protocol type without an entry here fails the case. */
export const frames = {
  join: (n) => (n % 2 === 0 ? { room } : { room, after: 0 }),
  leave: (n) => (n % 2 === 0 ? { room } : { type: 'join', room }),
  history: () => ({ room, after: 0 }),
  send: () => ({ room, key: randomUUID(), text }),
  edit: (n) => ({ room, key: randomUUID(), edits: 1 + (n % 50), text }),
  delete: (n) => ({ room, key: randomUUID(), deletes: 1 + n }),
  read: (n) => ({ room, seq: n }),
  ping: () => ({ padding: text.repeat(15) }),
  renew: () => ({ ticket: 'A'.repeat(43) }),
  typing: () => ({ room }),
  away: (n) => ({ away: n % 2 === 0 }),
  beat: () => ({ padding: text.repeat(15) }),
};
const signals = new Set(['typing', 'away', 'beat']);

let running = false;
let sent = 0;
let refused = 0;

async function requests(client, type) {
  while (running && client.closeCode() === undefined) {
    const reply = await client.request({ type, ...frames[type](sent++) });
    if (reply.code !== 'rate_limited') continue;
    refused++;
    await delay(reply.retryAfterMs ?? 1_000);
  }
}

async function pacedSignals(client, type) {
  while (running && client.closeCode() === undefined) {
    for (let n = 0; n < signalsPerSecond / 50; n++) client.signal({ type, ...frames[type](sent++) });
    await delay(20);
  }
}

if (parentPort !== null) {
  const clients = [];
  for (let n = 0; n < connections; n++) {
    const client = await connect(url, token);
    await client.request({ type: 'join', room });
    clients.push(client);
  }
  let work;
  parentPort.on('message', async (message) => {
    if (message.type === undefined) {
      running = false;
      await work;
      parentPort.postMessage({
        sent,
        refused,
        closed: clients.filter((client) => client.closeCode() !== undefined).length,
      });
      return;
    }
    running = true;
    [sent, refused] = [0, 0];
    const { type } = message;
    work = Promise.all(
      clients.flatMap((client) =>
        signals.has(type) ? pacedSignals(client, type) : Array.from({ length: inFlight }, () => requests(client, type)),
      ),
    );
    parentPort.postMessage('started');
  });
  parentPort.postMessage('ready');
}
