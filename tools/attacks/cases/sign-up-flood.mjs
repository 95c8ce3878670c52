import { setTimeout as delay } from 'node:timers/promises';

const seconds = 15;
const parallel = 250;
const signInEveryMs = 750;

/** One address signs up as fast as the server responds, while users at another address sign in. */
export default {
  title: `${parallel} sign-ups at a time from one address for ${seconds} s, with a sign-in every ${signInEveryMs} ms`,
  async run({ start }) {
    // One proxy hop, so that the header below chooses the address: loopback alone has only one.
    const { url } = await start({ TRUST_PROXY: '1' });
    const post = (path, address, body) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify(body),
      });
    const until = performance.now() + seconds * 1_000;
    const flood = new Map();
    let count = 0;
    async function attack() {
      while (performance.now() < until) {
        const user = `mallory-${count++}`;
        const response = await post('/api/users', '192.0.2.66', { user, pwd: `flood ${user} of accounts` });
        await response.arrayBuffer();
        flood.set(response.status, (flood.get(response.status) ?? 0) + 1);
        // Refusals are cheap. Without a pause this case would measure how fast one machine sends to itself.
        if (response.status !== 201) await delay(50);
      }
    }
    const signIns = [];
    async function signIn(user, n) {
      const began = performance.now();
      const response = await post('/api/auth', `198.51.100.${1 + (n % 200)}`, { user, pwd: 'secret' });
      await response.arrayBuffer();
      return { status: response.status, ms: performance.now() - began };
    }
    const attackers = Array.from({ length: parallel }, attack);
    for (let n = 0; performance.now() < until; n++) {
      signIns.push(signIn(['maggie', 'bart', 'lisa'][n % 3], n));
      await delay(signInEveryMs);
    }
    await Promise.all(attackers);
    const results = await Promise.all(signIns);
    const failed = results.filter(({ status }) => status !== 200);
    const times = results.map(({ ms }) => Math.round(ms)).sort((one, other) => one - other);
    const created = flood.get(201) ?? 0;
    return {
      figures: {
        'accounts created': created,
        'responses to the flood by status': JSON.stringify(Object.fromEntries([...flood].sort())),
        'honest sign-ins': `${results.length}, refused: ${failed.length}`,
        'honest sign-ins (ms)': `p50 ${times[Math.floor(times.length / 2)]}, max ${times.at(-1)}`,
      },
      held: created <= 35 && failed.length === 0,
    };
  },
};
