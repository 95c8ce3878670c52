import type { Locator, Page } from '@playwright/test';
import { expectNothingFound } from '../fixtures/axe.ts';
import { composer, expectSent, expectState, maggieAndBart, messages, messageWith, signIn } from '../fixtures/chat.ts';
import { recordNotifications, notificationsOf } from '../fixtures/notifications.ts';
import { setHidden, roomEntry, createRoom } from '../fixtures/rooms.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

const viewport = { width: 390, height: 844 };
const phone = { viewport, hasTouch: true, isMobile: true, reducedMotion: 'reduce' } as const;

/** Expects no axe violation in the current state, in light and dark. */
async function expectAccessible(page: Page): Promise<void> {
  await expectNothingFound(page, {
    whole: [{ viewport, colorScheme: 'dark' }],
    colours: [{ viewport, colorScheme: 'light' }],
  });
}

function button(within: Page | Locator, name: string): Locator {
  return within.getByRole('button', { name, exact: true });
}

async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await button(page, 'Send').tap();
}

async function backToRooms(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Back to rooms' }).tap();
}

async function openMenuOf(page: Page, text: string): Promise<void> {
  await button(messageWith(page, text), 'Message actions').tap();
  await expect(page.getByRole('menu')).toBeVisible();
}

test('a conversation on two phones shows presence, typing, an edit, a deletion and a message sent after a connection loss', async ({
  usher,
  visitor,
}) => {
  const { maggie, bart } = await maggieAndBart(() => visitor(phone));
  await button(maggie, '2 people here').tap();
  const here = maggie.getByRole('group', { name: 'Here now' });
  await expect(here.getByRole('listitem')).toHaveText([/bart/, /maggie/]);
  await composer(bart).pressSequentially('well');
  await expect(maggie.getByText('bart is typing…')).toBeVisible();
  await expectAccessible(maggie);
  await maggie.getByRole('heading', { level: 1 }).tap();
  await expect(here).toBeHidden();
  await button(bart, 'Send').tap();
  await expect(messageWith(maggie, 'well')).toHaveCount(1);
  await expect(maggie.getByText('bart is typing…')).toHaveCount(0);

  await write(maggie, 'Helo Bart');
  await expectSent(maggie, 'Helo Bart');
  await openMenuOf(maggie, 'Helo Bart');
  await expectAccessible(maggie);
  await maggie.getByRole('menuitem', { name: 'Edit' }).tap();
  await expect(composer(maggie)).toHaveValue('Helo Bart');
  await expectAccessible(maggie);
  await composer(maggie).fill('Hello Bart');
  await button(maggie, 'Save').tap();
  await expect(messageWith(bart, 'Hello Bart')).toContainText('(edited)');

  await write(maggie, 'not for long');
  await expectSent(maggie, 'not for long');
  await openMenuOf(maggie, 'not for long');
  await maggie.getByRole('menuitem', { name: 'Delete' }).tap();
  await expectAccessible(maggie);
  await button(maggie.getByRole('alertdialog'), 'Delete').tap();
  for (const page of [maggie, bart]) {
    await expect(messageWith(page, 'Message deleted')).toHaveCount(1);
    await expect(messageWith(page, 'not for long')).toHaveCount(0);
  }

  usher.relay.disconnect();
  await expectState(maggie, /backoff|ticket/);
  await write(maggie, 'written in the tunnel');
  await expect(messageWith(maggie, 'written in the tunnel')).toHaveAttribute('data-status', 'waiting');
  await maggie.goto('about:blank');
  usher.relay.reconnect();
  await maggie.goto('/rooms/general');
  await expectSent(maggie, 'written in the tunnel');
  await expect(messageWith(bart, 'written in the tunnel')).toHaveCount(1);
  await expect(messages(bart)).toHaveCount(4);
});

test('multi-line messages can be sent on a phone, and the last one is fully visible', async ({ visitor }) => {
  const { page } = await visitor(phone);
  await signIn(page, 'maggie');
  await page.goto('/rooms/general');
  const texts = Array.from(
    { length: 12 },
    (_, n) => `${n}: longer than the field is wide, so that it grows, and is small again`,
  );
  for (const text of texts) await write(page, text);
  for (const text of texts.slice(-2)) await expectSent(page, text);
  await expect(messages(page).last()).toBeInViewport({ ratio: 1 });
  await expect(button(page, 'Jump to latest')).toHaveCount(0);
});

test('Enter breaks the line on a phone, and the button sends both lines', async ({ visitor }) => {
  const { maggie, bart } = await maggieAndBart(() => visitor(phone));
  await expect(composer(maggie)).toHaveAttribute('enterkeyhint', 'enter');
  await expect(composer(maggie)).toHaveAccessibleDescription('Enter for a new line · Send button to send');
  await composer(maggie).pressSequentially('first');
  await composer(maggie).press('Enter');
  await composer(maggie).pressSequentially('second');
  await expect(composer(maggie)).toHaveValue('first\nsecond');
  await expect(messages(maggie)).toHaveCount(0);
  await button(maggie, 'Send').tap();
  await expectSent(maggie, 'first');
  expect(await messageWith(bart, 'first').innerText()).toContain('first\nsecond');
});

