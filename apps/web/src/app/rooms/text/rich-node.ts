/** Marked-up text as a tree. What is not in here cannot be shown: there are no pictures, no headings and no HTML. */
export type RichNode =
  | string
  | { readonly kind: 'break' }
  | { readonly kind: 'code' | 'pre'; readonly text: string }
  | { readonly kind: 'mention'; readonly name: string }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly RichNode[] }
  | { readonly kind: 'ordered'; readonly start: number; readonly children: readonly RichNode[] }
  | { readonly kind: RichParent; readonly children: readonly RichNode[] };

/** What holds others and says nothing more. */
export type RichParent = 'strong' | 'em' | 'paragraph' | 'quote' | 'list' | 'item';

const schemes: readonly string[] = ['http:', 'https:', 'mailto:'];

/** Whether a link may lead there: to the web or to a mailbox, and with its whole address, so that one sees where it leads. */
export function isSafeLink(href: string): boolean {
  return schemes.includes(URL.parse(href)?.protocol ?? '');
}
