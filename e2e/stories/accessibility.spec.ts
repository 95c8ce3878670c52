import type { Page } from '@playwright/test';
import { expectNothingFound, type Look } from '../fixtures/axe.ts';
import { composer, expectSent, expectState, messageWith, openRoom, sendMessage, signIn } from '../fixtures/chat.ts';
import { roomEntry, createRoom } from '../fixtures/rooms.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

// Axe runs four times in each state.
test.describe.configure({ timeout: 180_000 });

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
/** Checked with all rules. The other two combinations differ in colors only, and are checked for those. */
const whole: readonly Look[] = [
  { viewport: desktop, colorScheme: 'light' },
  { viewport: phone, colorScheme: 'dark' },
];
const colours: readonly Look[] = [
  { viewport: desktop, colorScheme: 'dark' },
  { viewport: phone, colorScheme: 'light' },
];

/** Expects no axe violation in the current state, on desktop and phone, in light and dark. */
async function expectAccessible(page: Page): Promise<void> {
  await expectNothingFound(page, { whole, colours });
}

test('axe finds no violation on the sign-in page and the rooms', async ({ visitor }) => {
  const { page } = await visitor({ reducedMotion: 'reduce' });
  await page.goto('/');
  await expect(page.getByLabel('User name')).toBeVisible();
  await expectAccessible(page);

  await signIn(page, 'maggie');
  await expectAccessible(page);
  await page.setViewportSize(desktop);
  await openRoom(page, 'General');
  await expectAccessible(page);
  await sendMessage(page, 'a message to look at');
  await expectSent(page, 'a message to look at');
  await expectAccessible(page);
});

