import { type RichNode, isSafeLink, targetToShow } from './rich-node.ts';

const tags = {
  strong: 'strong',
  em: 'em',
  paragraph: 'p',
  quote: 'blockquote',
  list: 'ul',
  ordered: 'ol',
  item: 'li',
} as const;

/**
 * Creates the DOM nodes of a tree. User input becomes text nodes, never markup.
 *
 * @param user the reader, whose own mentions are highlighted
 */
export function draw(document: Document, nodes: readonly RichNode[], user: string): Node[] {
  return nodes.map((node) => drawn(document, node, user));
}

function drawn(document: Document, node: RichNode, user: string): Node {
  if (typeof node === 'string') return document.createTextNode(node);
  switch (node.kind) {
    case 'break':
      return document.createElement('br');
    case 'code':
      return element(document, 'code', [node.text]);
    case 'pre': {
      const block = element(document, 'pre', [element(document, 'code', [node.text])]);
      // A long line scrolls, by keyboard too.
      block.tabIndex = 0;
      return block;
    }
    case 'mention': {
      const mark = element(document, 'span', [`@${node.name}`]);
      mark.className = node.name === user ? 'mention own' : 'mention';
      return mark;
    }
    case 'link':
      return link(document, node.href, draw(document, node.children, user));
    case 'ordered': {
      const list = element(document, 'ol', draw(document, node.children, user));
      if (node.start !== 1) list.setAttribute('start', String(node.start));
      return list;
    }
    default:
      return element(document, tags[node.kind], draw(document, node.children, user));
  }
}

function link(document: Document, href: string, children: readonly Node[]): HTMLElement {
  // Validated here too, independent of the parser.
  if (!isSafeLink(href)) return element(document, 'span', children);
  const anchor = element(document, 'a', children);
  const text = anchor.textContent;
  const target = targetToShow(text, href);
  if (target !== undefined) {
    // Isolated: directional characters in the text cannot reorder what follows it.
    anchor.replaceChildren(element(document, 'bdi', children), ' (', element(document, 'bdi', [target]), ')');
  }
  anchor.setAttribute('href', href);
  anchor.setAttribute('target', '_blank');
  anchor.setAttribute('rel', 'noopener noreferrer nofollow');
  if (text !== href) anchor.setAttribute('title', href);
  return anchor;
}

function element(document: Document, tag: string, children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}
