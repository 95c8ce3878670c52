import type { Locator, Page } from '@playwright/test';
import {
  composer,
  expectSent,
  expectState,
  maggieAndBart,
  messages,
  messageWith,
  openRoom,
  sendMessage,
  signIn,
} from '../fixtures/chat.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

/** Selects an item in the menu of a message. */
async function choose(page: Page, message: Locator, item: string): Promise<void> {
  await message.hover();
  await message.getByRole('button', { name: 'Message actions' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

test('Markdown is rendered, and HTML is not', async ({ visitor }) => {
  const { maggie, bart } = await maggieAndBart(visitor);
  await maggie.evaluate(() => {
    Reflect.set(globalThis, 'alert', () => {
      document.body.append('broken in');
    });
  });
  await sendMessage(maggie, '**bold** `code` https://example.org/a_b [words](https://example.org) @bart');
  const message = messageWith(bart, 'bold');
  await expect(message.locator('strong')).toHaveText('bold');
  await expect(message.locator('code')).toHaveText('code');
  await expect(message.locator('.mention.own')).toHaveText('@bart');
  const links = message.getByRole('link');
  await expect(links).toHaveCount(2);
  for (const link of await links.all()) {
    await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow');
    await expect(link).toHaveAttribute('target', '_blank');
  }
  const hostile = [
    '<img src=x onerror=alert(1)> **x**',
    '<script>alert(1)</script> **x**',
    '[x](javascript:alert(1)) <svg onload=alert(1)>',
    '![x](https://example.org/x.png) **x**',
  ];
  for (const text of hostile) await sendMessage(maggie, text);
  await expect(messages(bart)).toHaveCount(1 + hostile.length);
  for (const page of [maggie, bart]) {
    await expect(page.locator('li img, li script, li svg[onload], a[href^="javascript"]')).toHaveCount(0);
    await expect(page.getByText('broken in')).toHaveCount(0);
  }
});

test('edits and deletions of a message appear in another browser', async ({ visitor }) => {
  const { maggie, bart } = await maggieAndBart(visitor);
  await sendMessage(maggie, 'Helo Bart');
  await expectSent(maggie, 'Helo Bart');
  await sendMessage(maggie, 'not for long');
  await expectSent(maggie, 'not for long');

  await composer(maggie).press('ArrowUp');
  await expect(composer(maggie)).toHaveValue('not for long');
  await composer(maggie).press('Escape');
  await expect(composer(maggie)).toHaveValue('');

  await choose(maggie, messageWith(maggie, 'Helo Bart'), 'Edit');
  await expect(composer(maggie)).toHaveValue('Helo Bart');
  await composer(maggie).fill('Hello Bart');
  await composer(maggie).press('Enter');
  for (const page of [maggie, bart]) {
    await expect(messageWith(page, 'Hello Bart')).toContainText('(edited)');
    await expect(messages(page)).toHaveCount(2);
  }
  await expectSent(maggie, 'Hello Bart');

  await choose(maggie, messageWith(maggie, 'not for long'), 'Delete');
  await maggie.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  for (const page of [maggie, bart]) {
    await expect(messageWith(page, 'Message deleted')).toHaveCount(1);
    await expect(messageWith(page, 'not for long')).toHaveCount(0);
  }

  await bart.reload();
  await expect(messageWith(bart, 'Hello Bart')).toContainText('(edited)');
  await expect(messageWith(bart, 'Message deleted')).toHaveCount(1);
  await expect(messages(bart)).toHaveCount(2);
});

test('read markers apply to every device, and the divider of new messages is at the last read position', async ({
  usher,
  visitor,
}) => {
  const bart = await HeadlessUser.connect(usher.direct, 'bart', 'secret');
  await bart.send('general', 'seen');
  const { page, context } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await expect(messageWith(page, 'seen')).toBeVisible();
  const read = page.getByRole('link', { name: /^General$/ });
  await expect(read).toBeVisible();
  await page.goto('/settings');
  for (const text of ['missed one', 'missed two']) await bart.send('general', text);
  bart.disconnect();

  await page.goto('/rooms/general');
  await expect(messageWith(page, 'missed two')).toBeVisible();
  const rows = page.getByRole('log').locator('ol > li');
  await expect(rows.filter({ hasText: 'New messages' })).toHaveCount(1);
  await expect(rows.filter({ hasText: /New messages|missed one/ }).first()).toHaveText('New messages');

  const other = await context.newPage();
  await other.goto('/');
  await expectState(other, 'open');
  await expect(other.getByText('unread')).toHaveCount(0);
  await openRoom(other, 'General');
  await expect(messageWith(other, 'missed two')).toBeVisible();
  await expect(other.getByText('New messages')).toHaveCount(0);
});

test('the message menu restores the focus', async ({ visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  for (const text of ['one', 'two']) await sendMessage(page, text);
  await expectSent(page, 'two');
  // All messages are one tab stop; arrow keys move between them.
  await composer(page).press('Shift+Tab');
  const more = messages(page).getByRole('button', { name: 'Message actions' });
  await expect(more.last()).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(more.first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem').first()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(more.first()).toBeFocused();
  await page.keyboard.press('Enter');
  // Wait until the menu is open: it takes the focus only then.
  await expect(page.getByRole('menuitem').first()).toBeFocused();
  await page.getByRole('menuitem', { name: 'Edit' }).press('Enter');
  await expect(composer(page)).toBeFocused();
  await expect(composer(page)).toHaveValue('one');
});

test('the menu offers no edit or delete for messages of other users', async ({ visitor }) => {
  const { maggie, bart } = await maggieAndBart(visitor);
  await sendMessage(maggie, 'mine');
  await messageWith(bart, 'mine').hover();
  await messageWith(bart, 'mine').getByRole('button', { name: 'Message actions' }).click();
  await expect(bart.getByRole('menuitem')).toHaveText(['Copy text']);
});

test('mentions and emoji can be inserted by keyboard', async ({ visitor }) => {
  const { maggie, bart } = await maggieAndBart(visitor);
  await sendMessage(bart, 'hello');
  await expect(messageWith(maggie, 'hello')).toHaveCount(1);
  await composer(maggie).pressSequentially('hello @b');
  await expect(maggie.getByRole('option', { name: 'bart' })).toHaveAttribute('aria-selected', 'true');
  await composer(maggie).press('Enter');
  await expect(composer(maggie)).toHaveValue('hello @bart ');
  await composer(maggie).pressSequentially(':smil');
  await expect(maggie.getByRole('option').first()).toBeVisible();
  await composer(maggie).press('ArrowDown');
  await composer(maggie).press('ArrowUp');
  await composer(maggie).press('Tab');
  await expect(composer(maggie)).toHaveValue(/^hello @bart \p{Extended_Pictographic}\uFE0F? $/u);
  await composer(maggie).press('Enter');
  await expect(messageWith(bart, 'hello @bart').locator('.mention.own')).toHaveText('@bart');
});

test('highlights a name only if its user is notified', async ({ usher, visitor }) => {
  const lisa = await HeadlessUser.connect(usher.direct, 'lisa', 'secret');
  await lisa.send('general', 'hello');
  lisa.disconnect();
  const { maggie, bart } = await maggieAndBart(visitor);
  await sendMessage(maggie, '@everyone, @here and @missing: ask @bart or @lisa');
  // lisa is a member, but not present.
  await expect(messageWith(maggie, 'everyone').locator('.mention')).toHaveText(['@bart', '@lisa']);
  await expect(messageWith(bart, 'everyone').locator('.mention')).toHaveText(['@bart', '@lisa']);
  await expect(messageWith(bart, 'everyone').locator('.mention.own')).toHaveText('@bart');
  await expect(messageWith(bart, 'everyone')).toContainText('@everyone, @here and @missing: ask @bart or @lisa');
});

test('presence and typing are shown without a layout shift', async ({ visitor }) => {
  const { maggie, bart } = await maggieAndBart(visitor);
  await expect(maggie.getByRole('button', { name: '2 people here' })).toBeVisible();
  await sendMessage(maggie, 'hello');
  await expect(messageWith(bart, 'hello')).toHaveCount(1);
  const before = await messageWith(maggie, 'hello').boundingBox();
  await composer(bart).pressSequentially('well');
  await expect(maggie.getByText('bart is typing…')).toBeVisible();
  expect(await messageWith(maggie, 'hello').boundingBox()).toEqual(before);
  await composer(bart).press('Enter');
  await expect(messageWith(maggie, 'well')).toHaveCount(1);
  await expect(maggie.getByText('bart is typing…')).toHaveCount(0);
});

test('an offline message survives a reload, can be edited, and is sent once', async ({ usher, visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await sendMessage(page, 'sent before');
  await expectSent(page, 'sent before');
  usher.relay.disconnect();
  await expectState(page, /backoff|ticket/);
  await sendMessage(page, 'written in the tunnel');
  await composer(page).press('ArrowUp');
  await expect(composer(page)).toHaveValue('written in the tunnel');
  await composer(page).fill('changed in the tunnel');
  await composer(page).press('Enter');
  await choose(page, messageWith(page, 'sent before'), 'Edit');
  await composer(page).fill('edited in the tunnel');
  await composer(page).press('Enter');
  await expect(messageWith(page, 'changed in the tunnel')).toHaveAttribute('data-status', 'waiting');
  await expect(messageWith(page, 'edited in the tunnel')).toHaveAttribute('data-status', 'waiting');
  await page.goto('about:blank');
  usher.relay.reconnect();
  await page.goto('/rooms/general');
  await expectSent(page, 'changed in the tunnel');
  await expectSent(page, 'edited in the tunnel');
  await expect(messages(page)).toHaveCount(2);
});
