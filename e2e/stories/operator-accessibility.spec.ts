import type { Locator, Page } from '@playwright/test';
import { expectNothingFound } from '../fixtures/axe.ts';
import { signIn } from '../fixtures/chat.ts';
import { expect, test } from '../fixtures/console.ts';

test.describe.configure({ mode: 'default' });

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
/** Both layouts and both themes with all rules. */
const looks = {
  whole: [
    { viewport: desktop, colorScheme: 'light' },
    { viewport: phone, colorScheme: 'dark' },
  ],
  colours: [
    { viewport: desktop, colorScheme: 'dark' },
    { viewport: phone, colorScheme: 'light' },
  ],
} as const;

const pages = [
  ['/admin', 'Overview'],
  ['/admin/refusals', 'Refusals'],
  ['/admin/refusals?by=reason', 'Refusals'],
  ['/admin/refusals?reason=at_capacity', 'Refusals'],
  ['/admin/receipts', 'Receipts'],
  ['/admin/receipts?code=000-000', 'Receipts'],
  ['/admin/connections', 'Connections'],
  ['/admin/connections?state=closed', 'Connections'],
  ['/admin/users', 'Users'],
  ['/admin/users?q=zzz', 'Users'],
  ['/admin/users/maggie', 'maggie'],
  ['/admin/users/unknown', 'unknown'],
  ['/admin/connections/unknown', 'Connection'],
  ['/admin/rooms', 'Rooms'],
  ['/admin/keys', 'API keys'],
  ['/admin/nodes', 'Nodes'],
  ['/admin/audit', 'Audit'],
] as const;

/** Waits until the page has loaded its data. */
async function expectLoaded(page: Page, heading: string): Promise<void> {
  await expect(page.getByRole('heading', { name: heading, level: 1 })).toBeVisible();
  await expect(page.locator('main .skeleton')).toHaveCount(0);
}

test('axe finds no violation on any page of the console, and nothing is wider than a phone', async ({ operator }) => {
  test.setTimeout(300_000);
  // Something to show on every page.
  await operator.evaluate(() => fetch('/api/ws_ticket'));
  for (const [path, heading] of pages) {
    await operator.evaluate((to) => {
      history.pushState({}, '', to);
      dispatchEvent(new PopStateEvent('popstate'));
    }, path);
    await expectLoaded(operator, heading);
    await operator.setViewportSize(phone);
    const overflow = await operator.evaluate(() => {
      const main = document.querySelector('main');
      return [document.documentElement.scrollWidth - innerWidth, (main?.scrollWidth ?? 0) - (main?.clientWidth ?? 0)];
    });
    expect(overflow, path).toEqual([0, 0]);
    await expectNothingFound(operator, looks);
    // The details of an entry.
    const entry = operator.locator('main summary').first();
    if ((await entry.count()) === 0) continue;
    await operator.setViewportSize(desktop);
    await entry.click();
    await expectNothingFound(operator, looks);
  }
});

