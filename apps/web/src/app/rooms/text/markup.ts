import { mentionsAt } from '@usher/protocol/mentions';
import { once } from '../../ui/once.ts';
import type { RichNode } from './rich-node.ts';

/** Characters that may mean more than themselves; or a line that may begin a quote or a list. */
const marks = /[*_`\\[<]|~~~|:\/\/|mailto:|^[^\S\n]*(?:>|[-+]\s|\d{1,9}[.)]\s)/im;
/** More are a text of their own. */
const mostLarge = 6;
/** What emoji are made of, digits too. Cheap, and nearly every text has something else. */
const emojiParts = /^[\p{Emoji}\p{Emoji_Component}\s]+$/u;
/** Made once a text wants it: to set up the table of all emoji takes a good part of the time in which a room opens. */
const onlyEmoji = once(() => new RegExp(String.raw`^(?:\p{RGI_Emoji}\s*){1,${mostLarge}}$`, 'v'));

/** Whether the text wants to be parsed. Most messages do not, and are shown as they are. */
export function mayHaveMarkup(text: string): boolean {
  return marks.test(text);
}

/** A few emoji and nothing else: they are shown large. */
export function isOnlyEmoji(text: string): boolean {
  return emojiParts.test(text) && onlyEmoji().test(text.trim());
}

/**
 * Marks the users who are mentioned by `@name`; not in code, and not in links.
 *
 * @param notifies whether a name notifies a user; any other name stays plain text
 */
export function withMentions(nodes: readonly RichNode[], notifies: (name: string) => boolean): RichNode[] {
  return nodes.flatMap((node) => {
    if (typeof node === 'string') return split(node, notifies);
    if (!('children' in node) || node.kind === 'link') return node;
    return { ...node, children: withMentions(node.children, notifies) };
  });
}

function split(text: string, notifies: (name: string) => boolean): RichNode[] {
  const nodes: RichNode[] = [];
  let done = 0;
  for (const { name, from, to } of mentionsAt(text)) {
    if (!notifies(name)) continue;
    if (from > done) nodes.push(text.slice(done, from));
    nodes.push({ kind: 'mention', name });
    done = to;
  }
  if (done < text.length) nodes.push(text.slice(done));
  return nodes;
}
