/** The keys of `sessionStorage` under which stands what a person has typed and not sent. */
export const draftsKey = 'usher.drafts';
export const unsentKey = 'usher.unsent';

/**
 * Whether what was typed waits for the same person. Only where the session ended without anybody having meant it: otherwise the next
 * person on this browser may be another.
 */
export function keepsTyped(reason: string | undefined): boolean {
  return reason === 'expired' || reason === 'refresh_reused';
}

/** Forgets what was typed in this tab. */
export function wipeTyped(window: Window | null): void {
  try {
    for (const key of [draftsKey, unsentKey]) window?.sessionStorage.removeItem(key);
  } catch {
    // Storage is forbidden: nothing was kept.
  }
}
