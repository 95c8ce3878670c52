import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { TestCluster } from '../cluster/test-cluster.ts';
import { tokenOf } from '../fixtures/calls.ts';
import { expectState, signIn, submitSignIn } from '../fixtures/chat.ts';
import { confirm, connectionsPerUser, expect, expectConnected, goTo, openConsole, test } from '../fixtures/console.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { NetworkRelay } from '../fixtures/network-relay.ts';

// Run one after the other, because they share a server: each test looks for its own entries among those of the others.
test.describe.configure({ mode: 'default' });

/** Reads the receipt that the user sees on the connection page, once the attempt has failed at this step. */
async function receiptOf(page: Page, failed: string): Promise<string> {
  await page
    .getByRole('link', { name: /connection/i })
    .first()
    .click();
  await expect(page.getByText(failed, { exact: true }).first()).toBeVisible();
  const receipt = await page.getByTestId('receipt').getByRole('code').textContent();
  expect(receipt).toMatch(/^[0-9A-Z]{3}-[0-9A-Z]{3}$/);
  return receipt ?? '';
}

/** Looks up a receipt as people type it: in lower case and without the hyphen. */
async function lookUp(page: Page, receipt: string): Promise<void> {
  await goTo(page, 'Receipts');
  await page.getByRole('textbox', { name: 'Look up a receipt' }).fill(receipt.toLowerCase().replace('-', ''));
  await page.getByRole('button', { name: 'Look up' }).click();
  await expect(page.getByRole('heading', { name: `Receipt ${receipt}` })).toBeVisible();
}

test('why maggie cannot connect: the origin of her page is not allowed', async ({ operator, shared, visit }) => {
  // The same server behind a proxy with another address.
  const relay = await NetworkRelay.start();
  relay.forwardTo(shared.port);
  const maggie = await visit({ baseURL: relay.url });
  await maggie.goto('/');
  await submitSignIn(maggie, 'maggie', 'secret');
  await expectState(maggie, 'backoff');
  const receipt = await receiptOf(maggie, 'Connection closed');
  await expect(maggie.getByText('Browsers show only 1006', { exact: false })).toBeVisible();

  await lookUp(operator, receipt);
  const result = operator
    .getByRole('region')
    .or(operator.locator('section'))
    .filter({ hasText: `Receipt ${receipt}` });
  await expect(result).toContainText('Origin not allowed');
  await expect(result).toContainText(relay.url);
  await expect(result).toContainText('Add the origin to ALLOWED_ORIGINS');
  await expect(operator.getByRole('listitem').filter({ hasText: 'Ticket issued' })).toBeVisible();
  await expect(operator.getByRole('listitem').filter({ hasText: 'Handshake refused' })).toBeVisible();
  await maggie.close();
  await relay.close();
});

test('why maggie cannot connect: her account is disabled', async ({ operator, shared, visit }) => {
  const token = await tokenOf(shared.url, 'admin');
  await fetch(`${shared.url}/api/admin/users/maggie`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ disabled: true }),
  });
  const maggie = await visit();
  await maggie.goto('/');
  await submitSignIn(maggie, 'maggie', 'secret');
  await expect(maggie.getByRole('alert')).toContainText(/disabled/i);

  await goTo(operator, 'Refusals');
  await operator.getByLabel('User', { exact: true }).fill('maggie');
  await operator.keyboard.press('Enter');
  await operator.getByRole('listitem').filter({ hasText: 'Account disabled' }).first().locator('summary').click();
  await operator.getByRole('link', { name: 'Open user maggie' }).click();
  await expect(operator.getByText('This account is disabled.', { exact: false })).toBeVisible();
  await operator.getByRole('button', { name: 'Enable' }).click();
  await operator.getByRole('alertdialog').getByRole('button', { name: 'Enable' }).click();
  await expect(operator.getByRole('alertdialog').getByText('Done.', { exact: false })).toBeVisible();
  await operator.getByRole('alertdialog').getByRole('button', { name: 'Close' }).click();
  await submitSignIn(maggie, 'maggie', 'secret');
  await expectState(maggie, 'open');
});

test('why maggie cannot connect: she has too many connections', async ({ operator, shared, visit }) => {
  const devices = await Promise.all(
    Array.from({ length: connectionsPerUser }, () => HeadlessUser.connect(shared.url, 'maggie', 'secret')),
  );
  for (const device of devices) await device.waitUntilOpen();
  const maggie = await visit();
  await maggie.goto('/');
  await submitSignIn(maggie, 'maggie', 'secret');
  await expect(maggie.getByText('You have too many windows open.', { exact: false }).first()).toBeVisible();
  const receipt = await receiptOf(maggie, 'GET /api/ws_ticket failed');

  await lookUp(operator, receipt);
  await expect(operator.getByText('Too many connections', { exact: true }).first()).toBeVisible();
  await operator.getByRole('link', { name: 'Open connections of maggie' }).click();
  await expect(operator.getByText(`${connectionsPerUser} connections`)).toBeVisible();
  await operator.getByRole('link', { name: 'maggie', exact: true }).first().click();
  await operator.getByRole('button', { name: 'Close connection' }).click();
  await confirm(operator, 'Close connection');
  await expect(operator.getByText('Closed by an operator (4503)')).toBeVisible();
  await expectState(maggie, 'open');
  for (const device of devices) device.disconnect();
});