test('on phones a public room can be browsed, joined and left, and members can be added to and removed from a private room', async ({
  usher,
  visitor,
}) => {
  await createRoom(usher.url, 'lisa', { room: 'skateboards', title: 'Skateboards' });
  const { page: maggie } = await visitor(phone);
  const { page: bart } = await visitor(phone);
  await signIn(maggie, 'maggie');
  await signIn(bart, 'bart');

  await button(bart, 'Browse rooms').tap();
  await expect(button(bart, 'Join Skateboards')).toBeVisible();
  await expectAccessible(bart);
  await button(bart, 'Join Skateboards').tap();
  await expect(composer(bart)).toBeVisible();
  await button(bart, 'Room menu').tap();
  await bart.getByRole('menuitem', { name: 'Leave room' }).tap();
  await expect(roomEntry(bart, 'General')).toBeVisible();
  await expect(roomEntry(bart, 'Skateboards')).toHaveCount(0);

  await button(maggie, 'Create a room').tap();
  await maggie.getByLabel('Title').fill('Secret plans');
  await maggie.getByRole('checkbox', { name: /Private/ }).tap();
  await expectAccessible(maggie);
  await button(maggie, 'Create room').tap();
  const members = maggie.getByRole('dialog', { name: 'Members of Secret plans' });
  const barts = members.getByRole('listitem').filter({ hasText: 'bart' });
  await members.getByLabel('Add people').fill('bart');
  await button(members, 'Add').tap();
  await expect(barts).toContainText('online');
  await expectAccessible(maggie);
  await button(members, 'Close').tap();
  await write(maggie, 'this is private, @bart');

  await expect(roomEntry(bart, 'Secret plans')).toHaveAccessibleName(/1 mention of you 1 unread message$/);
  await expectAccessible(bart);
  await roomEntry(bart, 'Secret plans').tap();
  await expect(messageWith(bart, 'this is private')).toBeVisible();
  await expect(bart.getByText('New messages')).toBeVisible();
  await backToRooms(bart);
  await expect(roomEntry(bart, 'Secret plans')).toHaveAccessibleName(/^Secret plans \(private\)$/i);
  await roomEntry(bart, 'Secret plans').tap();

  await button(maggie, 'Room menu').tap();
  await maggie.getByRole('menuitem', { name: 'Members' }).tap();
  await button(barts, 'Remove bart').tap();
  await expectAccessible(maggie);
  await button(maggie.getByRole('alertdialog'), 'Remove').tap();
  await expect(barts).toHaveCount(0);
  await expect(bart.getByRole('heading', { name: 'You’re no longer in this room' })).toBeVisible();
  await expectAccessible(bart);
  await bart.getByRole('link', { name: 'Back to rooms', exact: true }).last().tap();
  await expect(roomEntry(bart, 'General')).toBeVisible();
  await expect(roomEntry(bart, 'Secret plans')).toHaveCount(0);
});

test('rooms, messages and mentions can be found on a phone', async ({ usher, visitor }) => {
  const { page, context } = await visitor(phone);
  await recordNotifications(context);
  await signIn(page, 'maggie');
  await expect(roomEntry(page, 'General')).toBeVisible();
  const bart = await HeadlessUser.connect(usher.url, 'bart', 'secret');
  await bart.send('random', 'the Krusty Burger opens at noon');

  await setHidden(page, true);
  await bart.send('general', 'are you there, @maggie?');
  await expect(page.getByText('You were mentioned while you were away.')).toBeVisible();
  await setHidden(page, false);
  await expectAccessible(page);
  await button(page, 'Turn on').tap();
  await expect(page.getByText('You were mentioned while you were away.')).toHaveCount(0);
  await setHidden(page, true);
  await bart.send('general', 'and now, @maggie?');
  await expect.poll(() => notificationsOf(page)).toEqual([{ title: 'bart in General', body: 'and now, @maggie?' }]);
  await setHidden(page, false);

  await button(page, 'Jump to…').tap();
  await page.getByRole('combobox', { name: 'Room' }).fill('gen');
  await expectAccessible(page);
  await page.getByRole('option', { name: 'General' }).tap();
  await expect(messageWith(page, 'and now')).toBeVisible();
  await backToRooms(page);

  await page.getByRole('link', { name: 'Search messages' }).tap();
  await page.getByRole('searchbox', { name: 'Search messages' }).fill('burger');
  await button(page, 'Search').tap();
  await expect(page.locator('mark')).toHaveText('Burger');
  await expectAccessible(page);
  await page.getByRole('main').getByRole('link', { name: /bart/ }).tap();
  await expect(messageWith(page, 'Krusty Burger')).toHaveClass(/hit/);
  await expectAccessible(page);
  bart.disconnect();
});
