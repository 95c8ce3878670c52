import { defineConfig } from '@playwright/test';

/** Every test starts its own server (own port and data folder), so tests run in parallel. */
export default defineConfig({
  testDir: './stories',
  outputDir: './test-results/artifacts',
  globalSetup: './fixtures/demo-database.ts',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: './test-results/report.json' }]],
  use: {
    locale: 'en-GB',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(process.env['USHER_CHROMIUM'] === undefined ? {} : { executablePath: process.env['USHER_CHROMIUM'] }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
