import type { Page } from '@playwright/test';
import { expectSent, messageWith, openRoom, sendMessage, signIn } from '../fixtures/chat.ts';
import { addMember, roomEntry, longTitle, createRoom } from '../fixtures/rooms.ts';
import { expect, test } from '../fixtures/test.ts';
import { converse, looks, shooter } from './scene.ts';

/** Features of rooms and messages besides reading and writing. */
for (const { name, ...look } of looks) {
  test(`screenshots of features: ${name}`, async ({ usher, visitor }) => {
    await createRooms(usher.direct);
    const { lisa, bart } = await converse(usher.direct);
    const { page } = await visitor({ ...look, reducedMotion: 'reduce' });
    const shoot = shooter(page, name);
    await lisa.send('release-party', 'A question from the band: do they need a ticket too?');
    await bart.send('release-party', 'Everyone needs a ticket. That is the whole idea.');
    await signIn(page, 'maggie');
    await bart.send('random', 'Who left the tram ticket on the printer?');
    await bart.send('random', 'It is stamped already, @maggie');
    await expect(roomEntry(page, 'Random')).toHaveAccessibleName(/1 mention of you/);
    await page.getByRole('button', { name: 'Browse rooms' }).click();
    await expect(page.getByRole('button', { name: 'Join Skateboards' })).toBeVisible();
    await shoot('browse');
    await page.getByRole('button', { name: 'Close' }).click();

    await openRoom(page, 'Release party');
    await expect(messageWith(page, 'the whole idea')).toBeVisible();
    await page.getByRole('button', { name: 'Room menu' }).click();
    await page.getByRole('menuitem', { name: 'Members' }).click();
    await expect(page.getByRole('button', { name: 'Remove lisa' })).toBeVisible();
    await shoot('members');
    await page.getByRole('button', { name: 'Close' }).click();

    await page.goto('/rooms/general');
    await expect(messageWith(page, 'JWT in the URL')).toBeVisible();
    await sendMessage(page, 'Thank you! Thursday at ten, in the smal room.', 'Control+Enter');
    await expectSent(page, 'Thank you!');
    lisa.signalTyping('general');
    await expect(page.getByText('lisa is typing…')).toBeVisible();
    await shoot('typing');
    await edit(page, 'in the smal room');
    await shoot('editing');

    if (!look.hasTouch) {
      await page.goto('/rooms/general');
      await expect(messageWith(page, 'in the smal room')).toBeVisible();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Room' }).fill('r');
      await expect(page.getByRole('option', { selected: true })).toBeVisible();
      await shoot('switcher');
    }

    await page.goto('/search?q=ticket');
    await expect(page.locator('mark').first()).toBeVisible();
    await shoot('search');
    for (const person of [lisa, bart]) person.disconnect();
  });
}

/** Rooms that Maggie has joined, and some that she has not. */
async function createRooms(url: string): Promise<void> {
  await createRoom(url, 'maggie', { room: 'release-party', title: 'Release party', private: true });
  for (const user of ['bart', 'lisa', 'admin']) await addMember(url, 'maggie', 'release-party', user);
  await createRoom(url, 'maggie', { room: 'long', title: longTitle, private: true });
  await createRoom(url, 'bart', { room: 'skateboards', title: 'Skateboards' });
  await createRoom(url, 'lisa', { room: 'reading-circle', title: 'Reading circle' });
}

async function edit(page: Page, text: string): Promise<void> {
  await messageWith(page, text).hover();
  await messageWith(page, text).getByRole('button', { name: 'Message actions' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await expect(page.getByText('Editing message')).toBeVisible();
}
