import { markdownTable } from 'markdown-table';

/** Formats a measured number with three significant digits and thousands separators. */
export function measured(value: number): string {
  if (Math.abs(value) < 999.5) return value.toPrecision(3);
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** Formats a ratio with two decimals. */
export function ratio(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

/** Renders a Markdown table whose first column is text and whose other columns are numbers, aligned as Prettier aligns them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return markdownTable([head, ...rows], { align: head.map((_, column) => (column === 0 ? null : 'r')) });
}

/**
 * @returns `document` with the text between `<!-- NAME -->` and `<!-- /NAME -->` replaced by `block`
 * @throws RangeError if the document does not contain both comments in this order
 */
export function withBlock(document: string, name: string, block: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) throw new RangeError(`the document has no block ${name}`);
  return `${document.slice(0, from)}${begin}\n\n${block}\n\n${document.slice(to)}`;
}
