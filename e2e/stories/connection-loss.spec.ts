import { NetworkRelay } from '../fixtures/network-relay.ts';
import { readAllMessages, tokenOf } from '../fixtures/calls.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

const userCount = 20;
const messagesPerUser = 50;
/** One in this many acknowledged messages cuts a connection. */
const cutsOneIn = 8;

test.describe('twenty users send while their connections are cut at random', () => {
  // All users share one address and send more than real users do. The limits have their own tests.
  test.use({ settings: { SENDS_PER_SECOND: '0', MAX_CONNECTIONS_PER_USER: '50' } });

  // A hundred reconnects, each with growing backoff.
  test.describe.configure({ timeout: 180_000 });

  test('every member has the messages of the database, each once and in the same order', async ({ usher }) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    test.info().annotations.push({ type: 'seed', description: String(seed) });
    const random = randomOf(seed);
    const relays = await Promise.all(Array.from({ length: userCount }, () => NetworkRelay.start()));
    try {
      for (const relay of relays) relay.forwardTo(usher.port);
      const users = await Promise.all(relays.map(({ url }) => HeadlessUser.connect(url, 'bart', 'secret')));
      for (const user of users) user.join('general');
      // A later join starts with the last fifty messages, as specified.
      await Promise.all(users.map((user) => user.waitUntilJoined('general')));
      let cuts = 0;
      await Promise.all(
        users.map(async (user, index) => {
          for (let n = 0; n < messagesPerUser; n += 1) {
            await user.waitUntilSent('general', user.queue('general', `${index}/${n}`));
            if (random() * cutsOneIn >= 1) continue;
            relays[Math.floor(random() * userCount)]?.cutConnections();
            cuts += 1;
          }
        }),
      );
      expect(cuts, 'number of cuts').toBeGreaterThan(userCount);

      const kept = await readAllMessages(usher.direct, 'general', await tokenOf(usher.direct, 'lisa'));
      expect(kept.map(({ seq }) => seq)).toEqual(Array.from({ length: userCount * messagesPerUser }, (_, n) => n + 1));
      const wanted = kept.map(({ seq, text }) => `${seq} ${text}`);
      for (const user of users) {
        expect(await user.waitForMessages('general', userCount * messagesPerUser), `seed ${seed}`).toEqual(wanted);
        user.disconnect();
      }
    } finally {
      await Promise.all(relays.map((relay) => relay.close()));
    }
  });
});

/** A linear congruential generator (Numerical Recipes): the same seed gives the same sequence. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
