import type { Page } from '@playwright/test';
import { tokenOf } from '../fixtures/calls.ts';
import { expectState, signIn } from '../fixtures/chat.ts';
import { expect, expectConnected, goTo, openConsole, test } from '../fixtures/console.ts';

test.describe.configure({ mode: 'default' });

test('the refusals are filtered and a connection is closed with the keyboard alone', async ({ operator, visit }) => {
  const bart = await visit();
  await signIn(bart, 'bart');
  await operator.evaluate(() => fetch('/api/ws_ticket'));
  await goTo(operator, 'Refusals');
  await expect(operator.getByRole('heading', { level: 1 })).toBeFocused();
  await pressUntilFocused(operator, operator.getByLabel('Reason', { exact: true }));
  await operator.keyboard.type('Missing token');
  await expect(operator).toHaveURL(/reason=missing_token/);
  const refusal = operator.locator('summary').first();
  await expect(refusal).toContainText('Missing token');
  await pressUntilFocused(operator, refusal);
  await operator.keyboard.press('Enter');
  await expect(operator.getByText('The ticket call had no Authorization header.').last()).toBeVisible();

  await goTo(operator, 'Connections');
  const link = operator.getByRole('link', { name: 'bart', exact: true }).first();
  await pressUntilFocused(operator, link);
  await operator.keyboard.press('Enter');
  const close = operator.getByRole('button', { name: 'Close connection' });
  await pressUntilFocused(operator, close);
  await operator.keyboard.press('Enter');
  // The dialog starts on the button that cancels.
  await expect(operator.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await operator.keyboard.press('Tab');
  await operator.keyboard.press('Enter');
  await expect(operator.getByRole('alertdialog')).toContainText('1 connection closed.');
  await expect(operator.getByRole('alertdialog').getByRole('button', { name: 'Close' })).toBeFocused();
  await operator.keyboard.press('Enter');
  await expectState(bart, 'stopped');
});

test('a filter is part of the URL: it can be shared, and Back returns to the previous one', async ({ operator }) => {
  await goTo(operator, 'Users');
  await operator.getByLabel('Name begins with').fill('ma');
  await operator.keyboard.press('Enter');
  await expect(operator).toHaveURL(/\/admin\/users\?q=ma$/);
  await expect(operator.getByRole('link', { name: 'maggie' })).toBeVisible();
  await expect(operator.getByRole('link', { name: 'bart' })).toHaveCount(0);
  await operator.goBack();
  await expect(operator.getByRole('link', { name: 'bart' })).toBeVisible();
  await expect(operator.getByLabel('Name begins with')).toHaveValue('');
  await operator.goto('/admin/users?q=ma');
  await expectConnected(operator);
  await expect(operator.getByRole('link', { name: 'bart' })).toHaveCount(0);
});

test('the account menu leads operators to the console', async ({ visit }) => {
  const page = await visit();
  await signIn(page, 'admin');
  await page.getByRole('button', { name: /account/i }).click();
  await page.getByRole('menuitem', { name: 'Operator console' }).click();
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
  await expectConnected(page);
  await page.getByRole('link', { name: 'Back to chat' }).first().click();
  await expectState(page, 'open');
});

test('a user without the role admin gets no console: neither the page, nor the socket, nor the calls', async ({
  shared,
  visit,
}) => {
  const page = await visit();
  await signIn(page, 'maggie');
  await page.getByRole('button', { name: /account/i }).click();
  await expect(page.getByRole('menuitem', { name: 'Settings' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Operator console' })).toHaveCount(0);
  await page.goto('/admin/users');
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();

  const authorization = `Bearer ${await tokenOf(shared.url, 'maggie')}`;
  for (const path of ['overview', 'refusals', 'connections', 'users', 'rooms', 'keys', 'nodes', 'audit']) {
    const response = await fetch(`${shared.url}/api/admin/${path}`, { headers: { authorization } });
    expect(response.status, path).toBe(403);
  }
  const { ticket } = (await (await fetch(`${shared.url}/api/ws_ticket`, { headers: { authorization } })).json()) as {
    readonly ticket: string;
  };
  const socket = new WebSocket(`${shared.url.replace('http', 'ws')}/api/ws?ticket=${ticket}`, 'usher.operator.v1');
  const opened = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => {
      resolve(true);
    });
    socket.addEventListener('close', () => {
      resolve(false);
    });
  });
  expect(opened).toBe(false);
});

/** Presses Tab until an element has the focus. */
async function pressUntilFocused(page: Page, element: ReturnType<Page['locator']>): Promise<void> {
  await expect(element).toBeVisible();
  for (let presses = 0; presses < 60; presses += 1) {
    if (await element.evaluate((each) => each === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  await expect(element).toBeFocused();
}

test('the console closes its socket when it is left, and a session of another user opens none', async ({ visit }) => {
  const page = await visit();
  const sockets: string[] = [];
  page.on('websocket', (socket) => {
    sockets.push('opened');
    socket.on('close', () => sockets.push('closed'));
  });
  await openConsole(page);
  expect(sockets).toEqual(['opened']);
  await page.getByRole('link', { name: 'Back to chat' }).first().click();
  await expectState(page, 'open');
  await expect(() => {
    expect(sockets.toSorted()).toEqual(['closed', 'opened', 'opened']);
  }).toPass();
});
