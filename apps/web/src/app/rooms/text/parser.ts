import { signal } from '@angular/core';
import type { RichNode } from './rich-node.ts';

/** The Markdown parser, once loaded. Shared by all messages. */
export const parser = signal<((text: string) => RichNode[]) | undefined>(undefined);
let loading: Promise<void> | undefined;

/** Loads the parser on first use. A failed load is retried on the next use. */
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
