import type { Page } from '@playwright/test';
import {
  expectSent,
  maggieAndBart,
  expectState,
  messages,
  messageWith,
  openRoom,
  sendMessage,
  sequences,
  signIn,
} from '../fixtures/chat.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

test('after a connection loss the page shows it, queues messages and sends them once after the reconnect', async ({
  usher,
  visitor,
}) => {
  const { maggie, bart } = await maggieAndBart(visitor);
  await sendMessage(maggie, 'before');
  await expect(messageWith(bart, 'before')).toHaveCount(1);

  usher.relay.disconnect();
  await expect(maggie.getByText(/Retrying in \d+ s/).first()).toBeVisible();
  await sendMessage(maggie, 'typed without a network, first');
  await sendMessage(maggie, 'typed without a network, second');
  await expect(messageWith(maggie, 'typed without')).toHaveCount(2);
  await expect(messageWith(maggie, 'second')).not.toHaveAttribute('data-status', 'sent');

  // On request it retries at once, and shows the time of the next attempt.
  const tried = maggie.waitForRequest('**/api/ws_ticket');
  await maggie.getByRole('button', { name: 'Retry now' }).click();
  await tried;
  await expectState(maggie, 'backoff');
  usher.relay.reconnect();
  await expectSent(maggie, 'typed without a network, first');
  await expectSent(maggie, 'typed without a network, second');
  await expect(messages(bart)).toHaveCount(3);
  expect(await sequences(bart)).toEqual([1, 2, 3]);
  expect(await sequences(maggie)).toEqual([1, 2, 3]);
  await expect(messages(bart).last()).toContainText('second');
});

test('when the browser goes offline the page shows it and reconnects automatically', async ({ usher, visitor }) => {
  const { page, context } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await context.setOffline(true);
  usher.relay.cutConnections();
  await expect(page.getByText(/you’re offline/i).first()).toBeVisible();
  await sendMessage(page, 'written offline');
  await context.setOffline(false);
  await expectState(page, 'open');
  await expectSent(page, 'written offline');
});

/** Waits until the lazy parts of the app are loaded: the last of them is the Markdown parser. */
async function preloaded(page: Page): Promise<void> {
  const loaded = (): Promise<number> =>
    page.evaluate(
      () => performance.getEntriesByType('resource').filter(({ name }) => /chunk-.*\.js/.test(name)).length,
    );
  let before = 0;
  await expect
    .poll(
      async () => {
        const now = await loaded();
        const isStable = now > 20 && now === before;
        before = now;
        return isStable;
      },
      { intervals: [1_500] },
    )
    .toBe(true);
}

