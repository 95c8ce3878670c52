/** The tree of a parsed text. There are no nodes for images, headings or HTML, so these cannot be shown. */
export type RichNode =
  | string
  | { readonly kind: 'break' }
  | { readonly kind: 'code' | 'pre'; readonly text: string }
  | { readonly kind: 'mention'; readonly name: string }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly RichNode[] }
  | { readonly kind: 'ordered'; readonly start: number; readonly children: readonly RichNode[] }
  | { readonly kind: RichParent; readonly children: readonly RichNode[] };

/** Nodes with children and no data of their own. */
export type RichParent = 'strong' | 'em' | 'paragraph' | 'quote' | 'list' | 'item';

const schemes: readonly string[] = ['http:', 'https:', 'mailto:'];

/** Whether a link target is allowed: an absolute web URL or a `mailto:` URL. */
export function isSafeLink(href: string): boolean {
  return schemes.includes(URL.parse(href)?.protocol ?? '');
}
