import type { RichNode } from './rich-node.ts';

/** Returns the text of a message without its markup. Paragraphs, quotes and list items become separate lines. */
export function plainText(nodes: readonly RichNode[]): string {
  return linesOf(nodes)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

function linesOf(nodes: readonly RichNode[]): string[] {
  const lines = [''];
  const append = (text: string): void => {
    lines.push(`${lines.pop() ?? ''}${text}`);
  };
  for (const node of nodes) {
    if (typeof node === 'string') append(node);
    else if (node.kind === 'mention') append(`@${node.name}`);
    else if (node.kind === 'break') lines.push('');
    else if ('text' in node) {
      if (node.kind === 'code') append(node.text);
      else lines.push(...node.text.split('\n'), '');
    } else if (node.kind === 'strong' || node.kind === 'em' || node.kind === 'link') {
      const [first = '', ...rest] = linesOf(node.children);
      append(first);
      lines.push(...rest);
    } else if (node.kind === 'ordered') lines.push(...numbered(node.start, node.children), '');
    else if (node.kind === 'item') lines.push(...marked('• ', node.children), '');
    else lines.push(...linesOf(node.children), '');
  }
  return lines;
}

function numbered(start: number, items: readonly RichNode[]): string[] {
  return items.flatMap((item, index) =>
    typeof item === 'object' && item.kind === 'item' ? marked(`${start + index}. `, item.children) : linesOf([item]),
  );
}

function marked(mark: string, children: readonly RichNode[]): string[] {
  return plainText(children)
    .split('\n')
    .map((line, index) => (index === 0 ? `${mark}${line}` : line));
}
