import { defineConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.mjs';

export default defineConfig({
  ...shared,
  test: { ...shared.test, environment: 'jsdom', setupFiles: ['src/testing/setup.ts'] },
});
