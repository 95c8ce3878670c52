import type { Page } from '@playwright/test';
import { tokenOf } from '../fixtures/calls.ts';
import { submitSignIn } from '../fixtures/chat.ts';
import { expectConnected } from '../fixtures/console.ts';
import { createRoom } from '../fixtures/rooms.ts';
import { expect, test } from '../fixtures/test.ts';
import { converse, looks, shooter } from './scene.ts';

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0';

test.use({ settings: { MAX_CONNECTIONS_PER_USER: '4' } });

/** The operator console after rejected handshakes, a replay, a disabled user, and a user with too many connections. */
for (const { name, ...look } of looks) {
  test(`screenshots of the operator console: ${name}`, async ({ usher, visitor }) => {
    test.slow();
    const { lisa, bart } = await converse(usher.direct);
    await createRoom(usher.direct, 'lisa', { room: 'release-party', title: 'Release party', private: true });
    const { receipt, stop } = await causeRefusals(usher.url);

    const { page } = await visitor({ ...look, reducedMotion: 'reduce' });
    const shoot = shooter(page, name);
    await page.goto('/sign-in?return=%2Fadmin');
    await submitSignIn(page, 'admin', 'secret');
    await expectConnected(page);
    await page.goto('/admin/refusals?user=maggie');
    await page.locator('li.replay summary').first().click();
    await expect(page.locator('app-refusal-facts')).toBeVisible();
    await shoot('console-refusals');

    await page.goto(`/admin/receipts?code=${receipt}`);
    await expect(page.locator('app-timeline')).toBeVisible();
    await shoot('console-receipt');

    await page.goto('/admin/connections?user=lisa');
    await page.getByRole('link', { name: 'lisa', exact: true }).first().click();
    await expect(page.locator('app-timeline')).toBeVisible();
    await shoot('console-connection');

    await page.goto('/admin/users/maggie');
    await page.getByRole('button', { name: 'End all sessions' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'End all sessions' }).click();
    await expect(page.getByRole('alertdialog').getByText('Done.', { exact: false })).toBeVisible();
    await shoot('console-proof');

    const measured = countChartValues(page);
    await page.goto('/admin');
    let number = 0;
    const sendAndCount = async (): Promise<number> => {
      await lisa.send('general', `Message ${(number += 1)}`);
      return measured();
    };
    await expect.poll(sendAndCount, { intervals: [400], timeout: 90_000 }).toBeGreaterThanOrEqual(4);
    await expect(page.getByText('tickets were presented again', { exact: false })).toBeVisible();
    await page.reload();
    await expect(page.locator('canvas')).toHaveCount(8);
    await shoot('console');
    for (const person of [lisa, bart]) person.disconnect();
    stop();
  });
}

/** Returns a function that counts the measured values of a chart. The server adds one every 10 seconds. */
function countChartValues(page: Page): () => number {
  let count = 0;
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const { data } = JSON.parse(String(payload)) as { data?: { history?: { messages: (number | null)[] } } };
      if (data?.history !== undefined) count = data.history.messages.filter((value) => value !== null).length;
    });
  });
  return () => count;
}

/** Sends requests that the server rejects. Resolves to the receipt of a handshake from an origin that is not allowed. */
async function causeRefusals(url: string): Promise<{ readonly receipt: string; readonly stop: () => void }> {
  const admin = { authorization: `Bearer ${await tokenOf(url, 'admin')}`, 'content-type': 'application/json' };
  const maggie = await tokenOf(url, 'maggie', 'secret', { 'user-agent': firefox });
  const sockets: WebSocket[] = [];

  /** Requests a ticket and presents it `times` times from a page of this origin. Resolves to the receipt. */
  async function attempt(origin: string, times = 1): Promise<string> {
    const response = await fetch(`${url}/api/ws_ticket`, { headers: { authorization: `Bearer ${maggie}` } });
    const { ticket } = (await response.json()) as { readonly ticket: string };
    for (let time = 0; time < times; time += 1) {
      const path = `${url.replace('http', 'ws')}/api/ws?ticket=${ticket}`;
      const socket = new WebSocket(path, { headers: { origin, 'user-agent': firefox } } as unknown as string[]);
      sockets.push(socket);
      await new Promise<void>((resolve) => {
        for (const event of ['open', 'close'] as const) {
          socket.addEventListener(event, () => {
            resolve();
          });
        }
      });
    }
    return response.headers.get('usher-receipt') ?? '';
  }

  for (let number = 0; number < 6; number += 1) await attempt('https://staging.example.org');
  const receipt = await attempt('https://staging.example.org');
  for (let number = 0; number < 3; number += 1) await attempt(url);
  await attempt(url, 2);
  // One connection more than allowed.
  const refused = await fetch(`${url}/api/ws_ticket`, { headers: { authorization: `Bearer ${maggie}` } });
  expect(refused.status).toBe(429);
  await fetch(`${url}/api/admin/users/bart`, {
    method: 'PUT',
    headers: admin,
    body: JSON.stringify({ disabled: true }),
  });
  await fetch(`${url}/api/auth`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'bart', pwd: 'secret' }),
  });
  await fetch(`${url}/api/ws_ticket`);
  return {
    receipt,
    stop() {
      for (const socket of sockets) socket.close();
    },
  };
}
