import { DOCUMENT, inject } from '@angular/core';
import { messageTexts } from '../texts/room.ts';

/**
 * Returns a function that copies a text to the clipboard and resolves to the announcement of the result. It never rejects. Must be called in
 * an injection context.
 */
export function injectCopyText(): (text: string) => Promise<string> {
  const clipboard = inject(DOCUMENT).defaultView?.navigator.clipboard;
  return async (text) => {
    try {
      await clipboard?.writeText(text);
      return clipboard === undefined ? messageTexts.copyFailed : messageTexts.copied;
    } catch {
      return messageTexts.copyFailed;
    }
  };
}
