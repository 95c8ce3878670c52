/** The key of `sessionStorage` under which stands what a person has typed and not sent. What waits to be sent is in IndexedDB. */
export const draftsKey = 'usher.drafts';

/**
 * Whether what was typed waits for the same person. Only where the session ended without anybody having meant it: otherwise the next
 * person on this browser may be another.
 */
export function keepsTyped(reason: string | undefined): boolean {
  return reason === 'expired' || reason === 'refresh_reused';
}

/** Forgets what was typed in this tab, and what waits to be sent in any. */
export function wipeTyped(window: Window | null): void {
  try {
    window?.sessionStorage.removeItem(draftsKey);
  } catch {
    // Storage is forbidden: nothing was kept.
  }
  void forgetUnsent();
}

async function forgetUnsent(): Promise<void> {
  try {
    const { forgetAll } = await import('../rooms/unsent-store.ts');
    await forgetAll();
  } catch {
    // Without a network the code may not be there: who signs in next forgets what is not theirs.
  }
}
