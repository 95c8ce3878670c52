import { threats } from './threats.mjs';

const begin = '<!-- threats -->';
const end = '<!-- /threats -->';

function cells(values) {
  return `| ${values.join(' | ')} |`;
}

/** Renders the threat table as Markdown, formatted as by Prettier. */
function threatTable() {
  const rows = [
    ['', 'attack', 'result', 'test that fails without the defense'],
    ...threats.map(({ id, who, get, shown }) => [`\`${id}\``, who, get, `\`${shown.join('/')}\``]),
  ];
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => cells(row.map((text, column) => text.padEnd(widths[column]))));
  lines.splice(1, 0, cells(widths.map((width) => '-'.repeat(width))));
  return lines.join('\n');
}

/** Replaces the table between the markers of a document. */
export function withThreatTable(document) {
  const [before, rest] = document.split(begin);
  const [, after] = (rest ?? '').split(end);
  if (after === undefined) throw new Error('the document has no `<!-- threats -->` markers');
  return `${before}${begin}\n\n${threatTable()}\n\n${end}${after}`;
}
