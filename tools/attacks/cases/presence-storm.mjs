import { setTimeout as delay } from 'node:timers/promises';
import { connect, measurePings, signIn, signUp } from '../person.mjs';

const listeners = 50;
const seconds = 5;

/** One member toggles `away` as fast as the socket takes it, while others listen in the same room. */
export default {
  title: `${listeners} listeners, one member toggles "away" without a pause for ${seconds} s`,
  async run({ start }) {
    const { url } = await start({ CONNECTS_PER_SECOND: '1000', MAX_CONNECTIONS_PER_USER: '100' });
    const bystander = await connect(url, await signIn(url, 'maggie'));
    const tokens = [await signIn(url, 'bart'), await signIn(url, 'lisa'), await signIn(url, 'admin')];
    const members = [];
    for (let n = 0; n < listeners; n++) {
      const member = await connect(url, tokens[n % tokens.length]);
      await member.request({ type: 'join', room: 'general' });
      members.push(member);
    }
    const quiet = measurePings(bystander);
    await delay(2_000);
    const before = await quiet();
    const attacker = await connect(url, await signUp(url, 'mallory'));
    await attacker.request({ type: 'join', room: 'general' });
    const heardBefore = members.reduce((sum, { received }) => sum + (received.get('presence') ?? 0), 0);
    const stop = measurePings(bystander);
    const until = performance.now() + seconds * 1_000;
    let sent = 0;
    while (performance.now() < until && attacker.closeCode() === undefined) {
      for (let n = 0; n < 20; n++) attacker.signal({ type: 'away', away: sent++ % 2 === 0 });
      await delay(5);
    }
    const during = await stop();
    const heard = members.reduce((sum, { received }) => sum + (received.get('presence') ?? 0), 0) - heardBefore;
    return {
      figures: {
        'away frames sent': sent,
        'presence frames per listener and second': Math.round(heard / listeners / seconds),
        'attacker closed with': attacker.closeCode() ?? 'still open',
        "bystander's ping, quiet (ms)": JSON.stringify(before),
        "bystander's ping, attacked (ms)": JSON.stringify(during),
      },
      held: heard / listeners / seconds <= 3,
    };
  },
};
