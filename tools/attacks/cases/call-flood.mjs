import { setTimeout as delay } from 'node:timers/promises';
import { connect, measurePings, signIn } from '../person.mjs';

const rooms = 400;
const parallel = 20;
const seconds = 6;

/** One user requests the list of rooms repeatedly. */
export default {
  title: `one user, ${parallel} calls of GET /api/rooms at a time for ${seconds} s, ${rooms} rooms`,
  async run({ start }) {
    const { url } = await start();
    const authors = [await signIn(url, 'bart'), await signIn(url, 'lisa')];
    let made = 0;
    for (let n = 0; n < rooms; n++) {
      const { status } = await fetch(`${url}/api/rooms`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${authors[n % authors.length]}` },
        body: JSON.stringify({ room: `room-${n}`, title: `Room ${n}`, private: false }),
      });
      if (status === 201) made += 1;
    }
    const bystander = await connect(url, await signIn(url, 'maggie'));
    const quiet = measurePings(bystander);
    await delay(2_000);
    const before = await quiet();
    const headers = { authorization: `Bearer ${await signIn(url, 'admin')}` };
    const stop = measurePings(bystander);
    const counts = {};
    const until = performance.now() + seconds * 1_000;
    const loops = Array.from({ length: parallel }, async () => {
      while (performance.now() < until) {
        const response = await fetch(`${url}/api/rooms`, { headers });
        await response.arrayBuffer();
        counts[response.status] = (counts[response.status] ?? 0) + 1;
      }
    });
    await Promise.all(loops);
    const during = await stop();
    return {
      figures: {
        rooms: made,
        'responses by status': JSON.stringify(counts),
        "bystander's ping in ms, quiet": JSON.stringify(before),
        "bystander's ping in ms, attacked": JSON.stringify(during),
      },
      // 300 points in ten seconds, 10 for each list.
      held: (counts[200] ?? 0) <= 60,
    };
  },
};
