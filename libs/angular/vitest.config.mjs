import { defineConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.mjs';

export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    // Angular's test environment is set up once for each file.
    isolate: true,
    environment: 'jsdom',
    setupFiles: ['src/testing/setup.ts'],
  },
});
