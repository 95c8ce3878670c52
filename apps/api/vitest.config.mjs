import { defineConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.mjs';

// Real servers, real hashes: on a busy machine a start alone may take seconds.
export default defineConfig({ ...shared, test: { ...shared.test, testTimeout: 30_000, hookTimeout: 30_000 } });