test('why maggie cannot connect: her ticket was replayed', async ({ operator, shared }) => {
  const token = await tokenOf(shared.url, 'maggie');
  const response = await fetch(`${shared.url}/api/ws_ticket`, { headers: { authorization: `Bearer ${token}` } });
  const receipt = response.headers.get('usher-receipt') ?? '';
  const { ticket } = (await response.json()) as { readonly ticket: string };
  const url = `${shared.url.replace('http', 'ws')}/api/ws?ticket=${ticket}`;
  const first = await connect(url);
  expect(first.readyState).toBe(WebSocket.OPEN);
  expect((await connect(url)).readyState).not.toBe(WebSocket.OPEN);

  await goTo(operator, 'Overview');
  const finding = operator.getByRole('listitem').filter({ hasText: 'consumed tickets were presented again' });
  await finding.getByRole('link', { name: 'Show refusals' }).click();
  const refusal = operator.getByRole('listitem').filter({ hasText: 'Ticket replayed' }).first();
  await expect(refusal).toContainText('maggie');
  await expect(refusal.getByText('Replay', { exact: true })).toBeVisible();
  await refusal.locator('summary').click();
  await expect(refusal).toContainText('A ticket was used a second time.');
  await refusal.getByRole('link', { name: receipt }).click();
  const timeline = operator.locator('app-timeline').getByRole('listitem');
  await expect(timeline.filter({ hasText: 'Ticket issued' })).toBeVisible();
  await expect(timeline.filter({ hasText: 'Connection opened' })).toBeVisible();
  // The WebSocket of Node repeats a request that is rejected with 401.
  await expect(timeline.filter({ hasText: 'Ticket replayed' }).first()).toBeVisible();
  first.close();
});

test('why maggie cannot connect: her node is drained', async ({ visit }) => {
  const cluster = await TestCluster.start({ nodes: 2 });
  try {
    const [one, other] = cluster.nodes.map(({ url }) => url);
    if (one === undefined || other === undefined) throw new Error('the cluster has two nodes');
    const operator = await visit({ baseURL: one });
    await openConsole(operator, '/admin/nodes');
    const maggie = await visit({ baseURL: other });
    await signIn(maggie, 'maggie');

    await goTo(operator, 'Connections');
    const node = await operator
      .getByRole('link', { name: 'maggie', exact: true })
      .first()
      .click()
      .then(() => nodeOf(operator));
    await goTo(operator, 'Nodes');
    await operator.getByRole('button', { name: `Drain ${node}` }).click();
    await confirm(operator, 'Drain node');
    await expect(maggie.getByText('The server is restarting.', { exact: false }).first()).toBeVisible();
    const receipt = await receiptOf(maggie, 'GET /api/ws_ticket failed');

    await lookUp(operator, receipt);
    await expect(operator.getByText('Node draining', { exact: true }).first()).toBeVisible();
    await operator.getByRole('link', { name: 'Open nodes' }).click();
    await expect(operator.getByRole('region', { name: node }).getByText('Draining')).toBeVisible();
    await expectConnected(operator);
  } finally {
    await cluster.stop();
  }
});

test('a new user and an API key: their secrets are shown once, and the audit log contains what was done', async ({
  operator,
}) => {
  await goTo(operator, 'Users');
  await operator.getByRole('button', { name: 'Create user' }).click();
  await operator.getByLabel('User name').fill('Milhouse');
  await operator.getByRole('dialog').getByRole('button', { name: 'Create user' }).click();
  const link = await operator.getByLabel('Password link', { exact: true }).inputValue();
  expect(link).toMatch(/\/set-password#[\w-]{43}$/);
  await operator.getByRole('button', { name: 'Done' }).click();
  await operator.getByRole('link', { name: 'milhouse' }).click();
  await expect(operator.getByRole('heading', { name: 'milhouse', level: 1 })).toBeVisible();
  await expect(operator.getByText('No sessions.', { exact: false })).toBeVisible();

  await goTo(operator, 'API keys');
  await operator.getByRole('button', { name: 'Create key' }).click();
  await operator.getByLabel('Name').fill('billing');
  await operator.getByLabel('Send messages to rooms').check();
  await operator.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
  const key = await operator.getByLabel('API key', { exact: true }).inputValue();
  expect(key.length).toBeGreaterThan(30);
  await operator.getByRole('button', { name: 'Done' }).click();
  await operator.getByRole('button', { name: 'Revoke billing' }).click();
  await operator.getByRole('alertdialog').getByRole('button', { name: 'Revoke key' }).click();
  await operator.getByRole('alertdialog').getByRole('button', { name: 'Close' }).click();
  await expect(operator.getByText('Revoked', { exact: true })).toBeVisible();

  await goTo(operator, 'Audit');
  for (const action of ['user.create', 'key.create', 'key.revoke']) {
    await expect(operator.locator('summary').filter({ hasText: action })).toBeVisible();
  }
  const download = operator.waitForEvent('download');
  await operator.getByRole('button', { name: 'Export' }).click();
  const log = await readFile(await (await download).path(), 'utf8');
  expect(log).toContain('"action":"key.revoke"');
  expect(log).not.toContain(key);
  expect(log).not.toContain(link.split('#')[1]);
});

/** The name of the node on the page of a connection. */
async function nodeOf(page: Page): Promise<string> {
  const fact = page.locator('app-facts div').filter({ has: page.getByText('Node', { exact: true }) });
  return (await fact.locator('dd').textContent())?.trim() ?? '';
}

/** Resolves when the socket is open or closed. */
async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve) => {
    socket.addEventListener('open', () => {
      resolve();
    });
    socket.addEventListener('close', () => {
      resolve();
    });
  });
  return socket;
}
