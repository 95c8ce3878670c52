import { vi } from 'vitest';

/** Waits for a condition with a long timeout, so that a busy machine does not fail the test. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 5 });
}