test('axe finds no violation in a conversation with every kind of content, its message menus and its composer', async ({
  usher,
  visitor,
}) => {
  test.slow();
  await usher.insertMessages('general', 400);
  const { page } = await visitor({ reducedMotion: 'reduce' });
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  const all = '**b** *i* `c` https://example.org @maggie @bart\n\n> quoted\n\n1. one\n\n```\ncode\n```';
  await sendMessage(page, all);
  await expectSent(page, 'quoted');
  for (const text of ['to be edited', 'to be taken back', '👍', 'שלום']) await sendMessage(page, text);
  await expectSent(page, 'שלום');
  await messageWith(page, 'to be edited').hover();
  await messageWith(page, 'to be edited').getByRole('button', { name: 'Message actions' }).click();
  await expect(page.getByRole('menuitem', { name: 'Edit' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await expectAccessible(page);
  await composer(page).fill('edited');
  await composer(page).press('Enter');
  await expect(messageWith(page, '(edited)')).toHaveCount(1);
  await messageWith(page, 'to be taken back').hover();
  await messageWith(page, 'to be taken back').getByRole('button', { name: 'Message actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(messageWith(page, 'Message deleted')).toHaveCount(1);
  await page.getByRole('button', { name: /(here|Just you)$/ }).click();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await composer(page).pressSequentially('@');
  await expect(page.getByRole('option').first()).toBeVisible();
  await expectAccessible(page);

  await page.setViewportSize(desktop);
  await page.goto('/rooms/general?at=100');
  await expect(page.locator('[data-seq="100"]')).toBeInViewport();
  await expectAccessible(page);
});

test('axe finds no violation in room navigation and room dialogs', async ({ usher, visitor }) => {
  test.slow();
  await createRoom(usher.url, 'maggie', { room: 'plans', title: 'Plans', private: true });
  await createRoom(usher.url, 'bart', { room: 'skateboards', title: 'Skateboards' });
  const bart = await HeadlessUser.connect(usher.url, 'bart', 'secret');
  await bart.send('general', 'a question for @maggie');
  bart.disconnect();
  const { page } = await visitor({ reducedMotion: 'reduce' });
  await signIn(page, 'maggie');
  await expect(roomEntry(page, 'General')).toHaveAccessibleName(/mention/);
  await expectAccessible(page);
  await page.setViewportSize(desktop);
  await page.getByRole('button', { name: 'Browse rooms' }).click();
  await expect(page.getByRole('button', { name: 'Join Skateboards' })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Room' })).toBeFocused();
  await page.keyboard.type('e');
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await page.setViewportSize(desktop);
  await openRoom(page, 'Plans');
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Members' }).click();
  await page.getByLabel('Add people').fill('unknown-user');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await expectAccessible(page);
  await page.goto('/search?q=question');
  await expect(page.locator('mark')).toBeVisible();
  await expectAccessible(page);
  await page.goto('/search?q=zeppelin');
  await expect(page.getByText('No results for')).toBeVisible();
  await expectAccessible(page);
});

test('axe finds no violation while disconnected and on the connection page', async ({ visitor, usher }) => {
  const { page } = await visitor({ reducedMotion: 'reduce' });
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  usher.relay.disconnect();
  await expectState(page, 'backoff');
  await sendMessage(page, 'one that waits');
  await expectAccessible(page);
  usher.relay.reconnect();
  await expectState(page, 'open');

  await page.goto('/connection');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expectState(page, 'open');
  await expectAccessible(page);
});

test('axe finds no violation in the settings and their dialogs and messages', async ({ visitor }) => {
  const { page } = await visitor({ reducedMotion: 'reduce' });
  await signIn(page, 'maggie');
  await page.goto('/settings');
  await expect(page.getByText('This device', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Enter your current password.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page);
});

test('keyboard users can sign in, open a room, send a message and sign out', async ({ visitor }) => {
  const { page } = await visitor();
  await page.goto('/');
  await tabTo(page, 'User name');
  await page.keyboard.type('maggie');
  await tabTo(page, 'Password');
  await page.keyboard.type('secret');
  await page.keyboard.press('Enter');
  await expectState(page, 'open');
  await tabTo(page, /General/);
  await page.keyboard.press('Enter');
  await expect(composer(page)).toBeVisible();
  await tabTo(page, 'Message');
  await page.keyboard.type('first line');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await page.keyboard.press('Enter');
  await expect(messageWith(page, 'first line')).toHaveAttribute('data-status', 'sent');
  expect(await messageWith(page, 'first line').innerText()).toContain('first line\nsecond line');
  await expect(composer(page)).toHaveValue('');
  await tabTo(page, /account|maggie/i);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
  await page.keyboard.press('ArrowUp');
  for (let n = 0; n < 8 && !(await focused(page, 'Sign out')); n += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('User name')).toBeVisible();
});

test('a user name is accepted in any case', async ({ visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'Maggie');
  await expect(page.getByRole('button', { name: 'maggie' })).toBeVisible();
});

test('the focus is never lost: after signing in, deleting a message and jumping to the latest', async ({
  usher,
  visitor,
}) => {
  await usher.insertMessages('general', 200);
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();

  await openRoom(page, 'General');
  for (const text of ['first of mine', 'second of mine']) {
    await sendMessage(page, text);
    await expectSent(page, text);
  }
  await messageWith(page, 'first of mine').hover();
  await messageWith(page, 'first of mine').getByRole('button', { name: 'Message actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).press('Enter');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).press('Enter');
  await expect(messageWith(page, 'Message deleted')).toHaveCount(1);
  await expect(messageWith(page, 'second of mine').getByRole('button', { name: 'Message actions' })).toBeFocused();

  await page.getByRole('log').press('Home');
  await page.getByRole('button', { name: 'Jump to latest' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Jump to latest' })).toHaveCount(0);
  await expect(page.getByRole('log')).toBeFocused();

  await page.goto('/rooms/general?at=20');
  await expect(page.locator('[data-seq="20"]')).toBeInViewport();
  await page.getByRole('button', { name: 'Jump to latest' }).first().press('Enter');
  await expect(page.getByText('You’re viewing older messages')).toHaveCount(0);
  await expect(page.locator('body')).not.toBeFocused();
});

test('the navigation marks the current page: search, connection, settings', async ({ visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  const current = page.locator('nav [aria-current="page"]');
  await expect(current).toHaveCount(0);
  await page.getByRole('link', { name: 'Search messages' }).click();
  await expect(current).toHaveAccessibleName('Search messages');
  await page.getByRole('link', { name: /^Connection/ }).click();
  await expect(current).toHaveAccessibleName(/^Connection/);
  await page.getByRole('button', { name: 'maggie' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await expect(current).toHaveAccessibleName(/maggie/);
});

test('with forced colors, the current room, own messages and the status are distinguishable', async ({ visitor }) => {
  const { page } = await visitor({ forcedColors: 'active' });
  await signIn(page, 'maggie');
  const style = (selector: string, name: string): Promise<string> =>
    page
      .locator(selector)
      .first()
      .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name);
  await openRoom(page, 'General');
  await sendMessage(page, 'in high contrast');
  await expectSent(page, 'in high contrast');
  const [here, other] = [
    await style('.room.current', 'background-color'),
    await style('.room:not(.current)', 'background-color'),
  ];
  expect(here).not.toBe(other);
  expect(await style('[data-status="sent"] .bubble', 'outline-style')).toBe('solid');
  // The circle is drawn by a border, which the system keeps.
  expect(await style('nav [data-testid="connection-state"] .light', 'border-top-width')).toBe('2px');
});

async function focused(page: Page, name: string | RegExp): Promise<boolean> {
  const found = page
    .locator(':focus')
    .and(
      page
        .getByLabel(name)
        .or(page.getByRole('link', { name }))
        .or(page.getByRole('button', { name }))
        .or(page.getByRole('menuitem', { name })),
    );
  return (await found.count()) > 0;
}

/** Presses Tab until the element with that name has the focus, at most 60 times. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let n = 0; n < 60; n += 1) {
    if (await focused(page, name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${String(name)} cannot be reached with the Tab key`);
}
