import { vi } from 'vitest';

/** Waits for a condition, patiently: a busy machine is no failure. */
export function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 5 });
}
