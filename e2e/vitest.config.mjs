import { defineConfig } from 'vitest/config';
import { shared } from '../vitest.shared.mjs';

// Real processes that are killed, suspended and cut off. The stories in the browser run with Playwright.
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['{faults,history}/**/*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
