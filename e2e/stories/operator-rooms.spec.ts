import type { Page } from '@playwright/test';
import { TestCluster } from '../cluster/test-cluster.ts';
import { composer, expectSent, openRoom, sendMessage, signIn } from '../fixtures/chat.ts';
import { confirm, expect, openConsole, test } from '../fixtures/console.ts';

/** Runs an action of the room General on the page Rooms. */
async function act(operator: Page, item: RegExp, yes: string): Promise<void> {
  await operator.getByRole('button', { name: /General/ }).click();
  await operator.getByRole('menuitem', { name: item }).click();
  await confirm(operator, yes);
}

test('an open room becomes read-only when an operator on another node archives it, until it is restored', async ({
  visit,
}) => {
  const cluster = await TestCluster.start({ nodes: 2 });
  try {
    const [one, other] = cluster.nodes.map(({ url }) => url);
    if (one === undefined || other === undefined) throw new Error('the cluster has two nodes');
    const maggie = await visit({ baseURL: other });
    await signIn(maggie, 'maggie');
    await openRoom(maggie, 'General');
    await sendMessage(maggie, 'before');
    await expectSent(maggie, 'before');
    await composer(maggie).fill('a draft');
    // A member who has another room open.
    const bart = await visit({ baseURL: one });
    await signIn(bart, 'bart');
    await openRoom(bart, 'Random');

    const operator = await visit({ baseURL: one });
    await openConsole(operator, '/admin/rooms');
    await act(operator, /archive/i, 'Archive');
    const archived = 'This room is archived. You can read it, but no longer write in it.';
    await expect(maggie.locator('app-composer').getByText(archived)).toBeVisible();
    await expect(maggie.locator('[aria-live=polite]').filter({ hasText: archived })).toHaveCount(1);
    await expect(composer(maggie)).not.toBeEditable();
    await expect(composer(maggie)).toHaveValue('a draft');
    await expect(maggie.locator('header').filter({ hasText: 'General' })).toContainText('archived');
    await maggie.getByText('before', { exact: true }).hover();
    await maggie.getByRole('button', { name: 'Message actions' }).last().click();
    await expect(maggie.getByRole('menuitem', { name: 'Copy text' })).toBeVisible();
    await expect(maggie.getByRole('menuitem', { name: /edit|delete/i })).toHaveCount(0);
    await maggie.keyboard.press('Escape');
    await expect(bart.getByRole('listitem').filter({ hasText: 'General' })).toContainText('archived');

    await act(operator, /restore/i, 'Restore');
    await expect(composer(maggie)).toBeEditable();
    await expect(bart.getByRole('listitem').filter({ hasText: 'General' })).not.toContainText('archived');
    await composer(maggie).press('Enter');
    await expectSent(maggie, 'a draft');
  } finally {
    await cluster.stop();
  }
});
