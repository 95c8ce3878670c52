import type { Page } from '@playwright/test';
import { join } from 'node:path';
import { TestCluster } from '../cluster/test-cluster.ts';
import { expectSent, expectState, messageWith, openRoom, sendMessage, signIn } from '../fixtures/chat.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

const window = { viewport: { width: 860, height: 760 }, colorScheme: 'light', reducedMotion: 'reduce' } as const;

/** Two browsers on two of three nodes keep talking while the third node is killed. */
test('pictures: several nodes', async ({ browser }) => {
  test.setTimeout(180_000);
  const cluster = await TestCluster.start({ nodes: 3 });
  try {
    const [first, second, third] = cluster.nodes;
    if (first === undefined || second === undefined || third === undefined) throw new RangeError('too few nodes');
    const open = async (url: string, user: string): Promise<Page> => {
      const page = await (await browser.newContext({ ...window, baseURL: url })).newPage();
      await signIn(page, user);
      await openRoom(page, 'General');
      return page;
    };
    const [maggie, bart] = [await open(first.url, 'maggie'), await open(second.url, 'bart')];
    const lisa = await HeadlessUser.connect(third.url, 'lisa', 'secret');
    await lisa.send('general', 'I am on the third node. Does everyone see this?');
    await sendMessage(maggie, 'Yes, on the first node.');
    await expectSent(maggie, 'Yes, on the first node.');
    await expect(messageWith(bart, 'Yes, on the first node.')).toBeVisible();
    await sendMessage(bart, 'And on the second one.');
    await expect(messageWith(maggie, 'And on the second one.')).toBeVisible();
    await third.kill();
    lisa.disconnect();
    await sendMessage(maggie, 'The third node was just killed.');
    await expectSent(maggie, 'The third node was just killed.');
    await expect(messageWith(bart, 'The third node was just killed.')).toBeVisible();
    await sendMessage(bart, 'Nothing to see here: still connected, nothing lost.');
    await expectSent(bart, 'Nothing to see here: still connected, nothing lost.');
    await expect(messageWith(maggie, 'still connected, nothing lost.')).toBeVisible();
    for (const page of [maggie, bart]) await expectState(page, 'open');
    expect(third.isRunning).toBe(false);
    await shootBoth([
      { page: maggie, title: `maggie on node 1: ${first.url}` },
      { page: bart, title: `bart on node 2: ${second.url}` },
    ]);
  } finally {
    await cluster.stop();
  }
});

/** Takes one picture of several windows side by side. */
async function shootBoth(windows: readonly { readonly page: Page; readonly title: string }[]): Promise<void> {
  const [first] = windows;
  if (first === undefined) return;
  const figures: string[] = [];
  for (const { page, title } of windows) {
    await page.mouse.move(0, 0);
    const image = await page.screenshot({ animations: 'disabled' });
    figures.push(
      `<figure><figcaption>${title}</figcaption><img src="data:image/png;base64,${image.toString('base64')}"></figure>`,
    );
  }
  const desk = await first.page.context().newPage();
  await desk.setContent(`
    <style>
      body { margin: 0; padding: 24px; display: inline-flex; gap: 24px; background: #d9dee5; font: 16px sans-serif; }
      figure { margin: 0; } figcaption { padding: 0 0 8px; } img { display: block; border: 1px solid #9aa3ad; }
    </style>${figures.join('')}`);
  await desk
    .locator('body')
    .screenshot({ path: join(import.meta.dirname, '../../docs/pictures/cluster-desktop-light.png') });
}