/** The dialogs of the console: the page, the steps to the dialog, and for some what follows in it. */
const dialogs: readonly {
  readonly name: string;
  readonly path: string;
  readonly heading: string;
  readonly open: (page: Page) => Promise<void>;
  readonly next?: (dialog: Locator) => Promise<void>;
}[] = [
  { name: 'create a user', path: '/admin/users', heading: 'Users', open: (page) => press(page, 'Create user') },
  { name: 'change roles', path: '/admin/users/bart', heading: 'bart', open: (page) => press(page, 'Change roles') },
  {
    name: 'create a password link',
    path: '/admin/users/bart',
    heading: 'bart',
    open: (page) => press(page, 'New password link'),
    next: (dialog) => dialog.getByRole('button', { name: 'Create link' }).click(),
  },
  {
    name: 'end all sessions, with the proof',
    path: '/admin/users/bart',
    heading: 'bart',
    open: (page) => press(page, 'End all sessions'),
    next: async (dialog) => {
      await dialog.getByRole('button', { name: 'End all sessions' }).click();
      await expect(dialog.getByRole('status').filter({ hasText: 'Done.' })).toBeVisible();
    },
  },
  { name: 'disable a user', path: '/admin/users/bart', heading: 'bart', open: (page) => press(page, 'Disable') },
  {
    name: 'end a session',
    path: '/admin/users/lisa',
    heading: 'lisa',
    open: (page) => press(page, 'End session'),
  },
  {
    name: 'close a connection',
    path: '/admin/connections?user=lisa',
    heading: 'Connections',
    open: async (page) => {
      await page.getByRole('link', { name: 'lisa', exact: true }).first().click();
      await expectLoaded(page, 'Connection of lisa');
      await expectNothingFound(page, looks);
      await page.setViewportSize(desktop);
      await press(page, 'Close connection');
    },
  },
  {
    name: 'create an API key, which is shown',
    path: '/admin/keys',
    heading: 'API keys',
    open: (page) => press(page, 'Create key'),
    next: async (dialog) => {
      await dialog.getByLabel('Name').fill('axe');
      await dialog.getByLabel('Send messages to rooms').check();
      await dialog.getByRole('button', { name: 'Create key' }).click();
      await expect(dialog.getByLabel('API key', { exact: true })).toBeVisible();
    },
  },
  { name: 'revoke an API key', path: '/admin/keys', heading: 'API keys', open: (page) => press(page, 'Revoke axe') },
  ...(['Archive', 'Close room'] as const).map((name) => ({
    name: `${name.toLowerCase()}, from the menu of a room`,
    path: '/admin/rooms',
    heading: 'Rooms',
    open: async (page: Page) => {
      await page.getByRole('button', { name: /General/ }).click();
      await expect(page.getByRole('menu')).toBeVisible();
      await expectNothingFound(page, looks);
      await page.setViewportSize(desktop);
      await page.getByRole('menuitem', { name }).click();
    },
  })),
  {
    name: 'remove a message',
    path: '/admin/rooms',
    heading: 'Rooms',
    open: async (page) => {
      await page.getByRole('button', { name: /General/ }).click();
      await page.getByRole('menuitem', { name: /remove/i }).click();
    },
  },
];

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('main').getByRole('button', { name }).first().click();
}

test('axe finds no violation in any dialog of the console', async ({ operator, visit }) => {
  test.setTimeout(300_000);
  // A session that can be ended.
  await signIn(await visit(), 'bart');
  await signIn(await visit(), 'lisa');
  for (const { name, path, heading, open, next } of dialogs) {
    await test.step(name, async () => {
      await operator.evaluate((to) => {
        history.pushState({}, '', to);
        dispatchEvent(new PopStateEvent('popstate'));
      }, path);
      await expectLoaded(operator, heading);
      await open(operator);
      const dialog = operator.getByRole('dialog').or(operator.getByRole('alertdialog'));
      await expect(dialog).toBeVisible();
      for (const step of [undefined, ...(next === undefined ? [] : [next])]) {
        await step?.(dialog);
        await expectNothingFound(operator, looks);
      }
      await operator.setViewportSize(desktop);
      // A secret that is shown once is not closed with Escape.
      const done = dialog.getByRole('button', { name: 'Done' });
      if (await done.isVisible()) await done.click();
      else await operator.keyboard.press('Escape');
      await expect(dialog).toBeHidden();
    });
  }
});

test('the charts take the colors of the other theme at once, also with reduced motion', async ({ operator }) => {
  const chart = operator.locator('app-hour-chart').filter({ has: operator.locator('canvas') });
  /** The color of most lines of the chart, and the one that it should have. */
  const colors = () =>
    chart.first().evaluate((host) => {
      const canvas = host.querySelector('canvas');
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const counts = new Map<string, number>();
      for (let at = 0; at < pixels.length; at += 4) {
        if (pixels[at + 3] !== 255) continue;
        const color = `rgb(${[pixels[at], pixels[at + 1], pixels[at + 2]].join(', ')})`;
        counts.set(color, (counts.get(color) ?? 0) + 1);
      }
      const [most] = [...counts].toSorted(([, one], [, other]) => other - one);
      return { drawn: most?.[0], style: getComputedStyle(host).borderTopColor };
    });
  await expect(chart.first()).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    const { style: before } = await colors();
    await operator.emulateMedia({ colorScheme });
    if (colorScheme === 'dark') await expect.poll(async () => (await colors()).style).not.toBe(before);
    // New data would also repaint it, but only every 15 seconds.
    await expect
      .poll(
        async () => {
          const { drawn, style } = await colors();
          return drawn === style;
        },
        { timeout: 5_000 },
      )
      .toBe(true);
  }
});
