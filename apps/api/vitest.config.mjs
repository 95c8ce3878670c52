import { defineConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.mjs';

const { include, ...common } = shared.test;
/** They count the calls of a module by replacing it. */
const spying = ['src/auth/auth.spec.ts', 'src/auth/external-callers.spec.ts'];

// Real servers, real hashes: on a busy machine a start alone may take seconds.
export default defineConfig({
  ...shared,
  test: {
    ...common,
    maxWorkers: common.maxWorkers + 1,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    globalSetup: './src/testing/demo-database.ts',
    projects: [
      { extends: true, test: { name: 'together', include, exclude: spying } },
      { extends: true, test: { name: 'apart', include: spying, isolate: true } },
    ],
  },
});
