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

/** A word: an optional URL scheme, and the part that could be a host. */
const word = /(?:[a-z][a-z\d+.-]*:([/\\]+))?([^\s/\\?#"'<>()[\]{}]+)/giu;
const likeHost = /^[^.]+(?:\.[^.]+)*\.\p{L}[\p{L}\p{N}-]+(?::\d+)?$/u;

/**
 * Returns the target of a link, to be shown after its text, if the text could mislead: if it contains a URL or host name of another host,
 * or if the target has user information, which may look like a host. The result is the host of the target, or the address of a `mailto:`
 * link. Returns `undefined` if the text cannot mislead.
 *
 * @param href an absolute URL, see `isSafeLink`
 */
export function targetToShow(text: string, href: string): string | undefined {
  const url = new URL(href);
  const isMail = url.protocol === 'mailto:';
  const target = isMail ? url.pathname : url.host;
  if (url.username !== '' || url.password !== '') return target;
  // Compares what the reader sees: full-width letters count as letters, and invisible characters are ignored.
  const visible = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  if (isMail) return hostsIn(visible, url).length > 0 && !visible.includes(target) ? target : undefined;
  return hostsIn(visible, url).some((host) => host !== target) ? target : undefined;
}

/** The host names in a text, normalized by `URL`. */
function hostsIn(text: string, { protocol }: URL): string[] {
  const hosts: string[] = [];
  const words = new RegExp(word);
  for (let found = words.exec(text); found !== null; found = words.exec(text)) {
    const [, slashes, part = ''] = found;
    const host = part.slice(part.lastIndexOf('@') + 1).replace(/[.,:;!…]+$/u, '');
    if (slashes === undefined && !likeHost.test(host)) continue;
    hosts.push(URL.parse(`${protocol === 'http:' ? 'http' : 'https'}://${host}`)?.host ?? host);
    // The rest up to the next space is the path.
    const space = text.slice(words.lastIndex).search(/\s/);
    words.lastIndex = space === -1 ? text.length : words.lastIndex + space;
  }
  return hosts;
}
