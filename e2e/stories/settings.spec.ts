import type { Locator, Page } from '@playwright/test';
import { expectState, submitSignIn, signIn } from '../fixtures/chat.ts';
import { expect, test } from '../fixtures/test.ts';

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0';
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

type Visitor = (options?: { userAgent: string }) => Promise<{ page: Page }>;

/** One user on two devices, with the settings open on the first. */
async function twoDevices(visitor: Visitor): Promise<{ laptop: Page; phone: Page }> {
  const { page: laptop } = await visitor({ userAgent: firefox });
  const { page: phone } = await visitor({ userAgent: iphone });
  await signIn(phone, 'maggie');
  await signIn(laptop, 'maggie');
  await openSettings(laptop);
  await expect(devices(laptop)).toHaveCount(2);
  return { laptop, phone };
}

async function openSettings(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'maggie' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  // While the menu closes, it still receives key events.
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeFocused();
}

function devices(page: Page): Locator {
  return page.getByRole('listitem').filter({ hasText: 'Signed in ' });
}

/** Expects the sign-in page with the reason. */
async function expectOut(page: Page): Promise<void> {
  await expect(page.getByLabel('User name')).toBeVisible();
  await expect(page.getByRole('status')).not.toBeEmpty();
}

async function changePassword(page: Page, current: string, fresh: string): Promise<void> {
  await page.getByLabel('Current password').fill(current);
  await page.getByLabel('New password').fill(fresh);
  await page.getByRole('button', { name: 'Change password' }).click();
}

test('two devices list each other; ending one closes its socket and shows the sign-in page with the reason', async ({
  visitor,
}) => {
  const { laptop, phone } = await twoDevices(visitor);
  await expect(devices(laptop).first()).toContainText('Firefox 128 on Windows');
  await expect(devices(laptop).first()).toContainText('This device');
  const other = devices(laptop).nth(1);
  await expect(other).toContainText('Safari 18 on iOS');
  await expect(other).toContainText('Last seen just now');
  await expect(other).toContainText('1 open connection');
  await openSettings(phone);
  await expect(devices(phone).first()).toContainText('Safari 18 on iOS');
  await expect(devices(phone).nth(1)).toContainText('Firefox 128 on Windows');

  // By keyboard: the focus must not be lost with the row.
  await other.getByRole('button', { name: 'End session: Safari 18 on iOS' }).focus();
  await laptop.keyboard.press('Enter');
  await expect(laptop.locator('app-devices-card li.outcome')).toHaveText(
    /^Session ended\. 1 connection closed in [\d.]+ m?s\./,
  );
  await expect(devices(laptop)).toHaveCount(1);
  await expect(laptop.getByText('No other devices are signed in.')).toBeVisible();
  await expect(laptop.getByRole('heading', { name: 'Your devices' })).toBeFocused();
  await expectOut(phone);
  await expectState(laptop, 'open');
});

test('a session that has already ended is reported and removed from the list', async ({ visitor }) => {
  const { laptop, phone } = await twoDevices(visitor);
  await phone.getByRole('button', { name: 'maggie' }).click();
  await phone.getByRole('menuitem', { name: 'Sign out' }).click();
  await expectOut(phone);
  await laptop.getByRole('button', { name: /^End session/ }).click();
  await expect(laptop.locator('app-devices-card li.outcome')).toHaveText('This session had already ended.');
  await expect(devices(laptop)).toHaveCount(1);
});

test('all other sessions can be ended at once, and the current one continues', async ({ visitor }) => {
  const { laptop, phone } = await twoDevices(visitor);
  const { page: another } = await visitor();
  await signIn(another, 'maggie');
  await laptop.getByRole('button', { name: 'End all other sessions' }).click();
  await expect(laptop.getByText(/^Other devices signed out\. 2 connections closed in/)).toBeVisible();
  await expect(devices(laptop)).toHaveCount(1);
  await expectOut(phone);
  await expectOut(another);
  await expectState(laptop, 'open');
});

test('signing out everywhere requires confirmation, and also ends the current session with the reason', async ({
  visitor,
}) => {
  const { laptop, phone } = await twoDevices(visitor);
  const everywhere = laptop.getByRole('button', { name: 'Sign out everywhere' });
  await everywhere.click();
  const question = laptop.getByRole('alertdialog', { name: 'Sign out everywhere?' });
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await laptop.keyboard.press('Enter');
  await expect(question).toHaveCount(0);
  await expect(everywhere).toBeFocused();
  await expectState(phone, 'open');

  await everywhere.click();
  await question.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(laptop.getByText('You’re signed out on all devices.')).toBeVisible();
  await expect(laptop).toHaveURL(/\/sign-in$/);
  await expectOut(phone);
});

test('after a password change the old password is rejected, the new one works, and other devices are signed out', async ({
  visitor,
}) => {
  const { laptop, phone } = await twoDevices(visitor);
  await changePassword(laptop, 'secret', 'a bear in the pantry');
  await expect(laptop.getByText(/^Password changed\. Other devices signed out\./)).toBeVisible();
  await expect(laptop.getByLabel('Current password')).toHaveValue('');
  await expect(laptop.getByLabel('New password')).toHaveValue('');
  await expect(devices(laptop)).toHaveCount(1);
  await expectState(laptop, 'open');

  await expectOut(phone);
  await submitSignIn(phone, 'maggie', 'secret');
  await expect(phone.getByRole('alert')).toContainText('Wrong user name or password.');
  await submitSignIn(phone, 'maggie', 'a bear in the pantry');
  await expectState(phone, 'open');
});

test('password errors are shown at the field and do not end the session', async ({ visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openSettings(page);
  const current = page.getByLabel('Current password');
  const fresh = page.getByLabel('New password');
  await expect(fresh).toHaveAccessibleDescription(/At least 8 characters/);

  await changePassword(page, 'not it', 'a bear in the pantry');
  await expect(current).toHaveAccessibleDescription('Wrong current password.');
  await expect(current).toBeFocused();

  await changePassword(page, 'secret', 'password1');
  await expect(fresh).toHaveAccessibleDescription(/too easy to guess/);
  await expect(fresh).toBeFocused();
  await expect(current).toHaveAccessibleDescription('');

  await changePassword(page, 'secret', 'short');
  await expect(fresh).toHaveAccessibleDescription('Use at least 8 characters.');
  await expectState(page, 'open');
});

test('the selected theme is kept after a reload', async ({ visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openSettings(page);
  const theme = page.getByRole('radiogroup', { name: 'Appearance' });
  await expect(theme.getByRole('radio', { name: 'System' })).toBeChecked();
  await theme.getByRole('radio', { name: 'System' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(theme.getByRole('radio', { name: 'Dark' })).toBeChecked();
  await expect(page.locator('html')).toHaveCSS('color-scheme', 'dark');
  await page.reload();
  await expect(theme.getByRole('radio', { name: 'Dark' })).toBeChecked();
  await expect(page.locator('html')).toHaveCSS('color-scheme', 'dark');
});
