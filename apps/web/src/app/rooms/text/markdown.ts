import MarkdownIt, { type Token } from 'markdown-it';
import { type RichNode, type RichParent, isSafeLink } from './rich-node.ts';

/**
 * A subset of Markdown. Everything else stays as typed: headings, images, tables, HTML, entities and indented code. The text is parsed to
 * tokens and never rendered to HTML.
 */
const rules = [
  'fence',
  'blockquote',
  'list',
  'backticks',
  'emphasis',
  'link',
  'autolink',
  'linkify',
  'newline',
  'escape',
];

const markdown = new MarkdownIt('zero', { html: false, linkify: true }).enable(rules);
markdown.validateLink = isSafeLink;
// URLs are shown as typed: a decoded URL could look like another one.
markdown.normalizeLinkText = (text) => text;
// Only URLs with a scheme become links; "readme.md" does not.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false }).add('ftp:', null).add('//', null);

const parents: Readonly<Partial<Record<string, RichParent>>> = {
  strong_open: 'strong',
  em_open: 'em',
  paragraph_open: 'paragraph',
  blockquote_open: 'quote',
  bullet_list_open: 'list',
  list_item_open: 'item',
};

/** Parses the markup of a message. The result contains all characters of the text except the markup itself. */
export function parseMarkdown(text: string): RichNode[] {
  return treeOf(markdown.parse(text, {}));
}

function treeOf(tokens: readonly Token[]): RichNode[] {
  const root: RichNode[] = [];
  /** The stack of open child lists, the innermost last. */
  const open = [root];
  for (const token of tokens) {
    const parent = open.at(-1) ?? root;
    if (token.nesting === -1) {
      open.pop();
    } else if (token.nesting === 1) {
      const children: RichNode[] = [];
      // Paragraphs of tight lists are omitted.
      if (token.hidden) open.push(parent);
      else {
        parent.push(parentOf(token, children));
        open.push(children);
      }
    } else {
      parent.push(...leafOf(token));
    }
  }
  return root;
}

function parentOf(token: Token, children: readonly RichNode[]): RichNode {
  if (token.type === 'link_open') return { kind: 'link', href: String(token.attrGet('href') ?? ''), children };
  if (token.type === 'ordered_list_open')
    return { kind: 'ordered', start: Number(token.attrGet('start') ?? 1), children };
  return { kind: parents[token.type] ?? 'paragraph', children };
}

function leafOf(token: Token): RichNode[] {
  switch (token.type) {
    case 'inline':
      return treeOf(token.children ?? []);
    case 'softbreak':
    case 'hardbreak':
      return [{ kind: 'break' }];
    case 'code_inline':
      return [{ kind: 'code', text: token.content }];
    case 'fence':
      return [{ kind: 'pre', text: token.content }];
    default:
      return token.content === '' ? [] : [token.content];
  }
}
