import type { Locator } from '@playwright/test';
import { composer, signIn } from '../fixtures/chat.ts';
import { addMember, createRoom, longTitle, roomEntries, roomEntry } from '../fixtures/rooms.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

for (const width of [390, 1440]) {
  test(`a list of rooms that is longer than the page scrolls above the account menu at ${width} px`, async ({
    usher,
    visitor,
  }) => {
    for (let n = 1; n <= 14; n++)
      await createRoom(usher.url, 'maggie', { room: `team-${n}`, title: `Team ${n}`, private: true });
    const { page } = await visitor({ viewport: { width, height: 480 } });
    await signIn(page, 'maggie');
    await expect(roomEntry(page, 'Team 14')).toBeAttached();
    await expect(page.getByRole('button', { name: 'Account: maggie' })).toBeInViewport({ ratio: 1 });
    await roomEntries(page).last().scrollIntoViewIfNeeded();
    await expect(roomEntries(page).last()).toBeInViewport({ ratio: 1 });
  });
}

for (const width of [320, 390, 1440]) {
  test(`a title of 80 characters hides nothing at ${width} px`, async ({ usher, visitor }) => {
    await createRoom(usher.url, 'maggie', { room: 'long', title: longTitle, private: true });
    await createRoom(usher.url, 'maggie', { room: 'release', title: 'Release planning 2026', private: true });
    await addMember(usher.url, 'maggie', 'long', 'bart');
    const bart = await HeadlessUser.connect(usher.url, 'bart', 'secret');
    await bart.send('random', 'and you, @maggie');
    await bart.send('long', 'and here, @maggie');
    const { page } = await visitor({ viewport: { width, height: 800 } });
    const isWhole = async (locator: Locator): Promise<void> => {
      await expect(locator).toBeInViewport({ ratio: 1 });
    };
    await signIn(page, 'maggie');
    for (const room of ['Random', longTitle]) {
      const badges = roomEntry(page, room).locator('.badge');
      await expect(badges).toHaveCount(2);
      for (const badge of await badges.all()) await isWhole(badge);
    }
    await page.getByRole('button', { name: 'Browse rooms' }).click();
    await isWhole(page.getByRole('button', { name: `Open ${longTitle}` }));
    await page.getByRole('button', { name: 'Close' }).click();

    for (const room of ['release', 'long']) {
      await page.goto(`/rooms/${room}`);
      await expect(composer(page)).toBeVisible();
      // One line: the placeholder names the room.
      expect((await composer(page).boundingBox())?.height).toBeLessThan(48);
      const menu = page.getByRole('button', { name: 'Room menu' });
      await isWhole(menu);
      await menu.click();
      await page.getByRole('menuitem', { name: 'Members' }).click();
      await expect(page.getByRole('dialog').getByRole('listitem').first()).toBeVisible();
      await isWhole(page.getByRole('button', { name: 'Close' }));
      await page.getByRole('button', { name: 'Close' }).click();
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
    await page.goto('/search?q=here');
    await expect(page.getByRole('main').getByRole('link', { name: /bart/ })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    bart.disconnect();
  });
}
