import type { BrowserContext, Page } from '@playwright/test';
import { composer, expectSent, messageWith, openRoom, signIn } from '../fixtures/chat.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

/** Round-trip time in milliseconds, and bandwidth in bits per second. */
const latency = 400;
const bits = 400_000;

/**
 * A browser on 3G. The relay adds the latency, because Chromium's throttling does not affect open WebSockets.
 * Chromium limits the bandwidth.
 */
async function slowDown(page: Page, context: BrowserContext): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: bits / 8,
    uploadThroughput: bits / 8,
  });
}

/** Records layout shifts that no user input caused. */
async function recordShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const shifts = { sum: 0, details: [] as string[] };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        shifts.sum += entry.value;
        for (const { node, previousRect: from, currentRect: to } of entry.sources) {
          const name = node instanceof Element ? `${node.tagName} ${node.className}` : String(node?.nodeName);
          shifts.details.push(
            `${name} from ${from.x}, ${from.y} (${from.width} × ${from.height}) to ${to.x}, ${to.y} (${to.width} × ${to.height})`,
          );
        }
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** The part of the Layout Instability API that this test reads; TypeScript does not declare it yet. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly {
    readonly node: Node | null;
    readonly previousRect: DOMRectReadOnly;
    readonly currentRect: DOMRectReadOnly;
  }[];
}

async function expectNoShifts(page: Page): Promise<void> {
  const { sum, details } = await page.evaluate(
    () => (window as unknown as { shifts: { readonly sum: number; readonly details: readonly string[] } }).shifts,
  );
  test.info().annotations.push({ type: 'layout shift', description: sum.toFixed(4) });
  expect(sum, details.join('\n')).toBeLessThan(0.02);
}

test('on 3G sent messages and visited rooms appear immediately, without a layout shift', async ({ usher, visitor }) => {
  await usher.insertMessages('general', 400);
  const bart = await HeadlessUser.connect(usher.direct, 'bart', 'secret');
  await bart.send('random', 'said in Random');
  const { page, context } = await visitor();
  await recordShifts(context);
  usher.relay.setLatency(latency / 2);
  await slowDown(page, context);

  await signIn(page, 'maggie');
  await openRoom(page, 'Random');
  await expect(messageWith(page, 'said in Random')).toBeVisible();
  await openRoom(page, 'General');
  await expect(messageWith(page, 'message 400')).toBeInViewport();

  // No data arrives from the server, so the page shows the following without waiting for it.
  usher.relay.pauseDownstream();
  for (const text of ['one', 'two', 'three']) {
    await composer(page).pressSequentially(`${text} of mine`);
    await expect(composer(page)).toHaveValue(`${text} of mine`);
    await composer(page).press('Enter');
    await expect(messageWith(page, `${text} of mine`)).toBeInViewport();
    await expect(messageWith(page, `${text} of mine`)).toHaveAttribute('data-status', /^(sending|waiting)$/);
    await expect(composer(page)).toHaveValue('');
  }
  await openRoom(page, 'Random');
  await expect(messageWith(page, 'said in Random')).toBeInViewport();
  await openRoom(page, 'General');
  await expect(messageWith(page, 'message 400')).toBeInViewport();
  await expect(messageWith(page, 'three of mine')).toBeInViewport();
  usher.relay.resumeDownstream();

  for (const text of ['one', 'two', 'three']) await expectSent(page, `${text} of mine`);
  await bart.send('general', 'a reply of bart');
  await expect(messageWith(page, 'a reply of bart')).toBeInViewport();
  await expectNoShifts(page);
  bart.disconnect();
});
