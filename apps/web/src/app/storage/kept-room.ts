/** The `sessionStorage` key of the last messages of the current room. */
const key = 'usher.room';

/** Returns the text that the previous page load in this tab kept, and deletes it. */
export function takeKeptRoom(window: Window | null): string | undefined {
  try {
    const text = window?.sessionStorage.getItem(key);
    window?.sessionStorage.removeItem(key);
    return text ?? undefined;
  } catch {
    // Storage is forbidden: nothing is kept.
    return undefined;
  }
}

/** Keeps a text for the next page load in this tab. Does nothing if the storage is forbidden or full. */
export function keepRoom(window: Window | null, text: string): void {
  try {
    window?.sessionStorage.setItem(key, text);
  } catch {
    // The next page load requests the messages.
  }
}

export function deleteKeptRoom(window: Window | null): void {
  takeKeptRoom(window);
}
