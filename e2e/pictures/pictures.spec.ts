import type { Page } from '@playwright/test';
import { join } from 'node:path';
import { tokenOf } from '../fixtures/calls.ts';
import { composer, expectSent, expectState, messageWith, openRoom, say, signIn } from '../fixtures/chat.ts';
import { Speaker } from '../fixtures/speaker.ts';
import { expect, test } from '../fixtures/test.ts';

/** The pictures of the documents, made from the real thing: `npm run pictures`. */
const folder = join(import.meta.dirname, '../../docs/pictures');

const conversation = [
  [
    'lisa',
    'Morning! Has anybody tried the new build on the train? Mine came back from two tunnels without losing a line.',
  ],
  ['bart', 'Yep'],
  [
    'bart',
    'I pulled the cable on purpose. Typed three messages, plugged it in again:\nall three went out, in order, once.',
  ],
  ['maggie', 'Same here. The banner counts down and then it is just… back.'],
  ['lisa', 'And when I signed out on my phone, the laptop was out in the same second.'],
  ['bart', 'What happens if somebody copies the ticket out of a log?'],
  [
    'lisa',
    'Nothing. It was used up before the handshake was even accepted, and thirty seconds later it would be dead anyway.',
  ],
  ['bart', 'Ha. Nice'],
  ['maggie', 'I will show it on Thursday. Lisa, could you bring the table with the other ways to authenticate?'],
  [
    'lisa',
    'Sure: JWT in the URL, first message, IP and User-Agent. I will add what a stranger can hold open with each.',
  ],
] as const;

const elsewhere = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0',
];

const looks = [
  { name: 'desktop-light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: 'desktop-dark', viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  { name: 'phone-light', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { name: 'phone-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const;

for (const { name, ...look } of looks) {
  test(`pictures: ${name}`, async ({ usher, visitor }) => {
    const people = new Map<string, Speaker>();
    for (const user of ['lisa', 'bart', 'maggie'])
      people.set(user, await Speaker.connect(usher.direct, user, 'secret'));
    for (const [user, text] of conversation) await people.get(user)?.say('general', text);
    for (const speaker of people.values()) speaker.leave();

    const { page } = await visitor({ ...look, reducedMotion: 'reduce' });
    const shoot = async (what: string): Promise<void> => {
      await settled(page);
      await page.screenshot({ path: join(folder, `${what}-${name}.png`) });
    };
    await page.goto('/');
    await expect(page.getByLabel('User name')).toBeVisible();
    await shoot('sign-in');
    await signIn(page, 'maggie');
    await shoot('list');
    await openRoom(page, 'General');
    await expect(messageWith(page, 'JWT in the URL')).toBeVisible();
    await shoot('rooms');
    usher.cable.pull();
    await expectState(page, 'backoff');
    await say(page, 'On the train, in a tunnel. This goes out when I am back.');
    await composer(page).fill('And this is not even sent yet');
    await expect(page.getByText(/Trying again in \d+ s/).first()).toBeVisible();
    await shoot('offline');
    usher.cable.plugIn();
    await expectState(page, 'open');
    await expectSent(page, 'On the train, in a tunnel. This goes out when I am back.');
    await page.goto('/connection');
    await expectState(page, 'open');
    await page.getByRole('button', { name: /use a ticket twice/i }).click();
    await expect(page.getByTestId('twice-answer')).toContainText(/refused/i);
    await expect(page.getByText('No answer yet.')).toHaveCount(0);
    await shoot('connection');
    // Some more places where she is signed in.
    for (const userAgent of elsewhere) await signInFrom(usher.direct, 'maggie', userAgent);
    await page.goto('/settings');
    await expectState(page, 'open');
    await expect(page.getByRole('button', { name: /^End session/ })).toHaveCount(elsewhere.length + 1);
    await shoot('settings');
  });
}

/** Fonts are there and nothing moves any more. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
  });
}

/** A session of that browser, which is not there. */
async function signInFrom(url: string, user: string, userAgent: string): Promise<void> {
  await tokenOf(url, user, 'secret', { 'user-agent': userAgent });
}
