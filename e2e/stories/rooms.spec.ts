import { composer, expectState, messageWith, openRoom, sendMessage, signIn } from '../fixtures/chat.ts';
import { addMember, createRoom, removeMember, roomEntries, roomEntry } from '../fixtures/rooms.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

test('a private room is visible to members only, as soon as they are added and until they are removed', async ({
  visitor,
}) => {
  const { page: maggie } = await visitor();
  const { page: bart } = await visitor();
  await signIn(maggie, 'maggie');
  await signIn(bart, 'bart');

  await maggie.getByRole('button', { name: 'Create a room' }).click();
  await maggie.getByLabel('Title').fill('Secret plans');
  await maggie.getByRole('checkbox', { name: /Private/ }).check();
  await maggie.getByRole('button', { name: 'Create room' }).click();
  const members = maggie.getByRole('dialog', { name: 'Members of Secret plans' });
  await expect(members.getByRole('listitem')).toHaveText(/maggie/);
  await bart.getByRole('button', { name: 'Browse rooms' }).click();
  const browse = bart.getByRole('dialog', { name: 'Browse rooms' });
  await expect(browse.getByRole('listitem').filter({ hasText: 'General' })).toBeVisible();
  await expect(bart.getByText('Secret plans')).toHaveCount(0);
  await bart.keyboard.press('Escape');

  const name = members.getByLabel('Add people');
  await name.fill('missing-user');
  await name.press('Enter');
  await expect(members.getByRole('alert')).toHaveText('No user named missing-user.');
  await name.fill('bart');
  await name.press('Enter');
  await expect(members.getByRole('listitem').filter({ hasText: 'bart' })).toContainText('online');
  await expect(roomEntry(bart, 'Secret plans')).toBeVisible();
  await openRoom(bart, 'Secret plans');
  await sendMessage(bart, 'thank you');

  await members.getByRole('button', { name: 'Remove bart' }).click();
  await maggie.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(bart.getByRole('heading', { name: 'You’re no longer in this room' })).toBeVisible();
  await expect(messageWith(bart, 'thank you')).toHaveCount(0);
  await expect(roomEntry(bart, 'Secret plans')).toHaveCount(0);
  await expect(members.getByRole('listitem').filter({ hasText: 'bart' })).toHaveCount(0);
  await maggie.keyboard.press('Escape');
  await expect(messageWith(maggie, 'thank you')).toBeVisible();
});

test('rooms can be browsed, joined and left', async ({ usher, visitor }) => {
  await createRoom(usher.url, 'bart', { room: 'skateboards', title: 'Skateboards' });
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await expect(roomEntry(page, 'General')).toBeVisible();
  await expect(roomEntry(page, 'Skateboards')).toHaveCount(0);

  await page.getByRole('button', { name: 'Browse rooms' }).click();
  const browse = page.getByRole('dialog', { name: 'Browse rooms' });
  await browse.getByRole('searchbox').fill('skäte');
  await expect(browse.getByRole('listitem')).toHaveCount(1);
  await browse.getByRole('searchbox').fill('nothing of the kind');
  await expect(browse.getByText('No rooms match “nothing of the kind”.')).toBeVisible();
  await browse.getByRole('searchbox').fill('');
  await browse.getByLabel('Hide rooms I’ve joined').check();
  await expect(browse.getByRole('listitem')).toHaveCount(1);
  await browse.getByRole('button', { name: 'Join Skateboards' }).click();
  await expect(page).toHaveURL(/\/rooms\/skateboards$/);
  await expect(composer(page)).toBeVisible();
  await expect(roomEntry(page, 'Skateboards')).toBeVisible();

  const { page: laptop } = await visitor();
  await signIn(laptop, 'maggie');
  await roomEntry(laptop, 'Skateboards').click();
  await expect(composer(laptop)).toBeVisible();

  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Leave room' }).click();
  await expect(page).toHaveURL(/\/$/);
  // Also on the other device, which shows it: otherwise its next connect would join the room again and add it to the list on all devices.
  await expect(laptop).toHaveURL(/\/$/);
  await expect(roomEntry(laptop, 'General')).toBeVisible();
  await expect(roomEntry(laptop, 'Skateboards')).toHaveCount(0);
  await expect(roomEntry(page, 'Skateboards')).toHaveCount(0);
  await page.reload();
  await expect(roomEntry(page, 'General')).toBeVisible();
  await expect(roomEntry(page, 'Skateboards')).toHaveCount(0);
});

test('canceling the browse and create dialogs changes nothing', async ({ visitor }) => {
  const { page } = await visitor();
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await signIn(page, 'maggie');
  await page.getByRole('button', { name: 'Browse rooms' }).click();
  const browse = page.getByRole('dialog', { name: 'Browse rooms' });
  await browse.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'Create a room' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await openRoom(page, 'General');
  expect(errors).toEqual([]);
});

test('a room opened by its URL is added to the list', async ({ usher, visitor }) => {
  await createRoom(usher.url, 'bart', { room: 'skateboards', title: 'Skateboards' });
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await page.goto('/rooms/skateboards');
  await expect(roomEntry(page, 'Skateboards')).toBeVisible();
});

