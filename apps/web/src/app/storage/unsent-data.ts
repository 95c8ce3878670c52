/** The `sessionStorage` key of the drafts. Unsent messages are in IndexedDB. */
export const draftsKey = 'usher.drafts';

/**
 * Whether drafts and unsent messages are kept for the same user: only if the session ended involuntarily. Otherwise the next user of this
 * browser may be another person.
 */
export function keepsUnsentData(reason: string | undefined): boolean {
  return reason === 'expired' || reason === 'refresh_reused';
}

/** Deletes the drafts of this tab and the unsent messages of all tabs. */
export function deleteUnsentData(window: Window | null): void {
  try {
    window?.sessionStorage.removeItem(draftsKey);
  } catch {
    // Storage is forbidden: there are no drafts.
  }
  void deleteUnsentMessages();
}

async function deleteUnsentMessages(): Promise<void> {
  try {
    const { deleteAllRecords } = await import('./unsent-store.ts');
    await deleteAllRecords();
  } catch {
    // The chunk may be unavailable without a network. At the next sign-in, the data of other users is deleted.
  }
}
