import {
  composer,
  expectSent,
  maggieAndBart,
  messageWith,
  openRoom,
  sendMessage,
  sequences,
  signIn,
} from '../fixtures/chat.ts';
import { expect, test } from '../fixtures/test.ts';

test('two users sign in and receive live messages from each other', async ({ visitor }) => {
  const { maggie, bart } = await maggieAndBart(visitor);

  await sendMessage(maggie, 'Hello Bart');
  await expectSent(maggie, 'Hello Bart');
  await expect(messageWith(bart, 'Hello Bart')).toHaveCount(1);
  await sendMessage(bart, 'Hello Maggie');
  await expectSent(bart, 'Hello Maggie');
  await expect(messageWith(maggie, 'Hello Maggie')).toHaveCount(1);

  expect(await sequences(maggie)).toEqual([1, 2]);
  expect(await sequences(bart)).toEqual([1, 2]);
});

test('text is shown as written: HTML, line breaks, emoji and right-to-left', async ({ visitor }) => {
  const { page: maggie } = await visitor();
  await signIn(maggie, 'maggie');
  await openRoom(maggie, 'General');
  const text = '<img src=x onerror=alert(1)> <b>b</b>\nשלום 👩‍👩‍👧‍👦 &amp;';
  await sendMessage(maggie, text);
  const message = messageWith(maggie, 'onerror');
  await expect(message).toHaveAttribute('data-status', 'sent');
  await expect(message.locator('img, b')).toHaveCount(0);
  expect(await message.innerText()).toContain(text);
});

test('a user who joins later sees earlier messages', async ({ visitor }) => {
  const { page: maggie } = await visitor();
  await signIn(maggie, 'maggie');
  await openRoom(maggie, 'Random');
  for (let n = 1; n <= 5; n += 1) await sendMessage(maggie, `thought ${n}`);
  await expectSent(maggie, 'thought 5');

  const { page: lisa } = await visitor();
  await signIn(lisa, 'lisa');
  await openRoom(lisa, 'Random');
  await expect(messageWith(lisa, 'thought')).toHaveCount(5);
  expect(await sequences(lisa)).toEqual([1, 2, 3, 4, 5]);
});

test('without support for field-sizing the composer still grows with its text, and the messages stay scrolled to the end', async ({
  usher,
  visitor,
}) => {
  await usher.insertMessages('general', 60);
  const { page } = await visitor();
  await page.addInitScript(() => {
    CSS.supports = () => false;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('textarea { field-sizing: fixed !important }');
    document.adoptedStyleSheets.push(sheet);
  });
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await expect(messageWith(page, 'message 60')).toBeInViewport();
  await composer(page).fill('a\nfield\nof\nsix\nlines\n');
  await composer(page).pressSequentially('as one types');
  expect((await composer(page).boundingBox())?.height).toBeGreaterThan(6 * 20);
  await expect(messageWith(page, 'message 60')).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole('button', { name: 'Jump to latest' })).toHaveCount(0);
});
