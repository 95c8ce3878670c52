import { createServer, type AddressInfo } from 'node:net';
import { chromium, type BrowserContext } from '@playwright/test';
import { composer, signIn } from '../fixtures/chat.ts';
import { HeadlessUser } from '../fixtures/headless-user.ts';
import { expect, test } from '../fixtures/test.ts';
import { categories, medianAudit } from './audit.ts';

/** The minimum score of every page in every category. */
const least = 95;

test.use({ settings: { LOG_LEVEL: 'info' } });

for (const device of ['phone', 'desktop'] as const) {
  test(`Lighthouse scores sign-in and rooms at least ${least} (${device})`, async ({ usher, launchOptions }) => {
    const port = await freePort();
    const browser = await chromium.launchPersistentContext('', {
      ...launchOptions,
      baseURL: usher.url,
      args: [...(launchOptions.args ?? []), `--remote-debugging-port=${port}`],
    });
    try {
      const lines = [await line('sign-in', `${usher.url}/sign-in`, port, device)];
      await fillRoom(usher.url);
      await enter(browser);
      lines.push(await line('a room', `${usher.url}/rooms/general`, port, device));
      expect(lines.flatMap(({ low }) => low)).toEqual([]);
    } finally {
      await browser.close();
    }
  });
}

async function line(name: string, url: string, port: number, device: 'phone' | 'desktop'): Promise<{ low: string[] }> {
  const { scores, faults, machine } = await medianAudit(url, port, device);
  const summary = categories.map((category) => `${category} ${scores[category]}`).join(', ');
  process.stdout.write(
    `  ${name} (${device}): ${summary}; benchmarkIndex ${machine}\n${faults.map((fault) => `    ${fault}\n`).join('')}`,
  );
  return { low: categories.filter((category) => scores[category] < least).map((category) => `${name}: ${category}`) };
}

/** A room with a day of messages. */
async function fillRoom(url: string): Promise<void> {
  const bart = await HeadlessUser.connect(url, 'bart', 'secret');
  for (let n = 1; n <= 60; n += 1)
    await bart.send('general', `line ${n}: with some **weight** and a link to https://example.org`);
  bart.disconnect();
}

async function enter(browser: BrowserContext): Promise<void> {
  const page = await browser.newPage();
  await signIn(page, 'maggie');
  await page.goto('/rooms/general');
  await expect(composer(page)).toBeVisible();
  await page.close();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
