import { tokenOf } from '../fixtures/calls.ts';
import { composer, expectState, submitSignIn, openRoom, signIn } from '../fixtures/chat.ts';
import { expect, test } from '../fixtures/test.ts';

test('a user who is disabled while typing is signed out at once with the reason, and no data remains', async ({
  usher,
  visitor,
}) => {
  const { page } = await visitor();
  const socket = page.waitForEvent('websocket');
  await signIn(page, 'bart');
  const closed = (await socket).waitForEvent('close');
  await openRoom(page, 'General');
  await composer(page).pressSequentially('eat my sho');

  const token = await tokenOf(usher.url, 'admin');
  const disable = async (disabled: boolean): Promise<unknown> => {
    const response = await fetch(`${usher.url}/api/admin/users/bart`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ disabled }),
    });
    return response.json();
  };
  expect(await disable(true)).toMatchObject({ closed: 1, nodes: [{ closed: 1 }] });

  await closed;
  await expect(page.getByLabel('User name')).toBeVisible();
  await expect(page.getByText(/this account is disabled/i)).toBeVisible();
  expect(
    await page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])),
  ).not.toMatch(/bart|eat my/);
  await submitSignIn(page, 'bart', 'secret');
  await expect(page.getByRole('alert')).toContainText(/disabled/i);

  await disable(false);
  await submitSignIn(page, 'bart', 'secret');
  await expectState(page, 'open');
  await openRoom(page, 'General');
  await expect(composer(page)).toHaveValue('');
});
