import { expectState, submitSignIn, openRoom, signIn, signOut } from '../fixtures/chat.ts';
import { expect, test } from '../fixtures/test.ts';

test('a wrong password shows an error and does not sign in', async ({ visitor }) => {
  const { page } = await visitor();
  const dialled: string[] = [];
  page.on('websocket', (socket) => dialled.push(socket.url()));
  await page.goto('/');
  await submitSignIn(page, 'maggie', 'not her password');
  await expect(page.getByRole('alert')).toContainText(/wrong user name or password/i);
  await submitSignIn(page, 'missing-user', 'not a password');
  await expect(page.getByRole('alert')).toContainText(/wrong user name or password/i);
  expect(dialled).toEqual([]);
});

test('a new account can be created and is signed in', async ({ visitor }) => {
  const { page } = await visitor();
  await page.goto('/');
  await page
    .getByRole('link', { name: /create (an )?account/i })
    .or(page.getByRole('button', { name: /create (an )?account/i }))
    .first()
    .click();
  // The page before it has a field of the same name.
  await expect(page.getByRole('heading', { name: 'Create an account' })).toBeVisible();
  await page.getByLabel('User name').fill('milhouse');
  await page.getByLabel('Password', { exact: true }).fill('thrillhouse-forever');
  await page.getByRole('button', { name: /create account/i }).click();
  await expectState(page, 'open');
});

test('a deep link requires sign-in and then opens its target; a reload stays signed in', async ({ visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'Random');
  const address = page.url();

  const { page: other } = await visitor();
  await other.goto(address);
  await submitSignIn(other, 'bart', 'secret');
  await expect(other).toHaveURL(address);
  await expectState(other, 'open');

  await other.reload();
  await expect(other).toHaveURL(address);
  await expectState(other, 'open');
  await expect(other.getByLabel('Password', { exact: true })).toHaveCount(0);
});

test('signing out in one tab closes the socket in the other and shows the sign-in page with a reason', async ({
  visitor,
}) => {
  const { page: first, context } = await visitor();
  await signIn(first, 'maggie');
  const second = await context.newPage();
  const closed = second.waitForEvent('websocket').then((socket) => socket.waitForEvent('close', { timeout: 30_000 }));
  await second.goto('/');
  await expectState(second, 'open');
  await openRoom(second, 'General');

  await signOut(first);

  await closed;
  await expect(second.getByLabel('User name')).toBeVisible();
  await expect(second.getByText(/signed out|session ended/i).first()).toBeVisible();
  await second.reload();
  await expect(second.getByLabel('User name')).toBeVisible();
});

test('the next user of the browser sees no data of the previous one', async ({ visitor }) => {
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await page.getByRole('textbox', { name: 'Message' }).fill('a private draft');
  await signOut(page);
  await submitSignIn(page, 'bart', 'secret');
  await expectState(page, 'open');
  await openRoom(page, 'General');
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('');
  expect(
    await page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])),
  ).not.toContain('maggie');
});
