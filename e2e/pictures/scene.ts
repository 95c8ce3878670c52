import type { Page } from '@playwright/test';
import { join } from 'node:path';
import { HeadlessUser } from '../fixtures/headless-user.ts';

/** The screenshots for the documentation, taken from the real app: `npm run pictures`. */
const folder = join(import.meta.dirname, '../../docs/pictures');

const desktop = { viewport: { width: 1440, height: 900 }, hasTouch: false, isMobile: false };
/** A touch device: controls for mouse and keyboard are hidden. */
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

export const looks = [
  { name: 'desktop-light', ...desktop, colorScheme: 'light' },
  { name: 'desktop-dark', ...desktop, colorScheme: 'dark' },
  { name: 'phone-light', ...phone, colorScheme: 'light' },
  { name: 'phone-dark', ...phone, colorScheme: 'dark' },
] as const;

const conversation = [
  [
    'lisa',
    'Morning! Has anyone tried the new build on the train? Mine came back from two tunnels without losing a line.',
  ],
  ['bart', 'Yep'],
  [
    'bart',
    'I unplugged the network on purpose, typed three messages and plugged it in again:\nall three went out, in order, once.',
  ],
  ['maggie', 'Same here. The banner counts down and then it is just… back.'],
  ['lisa', 'And when I signed out on my phone, the laptop was out in the same second.'],
  ['bart', 'What happens if someone copies the ticket out of a log?'],
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

/** Fills General with messages. Lisa and Bart stay present. */
export async function converse(url: string): Promise<Record<'lisa' | 'bart', HeadlessUser>> {
  const lisa = await HeadlessUser.connect(url, 'lisa', 'secret');
  const bart = await HeadlessUser.connect(url, 'bart', 'secret');
  const maggie = await HeadlessUser.connect(url, 'maggie', 'secret');
  const people = { lisa, bart, maggie };
  for (const [user, text] of conversation) await people[user].send('general', text);
  maggie.disconnect();
  return { lisa, bart };
}

export function shooter(page: Page, look: string): (what: string) => Promise<void> {
  return async (what) => {
    // Move the pointer away.
    await page.mouse.move(0, 0);
    await settled(page);
    await page.screenshot({ path: join(folder, `${what}-${look}.png`) });
  };
}

/** Waits until fonts are loaded and animations have ended. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    // Animations of recent changes start with the next frame.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
  });
}
