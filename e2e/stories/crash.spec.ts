import { everythingSaid, tokenOf } from '../fixtures/calls.ts';
import { Speaker } from '../fixtures/speaker.ts';
import { expect, test } from '../fixtures/test.ts';

const people = 20;
const each = 30;

test.describe('twenty users send while the server is killed', () => {
  // All users share one address here. The limits have their own tests.
  test.use({ settings: { SENDS_PER_SECOND: '0', MAX_CONNECTIONS_PER_USER: '50' } });

  test('every acknowledged message is stored, and unacknowledged messages appear once', async ({ usher }) => {
    const url = usher.url;
    const speakers = await Promise.all(Array.from({ length: people }, () => Speaker.connect(url, 'bart', 'secret')));
    for (const speaker of speakers) speaker.enter('general');

    let acknowledged = 0;
    let half: () => void = () => undefined;
    const halfway = new Promise<void>((resolve) => (half = resolve));
    const all = speakers.map(async (speaker, person) => {
      for (let n = 0; n < each; n += 1) {
        await speaker.sent('general', speaker.post('general', `${person}/${n}`));
        acknowledged += 1;
        if (acknowledged === (people * each) / 2) half();
      }
    });
    await halfway;
    await usher.kill();
    await usher.start();
    await Promise.all(all);
    for (const speaker of speakers) speaker.leave();

    const kept = await everythingSaid(usher.direct, 'general', await tokenOf(usher.direct, 'lisa'));
    expect(kept.map(({ seq }) => seq)).toEqual(Array.from({ length: people * each }, (_, n) => n + 1));
    const wanted = Array.from({ length: people * each }, (_, n) => `${Math.floor(n / each)}/${n % each}`);
    expect(kept.map(({ text }) => text).sort()).toEqual(wanted.sort());
    // The messages of one user keep their order.
    for (let person = 0; person < people; person += 1) {
      const theirs = kept
        .filter(({ text }) => text.startsWith(`${person}/`))
        .map(({ text }) => Number(text.split('/')[1]));
      expect(theirs).toEqual(Array.from({ length: each }, (_, n) => n));
    }
  });
});
