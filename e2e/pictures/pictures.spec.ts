import { tokenOf } from '../fixtures/calls.ts';
import { composer, expectSent, expectState, messageWith, openRoom, sendMessage, signIn } from '../fixtures/chat.ts';
import { addMember, longTitle, createRoom } from '../fixtures/rooms.ts';
import { expect, test } from '../fixtures/test.ts';
import { converse, looks, shooter } from './scene.ts';

const elsewhere = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0',
];

for (const { name, ...look } of looks) {
  test(`pictures: ${name}`, async ({ usher, visitor }) => {
    await converse(usher.direct);
    await createRoom(usher.direct, 'lisa', { room: 'long', title: longTitle, private: true });
    await addMember(usher.direct, 'lisa', 'long', 'maggie');
    const { page } = await visitor({ ...look, reducedMotion: 'reduce' });
    const shoot = shooter(page, name);
    await page.goto('/');
    await expect(page.getByLabel('User name')).toBeVisible();
    await shoot('sign-in');
    await signIn(page, 'maggie');
    await shoot('list');
    await openRoom(page, 'General');
    await expect(messageWith(page, 'JWT in the URL')).toBeVisible();
    await shoot('rooms');
    usher.relay.disconnect();
    await expectState(page, 'backoff');
    await sendMessage(page, 'On the train, in a tunnel. This goes out when I am back.', 'Control+Enter');
    await composer(page).fill('And this is not even sent yet');
    await expect(page.getByText(/Retrying in \d+ s/).first()).toBeVisible();
    await shoot('offline');
    usher.relay.reconnect();
    await expectState(page, 'open');
    await expectSent(page, 'On the train, in a tunnel. This goes out when I am back.');
    await page.goto('/connection');
    await expectState(page, 'open');
    await page.getByRole('button', { name: /use a ticket twice/i }).click();
    await expect(page.getByTestId('twice-result')).toContainText(/refused/i);
    await expect(page.getByText('–', { exact: true })).toHaveCount(0);
    await shoot('connection');
    // More sessions of the same user.
    for (const userAgent of elsewhere) await signInFrom(usher.direct, 'maggie', userAgent);
    await page.goto('/settings');
    await expectState(page, 'open');
    await expect(page.getByRole('button', { name: /^End session/ })).toHaveCount(elsewhere.length + 1);
    await shoot('settings');
  });
}

/** Creates a session of another browser, without that browser. */
async function signInFrom(url: string, user: string, userAgent: string): Promise<void> {
  await tokenOf(url, user, 'secret', { 'user-agent': userAgent });
}
