import type { Locator, Page } from '@playwright/test';
import { composer, messageWith, openRoom, signIn } from '../fixtures/chat.ts';
import { roomEntries, roomEntry, setHidden } from '../fixtures/rooms.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

function pill(page: Page): Locator {
  return page.getByRole('button', { name: /new since .* Jump$/ });
}

/** The message with this sequence number. */
function message(page: Page, seq: number): Locator {
  return page.locator(`[data-seq="${seq}"]`);
}

/** The rows around the "New messages" line: the line, and the message below it. */
async function expectLineBefore(page: Page, seq: number): Promise<void> {
  await expect(page.locator('li.fresh + li')).toHaveAttribute('data-seq', String(seq));
}

/** How many messages of General are unread according to the room list. */
async function unreadInList(page: Page): Promise<number> {
  return Number(/(\d+) unread/.exec(await roomEntry(page, 'General').innerText())?.[1] ?? Number.NaN);
}

/** Scrolls through the list, less than a screen at a time, until a message is visible. */
async function scrollTo(page: Page, target: Locator, direction: 1 | -1): Promise<void> {
  const log = page.getByRole('log');
  for (let step = 0; step < 200; step++) {
    const box = (await target.count()) > 0 ? await target.boundingBox() : null;
    const frame = await log.boundingBox();
    if (box !== null && frame !== null && box.y >= frame.y && box.y + box.height <= frame.y + frame.height) return;
    await log.evaluate(async (scroller, way) => {
      scroller.scrollTop += way * 0.6 * scroller.clientHeight;
      // The page checks which messages are visible after the scroll event, and renders loaded messages in the next frame.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }, direction);
  }
  throw new Error('the message was not found');
}

for (const [count, name] of [
  [90, '90'],
  [1_000, '1,000+'],
] as const) {
  test(`${name} unread messages are kept until they were on the screen`, async ({ usher, visitor }) => {
    test.slow();
    await usher.insertMessages('general', count - 1);
    const bart = await HeadlessUser.connect(usher.direct, 'bart', 'secret');
    await bart.send('general', 'the last one');
    const { page } = await visitor();
    await signIn(page, 'maggie');
    const badge = count > 99 ? '1000' : String(count);
    await expect(roomEntry(page, 'General')).toHaveAccessibleName(new RegExp(`${badge} unread messages`));

    await openRoom(page, 'General');
    await expect(messageWith(page, 'the last one')).toBeInViewport();
    await expect(pill(page)).toHaveAccessibleName(new RegExp(`^${name.replace('+', '\\+')} new since `));
    await expect(roomEntry(page, 'General')).toHaveAccessibleName(new RegExp(`${badge} unread messages`));

    await pill(page).click();
    await expect(message(page, 1)).toBeInViewport();
    await expectLineBefore(page, 1);
    await expect(pill(page)).toHaveCount(0);
    // Some messages are read. After a reload, the room continues with the others.
    await expect(roomEntry(page, 'General')).not.toHaveAccessibleName(new RegExp(` ${badge} unread messages`));
    await expect(roomEntry(page, 'General')).toHaveAccessibleName(/unread messages/);
    await scrollTo(page, message(page, 41), 1);
    await expect.poll(() => unreadInList(page)).toBeLessThanOrEqual(count - 41);
    await page.reload();
    await expect(messageWith(page, 'the last one')).toBeInViewport();
    await expect(pill(page)).toBeVisible();
    await pill(page).click();
    await expect(page.locator('li.fresh')).toBeInViewport();
    const first = Number(await page.locator('li.fresh + li').getAttribute('data-seq'));
    expect(first).toBeGreaterThan(41);
    expect(first).toBeLessThan(count);

    if (count === 90) await scrollTo(page, messageWith(page, 'the last one'), 1);
    else {
      await page.getByRole('button', { name: 'Jump to latest', exact: true }).first().click();
      await expect(messageWith(page, 'the last one')).toBeInViewport();
      await expect(pill(page)).toBeVisible();
      await page.getByRole('button', { name: 'Mark as read' }).click();
      await expect(composer(page)).toBeFocused();
    }
    await expect(pill(page)).toHaveCount(0);
    await expect(roomEntry(page, 'General')).toHaveAccessibleName('General');
    bart.disconnect();
  });
}

test('a mention counts until it was on the screen, on every device', async ({ usher, visitor }) => {
  const bart = await HeadlessUser.connect(usher.direct, 'bart', 'secret');
  await bart.send('general', 'can you look at this, @maggie?');
  for (let n = 1; n <= 40; n++) await bart.send('general', `news ${n}`);
  const { page: desk } = await visitor();
  const { page: phone } = await visitor({ viewport: { width: 390, height: 844 } });
  for (const page of [desk, phone]) await signIn(page, 'maggie');
  await openRoom(desk, 'General');
  await expect(messageWith(desk, 'news 40')).toBeInViewport();
  await expect(pill(desk)).toHaveAccessibleName(/^41 new since /);
  for (const page of [desk, phone]) {
    await expect(roomEntry(page, 'General')).toHaveAccessibleName(/1 mention of you 41 unread messages/);
  }
  // Read from the end to the beginning.
  await scrollTo(desk, messageWith(desk, 'can you look'), -1);
  for (const page of [desk, phone]) await expect(roomEntry(page, 'General')).toHaveAccessibleName('General');
  await expect(pill(desk)).toHaveCount(0);
  bart.disconnect();
});

test('messages that arrive while the page is in the background are not read, and the line is above the first', async ({
  usher,
  visitor,
}) => {
  const bart = await HeadlessUser.connect(usher.direct, 'bart', 'secret');
  await bart.send('general', 'seen');
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await expect(messageWith(page, 'seen')).toBeInViewport();
  await expect(roomEntry(page, 'General')).toHaveAccessibleName('General');
  await setHidden(page, true);
  for (let n = 1; n <= 60; n++) await bart.send('general', `news ${n}`);
  await expect(messageWith(page, 'news 60')).toHaveCount(1);
  await expect(roomEntry(page, 'General')).toHaveAccessibleName(/60 unread messages/);
  await setHidden(page, false);
  await expect(pill(page)).toHaveAccessibleName(/^60 new since /);
  await expect(roomEntry(page, 'General')).toHaveAccessibleName(/60 unread messages/);
  await pill(page).click();
  await expectLineBefore(page, 2);
  await expect(page.locator('li.fresh')).toBeInViewport();
  bart.disconnect();
});

test('unread counts show in the list and the title on all devices until the messages are read on one', async ({
  usher,
  visitor,
}) => {
  const { page: desk } = await visitor();
  const { page: phone } = await visitor({ viewport: { width: 390, height: 844 } });
  await signIn(desk, 'maggie');
  await signIn(phone, 'maggie');
  const bart = await HeadlessUser.connect(usher.url, 'bart', 'secret');

  await bart.send('general', 'hello everyone');
  await bart.send('general', 'and you, @maggie');
  for (const page of [desk, phone]) {
    await expect(roomEntry(page, 'General')).toHaveAccessibleName(/1 mention of you 2 unread messages/);
    await expect(page).toHaveTitle('(@1) Rooms · Usher');
    await expect(page.locator('link[rel=icon]')).toHaveAttribute('href', 'favicon-unread.svg');
  }
  // The room with the latest message is first.
  await expect(roomEntries(desk).first()).toContainText('General');
  await bart.send('random', 'something else');
  await expect(roomEntries(desk).first()).toContainText('Random');
  await expect(roomEntry(desk, 'Random')).toHaveAccessibleName(/1 unread message$/);

  await openRoom(phone, 'General');
  await expect(messageWith(phone, 'and you')).toBeVisible();
  await expect(roomEntry(desk, 'General')).toHaveAccessibleName('General');
  await expect(desk).toHaveTitle('(1) Rooms · Usher');
  await openRoom(desk, 'Random');
  await expect(desk).toHaveTitle('Random · Usher');
  await expect(desk.locator('link[rel=icon]')).toHaveAttribute('href', 'favicon.svg');
  bart.disconnect();
});

test('a joined room counts unread messages while another room is shown', async ({ usher, visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await openRoom(page, 'Random');
  const bart = await HeadlessUser.connect(usher.url, 'bart', 'secret');
  await bart.send('general', 'where is @maggie?');
  await expect(roomEntry(page, 'General')).toHaveAccessibleName(/1 mention of you 1 unread message/);
  await openRoom(page, 'General');
  await openRoom(page, 'Random');
  await expect(roomEntry(page, 'General')).toHaveAccessibleName('General');
  bart.disconnect();
});