test('rooms can be switched by keyboard', async ({ usher, visitor }) => {
  await createRoom(usher.url, 'bart', { room: 'skateboards', title: 'Skateboards' });
  await createRoom(usher.url, 'maggie', { room: 'saxophones', title: 'Saxophones' });
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  // The list keeps its order while the pointer is over it.
  await page.mouse.move(900, 300);

  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Room' });
  await expect(field).toBeFocused();
  await field.pressSequentially('sktb');
  await expect(page.getByRole('option', { selected: true })).toContainText('Skateboards');
  await expect(field).toHaveAttribute('aria-activedescendant', 'switch-0');
  await field.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(composer(page)).toBeFocused();

  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await field.pressSequentially('sax');
  await field.press('Enter');
  await expect(page).toHaveURL(/\/rooms\/saxophones$/);
  // One key press opens the previous room.
  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await expect(page.getByRole('option', { selected: true })).toContainText('General');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/rooms\/general$/);

  const bart = await HeadlessUser.connect(usher.url, 'bart', 'secret');
  await bart.send('random', 'anyone here?');
  await expect(roomEntry(page, 'Random')).toHaveAccessibleName(/unread/);
  await page.keyboard.press('Alt+Shift+ArrowDown');
  await expect(page).toHaveURL(/\/rooms\/random$/);
  await expect(roomEntries(page).nth(0)).toContainText('Random');
  await page.keyboard.press('Alt+ArrowDown');
  await expect(page).not.toHaveURL(/\/rooms\/random$/);
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page).toHaveURL(/\/rooms\/random$/);

  await composer(page).pressSequentially('?');
  await expect(composer(page)).toHaveValue('?');
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  bart.disconnect();
});

test('a message can be found by its words, by keyboard, and opens its room', async ({ usher, visitor }) => {
  const bart = await HeadlessUser.connect(usher.url, 'bart', 'secret');
  const { seq } = await bart.send('random', 'the Krusty Burger <b>opens</b> at noon');
  await bart.send('general', 'krusty is a clown');
  const { page } = await visitor();
  await signIn(page, 'maggie');

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Room' })).toBeFocused();
  await page.keyboard.type('burger op');
  await expect(page.getByRole('option', { selected: true })).toHaveText(/Search messages for “burger op”/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/search\?q=burger%20op$/);
  const results = page.getByRole('main').getByRole('link', { name: /bart/ });
  await expect(results).toHaveCount(1);
  await expect(results).toContainText('the Krusty Burger <b>opens</b> at noon');
  await expect(results.locator('mark')).toHaveText(['Burger', 'opens']);
  await expect(page.getByRole('main').getByRole('status')).toHaveText('1 message');

  const field = page.getByRole('searchbox', { name: 'Search messages' });
  await field.fill('zeppelin');
  await field.press('Enter');
  await expect(page.getByText('No results for “zeppelin”.')).toBeVisible();
  await page.goBack();
  await results.focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/rooms/random\\?at=${seq}$`));
  await expect(messageWith(page, 'Krusty Burger')).toBeVisible();
  bart.disconnect();
});

test('a user who is added to a room while looking at it enters it without a reload', async ({ usher, visitor }) => {
  await createRoom(usher.url, 'bart', { room: 'plans', title: 'Secret plans', private: true });
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await page.goto('/rooms/plans');
  const denied = page.getByRole('heading', { name: 'You can’t see this room' });
  await expect(denied).toBeVisible();
  await addMember(usher.url, 'bart', 'plans', 'maggie');
  await expect(composer(page)).toBeVisible();
  await expect(denied).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Secret plans');
  await expect(roomEntry(page, 'Secret plans')).toBeVisible();
  await sendMessage(page, 'thank you');
  await expect(messageWith(page, 'thank you')).toHaveAttribute('data-status', 'sent');
});

test('a user who is removed from a room and added again has it in the list and on the page', async ({
  usher,
  visitor,
}) => {
  await createRoom(usher.url, 'bart', { room: 'plans', title: 'Secret plans', private: true });
  await addMember(usher.url, 'bart', 'plans', 'maggie');
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'Secret plans');
  const removed = page.getByRole('heading', { name: 'You’re no longer in this room' });
  for (let round = 1; round <= 2; round++) {
    await removeMember(usher.url, 'bart', 'plans', 'maggie');
    await expect(removed).toBeVisible();
    await expect(roomEntry(page, 'Secret plans')).toHaveCount(0);
    await addMember(usher.url, 'bart', 'plans', 'maggie');
    await expect(roomEntry(page, 'Secret plans')).toBeVisible();
    await expect(composer(page)).toBeVisible();
  }
  // The same while another room is shown.
  await openRoom(page, 'General');
  await removeMember(usher.url, 'bart', 'plans', 'maggie');
  await expect(roomEntry(page, 'Secret plans')).toHaveCount(0);
  await addMember(usher.url, 'bart', 'plans', 'maggie');
  await openRoom(page, 'Secret plans');
});

test('a user who is added to a room while offline enters it with the next connection', async ({ usher, visitor }) => {
  await createRoom(usher.direct, 'bart', { room: 'plans', title: 'Secret plans', private: true });
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await page.goto('/rooms/plans');
  await expect(page.getByRole('heading', { name: 'You can’t see this room' })).toBeVisible();
  usher.relay.disconnect();
  await expectState(page, /backoff|ticket/);
  await addMember(usher.direct, 'bart', 'plans', 'maggie');
  usher.relay.reconnect();
  await expect(composer(page)).toBeVisible();
});
