import { readAllMessages, tokenOf } from '../fixtures/calls.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

const userCount = 20;
const messagesPerUser = 30;

test.describe('twenty users send while the server is killed', () => {
  // All users share one address here. The limits have their own tests.
  test.use({ settings: { SENDS_PER_SECOND: '0', MAX_CONNECTIONS_PER_USER: '50' } });

  test('every acknowledged message is stored, and unacknowledged messages appear once', async ({ usher }) => {
    const url = usher.url;
    const users = await Promise.all(
      Array.from({ length: userCount }, () => HeadlessUser.connect(url, 'bart', 'secret')),
    );
    for (const user of users) user.join('general');

    let acknowledged = 0;
    let half: () => void = () => undefined;
    const halfway = new Promise<void>((resolve) => (half = resolve));
    const all = users.map(async (user, index) => {
      for (let n = 0; n < messagesPerUser; n += 1) {
        await user.waitUntilSent('general', user.queue('general', `${index}/${n}`));
        acknowledged += 1;
        if (acknowledged === (userCount * messagesPerUser) / 2) half();
      }
    });
    await halfway;
    await usher.kill();
    await usher.start();
    await Promise.all(all);
    for (const user of users) user.disconnect();

    const kept = await readAllMessages(usher.direct, 'general', await tokenOf(usher.direct, 'lisa'));
    expect(kept.map(({ seq }) => seq)).toEqual(Array.from({ length: userCount * messagesPerUser }, (_, n) => n + 1));
    const wanted = Array.from(
      { length: userCount * messagesPerUser },
      (_, n) => `${Math.floor(n / messagesPerUser)}/${n % messagesPerUser}`,
    );
    expect(kept.map(({ text }) => text).sort()).toEqual(wanted.sort());
    // The messages of one user keep their order.
    for (let index = 0; index < userCount; index += 1) {
      const theirs = kept
        .filter(({ text }) => text.startsWith(`${index}/`))
        .map(({ text }) => Number(text.split('/')[1]));
      expect(theirs).toEqual(Array.from({ length: messagesPerUser }, (_, n) => n));
    }
  });
});
