import { Cable } from '../fixtures/cable.ts';
import { everythingSaid, tokenOf } from '../fixtures/calls.ts';
import { Speaker } from '../fixtures/speaker.ts';
import { expect, test } from '../fixtures/test.ts';

const people = 20;
const each = 50;
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
    const cables = await Promise.all(Array.from({ length: people }, () => Cable.lay()));
    try {
      for (const cable of cables) cable.leadTo(usher.port);
      const speakers = await Promise.all(cables.map(({ url }) => Speaker.connect(url, 'bart', 'secret')));
      for (const speaker of speakers) speaker.enter('general');
      // A later join starts with the last fifty messages, as specified.
      await Promise.all(speakers.map((speaker) => speaker.joined('general')));
      let cuts = 0;
      await Promise.all(
        speakers.map(async (speaker, person) => {
          for (let n = 0; n < each; n += 1) {
            await speaker.sent('general', speaker.post('general', `${person}/${n}`));
            if (random() * cutsOneIn >= 1) continue;
            cables[Math.floor(random() * people)]?.cut();
            cuts += 1;
          }
        }),
      );
      expect(cuts, 'cables that were cut').toBeGreaterThan(people);

      const kept = await everythingSaid(usher.direct, 'general', await tokenOf(usher.direct, 'lisa'));
      expect(kept.map(({ seq }) => seq)).toEqual(Array.from({ length: people * each }, (_, n) => n + 1));
      const wanted = kept.map(({ seq, text }) => `${seq} ${text}`);
      for (const speaker of speakers) {
        expect(await speaker.heard('general', people * each), `seed ${seed}`).toEqual(wanted);
        speaker.leave();
      }
    } finally {
      await Promise.all(cables.map((cable) => cable.remove()));
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
