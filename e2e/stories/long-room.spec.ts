import type { Page } from '@playwright/test';
import { messages, messageWith, openRoom, signIn } from '../fixtures/chat.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';

test('in a room with 50,000 messages every message is reachable, few are in the DOM, and the scroll position is stable', async ({
  usher,
  visitor,
}) => {
  test.slow();
  const total = 50_000;
  await usher.insertMessages('general', total);
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await openRoom(page, 'General');
  await expect(messageWith(page, `message ${total}`)).toBeVisible();

  const log = page.getByRole('log');
  // Scroll up to the first message, page by page, as with the Home key held down.
  await log.focus();
  await expect
    .poll(
      async () => {
        await log.evaluate((scroller) => {
          scroller.scrollTo({ top: 0 });
        });
        return page.getByText('This is the start of General').count();
      },
      { intervals: [20], timeout: 120_000 },
    )
    .toBe(1);
  await log.evaluate((scroller) => {
    scroller.scrollTo({ top: 0 });
  });
  await expect(page.locator('[data-seq="1"]')).toBeVisible();
  expect(await messages(page).count()).toBeLessThan(200);
  await expect(messages(page).first()).toHaveAttribute('aria-setsize', /^\d+$/);

  // Scroll far in one step and in several: the visible messages are contiguous and in order.
  for (const share of [0.25, 0.5, 0.75]) {
    await log.evaluate((scroller, part) => {
      scroller.scrollTo({ top: scroller.scrollHeight * part });
    }, share);
    await expect.poll(() => gapsOnScreen(page)).toEqual([]);
  }
  const frames = await log.evaluate(async (scroller) => {
    const times: number[] = [];
    let last = performance.now();
    for (let step = 0; step < 60; step++) {
      scroller.scrollBy({ top: -300 });
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      times.push(now - last);
      last = now;
    }
    return times.toSorted((one, other) => one - other);
  });
  test.info().annotations.push({
    type: 'frames',
    description: `median ${frames[30]?.toFixed(1) ?? ''} ms, worst ${frames[59]?.toFixed(1) ?? ''} ms`,
  });
  await expect.poll(() => gapsOnScreen(page)).toEqual([]);

  // A new message arrives far below: the scroll position stays, and one click jumps there.
  const place = await firstOnScreen(page);
  const bart = await HeadlessUser.connect(usher.direct, 'bart', 'secret');
  await bart.send('general', 'far below');
  bart.disconnect();
  await expect(page.getByRole('button', { name: '1 new message' })).toBeVisible();
  expect(await firstOnScreen(page)).toEqual(place);
  await page.getByRole('button', { name: '1 new message' }).click();
  await expect(messageWith(page, 'far below')).toBeInViewport();
});

test('a search result is shown with surrounding messages, and a button leads back to the latest', async ({
  usher,
  visitor,
}) => {
  await usher.insertMessages('general', 2_000);
  const { page } = await visitor();
  await signIn(page, 'maggie');
  await page.goto('/rooms/general?at=700');
  await expect(page.locator('[data-seq="700"]')).toBeInViewport();
  await expect(page.locator('[data-seq="700"]')).toHaveClass(/hit/);
  await expect.poll(() => gapsOnScreen(page)).toEqual([]);
  const log = page.getByRole('log');
  await log.evaluate((scroller) => {
    scroller.scrollTo({ top: 0 });
  });
  await expect(page.locator('[data-seq="600"]')).toHaveCount(1);
  await log.evaluate((scroller) => {
    scroller.scrollTo({ top: scroller.scrollHeight });
  });
  // The next page is inserted below, and the scroll position stays.
  await expect(page.locator('[data-seq="755"]')).toHaveCount(1);
  await expect.poll(() => gapsOnScreen(page)).toEqual([]);
  await page.getByRole('button', { name: 'Jump to latest', exact: true }).click();
  await expect(messageWith(page, 'message 2000')).toBeInViewport();
  await expect(page).toHaveURL(/rooms\/general$/);
});

/** Returns the visible sequence numbers that are not followed by the next one, and the empty pixels on the screen. */
async function gapsOnScreen(page: Page): Promise<unknown[]> {
  return page.getByRole('log').evaluate((scroller) => {
    const frame = scroller.getBoundingClientRect();
    const items = [...scroller.querySelectorAll<HTMLElement>('ol > li')].filter((item) => {
      const { top, bottom } = item.getBoundingClientRect();
      return bottom > frame.top && top < frame.bottom;
    });
    const seqs = items.flatMap((item) => (item.dataset['seq'] === undefined ? [] : [Number(item.dataset['seq'])]));
    const gaps: unknown[] = seqs.filter((seq, index) => index > 0 && seq !== (seqs[index - 1] ?? 0) + 1);
    if (items.length === 0) gaps.push('nothing at all');
    const top = items[0]?.getBoundingClientRect().top ?? 0;
    const bottom = items.at(-1)?.getBoundingClientRect().bottom ?? 0;
    if (top > frame.top + 1) gaps.push(`${top - frame.top} px above`);
    if (bottom < frame.bottom - 60) gaps.push(`${frame.bottom - bottom} px below`);
    return gaps;
  });
}

/** Returns the first visible message and its position. */
async function firstOnScreen(page: Page): Promise<{ seq: string | undefined; top: number }> {
  return page.getByRole('log').evaluate((scroller) => {
    const frame = scroller.getBoundingClientRect();
    const item = [...scroller.querySelectorAll<HTMLElement>('[data-seq]')].find(
      (each) => each.getBoundingClientRect().top >= frame.top,
    );
    return { seq: item?.dataset['seq'], top: Math.round((item?.getBoundingClientRect().top ?? 0) - frame.top) };
  });
}
