import type { Page } from '@playwright/test';
import {
  composer,
  expectState,
  messages,
  messageWith,
  openRoom,
  sendMessage,
  sequences,
  signIn,
  signOut,
  submitSignIn,
} from '../fixtures/chat.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { removeMember, addMember, createRoom } from '../fixtures/rooms.ts';
import { expect, test } from '../fixtures/test.ts';

/** Holds back every script except `early.js`. Returns a function that releases them. */
async function holdScripts(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  await page.route(/\/(?:main|chunk)-[\w-]+\.js$/, async (route) => {
    await promise;
    await route.continue();
  });
  return () => {
    resolve(undefined);
  };
}

/** Returns everything that is kept in this tab. */
function keptInTab(page: Page): Promise<string> {
  return page.evaluate(() =>
    Object.keys(sessionStorage)
      .map((key) => sessionStorage.getItem(key))
      .join(),
  );
}

test('the sign-in form is usable before any script of the app has arrived', async ({ visitor }) => {
  const { page } = await visitor();
  const release = await holdScripts(page);
  await page.goto('/', { waitUntil: 'commit' });
  await submitSignIn(page, 'maggie', 'secret');
  // The form has no script yet, and must not send the password in a URL.
  expect(new URL(page.url()).search).toBe('');
  release();
  await expectState(page, 'open');
});

test('text that was typed before the app was ready is kept, with the focus', async ({ visitor }) => {
  const { page } = await visitor();
  const release = await holdScripts(page);
  await page.goto('/sign-in', { waitUntil: 'commit' });
  await expect(page.getByLabel('User name')).toBeFocused();
  await page.getByLabel('User name').fill('maggie');
  await page.getByLabel('Password', { exact: true }).focus();
  await page.keyboard.type('sec');
  release();
  await expect(page.locator('app-root').getByLabel('User name')).toHaveValue('maggie');
  await expect(page.locator('#prerendered')).toHaveCount(0);
  await page.keyboard.type('ret');
  await page.keyboard.press('Enter');
  await expectState(page, 'open');
});

test('the form in the page looks like the form of the app', async ({ visitor }) => {
  for (const viewport of [
    { width: 390, height: 844 },
    { width: 1440, height: 900 },
  ]) {
    const { page } = await visitor({ viewport });
    const release = await holdScripts(page);
    await page.goto('/sign-in', { waitUntil: 'commit' });
    await expect(page.getByLabel('User name')).toBeFocused();
    const before = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    release();
    await expect(page.locator('app-root').getByLabel('User name')).toBeFocused();
    expect(before.equals(await page.screenshot({ animations: 'disabled', caret: 'hide' }))).toBe(true);
  }
});

test('signed-in users and other pages do not see the form', async ({ visitor }) => {
  const { page } = await visitor();
  await page.goto('/create-account');
  await expect(page.getByRole('heading', { name: 'Create an account' })).toBeVisible();
  await signIn(page, 'maggie');
  const release = await holdScripts(page);
  await page.goto('/rooms/general', { waitUntil: 'commit' });
  await expect(page.locator('.splash')).toBeVisible();
  await expect(page.getByLabel('User name')).toBeHidden();
  release();
  await expectState(page, 'open');
});

test('a reload shows the last messages without the server, and continues without duplicates', async ({
  usher,
  visitor,
}) => {
  await usher.insertMessages('general', 400);
  const bart = await HeadlessUser.connect(usher.direct, 'bart', 'secret');
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await expect(messageWith(page, 'message 400')).toBeInViewport();

  await page.route('**/api/**', () => undefined);
  await page.reload();
  await expect(messageWith(page, 'message 400')).toBeInViewport();
  expect(await keptInTab(page)).not.toContain('message 400');

  await page.unroute('**/api/**');
  await bart.send('general', 'while the page was loading');
  await page.reload();
  await expect(messageWith(page, 'while the page was loading')).toBeInViewport();
  await expectState(page, 'open');
  await sendMessage(page, 'mine');
  await expect(messageWith(page, 'mine')).toHaveAttribute('data-status', 'sent');
  const seqs = await sequences(page);
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? NaN) + index));
  expect(seqs.at(-1)).toBe(402);
  bart.disconnect();
});

test('a reload keeps the scroll position, even when the server responds', async ({ usher, visitor }) => {
  await usher.insertMessages('general', 400);
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await expect(messageWith(page, 'message 400')).toBeInViewport();
  // While rows are still added, the log stays at its end.
  await expect(page.locator('[data-seq="351"]')).toHaveCount(1);
  await expect(page.getByRole('button', { name: '400 new since' })).toBeVisible();
  await page.getByRole('log').evaluate((log) => {
    log.scrollTop = log.scrollHeight - log.clientHeight - 900;
  });
  // The label depends on whether the page has noticed that the last messages were on the screen.
  await expect(page.getByRole('button', { name: /^(?:Jump to latest|\d+ new messages)$/ })).toBeVisible();
  const top = (): Promise<string> =>
    page.evaluate(() => {
      const frame = document.querySelector('[role=log]')?.getBoundingClientRect().top ?? 0;
      const first = [...document.querySelectorAll('[data-seq]')].find(
        (message) => message.getBoundingClientRect().top >= frame,
      );
      return `${first?.getAttribute('data-seq')} at ${Math.round((first?.getBoundingClientRect().top ?? 0) - frame)}`;
    });
  const before = await top();
  await page.reload();
  await expect(messages(page).first()).toBeVisible();
  await expect.poll(top).toBe(before);
  await expectState(page, 'open');
  await expect(page.getByRole('link', { name: 'General' })).toBeVisible();
  expect(await top()).toBe(before);
});

test('messages that were kept for a reload are deleted at sign-out, including those of another tab', async ({
  visitor,
}) => {
  const { page, context } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await sendMessage(page, 'a secret of maggie');
  await expect(messageWith(page, 'a secret of maggie')).toHaveAttribute('data-status', 'sent');
  const other = await context.newPage();
  await other.goto('/');
  await expectState(other, 'open');

  // The first tab is on another site while the user signs out in the second one.
  await page.goto('about:blank');
  await signOut(other);
  await submitSignIn(other, 'bart', 'secret');
  await expectState(other, 'open');
  await page.route('**/api/**', () => undefined);
  await page.goto('/rooms/general');
  await expect(composer(page)).toBeVisible();
  expect(await keptInTab(page)).not.toContain('a secret');
  await expect(messages(page)).toHaveCount(0);
});

test('messages that were kept are not shown after the user lost access to the room', async ({ usher, visitor }) => {
  await createRoom(usher.direct, 'bart', { room: 'cellar', title: 'Cellar', private: true });
  await addMember(usher.direct, 'bart', 'cellar', 'maggie');
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'Cellar');
  await sendMessage(page, 'in the cellar');
  await expect(messageWith(page, 'in the cellar')).toHaveAttribute('data-status', 'sent');
  await page.goto('about:blank');
  await removeMember(usher.direct, 'bart', 'cellar', 'maggie');
  await page.goto('/rooms/cellar');
  await expectState(page, 'open');
  await expect(messages(page)).toHaveCount(0);
  await page.reload();
  await expectState(page, 'open');
  await expect(messages(page)).toHaveCount(0);
  expect(await keptInTab(page)).not.toContain('in the cellar');
});
