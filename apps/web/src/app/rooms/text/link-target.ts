/** A word: the scheme of a URL if there is one, and what stands where its host would. */
const word = /(?:[a-z][a-z\d+.-]*:([/\\]+))?([^\s/\\?#"'<>()[\]{}]+)/giu;
const likeHost = /^[^.]+(?:\.[^.]+)*\.\p{L}[\p{L}\p{N}-]+(?::\d+)?$/u;

/**
 * Where a link leads, to be shown after its text if the text could mislead: if it contains a URL or a host name of another host, or if
 * the target has user information, which may look like a host. The host of the target, or the address of a `mailto:` link.
 * `undefined` if the text cannot mislead.
 *
 * @param href an absolute URL, see `isSafeLink`
 */
export function targetToShow(text: string, href: string): string | undefined {
  const url = new URL(href);
  const isMail = url.protocol === 'mailto:';
  const target = isMail ? url.pathname : url.host;
  if (url.username !== '' || url.password !== '') return target;
  // Compared as it looks: full-width letters are letters, and invisible characters are not there.
  const visible = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  if (isMail) return hostsIn(visible, url).length > 0 && !visible.includes(target) ? target : undefined;
  return hostsIn(visible, url).some((host) => host !== target) ? target : undefined;
}

/** The hosts that a text names, in the form in which `URL` writes them. */
function hostsIn(text: string, { protocol }: URL): string[] {
  const hosts: string[] = [];
  const words = new RegExp(word);
  for (let found = words.exec(text); found !== null; found = words.exec(text)) {
    const [, slashes, part = ''] = found;
    const host = part.slice(part.lastIndexOf('@') + 1).replace(/[.,:;!…]+$/u, '');
    if (slashes === undefined && !likeHost.test(host)) continue;
    hosts.push(URL.parse(`${protocol === 'http:' ? 'http' : 'https'}://${host}`)?.host ?? host);
    // What follows a host up to the next space is its path.
    const space = text.slice(words.lastIndex).search(/\s/);
    words.lastIndex = space === -1 ? text.length : words.lastIndex + space;
  }
  return hosts;
}
