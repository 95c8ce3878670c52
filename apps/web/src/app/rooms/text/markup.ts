import { mentionsAt } from '@usher/protocol/mentions';
import { once } from '../../ui/once.ts';
import type { RichNode } from './rich-node.ts';

/** Characters that can be markup, or a line that may start a quote or list. */
const marks = /[*_`\\[<]|~~~|:\/\/|mailto:|^[^\S\n]*(?:>|[-+]\s|\d{1,9}[.)]\s)/im;
/** The maximum length of a text of large emoji. */
const maxLargeEmojiLength = 6;
/** Characters of emoji, including digits. A cheap test that excludes nearly every text. */
const emojiParts = /^[\p{Emoji}\p{Emoji_Component}\s]+$/u;
/** Created lazily: building the emoji table takes a considerable part of the time in which a room opens. */
const onlyEmoji = once(() => new RegExp(String.raw`^(?:\p{RGI_Emoji}\s*){1,${maxLargeEmojiLength}}$`, 'v'));

/** Whether the text has to be parsed. Most messages are shown as they are. */
export function mayHaveMarkup(text: string): boolean {
  return marks.test(text);
}

/** Whether the text consists of a few emoji only, which are shown large. */
export function isOnlyEmoji(text: string): boolean {
  return emojiParts.test(text) && onlyEmoji().test(text.trim());
}

/**
 * Marks mentions (`@name`) outside of code and links.
 *
 * @param notifies whether a name notifies a user; other names stay plain text
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