test('lazy parts open offline, because they were preloaded', async ({ usher, visitor }) => {
  const { page, context } = await visitor();
  await signIn(page, 'maggie');
  await preloaded(page);
  await context.setOffline(true);
  usher.relay.disconnect();
  await page.getByRole('link', { name: 'Search messages' }).click();
  await expect(page.getByRole('heading', { name: 'Search', level: 1 })).toBeVisible();
  await page.getByRole('link', { name: /^Connection/ }).click();
  await expect(page.getByRole('heading', { name: 'Connection', level: 1 })).toBeVisible();
  await page.getByRole('button', { name: 'Create a room' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Room' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'maggie' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await expect(page.locator('app-load-notice p')).toHaveCount(0);
});

test('a part that is not loaded reports that the device is offline, and opens when it is online again', async ({
  visitor,
}) => {
  const { page, context } = await visitor();
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  await signIn(page, 'maggie');
  await context.setOffline(true);
  await page.getByRole('link', { name: 'Search messages' }).click();
  await expect(page.getByText('You’re offline. Try again when you’re back online.')).toBeVisible();
  await page.getByRole('button', { name: 'Create a room' }).click();
  await context.setOffline(false);
  await expect(page.locator('app-load-notice p')).toHaveCount(0);
});

test('after a new deployment, a part that no longer exists offers to reload', async ({ visitor }) => {
  const { page } = await visitor();
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  await signIn(page, 'maggie');
  // The files of this build are gone, and the page names those of the next one.
  await page.route(/\/chunk-[\w-]+\.js$/, (route) => route.fulfill({ status: 404 }));
  await page.route('**/index.html', async (route) => {
    const original = await route.fetch();
    await route.fulfill({
      response: original,
      body: (await original.text()).replaceAll(/main-[\w-]{8}/g, 'main-NEXT0000'),
    });
  });
  await page.getByRole('link', { name: 'Search messages' }).click();
  await expect(page.getByText('Usher was updated.')).toBeVisible();
  await page.unrouteAll();
  const reloaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Reload' }).click();
  await reloaded;
  await page.getByRole('link', { name: 'Search messages' }).click();
  await expect(page.getByRole('heading', { name: 'Search', level: 1 })).toBeVisible();
});

test('without a network, the connection page names the cause and shows no old round trip', async ({
  usher,
  visitor,
}) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await page.getByRole('link', { name: /^Connection/ }).click();
  const figure = page.locator('app-round-trip-card .figure');
  await expect(figure).toHaveText(/ms$/);
  usher.relay.disconnect();
  await expect(page.getByText('unreachable')).toBeVisible();
  await expect(page.locator('[data-step="blocked"]')).toHaveCount(1);
  await expect(figure).toHaveText('–');
});

test('every socket is opened with a different ticket', async ({ usher, visitor }) => {
  const { page, context } = await visitor();
  const issued: string[] = [];
  const dialled: string[] = [];
  context.on('response', (response) => {
    if (new URL(response.url()).pathname === '/api/ws_ticket') issued.push(response.url());
  });
  page.on('websocket', (socket) => {
    dialled.push(new URL(socket.url()).searchParams.get('ticket') ?? '');
  });
  await signIn(page, 'maggie');
  for (let cuts = 1; cuts <= 4; cuts += 1) {
    usher.relay.cutConnections();
    await expect.poll(() => dialled.length).toBeGreaterThanOrEqual(cuts + 1);
    await expectState(page, 'open');
  }
  expect(dialled.every((ticket) => /^[\w-]{43}$/.test(ticket))).toBe(true);
  expect(new Set(dialled).size).toBe(dialled.length);
  expect(issued.length).toBeGreaterThanOrEqual(dialled.length);
});

test('messages sent during a disconnect appear after the reconnect, once and in order', async ({ usher, visitor }) => {
  const { page: maggie } = await visitor();
  await signIn(maggie, 'maggie');
  await openRoom(maggie, 'General');
  await sendMessage(maggie, 'one');
  await expectSent(maggie, 'one');
  usher.relay.disconnect();
  // Bart connects to the same server directly.
  const bart = await HeadlessUser.connect(usher.direct, 'bart', 'secret');
  for (const text of ['two', 'three', 'four']) await bart.send('general', text);
  bart.disconnect();
  usher.relay.reconnect();
  await expect(messages(maggie)).toHaveCount(4);
  expect(await sequences(maggie)).toEqual([1, 2, 3, 4]);
});

test('a killed and restarted server loses and duplicates no message', async ({ usher, visitor }) => {
  const { maggie, bart } = await maggieAndBart(visitor);
  await sendMessage(maggie, 'sent before the crash');
  await expect(messageWith(bart, 'sent before')).toHaveCount(1);

  await usher.kill();
  await expectState(maggie, /backoff|ticket|connecting/);
  await sendMessage(maggie, 'sent while it was down');
  await usher.start();

  await expectSent(maggie, 'sent while it was down');
  await expect(messages(bart)).toHaveCount(2);
  expect(await sequences(bart)).toEqual([1, 2]);
  expect(await sequences(maggie)).toEqual([1, 2]);
});

test('a graceful restart exits with code 0, and all users reconnect', async ({ usher, visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  const code = await usher.stop();
  expect(code).toBe(0);
  await usher.start();
  await expectState(page, 'open');
  await sendMessage(page, 'still here');
  await expectSent(page, 'still here');
});
