/** A well-behaved client: signs in, connects with a ticket, sends requests, and measures what it experiences. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** Signs in over HTTP. Resolves to the access token. */
export async function signIn(url, user, pwd = 'secret') {
  const response = await fetch(`${url}/api/auth`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, pwd }),
  });
  if (!response.ok) throw new Error(`sign-in of ${user} failed with ${response.status}: ${await response.text()}`);
  return (await response.json()).token;
}

/** Creates an account and signs in. Resolves to the access token. */
export async function signUp(url, user, pwd = `attack-${user}-passphrase`) {
  const response = await fetch(`${url}/api/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, pwd }),
  });
  if (!response.ok) throw new Error(`sign-up of ${user} failed with ${response.status}: ${await response.text()}`);
  return signIn(url, user, pwd);
}

/** Opens a socket with a fresh ticket. Resolves after `welcome`. */
export async function connect(url, token) {
  const response = await fetch(`${url}/api/ws_ticket`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`the ticket call failed with ${response.status}: ${await response.text()}`);
  const { ticket, connectAfterMs } = await response.json();
  await delay(connectAfterMs);
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/ws?ticket=${ticket}`, 'usher.v1');
  const pending = new Map();
  const received = new Map();
  let nextId = 1;
  let closed;
  socket.addEventListener('close', ({ code }) => {
    closed = code;
    for (const reject of pending.values()) reject({ type: 'closed', code });
    pending.clear();
  });
  const welcome = new Promise((resolve, reject) => {
    socket.addEventListener('close', ({ code }) => reject(new Error(`closed with ${code} before welcome`)));
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(data);
      received.set(frame.type, (received.get(frame.type) ?? 0) + 1);
      if (frame.type === 'welcome') resolve(frame);
      if (frame.type === 'beat') socket.send('{"type":"beat"}');
      if (frame.id === undefined || frame.type === 'message') return;
      pending.get(frame.id)?.(frame);
      pending.delete(frame.id);
    });
  });
  await welcome;
  return {
    socket,
    /** How many frames of each type arrived. */
    received,
    /** The close code, or `undefined` while open. */
    closeCode: () => closed,
    /** Sends a request. Resolves to its `reply` or `error` frame, or to `{type: 'closed', code}`. */
    request(frame) {
      if (closed !== undefined) return Promise.resolve({ type: 'closed', code: closed });
      const id = nextId++;
      return new Promise((resolve) => {
        pending.set(id, resolve);
        socket.send(JSON.stringify({ id, ...frame }));
      });
    },
    /** Sends a frame without a reply. */
    signal(frame) {
      if (closed === undefined) socket.send(JSON.stringify(frame));
    },
    async close() {
      if (closed !== undefined) return;
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** @returns the value below which the given share of the values lies */
function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/**
 * Sends one `ping` every 50 ms until `stop` is called. Resolves the stop call to percentiles of the round-trip times in milliseconds.
 */
export function measurePings(connection) {
  const times = [];
  let running = true;
  const loop = (async () => {
    while (running) {
      const start = performance.now();
      const reply = await connection.request({ type: 'ping' });
      if (reply.type === 'closed') break;
      times.push(performance.now() - start);
      await delay(50);
    }
  })();
  return async function stop() {
    running = false;
    await loop;
    const round = (value) => Math.round(value * 10) / 10;
    return {
      count: times.length,
      p50: round(percentile(times, 0.5)),
      p99: round(percentile(times, 0.99)),
      max: round(percentile(times, 1)),
    };
  };
}
