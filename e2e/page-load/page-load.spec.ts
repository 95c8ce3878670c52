import type { CDPSession, Page } from '@playwright/test';
import { composer, expectState, submitSignIn } from '../fixtures/chat.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';
import { marksWith, recordMarks } from './marks.ts';
import { Timeline, type TimelineEvent, waterfall } from './timeline.ts';

/** The number of runs; the median counts. An odd number, so that the median is a run with a waterfall. */
const runs = Number(process.env['USHER_RUNS'] ?? 5);
/** The round-trip time of the second and third measurement, ms. */
const roundTripMs = 400;

/** The networks of the first measurement. Throughput in bytes per second, times in ms. */
const networks = [
  // Chrome DevTools' preset "Fast 3G" (now "Slow 4G"), and what Lighthouse applies with `--throttling-method=devtools`.
  { name: 'Fast 3G of DevTools: 562.5 ms per request', latency: 562.5, throughput: (1.6e6 / 8) * 0.9, setUpMs: 0 },
  // WebPageTest's "3GFast", and what Lighthouse simulates: the round trip also counts for each new connection.
  { name: 'Fast 3G of WebPageTest: 150 ms round trip', latency: 150, throughput: 1.6e6 / 8, setUpMs: 150 },
] as const;

interface Run {
  /** The time that decides which run is the median, ms. */
  readonly ms: number;
  readonly line: string;
  readonly events: readonly TimelineEvent[];
}

/** The members of the browser's timing entries that are used here. */
interface Timing {
  readonly name: string;
  readonly responseStart: number;
  readonly responseEnd: number;
  readonly transferSize: number;
}

test.use({ settings: { LOG_LEVEL: 'info', CALLS_PER_SECOND: '0' } });

for (const { name, latency, throughput, setUpMs } of networks) {
  test(`the first load of the sign-in page on a phone (${name})`, async ({ usher, visitor }) => {
    const measured: Run[] = [];
    for (let n = 0; n < runs; n += 1) {
      usher.relay.setConnectDelay(setUpMs);
      const { page, context } = await visitor({
        viewport: { width: 390, height: 844 },
        isMobile: true,
        hasTouch: true,
      });
      await recordMarks(context, { form: { selector: '#user' }, app: { selector: 'app-root #user' } });
      const { timeline, devtools } = await Timeline.attach(page);
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
      await emulate(devtools, latency, throughput);
      await page.goto('/sign-in');
      const marks = await marksWith(page, 'app');
      const { scripts, bytes } = await scriptsOf(page, marks['app'] ?? 0);
      const ms = marks['form'] ?? NaN;
      measured.push({
        ms,
        line: `form ${ms.toFixed(0)} ms, app ${(marks['app'] ?? NaN).toFixed(0)} ms, ${scripts} scripts with ${bytes} bytes`,
        events: timeline.events,
      });
      await context.close();
    }
    report(name, measured);
  });
}

test('sign-in with a room as the target', async ({ usher, visitor }) => {
  await fillRoom(usher.direct);
  const measured: Run[] = [];
  for (let n = 0; n < runs; n += 1) {
    const { page, context } = await visitor();
    await recordMarks(context, { message: { selector: '[data-seq="60"]' } });
    const { timeline } = await Timeline.attach(page);
    usher.relay.setLatency(roundTripMs / 2);
    usher.relay.setConnectDelay(roundTripMs);
    await page.goto('/rooms/general');
    await expect(page.getByLabel('User name')).toBeVisible();
    // A user types for a few seconds.
    await page.waitForLoadState('networkidle');
    timeline.start();
    await submitSignIn(page, 'maggie', 'secret');
    const marks = await marksWith(page, 'message');
    const ms = (marks['message'] ?? NaN) - (marks['submit'] ?? NaN);
    await expectState(page, 'open');
    measured.push({ ms, line: `first message ${ms.toFixed(0)} ms after the submit`, events: timeline.events });
    await context.close();
    usher.relay.setLatency(0);
    usher.relay.setConnectDelay(0);
  }
  report(`sign-in to the first message, ${roundTripMs} ms round trip`, measured);
});

test('a reload in a room', async ({ usher, visitor }) => {
  await fillRoom(usher.direct);
  const bart = await HeadlessUser.connect(usher.direct, 'bart', 'secret');
  const measured: Run[] = [];
  const { page, context } = await visitor();
  await recordMarks(context, {
    cached: { selector: '[data-seq]' },
    ...Object.fromEntries(
      Array.from({ length: runs + 1 }, (_, n) => [`missed ${n}`, { selector: '[data-seq]', text: `missed ${n}.` }]),
    ),
  });
  const { timeline } = await Timeline.attach(page);
  await page.goto('/rooms/general');
  await submitSignIn(page, 'maggie', 'secret');
  await expectState(page, 'open');
  await expect(composer(page)).toBeVisible();
  // The first reload fills the HTTP cache and the code cache of the browser, and does not count.
  for (let n = 0; n <= runs; n += 1) {
    await page.waitForLoadState('networkidle');
    // A message that arrives while the page is gone cannot come from the cache of the page.
    await page.goto('about:blank');
    await bart.send('general', `missed ${n}.`);
    usher.relay.setLatency(roundTripMs / 2);
    usher.relay.setConnectDelay(roundTripMs);
    timeline.start();
    await page.goto('/rooms/general');
    const marks = await marksWith(page, `missed ${n}`);
    const ms = marks[`missed ${n}`] ?? NaN;
    const html = await page.evaluate(
      () => (performance.getEntriesByType('navigation') as unknown as readonly Timing[])[0]?.responseStart ?? NaN,
    );
    await expectState(page, 'open');
    const line =
      `messages ${ms.toFixed(0)} ms after the navigation started; first message ${(marks['cached'] ?? NaN).toFixed(0)} ms, ` +
      `${((marks['cached'] ?? NaN) - html).toFixed(0)} ms after the page arrived (${html.toFixed(0)} ms)`;
    if (n > 0) measured.push({ ms, line, events: timeline.events });
    usher.relay.setLatency(0);
    usher.relay.setConnectDelay(0);
  }
  bart.disconnect();
  report(`reload in a room, ${roundTripMs} ms round trip`, measured);
});

async function emulate(devtools: CDPSession, latency: number, throughput: number): Promise<void> {
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
}

/** The scripts that the browser had received by then, and their bytes with headers. */
async function scriptsOf(page: Page, until: number): Promise<{ scripts: number; bytes: number }> {
  return page.evaluate((ms) => {
    const scripts = (performance.getEntriesByType('resource') as unknown as readonly Timing[]).filter(
      (entry) => entry.name.endsWith('.js') && entry.responseEnd > 0 && entry.responseEnd <= ms,
    );
    return { scripts: scripts.length, bytes: scripts.reduce((sum, { transferSize }) => sum + transferSize, 0) };
  }, until);
}

async function fillRoom(url: string): Promise<void> {
  const bart = await HeadlessUser.connect(url, 'bart', 'secret');
  for (let n = 1; n <= 60; n += 1) {
    await bart.send('general', `line ${n}: with some **weight** and a link to https://example.org`);
  }
  bart.disconnect();
}

function report(name: string, measured: readonly Run[]): void {
  const ordered = measured.toSorted((one, other) => one.ms - other.ms);
  const median = ordered[Math.floor(ordered.length / 2)];
  if (median === undefined) throw new Error('nothing was measured');
  process.stdout.write(
    `  ${name}\n${ordered.map(({ line }) => `    ${line}\n`).join('')}  median: ${median.line}\n${waterfall(median.events)}`,
  );
}
