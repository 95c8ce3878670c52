import { defineConfig } from 'vitest/config';
import { shared } from '../vitest.shared.mjs';

export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['**/*.spec.mjs'],
    typecheck: { enabled: false },
    // Compilers, linters and servers take several seconds on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
