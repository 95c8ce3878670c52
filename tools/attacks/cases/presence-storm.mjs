import { setTimeout as delay } from 'node:timers/promises';
import { connect, measurePings, signIn, signUp } from '../person.mjs';

const listeners = 200;
const seconds = 5;
const room = 'general';

/** The signals that the attacker sends repeatedly. */
const storms = {
  away: (attacker, n) => attacker.signal({ type: 'away', away: n % 2 === 0 }),
  'leave and join': (attacker, n) => attacker.signal({ type: n % 2 === 0 ? 'leave' : 'join', id: n + 1_000_000, room }),
};

/** One member changes its presence as fast as possible and reconnects when the socket is closed, while others listen in the room. */
export default {
  title: `${listeners} listeners, one member sends "away", then "leave" and "join", without a pause for ${seconds} s each`,
  async run({ start }) {
    const { url } = await start({ CONNECTS_PER_SECOND: '1000', MAX_CONNECTIONS_PER_USER: '100' });
    const bystander = await connect(url, await signIn(url, 'maggie'));
    // A session gets 60 tickets a minute.
    const tokens = [];
    for (const user of ['bart', 'lisa', 'admin', 'bart', 'lisa']) tokens.push(await signIn(url, user));
    const mallory = await signUp(url, 'mallory');
    const members = [];
    for (let n = 0; n < listeners; n++) {
      const member = await connect(url, tokens[n % tokens.length]);
      await member.request({ type: 'join', room });
      members.push(member);
    }
    const heard = () => members.reduce((sum, { received }) => sum + (received.get('presence') ?? 0), 0);
    const quiet = measurePings(bystander);
    await delay(2_000);
    const figures = { "bystander's ping, quiet (ms)": JSON.stringify(await quiet()) };
    let held = true;
    for (const [name, send] of Object.entries(storms)) {
      let attacker = await connect(url, mallory);
      await attacker.request({ type: 'join', room });
      await delay(600);
      const before = heard();
      const stop = measurePings(bystander);
      const until = performance.now() + seconds * 1_000;
      const closed = [];
      let sent = 0;
      while (performance.now() < until) {
        for (let n = 0; n < 20; n++) send(attacker, sent++);
        await delay(5);
        if (attacker.closeCode() === undefined) continue;
        closed.push(attacker.closeCode());
        attacker = await connect(url, mallory);
        await attacker.request({ type: 'join', room });
      }
      const during = await stop();
      const each = (heard() - before) / listeners / seconds;
      await attacker.close();
      await delay(1_000);
      figures[`${name}: frames sent, connections closed`] =
        `${sent}, ${closed.length} (${[...new Set(closed)].join()})`;
      figures[`${name}: presence frames a second, per listener and in all`] =
        `${each.toFixed(1)}, ${Math.round(each * listeners)}`;
      figures[`${name}: bystander's ping, attacked (ms)`] = JSON.stringify(during);
      held &&= each <= 3;
    }
    return { figures, held };
  },
};
