import { signIn } from '../fixtures/chat.ts';
import { recordNotifications, notificationsOf } from '../fixtures/notifications.ts';
import { addMember, createRoom, roomEntry, setHidden } from '../fixtures/rooms.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

test('a mention in a hidden tab offers notifications once; when enabled, one tab shows them', async ({
  usher,
  visitor,
}) => {
  const { page, context } = await visitor();
  await recordNotifications(context);
  await signIn(page, 'maggie');
  await expect(roomEntry(page, 'General')).toBeVisible();
  const bart = await HeadlessUser.connect(usher.url, 'bart', 'secret');
  await bart.send('general', 'no name, no news');
  await bart.send('general', 'this one you see, @maggie');
  await expect(roomEntry(page, 'General')).toHaveAccessibleName(/1 mention of you 2/);
  const offer = page.getByText('You were mentioned while you were away.');
  await expect(offer).toHaveCount(0);

  await setHidden(page, true);
  await bart.send('general', 'are you there, @maggie?');
  await expect(offer).toBeVisible();
  expect(await notificationsOf(page)).toEqual([]);
  await setHidden(page, false);
  await page.getByRole('button', { name: 'Turn on' }).click();
  await expect(offer).toHaveCount(0);

  const other = await context.newPage();
  await other.goto('/settings');
  await expect(roomEntry(other, 'General')).toHaveAccessibleName(/2 mentions of you/);
  await setHidden(page, true);
  await bart.send('random', 'one is looked at, @maggie');
  await expect(roomEntry(page, 'Random')).toHaveAccessibleName(/1 mention of you/);
  await setHidden(other, true);
  await bart.send('random', '<b>now</b>, @maggie');
  await expect.poll(() => notificationsOf(page)).toEqual([{ title: 'bart in Random', body: '<b>now</b>, @maggie' }]);
  await expect(roomEntry(other, 'Random')).toHaveAccessibleName(/2 mentions of you/);
  expect(await notificationsOf(other)).toEqual([]);

  await page.evaluate(() => {
    (window as unknown as { lastNotification: EventTarget }).lastNotification.dispatchEvent(new Event('click'));
  });
  await expect(page).toHaveURL(/\/rooms\/random\?at=2$/);
  bart.disconnect();
});

test('notifications are off by default and can be switched on and off in the settings', async ({ usher, visitor }) => {
  await createRoom(usher.url, 'bart', { room: 'plans', title: 'Plans', private: true });
  await addMember(usher.url, 'bart', 'plans', 'maggie');
  const { page, context } = await visitor();
  await recordNotifications(context);
  await signIn(page, 'maggie');
  await page.goto('/settings');
  const choice = page.getByRole('switch', { name: 'Notify me of mentions' });
  await expect(choice).not.toBeChecked();
  await choice.check();
  await expect(choice).toBeChecked();
  // Only what arrives after the rooms were loaded causes a notification.
  await expect(roomEntry(page, 'Plans')).toBeVisible();
  const bart = await HeadlessUser.connect(usher.url, 'bart', 'secret');
  await setHidden(page, true);
  await bart.send('plans', 'psst, @maggie');
  await expect.poll(() => notificationsOf(page)).toEqual([{ title: 'bart in Plans', body: 'psst, @maggie' }]);
  await setHidden(page, false);
  await choice.uncheck();
  await setHidden(page, true);
  await bart.send('plans', 'psst again, @maggie');
  await expect(roomEntry(page, 'Plans')).toHaveAccessibleName(/2 mentions of you/);
  expect(await notificationsOf(page)).toHaveLength(1);
  bart.disconnect();
});
