import { signal } from '@angular/core';
import type { RichNode } from './rich-node.ts';

/** The Markdown parser once it is loaded; shared by everything that shows messages. */
export const parser = signal<((text: string) => RichNode[]) | undefined>(undefined);
let loading: Promise<void> | undefined;

/** Loads the parser with the first text that needs it. A failed load is tried again with the next text. */
export function loadParser(): void {
  loading ??= import('./markdown.ts').then(
    ({ parseMarkdown }) => {
      parser.set(parseMarkdown);
    },
    () => {
      loading = undefined;
    },
  );
}
